import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from index.articles import Article, Span
from index.errors import IndexMissing
from index.schema import Skipped
from qa.answering import Question
from qa.page import marking, rendering, shelving
from qa.page.desk import Listing, State
from qa.page.shelving import Wanted
from qa.page.turns import Chat, Problem, Turn, answered, fail, stop
from qa.page.uploading import safe_name, take
from qa.page.watching import Watcher
from qa.replies import (
    Answer,
    ArticleVerdict,
    Claim,
    Looking,
    Refusal,
    Reply,
    Searched,
    Verdict,
    cite,
)
from qa.settings import Settings
from qa.wording import agreement

HOSTILE = (
    "<script>alert(1)</script> **bold** [x](javascript:1) ![i](http://evil.test/i) $x$ {{a}} "
    '`b` "q"'
)
BRIDGE = Article(
    name="gazette/bridge.md",
    text="A bridge opens\n\nThe bridge opened on Monday. It cost 9 million crowns.\n\nIt is green.",
    title="A bridge opens",
    outlet="Gazette",
    published=date(2024, 5, 6),
    language="en",
    kind="summary",
    derived=frozenset({"published"}),
)
COURIER = replace(BRIDGE, name="courier.txt", outlet="Courier", kind=None, derived=frozenset())
OPENED = Span(16, 44)
SEARCHED = Searched(generation=1, articles=2, passages=4)


def an_answer(article: Article = BRIDGE, span: Span = OPENED, **changed: Any) -> Answer:
    claim = Claim(
        span.of(article.text), (1,), (ArticleVerdict(article.name, "supports", citation=1),)
    )
    answer = Answer(
        question="When did it open?",
        standalone="When did it open?",
        opening=None,
        claims=(claim,),
        citations=(cite(1, article, span),),
        searched=SEARCHED,
        writer="quotes",
        seconds=0.1,
    )
    return replace(answer, **changed)


def a_refusal(**changed: Any) -> Refusal:
    refusal = Refusal(
        question="Who painted it?",
        standalone="Who painted it?",
        closest=(cite(1, BRIDGE, OPENED),),
        searched=SEARCHED,
        published=(date(2024, 5, 6), date(2024, 5, 6)),
        writer="quotes",
        seconds=0.1,
    )
    return replace(refusal, **changed)


def a_turn(reply: Reply, **changed: Any) -> Turn:
    articles = {BRIDGE.name: BRIDGE, COURIER.name: COURIER}
    turn = Turn(reply.question, reply.standalone, reply=reply, shown=9, articles=articles)
    return replace(turn, **changed)


def a_chat(*turns: Turn) -> Chat:
    return Chat("c", turns)


def transcript(turns: Sequence[Turn]) -> str:
    """A whole chat, as its two parts show it."""
    chat = a_chat(*turns)
    return rendering.earlier(chat) + rendering.latest(chat)


def panel_of(turns: Sequence[Turn], n: int | None = None) -> str:
    return rendering.sources(a_chat(*turns), n)


