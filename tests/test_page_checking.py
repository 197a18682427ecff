import asyncio
import re
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from index.articles import Article, Span
from index.errors import IndexMissing
from qa.agreeing import Finding
from qa.checking import ArticleCheck, Check
from qa.comparing import Comparison
from qa.errors import BadQuestion, EvidenceModelError, TooMuchToCompare
from qa.page import checks, comparisons
from qa.page.desk import Desk
from qa.page.picturing import matrix
from qa.page.sentences import sentences_of
from qa.page.turns import Problem
from qa.page.working import Hint, Tell, checked, compared, working
from qa.replies import ArticleVerdict, Claim, Searched, Verdict, cite
from qa.settings import Settings

HOSTILE = (
    '<script>alert(1)</script> **b** [x](javascript:1) $x$ {{a}} `b` "q" <img src=x onerror=y>'
)
MILL = Article(
    name="herald/mill.md",
    text="The mill reopens\n\nThe old mill reopened on Sunday. It grinds 4 tonnes a day.",
    title="The mill reopens",
    outlet="Valley Herald",
    published=date(2024, 9, 1),
    language="en",
)
REOPENED = Span(18, 50)
GRINDS = Span(51, 76)
POST = replace(MILL, name="post.txt", outlet="Hill Post", published=None)
WIRE = replace(MILL, name="wire.txt", outlet="Wire", title="Mill grinds again")
SEARCHED = Searched(generation=1, articles=40, passages=90)
STATEMENT = "The mill reopened on Sunday."