class Tags(HTMLParser):
    """The tags and the text that a browser would see."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def names(self) -> set[str]:
        return {tag for tag, _ in self.tags}


# What is shown


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
    note = ArticleVerdict("y.md", "differs", note=HOSTILE)
    answer = an_answer(
        article, span, question=HOSTILE, standalone="other " + HOSTILE, writer=HOSTILE
    )
    claim = replace(answer.claims[0], articles=(*answer.claims[0].articles, note))
    turn = a_turn(replace(answer, claims=(claim,)), articles={"x.md": article})
    for html in (
        transcript([turn]),
        panel_of([turn]),
        shelving.article_view(article, span),
        shelving.listing([article], {}, [Skipped(HOSTILE, HOSTILE)]),
        rendering.welcome([HOSTILE]),
        transcript([replace(turn, problem=Problem(HOSTILE, HOSTILE))]),
        shelving.state_line("preparing", HOSTILE),
        rendering.welcome((), Problem("Not ready", HOSTILE)),
    ):
        seen = Tags(html)
        assert HOSTILE in seen.text
        assert not seen.names() & {"script", "img", "a"}
        assert not any(name.startswith("on") for _, attributes in seen.tags for name in attributes)
        assert not any(character in html for character in "$`{}*")


def test_a_marker_in_the_answer_names_its_source_card() -> None:
    turns = [a_turn(an_answer()), a_turn(an_answer())]
    markers = [told["data-cite"] for _, told in Tags(transcript(turns)).tags if "data-cite" in told]
    assert list(dict.fromkeys(markers)) == ["1-1", "2-1"]
    for n in (1, 2):
        tags = Tags(panel_of(turns, n)).tags
        assert [told["id"] for _, told in tags if "id" in told] == [f"source-{n}-1"]


def test_the_panel_shows_the_last_turns_sources_unless_another_is_asked_for() -> None:
    turns = [a_turn(an_answer(question="Which bridge?")), a_turn(an_answer())]
    assert 'data-turn="2"' in panel_of(turns)
    assert "Question" not in Tags(panel_of(turns)).text
    assert 'data-turn="1"' in panel_of(turns, 1)
    assert "Question 1: Which bridge?" in Tags(panel_of(turns, 1)).text


def test_the_quote_is_marked_in_its_paragraph_and_in_the_article() -> None:
    paragraph = marking.quoted(cite(1, BRIDGE, OPENED))
    assert paragraph == "<mark>The bridge opened on Monday.</mark> It cost 9 million crowns."
    view = shelving.article_view(BRIDGE, OPENED)
    assert 'class="opened" data-stop="1">The bridge opened on Monday.</mark> It cost' in view
    assert view.count("<mark") == 1
    assert view.count("A bridge opens</h2>") == 1


def test_a_quote_over_two_paragraphs_is_marked_in_both() -> None:
    view = shelving.article_view(BRIDGE, Span(45, len(BRIDGE.text)))
    assert ">It cost 9 million crowns.</mark></p>" in view
    assert ">It is green.</mark></p>" in view
    assert view.count("data-stop=") == 1


def test_a_very_long_paragraph_is_cut_around_its_quote_not_in_it() -> None:
    quote = "The one that counts."
    text = "Word after word. " * 200 + quote + " More and more." * 200
    start = text.index(quote)
    shown = marking.quoted(cite(1, replace(BRIDGE, text=text), Span(start, start + len(quote))))
    assert f">{quote}</mark>" in shown
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert len(shown) < 1_000


def test_derived_values_and_summaries_are_marked_as_such() -> None:
    shown = marking.known(BRIDGE)
    assert '6 May 2024<abbr class="derived"' in shown
    assert "Gazette</span>" in shown
    assert ">summary</span>" in shown
    assert "derived" not in marking.known(COURIER)
    assert "Worked out from" in Tags(panel_of([a_turn(an_answer())])).text


def test_an_unknown_date_says_so() -> None:
    assert "no date" in marking.known(replace(BRIDGE, published=None))


def test_a_refusal_shows_what_was_searched_and_the_closest_passages_as_such() -> None:
    turn = a_turn(a_refusal())
    chat, panel = transcript([turn]), Tags(panel_of([turn])).text
    assert "The articles do not say" in Tags(chat).text
    assert "Searched 2 articles, dated 2024-05-06" in chat
    assert 'class="reply refusal"' in chat
    assert "alert" not in chat
    assert "Closest passages — not an answer" in panel
    assert "The bridge opened on Monday." in panel


def test_an_error_never_looks_like_a_refusal() -> None:
    shown = rendering.problem(Problem("The index cannot answer now", "it is gone; rebuild it"))
    assert 'class="reply error" role="alert"' in shown
    assert "do not say" not in shown
    assert "It is gone; rebuild it." in shown


def test_a_follow_up_shows_how_it_was_understood() -> None:
    resolved = an_answer(question="When did it?", standalone="When did the bridge open?")
    assert "Understood as: When did the bridge open?" in Tags(transcript([a_turn(resolved)])).text
    assert "Understood" not in transcript([a_turn(an_answer())])


def test_a_long_list_of_articles_is_cut_and_says_so() -> None:
    articles = [replace(BRIDGE, name=f"{n}.md") for n in range(shelving.MAX_ROWS + 5)]
    shown = shelving.listing(articles, {}, ())
    assert shown.count("<tr>") == shelving.MAX_ROWS + 1
    assert "The first 200 of 205 are shown" in shown
    assert shelving.listing(articles, {}, (), Wanted("gazette 203.md")).count("<tr>") == 2


VERDICTS: list[tuple[list[tuple[str, Verdict]], str | None]] = [
    ([("g", "supports"), ("c", "supports")], "2 of 2 articles say this"),
    ([("g", "supports"), ("c", "silent")], "only Gazette says this"),
    ([("u", "supports"), ("c", "silent")], "only 1 of 2 articles says this"),
    ([("g", "supports"), ("c", "differs")], "they differ"),
    (
        [("g", "supports"), ("c", "differs"), ("u", "silent")],
        "1 of 3 articles says this, 1 differs",
    ),
    ([("g", "supports")], "Gazette says this"),
    ([], None),
]


@pytest.mark.parametrize(("verdicts", "expected"), VERDICTS)
def test_the_agreement_says_who_says_it(
    verdicts: list[tuple[str, Verdict]], expected: str | None
) -> None:
    claim = Claim("x", (1,), tuple(ArticleVerdict(name, verdict, 1) for name, verdict in verdicts))
    told = agreement(claim, {"g": BRIDGE, "c": COURIER})
    assert (told[1] if told else None) == expected


# The turns of a chat


class Script:
    """Answers with prepared steps, or raises them; remembers what it was asked."""

    def __init__(self, *steps: str | Looking | Reply | Exception) -> None:
        self.steps = steps
        self.asked: list[Question] = []

    def stream(self, question: Question, drafting: bool = False) -> Iterator[str | Looking | Reply]:
        self.asked.append(question)
        for step in self.steps:
            if isinstance(step, Exception):
                raise step
            yield step

    def named(self, reply: Reply) -> dict[str, Article]:
        return {BRIDGE.name: BRIDGE}


def test_a_turn_says_what_is_done_and_then_shows_claim_after_claim() -> None:
    two = an_answer(opening=replace(an_answer().claims[0], text="On Monday."))
    turns = list(answered(Script("Preparing…", Looking("When?", 2), two), " When? ", []))
    assert [(turn.waiting, turn.shown, turn.done) for turn in turns] == [
        ("Looking…", 0, False),
        ("Preparing…", 0, False),
        ("Looking in 2 articles…", 0, False),
        ("Looking in 2 articles…", 0, False),
        ("Looking in 2 articles…", 1, False),
        ("Looking in 2 articles…", 2, True),
    ]
    assert turns[0].question == "When?"


def test_a_follow_up_is_asked_with_the_earlier_questions() -> None:
    script = Script(a_refusal())
    failed = Turn("Lost?", problem=Problem("", ""))
    list(answered(script, "And he?", [a_turn(an_answer()), failed]))
    assert script.asked[0].history == ("When did it open?",)


def test_what_goes_wrong_with_the_index_or_the_question_is_an_error_not_a_refusal() -> None:
    *_, broken = answered(Script(IndexMissing("no index in x; run y")), "When?", [])
    *_, empty = answered(Script(), "  ", [])
    assert broken.problem is not None
    assert broken.problem.message == "no index in x; run y"
    assert empty.problem is not None
    assert "empty" in empty.problem.message
    assert broken.done
    assert empty.done


def test_stopping_keeps_what_is_shown_and_leaves_finished_turns_alone() -> None:
    whole = a_turn(an_answer())
    begun = replace(whole, shown=0)
    assert stop(a_chat(whole, begun)) == a_chat(whole, replace(begun, stopped=True))
    assert stop(a_chat(whole)) == a_chat(whole) == fail(a_chat(whole))
    assert fail(a_chat(begun)).turns[0].problem is not None


# Uploads


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("news.txt", "news.txt"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\news\\a.md", "a.md"),
        (".hidden.md", "hidden.md"),
        ("a\x00b\u202e.txt", "ab.txt"),
        ("خبر.html", "خبر.html"),
        ("..", "article"),
        ("x" * 300 + ".txt", "x" * 100 + ".txt"),
    ],
)
def test_an_uploaded_file_gets_a_safe_name(given: str, kept: str) -> None:
    assert safe_name(given) == kept


def test_an_upload_never_overwrites_another_article(tmp_path: Path) -> None:
    corpus, sent = tmp_path / "corpus", tmp_path / "sent"
    corpus.mkdir()
    sent.mkdir()
    (corpus / "a.txt").write_text("The first article. It is about a bridge.", encoding="utf-8")
    upload = sent / "a.txt"
    upload.write_text("Another article. It is about a ship.", encoding="utf-8")
    first, second = take(upload, corpus), take(upload, corpus)
    assert (first.name, second.name) == ("a-2.txt", "a-2.txt")
    assert "another a.txt" in first.note
    assert "already" in second.note
    assert sorted(path.name for path in corpus.iterdir()) == ["a-2.txt", "a.txt"]
    assert "bridge" in (corpus / "a.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.pdf", "text", "not a .txt"),
        ("a.txt", " ", "empty"),
        ("README.md", "A text.", "README"),
        ("a.md", "---\ntitle: x\n---\n", "front matter without a text"),
    ],
)
def test_a_file_that_is_no_article_is_not_taken_and_says_why(
    tmp_path: Path, name: str, content: str, reason: str
) -> None:
    corpus, upload = tmp_path / "corpus", tmp_path / name
    corpus.mkdir()
    upload.write_text(content, encoding="utf-8")
    taken = take(upload, corpus)
    assert taken.name is None
    assert reason in taken.note
    assert not list(corpus.iterdir())


# In the browser

GAZETTE = """---
title: Harbour bridge opens in Norrvik
outlet: Norrvik Gazette
published: 2024-05-06
language: en
---