class Page(HTMLParser):
    """The tags of some HTML, its text, and the text of every table row's cells."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.rows: list[list[str]] = []
        self.cell = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        elif tag in {"th", "td"}:
            self.rows[-1].append("")
            self.cell = True

    def handle_endtag(self, tag: str) -> None:
        self.cell = self.cell and tag not in {"th", "td"}

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.cell:
            self.rows[-1][-1] += data

    def classes(self, tag: str) -> list[str | None]:
        return [told.get("class") for name, told in self.tags if name == tag]


def says(
    article: Article,
    verdict: Verdict,
    span: Span | None = REOPENED,
    note: str | None = None,
    copy_of: str | None = None,
) -> ArticleCheck:
    finding = Finding(article.name, verdict, None, note, 0.9, 0.9)
    return ArticleCheck(article, finding, cite(1, article, span) if span else None, copy_of)


def a_check(*articles: ArticleCheck, statement: str = STATEMENT) -> Check:
    numbered = [
        replace(one, citation=replace(one.citation, n=n)) if one.citation else one
        for n, one in enumerate(articles, 1)
    ]
    return Check(statement, tuple(numbered), 0.9, SEARCHED)


def one(*articles: ArticleCheck) -> tuple[Check, ...]:
    return (a_check(*articles),)


def a_comparison(*claims: Claim, articles: tuple[Article, ...] = (MILL, POST, WIRE)) -> Comparison:
    citations = (cite(1, MILL, REOPENED), cite(2, POST, GRINDS))
    return Comparison(None, articles, claims, citations, SEARCHED)


def a_claim(*verdicts: ArticleVerdict) -> Claim:
    return Claim("The old mill reopened on Sunday.", (1,), verdicts)


# A checked statement


SUPPORT = says(MILL, "supports")
OTHERWISE = says(POST, "differs", GRINDS, "says 4, not 5")
SILENT = says(WIRE, "silent", None)
HEADLINES = [
    ((SUPPORT, says(POST, "supports")), "2 of 2 articles say this"),
    ((SUPPORT, SILENT), "Only Valley Herald says this"),
    ((SUPPORT, OTHERWISE), "They differ"),
    ((SUPPORT, OTHERWISE, SILENT), "1 of 3 articles says this, 1 differs"),
    ((OTHERWISE,), "No article says this, 1 says otherwise"),
    ((OTHERWISE, says(WIRE, "differs")), "No article says this, 2 say otherwise"),
    ((SILENT,), "No article says this"),
    ((), "No article says this"),
]


@pytest.mark.parametrize(("articles", "expected"), HEADLINES)
def test_a_headline_says_how_the_articles_stand_to_the_statement(
    articles: tuple[ArticleCheck, ...], expected: str
) -> None:
    check = a_check(*articles)
    assert checks.headline(check)[1] == expected
    assert f">{expected}</h2>" in checks.outcome((check,))


def test_each_article_has_its_verdict_its_source_and_its_marked_quote() -> None:
    html = checks.outcome(one(SUPPORT, OTHERWISE, SILENT))
    first, second, third = re.findall(r"<article.*?</article>", html)
    assert "✓ Says so Valley Herald 1 September 2024 The mill reopens" in spaced(first)
    assert "<mark>The old mill reopened on Sunday.</mark> It grinds" in first
    assert "✗ Says otherwise says 4, not 5 Hill Post no date" in spaced(second)
    assert "<mark>It grinds 4 tonnes a day.</mark>" in second
    assert "– Does not mention it Wire" in spaced(third)
    assert "<blockquote" not in third
    assert "40 articles searched, the 3 nearest shown." in html


def spaced(html: str) -> str:
    """The text of some HTML, a space where a block begins."""
    return " ".join(Page(re.sub(r"<(?=[ph/])", " <", html)).text.split())


def test_the_words_that_an_article_has_otherwise_are_told_apart() -> None:
    html = checks.outcome(
        (a_check(says(POST, "differs", GRINDS), statement="It grinds 5 tonnes a day."),)
    )
    assert '<mark>It grinds <b class="other">4</b> tonnes a day.</mark>' in html


def test_of_a_paragraph_every_sentence_has_its_verdicts() -> None:
    fine = a_check(SUPPORT, says(POST, "supports"))
    other = a_check(OTHERWISE, SILENT, statement="It grinds 5 tonnes.")
    unheard_of = a_check(statement="Nobody <came>.")
    paragraph = (fine, other, unheard_of)
    html = checks.outcome(paragraph)
    assert "1 of 3 sentences supported, 1 said otherwise" in html
    assert [" open" in head for head in re.findall(r"<details class=.sentence[^>]*>", html)] == [
        False,
        True,
        True,
    ]
    assert "Nobody <came>." in Page(html).text
    assert "No article comes near it." in html
    buttons = [told["data-open"] for _, told in Page(html).tags if "data-open" in told]
    assert buttons == ["1", "2", "3", "4"]
    assert ">It grinds 4 tonnes a day.</mark>" in checks.opened(paragraph, 3)
    assert checks.opened(paragraph, 5) == ""


def test_a_text_is_taken_apart_into_its_sentences() -> None:
    assert sentences_of("The mill reopened. Nobody came!\n\nWhy") == [
        "The mill reopened.",
        "Nobody came!",
        "Why",
    ]
    for text in (" ", "It is so. " * 21, "x" * 20_001):
        with pytest.raises(BadQuestion):
            sentences_of(text)


def test_that_nothing_comes_near_is_said_with_how_much_was_searched() -> None:
    assert "40 articles searched, none comes near it." in checks.outcome(one())


def test_a_note_that_says_no_more_than_the_verdict_is_not_repeated() -> None:
    html = checks.outcome(one(says(POST, "differs", GRINDS, "says otherwise")))
    assert Page(html).text.lower().count("says otherwise") == 2  # headline and verdict


def test_a_copy_names_the_article_whose_text_it_carries_and_is_no_second_source() -> None:
    copy = says(WIRE, "supports", copy_of=MILL.name)
    html = checks.outcome(one(SUPPORT, copy))
    assert "Carries the text of Valley Herald, The mill reopens" in Page(html).text
    assert "2 of 2 articles say this, the same wire text" in html
    assert "Carries" not in checks.outcome(one(SUPPORT))


def test_every_checked_article_opens_with_its_own_quote_marked() -> None:
    check = a_check(SUPPORT, OTHERWISE, SILENT)
    buttons = [
        told["data-open"] for _, told in Page(checks.outcome((check,))).tags if "data-open" in told
    ]
    assert buttons == ["1", "2", "3"]
    first, second, third = (checks.opened((check,), int(n)) for n in buttons if n)
    assert ">The old mill reopened on Sunday.</mark>" in first
    assert ">It grinds 4 tonnes a day.</mark>" in second
    assert "Hill Post" in second
    assert "Mill grinds again" in third
    assert "<mark" not in third
    assert checks.opened((check,), 4) == checks.opened((check,), 0) == checks.opened(None, 1) == ""


# A comparison


def test_a_row_is_a_claim_and_a_column_an_article() -> None:
    claim = a_claim(
        ArticleVerdict(MILL.name, "supports", 1),
        ArticleVerdict(POST.name, "differs", 2, "says Monday, not Sunday"),
        ArticleVerdict(WIRE.name, "silent"),
    )
    html = comparisons.outcome(a_comparison(claim))
    head, row = Page(html).rows
    assert head[0] == "Claim"
    assert ["Valley Herald" in head[1], "no date" in head[2], "Wire" in head[3]] == [True] * 3
    assert "1 September 2024" in head[1]
    assert "The mill reopens" in head[1]
    assert row[0] == ("The old mill reopened on Sunday.1 of 3 articles says this, 1 differs")
    assert row[1] == "✓ says soThe old mill reopened on Sunday.Open article"
    assert row[2] == (
        "✗ says otherwisesays Monday, not SundayIt grinds 4 tonnes a day.Open article"
    )
    assert row[3] == "– does not mention it"
    assert Page(html).classes("td") == ["supports", "differs", "silent"]
    scopes = [told.get("scope") for tag, told in Page(html).tags if tag == "th"]
    assert scopes == ["col"] * 4 + ["row"]


def test_an_article_on_another_event_has_an_empty_cell_that_is_explained() -> None:
    html = comparisons.outcome(a_comparison(a_claim(ArticleVerdict(MILL.name, "supports", 1))))
    assert Page(html).rows[1][2:] == ["", ""]
    assert Page(html).classes("td") == ["supports", "other", "other"]
    assert "An empty cell: the article is about another event." in html
    alone = a_comparison(a_claim(ArticleVerdict(MILL.name, "supports", 1)), articles=(MILL,))
    assert "empty cell" not in comparisons.outcome(alone)


def test_a_verdict_stands_in_the_column_of_its_article_whatever_their_order() -> None:
    claim = a_claim(ArticleVerdict(WIRE.name, "silent"), ArticleVerdict(MILL.name, "supports", 1))
    html = comparisons.outcome(a_comparison(claim))
    assert Page(html).classes("td") == ["supports", "other", "silent"]


def test_a_column_says_whose_text_it_carries() -> None:
    claim = a_claim(
        ArticleVerdict(MILL.name, "supports", 1),
        ArticleVerdict(POST.name, "supports", 2, copy_of=MILL.name),
    )
    head, row = Page(comparisons.outcome(a_comparison(claim))).rows
    assert ["Carries the text of Valley Herald" in cell for cell in head] == [
        False,
        False,
        True,
        False,
    ]
    assert "the same wire text" in row[0]


def test_a_cell_opens_the_article_of_its_quote_with_that_marked() -> None:
    what = a_comparison(a_claim(ArticleVerdict(POST.name, "supports", 2)))
    (n,) = [
        told["data-open"] for _, told in Page(comparisons.outcome(what)).tags if "data-open" in told
    ]
    assert n == "2"
    assert ">It grinds 4 tonnes a day.</mark>" in comparisons.opened(what, 2)
    assert "Hill Post" in comparisons.opened(what, 2)
    assert comparisons.opened(what, 3) == comparisons.opened("Comparing…", 1) == ""


def test_the_claims_are_told_apart_by_who_says_them() -> None:
    said_by_all = a_claim(*(ArticleVerdict(one.name, "supports", 1) for one in (MILL, POST)))
    by_one = a_claim(ArticleVerdict(MILL.name, "supports", 1), ArticleVerdict(POST.name, "silent"))
    differ = a_claim(
        ArticleVerdict(MILL.name, "supports", 1), ArticleVerdict(POST.name, "differs", 2)
    )
    alone = a_claim(ArticleVerdict(MILL.name, "supports", 1))
    html = comparisons.outcome(a_comparison(said_by_all, by_one, differ, alone))
    tags = Page(html).tags
    assert [told["data-who"] for _, told in tags if "data-who" in told] == [
        "all",
        "one",
        "differ",
        "one",
    ]
    assert re.findall(r"(\w+) <span>(\d)</span>", html) == [
        ("claims", "4"),
        ("all", "1"),
        ("one", "2"),
        ("Differ", "1"),
    ]


def test_the_articles_stand_on_a_line_by_their_days() -> None:
    later = replace(POST, published=date(2024, 9, 3))
    html = comparisons.outcome(
        a_comparison(a_claim(ArticleVerdict(MILL.name, "supports", 1)), articles=(later, MILL))
    )
    line = re.findall(r'<ol class="timeline.*?</ol>', html)[0]
    assert spaced(line) == "1 September 2024 Valley Herald 2 days later 3 September 2024 Hill Post"
    assert "1 article without a date" in comparisons.outcome(
        a_comparison(a_claim(ArticleVerdict(MILL.name, "supports", 1)))
    )


def test_the_picture_is_an_svg_by_itself_with_a_sign_for_every_verdict() -> None:
    claim = a_claim(
        ArticleVerdict(MILL.name, "supports", 1),
        ArticleVerdict(POST.name, "differs", 2),
        ArticleVerdict(WIRE.name, "silent"),
    )
    what = replace(a_comparison(claim), topic=HOSTILE)
    picture = ElementTree.fromstring(matrix(what))
    assert picture.tag == "{http://www.w3.org/2000/svg}svg"
    names = {one.tag.partition("}")[2] for one in picture.iter()}
    assert names <= {"svg", "rect", "line", "text", "circle", "path"}
    texts = [one.text for one in picture.iter() if one.text]
    assert "The old mill reopened on Sunday." in texts
    # One sign each in the row, one each in the legend.
    assert len(picture.findall("{*}circle")) == 4
    assert len(picture.findall("{*}path")) == 2


def test_a_topic_that_nothing_is_about_has_no_table() -> None:
    html = comparisons.outcome(replace(a_comparison(), topic="sheep", articles=(), citations=()))
    assert "No article is about this" in html
    assert "Searched 40 articles." in html
    assert "<table" not in html


# Both


def test_hostile_text_comes_out_as_text_wherever_it_is_shown() -> None:
    article = Article(
        name="x.md",
        text=HOSTILE,
        title=HOSTILE,
        outlet=HOSTILE,
        language='en" onload="x',
        kind=HOSTILE,
    )
    span = Span(0, len(HOSTILE))
    copies = replace(article, name=HOSTILE)
    check = a_check(
        says(article, "supports", span),
        says(copies, "differs", span, HOSTILE, copy_of="x.md"),
        statement=HOSTILE,
    )
    claim = Claim(
        HOSTILE,
        (1,),
        (
            ArticleVerdict("x.md", "supports", 1),
            ArticleVerdict(HOSTILE, "differs", 1, HOSTILE, copy_of="x.md"),
        ),
    )
    comparison = Comparison(
        HOSTILE, (article, copies), (claim,), (cite(1, article, span),), SEARCHED
    )
    for html in (
        checks.outcome((check,)),
        comparisons.outcome(comparison),
        checks.opened((check,), 1),
        comparisons.opened(comparison, 1),
        checks.outcome(HOSTILE),
        comparisons.outcome(HOSTILE),
        checks.outcome(Problem(HOSTILE, HOSTILE)),
        comparisons.outcome(Problem(HOSTILE, HOSTILE)),
        comparisons.outcome(Hint(HOSTILE)),
    ):
        seen = Page(html)
        assert HOSTILE in seen.text
        assert not {tag for tag, _ in seen.tags} & {"script", "img", "a"}
        assert not any(name.startswith("on") for _, told in seen.tags for name in told)
        assert not any(character in html for character in "$`{}*[")


class Failing:
    def __init__(self, cause: Exception) -> None:
        self.cause = cause

    def check(self, text: str, tell: Tell) -> tuple[Check, ...]:
        raise self.cause

    def compare(self, topic: str, tell: Tell) -> Comparison:
        raise self.cause


def unheard(told: str) -> None: ...


@pytest.mark.parametrize(
    "cause",
    [
        BadQuestion("it is empty; type something"),
        IndexMissing("no index in x; run y"),
        EvidenceModelError("the model is gone; restore it"),
        RuntimeError("nobody foresaw this"),
    ],
)
def test_what_goes_wrong_is_an_error_and_never_a_verdict(cause: Exception) -> None:
    for html in (
        checks.outcome(checked(Failing(cause), STATEMENT, unheard)),
        comparisons.outcome(compared(Failing(cause), "", unheard)),
    ):
        assert 'class="reply error" role="alert"' in html
        assert "say" not in html.replace("says why", "")
        assert "headline" not in html
        foreseen = not isinstance(cause, RuntimeError)
        assert (str(cause)[1:] in html) == foreseen
        assert ("went wrong here" in html) != foreseen


def test_too_much_to_compare_is_a_hint_and_no_error() -> None:
    html = comparisons.outcome(
        compared(Failing(TooMuchToCompare("9 articles are many; name a topic")), "", unheard)
    )
    assert "Name a topic" in html
    assert "9 articles are many; name a topic." in html
    assert "error" not in html
    assert "alert" not in html


def test_a_work_is_told_of_while_it_runs_and_gives_what_it_found() -> None:
    async def steps() -> list[str | int]:
        going = asyncio.Event()
        loop = asyncio.get_running_loop()

        def work(tell: Tell) -> int:
            tell("half way")
            asyncio.run_coroutine_threadsafe(going.wait(), loop).result(timeout=30)
            return 7

        seen: list[str | int] = []
        told: AsyncIterator[str | int] = working(work)
        async for step in told:
            seen.append(step)
            if step == "half way":
                going.set()
        return seen

    # In a thread of its own: the browser's driver may have a loop running in this one.
    with ThreadPoolExecutor(1) as pool:
        seen = pool.submit(asyncio.run, steps()).result(timeout=60)
    assert [step for step in seen if step != "Beginning…"] == ["half way", 7]


@pytest.fixture
def desk(tmp_path: Path) -> Callable[..., Desk]:
    """A prepared desk over a corpus of so many short articles."""

    def prepare(articles: int) -> Desk:
        corpus = tmp_path / "corpus"
        corpus.mkdir()
        for n in range(articles):
            text = (
                f"The {n + 3} windmills of Sandby stand still today, the miller said on Monday.\n"
            )
            (corpus / f"mill-{n}.txt").write_text(text, encoding="utf-8")
        made = Desk(Settings(corpus, tmp_path / "index"))
        made.start()
        return made

    return prepare


@pytest.mark.slow
def test_a_desk_checks_and_compares_and_asks_for_a_topic_where_there_is_much(
    desk: Callable[..., Desk],
) -> None:
    ready, told = desk(9), list[str]()
    found = checked(ready, "The 3 windmills of Sandby stand still today.", told.append)
    assert isinstance(found, tuple)
    assert found[0].searched.articles == 9
    assert told[-1] == "Reading the articles…"
    assert isinstance(compared(ready, "  ", told.append), Hint)
    on_topic = compared(ready, "windmills of Sandby", told.append)
    assert isinstance(on_topic, Comparison)
    assert on_topic.claims
    assert re.fullmatch(r"Comparing, \d+ of \d+ sentences…", told[-1])
    assert isinstance(checked(ready, "x" * 20_001, told.append), Problem)


def test_without_an_index_nothing_is_checked_or_compared(desk: Callable[..., Desk]) -> None:
    empty = desk(0)
    for found in (checked(empty, STATEMENT, unheard), compared(empty, "", unheard)):
        assert isinstance(found, Problem)
        assert "now" in found.heading
        assert "no article" in found.message.lower()


class Modelless(Desk):
    """A desk whose evidence model cannot be loaded."""

    def _load(self) -> None:
        raise EvidenceModelError("the evidence model is gone; restore it")


def test_why_a_model_cannot_be_loaded_is_what_a_check_tells(tmp_path: Path) -> None:
    broken = Modelless(Settings(tmp_path, tmp_path / "index"))
    broken.start()
    found = checked(broken, STATEMENT, unheard)
    assert isinstance(found, Problem)
    assert found.message == "the evidence model is gone; restore it"


# In the browser


@pytest.fixture(scope="module")
def address(run: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    index = tmp_path_factory.mktemp("shipped") / "index"
    return str(run("app.py", "--port", "0", "--corpus", "corpus", "--index", index))


def text_of_all(found: Any) -> str:
    """What several pieces of the page say together, however they are broken into lines."""
    return " ".join(" ".join(found.all_inner_texts()).split())


@pytest.mark.browser
@pytest.mark.slow
def test_a_reader_checks_a_statement_and_opens_the_quote(page: Any, address: str) -> None:
    page.goto(address)
    page.locator(".state.ready").wait_for()
    page.get_by_role("tab", name="Check").click()
    page.get_by_role("button", name="Check", exact=True).click()
    page.locator("#check-outcome .error", has_text="The statement is empty").wait_for()

    # A wrong day is told by comparing days, whatever the model thinks.
    statement = "The Leader received President Lukashenko in Iran on Tuesday."
    page.get_by_label("Statement").fill(statement)
    page.keyboard.press("Enter")
    checked = page.locator(".checked")
    checked.locator(".of", has_text=statement).wait_for()
    assert not page.locator("#check-outcome .error").is_visible()
    assert "2 articles searched" in checked.inner_text()
    headline = checked.locator(".headline").inner_text()
    assert re.search(r"say|differ", headline)
    assert page.locator("#spoken").inner_text() == headline
    cards = checked.locator("article")
    assert cards.count() == 2
    assert {cards.nth(n).locator(".outlet").inner_text() for n in (0, 1)} == {"IRNA", "IMNA"}
    quoted = checked.locator("article:has(mark)").first
    assert re.search("Says (so|otherwise)", quoted.locator(".verdict").inner_text())
    quote = text_of_all(quoted.locator("mark"))
    quoted.get_by_role("button", name="Open article").click()
    page.locator("dialog[open] mark").first.wait_for()
    assert text_of_all(page.locator("dialog[open] mark")) == quote
    page.keyboard.press("Escape")
    assert not page.locator("dialog[open]").count()

    page.get_by_label("Statement").fill(f"{statement} Nobody scored in the cup final.")
    page.click("#check")
    page.locator(".checked .headline", has_text="of 2 sentences").wait_for()
    assert page.locator(".sentence summary .of").all_inner_texts() == [
        statement,
        "Nobody scored in the cup final.",
    ]


@pytest.mark.browser
@pytest.mark.slow
def test_a_reader_compares_the_articles_and_opens_a_quote_with_the_keyboard(
    page: Any, address: str
) -> None:
    page.goto(address)
    page.locator(".state.ready").wait_for()
    page.get_by_role("tab", name="Compare").click()
    page.get_by_role("button", name="Compare", exact=True).click()
    table = page.locator("table.claims")
    table.wait_for()
    heads = table.get_by_role("columnheader")
    assert heads.all_inner_texts()[0] == "Claim"
    assert {heads.nth(n).locator(".outlet").inner_text() for n in (1, 2)} == {"IRNA", "IMNA"}
    rows = table.locator("tbody tr")
    assert rows.count() > 10
    assert table.get_by_role("rowheader").count() == rows.count()
    cells = table.locator("tbody td")
    assert cells.count() == 2 * rows.count()
    assert rows.locator("xpath=self::*[td//blockquote]").count() == rows.count()

    page.get_by_role("button", name="Said by all").click()
    assert rows.locator("visible=true").count() == table.locator("[data-who=all]").count()
    assert not table.locator("[data-who=one]").first.is_visible()
    page.get_by_role("button", name="All claims").click()
    page.get_by_text("As a picture").click()
    with page.expect_download() as saving:
        page.get_by_role("button", name="Save the picture").click()
    assert saving.value.suggested_filename == "claims.svg"
    saved = ElementTree.parse(saving.value.path()).getroot()
    assert f"{rows.count()} claims in 2 articles" in saved.attrib["aria-label"]

    cell = table.locator("td:has(summary)").first
    quote = cell.locator("blockquote")
    assert not quote.is_visible()
    cell.locator("summary").focus()
    page.keyboard.press("Enter")
    assert quote.is_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator("dialog[open] mark").first.wait_for()
    assert text_of_all(page.locator("dialog[open] mark")) == text_of_all(quote)


@pytest.mark.browser
@pytest.mark.slow
def test_on_a_phone_the_table_scrolls_and_the_page_does_not(page: Any, address: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(address)
    page.locator(".state.ready").wait_for()
    page.get_by_role("tab", name="Compare").click()
    page.get_by_label("Topic").fill("sanctions")
    page.keyboard.press("Enter")
    page.locator("table.claims").wait_for()
    assert "on “sanctions”" in page.locator(".compared .headline").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    scroll = page.locator(".scroll")
    before = page.locator("tbody th").first.bounding_box()
    assert scroll.evaluate("it => { it.scrollLeft = 999; return it.scrollLeft }") > 50
    assert page.locator("tbody th").first.bounding_box()["x"] == before["x"]