The harbour bridge in Norrvik was opened on Monday by Mayor Ilse Brandt. Hundreds came.

The bridge cost 9 million crowns, the mayor said at the ceremony. It is 240 metres long.

Work on the harbour bridge began in 2021 and was interrupted twice by storms.
"""
NASTY = """---
title: "<img src=http://evil.test/x.png onerror=alert(1)> The lighthouse <script>alert(2)</script>"
outlet: "<b>Post</b>"
language: en
---

The lighthouse keeper of Norrvik said <script>alert(3)</script> that **the lamp** costs $5$ [here](http://evil.test).
"""
FERRY = """---
title: Short notices
outlet: Holm Courier
language: en
---

The ferry between Norrvik and Holm will stop running in September, the ferry company announced.
"""


@pytest.fixture(scope="module")
def address(run: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("page")
    corpus = folder / "corpus"
    corpus.mkdir()
    (corpus / "bridge.md").write_text(GAZETTE, encoding="utf-8")
    (corpus / "nasty.md").write_text(NASTY, encoding="utf-8")
    (corpus / "broken.txt").write_text(" ", encoding="utf-8")
    return str(run("app.py", "--port", "0", "--corpus", corpus, "--index", folder / "index"))


def ask(page: Any, question: str) -> Any:
    """Asks and waits for the reply; gives its turn."""
    page.fill("#question textarea", question)
    page.click("#ask")
    turn = page.locator(".turn", has_text=question).last
    turn.locator("xpath=self::*[@data-done='true']").wait_for()
    return turn


@pytest.mark.browser
@pytest.mark.slow
def test_a_reader_asks_opens_the_source_and_adds_an_article(
    page: Any, address: str, tmp_path: Path
) -> None:
    page.goto(address)
    page.locator(".state.ready", has_text="Ready: 2 articles").wait_for()
    turn = ask(page, "What did the harbour bridge cost?")
    assert "9 million crowns" in turn.locator(".claim").first.inner_text()
    turn.get_by_role("button", name="Source 1: Norrvik Gazette").first.click()
    card = page.locator("#source-1-1")
    assert "flash" in card.get_attribute("class")
    assert "9 million crowns" in card.locator("mark").inner_text()
    assert "6 May 2024" in card.inner_text()
    assert page.evaluate("document.activeElement.id") == "source-1-1"

    card.get_by_role("button", name="Open article").click()
    dialog = page.locator("dialog[open]")
    dialog.locator("mark").wait_for()
    assert "9 million crowns" in dialog.locator("mark").inner_text()
    assert "interrupted twice by storms" in dialog.inner_text()
    page.keyboard.press("Escape")
    assert not dialog.is_visible()

    refusal = ask(page, "Who won the chess championship in Chennai?")
    assert "The articles do not say." in refusal.inner_text()
    assert "not an answer" in page.locator("#sources section:not([hidden])").inner_text()
    turn.locator(".cite").first.click()
    page.locator("#source-1-1").wait_for()

    page.get_by_role("tab", name="Articles").click()
    page.locator("#articles .skipped", has_text="broken.txt").wait_for()
    upload = tmp_path / "ferry.md"
    upload.write_text(FERRY, encoding="utf-8")
    refused = tmp_path / "table.csv"
    refused.write_text("a,b", encoding="utf-8")
    page.set_input_files("#upload input[type=file]", [upload, refused])
    page.locator(".report", has_text="1 added").wait_for()
    told = page.locator(".report").inner_text()
    assert "ferry.md kept as ferry.md" in told
    assert "table.csv not taken" in told
    page.locator("#articles", has_text="Short notices").wait_for()
    page.locator(".state.ready", has_text="Ready: 3 articles").wait_for()
    page.click("#rebuild")
    page.locator(".report", has_text="0 added, 0 changed, 0 removed, 3 unchanged").wait_for()

    page.get_by_role("tab", name="Ask").click()
    turn = ask(page, "When will the ferry between Norrvik and Holm stop running?")
    assert "September" in turn.locator(".claim").first.inner_text()
    assert "only Holm Courier says this" in turn.inner_text()


@pytest.mark.browser
@pytest.mark.slow
def test_hostile_articles_and_questions_stay_text_in_the_browser(page: Any, address: str) -> None:
    page.goto(address)
    page.locator(".state.ready").wait_for()
    asked = "What costs the lamp of the lighthouse keeper <script>alert(4)</script> $x$ ![i](http://evil.test)?"
    turn = ask(page, asked)
    assert turn.locator(".asked").inner_text() == asked
    assert "<script>alert(3)</script> that **the lamp** costs $5$ [here](" in turn.inner_text()
    page.locator("#sources [data-open]").first.click()
    page.locator("dialog[open]").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Articles").click()
    page.locator("#articles button", has_text="<script>alert(2)</script>").click()
    page.locator("dialog[open]", has_text="<script>alert(3)</script>").wait_for()
    assert page.locator("img[src*=evil]").count() == 0


@pytest.mark.browser
@pytest.mark.slow
def test_a_phone_shows_the_sources_below_the_chat_without_scrolling_sideways(
    page: Any, address: str
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(address)
    page.locator(".state.ready").wait_for()
    ask(page, "What did the harbour bridge cost?")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("#transcript .cite").first.click()
    card = page.locator("#source-1-1").bounding_box()
    chat = page.locator("#chat").bounding_box()
    assert card["y"] > chat["y"] + chat["height"]


class SlowDesk:
    """A desk whose first answer takes longer than anyone waits."""

    state = State("ready", "Ready: 2 articles")
    examples = ("When did it open?",)
    settled = True

    def __init__(self) -> None:
        self.first = True

    def start(self, follow: bool) -> None: ...

    def refresh(self) -> None: ...

    def listing(self) -> Listing:
        return Listing()

    def outlets(self) -> tuple[str, ...]:
        return ()

    @property
    def settings(self) -> Settings:
        return Settings(Path("corpus"), Path("index"))

    @property
    def watcher(self) -> Watcher:
        return Watcher(Path("corpus"), lambda unfinished: None)

    def stream(self, question: Question, drafting: bool = False) -> Iterator[Looking | Reply]:
        yield Looking(question.text, 2)
        if self.first:
            self.first = False
            time.sleep(60)
        yield an_answer(question=question.text, standalone=question.text)

    def named(self, reply: Reply) -> dict[str, Article]:
        return {BRIDGE.name: BRIDGE}


def serve_slowly() -> None:
    from app import serve

    serve(SlowDesk(), "127.0.0.1", None, open_browser=False)


@pytest.mark.browser
@pytest.mark.slow
def test_an_answer_can_be_stopped_asked_again_and_cleared(page: Any, run: Any) -> None:
    page.goto(run("-c", "import tests.test_page as told; told.serve_slowly()"))
    page.locator(".example").click()
    page.locator(".waiting", has_text="Looking in 2 articles").wait_for()
    page.click("#stop")
    page.locator(".stopped").wait_for()
    assert page.locator("#ask").is_visible()
    page.click("#retry")
    page.locator(".turn .claim", has_text="The bridge opened on Monday.").wait_for()
    assert page.locator(".turn").count() == 1
    page.click("#clear")
    page.locator(".welcome").wait_for()
    assert page.locator(".turn").count() == 0
