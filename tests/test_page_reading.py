import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from index.articles import Article, Span
from index.errors import CorpusError
from index.schema import Skipped
from index.searching import Scope
from qa.page import fetching, rendering, shelving, tending
from qa.page.desk import Desk, Listing
from qa.page.marking import against, direction
from qa.page.removing import put_back, remove
from qa.page.shelving import Wanted
from qa.page.turns import Chat, Turn
from qa.replies import Answer, ArticleVerdict, Claim, Searched, cite
from qa.settings import Settings

TEXT = "The ferry to Holm stops in June.\n\nThe council decided so on Friday.\n\nNobody was asked."
FERRY = Article(
    "ferry.md", TEXT, title="The last ferry", outlet="Courier", published=date(2024, 6, 1)
)
POST = Article("post.md", "The ferry to Holm stops in July.", outlet="Post", language="en")
STOPS, DECIDED, ASKED = Span(0, 32), Span(34, 67), Span(69, 86)


def a_chat() -> Chat:
    claim = Claim(
        STOPS.of(TEXT),
        (1,),
        (
            ArticleVerdict(FERRY.name, "supports", 1),
            ArticleVerdict(POST.name, "differs", 3, "says July, not June"),
        ),
    )
    reply = Answer(
        "When?",
        "When?",
        None,
        (claim, Claim(DECIDED.of(TEXT), (2,))),
        (cite(1, FERRY, STOPS), cite(2, FERRY, DECIDED), cite(3, POST, Span(0, 32))),
        Searched(1, 2, 4),
        "quotes",
        0.1,
        (cite(1, FERRY, ASKED),),
    )
    articles = {FERRY.name: FERRY, POST.name: POST}
    return Chat("c", (Turn("When?", "When?", reply=reply, shown=2, articles=articles),))


# An answer


def test_a_difference_is_shown_word_by_word() -> None:
    assert (
        '<q dir="auto">The ferry to Holm stops in <b class="other">July</b>.</q>'
        in rendering.latest(a_chat())
    )


@pytest.mark.parametrize(
    ("statement", "quote", "shown"),
    [
        ("It cost 9 million.", "It cost 8 million.", 'It cost <b class="other">8</b> million.'),
        ("It opened.", "It opened late today.", 'It opened <b class="other">late today</b>.'),
        ("It opened late.", "It opened.", "It opened."),
        ("A goat ran.", "The mayor <i>resigned</i>.", "The mayor &lt;i&gt;resigned&lt;/i&gt;."),
    ],
)
def test_only_the_words_that_a_statement_has_otherwise_are_told_apart(
    statement: str, quote: str, shown: str
) -> None:
    assert against(statement, quote) == shown


def test_what_else_was_looked_at_is_folded_behind_the_cited_sources() -> None:
    panel = rendering.sources(a_chat())
    cited, looked = panel.split('<details class="looked">')
    assert re.findall(r'id="(\S+?)"', cited) == ["source-1-1", "source-1-2", "source-1-3"]
    assert "1 passage looked at besides" in looked
    assert 'id="looked-1-1"' in looked
    assert "Nobody was asked." in looked


def test_a_passage_looked_at_opens_as_itself_and_not_as_the_source_of_its_number() -> None:
    (turn,) = a_chat().turns
    keys = re.findall(r'data-open="1-(\w+)"', rendering.sources(a_chat()))
    assert keys == ["1", "2", "3", "l1"]
    spans = [one.span for key in keys if (one := rendering.cited(turn, key))]
    assert spans == [STOPS, DECIDED, Span(0, 32), ASKED]
    assert rendering.cited(turn, "9") is None


# An article


def test_every_quote_of_the_answer_is_marked_and_the_opened_one_told_apart() -> None:
    (turn,) = a_chat().turns
    spans = rendering.quotes_in(turn, FERRY)
    assert spans == [STOPS, DECIDED]
    view = shelving.article_view(FERRY, DECIDED, spans)
    assert re.findall(r"<mark([^>]*)>(.*?)</mark>", view) == [
        (' data-stop="1"', "The ferry to Holm stops in June."),
        (' class="opened" data-stop="1"', "The council decided so on Friday."),
    ]
    assert "Next quote" in view
    assert "Next quote" not in shelving.article_view(FERRY, DECIDED)


def test_what_is_known_of_an_article_stands_with_it_and_what_was_derived_is_marked() -> None:
    view = shelving.article_view(replace(FERRY, derived=frozenset({"outlet"})))
    assert 'Courier<abbr class="derived"' in view.split("<dl>")[1]
    assert FERRY.hash not in view  # another article by what was derived
    assert "sha256:" in view
    assert 'data-file="ferry.md"' in view


@pytest.mark.parametrize(
    ("language", "runs"),
    [("fa", "rtl"), ("ar-EG", "rtl"), ("he", "rtl"), ("en", "ltr"), (None, "auto")],
)
def test_an_article_runs_as_its_language_does(language: str | None, runs: str) -> None:
    assert direction(replace(FERRY, language=language)) == f' dir="{runs}"'


# The list of articles


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(), [FERRY, POST]),
        (Wanted("courier last"), [FERRY]),
        (Wanted(languages=("en",)), [POST]),
        (Wanted(scope=Scope(("Post", "Herald"))), [POST]),
        (Wanted(scope=Scope(first=date(2024, 6, 1))), [FERRY]),
        (Wanted(scope=Scope(last=date(2024, 5, 31))), []),
    ],
)
def test_the_list_is_narrowed_to_what_is_wanted(wanted: Wanted, found: list[Article]) -> None:
    assert [one for one in (FERRY, POST) if wanted.has(one)] == found


def test_the_status_tells_what_the_index_holds() -> None:
    listing = Listing(7, (FERRY, POST), {"ferry.md": 3, "post.md": 1}, (Skipped("x", "empty"),))
    told = shelving.status(listing, Path("/news"))
    assert "2 articles, from 2 outlets, 4 passages, 1 skipped · generation 7" in told
    assert "/news" in told


def test_a_removed_file_is_put_back_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.txt").write_text("A text.")
    key = remove("a/x.txt", tmp_path)
    assert not (tmp_path / "a" / "x.txt").exists()
    assert put_back(key, tmp_path) == "a/x.txt"
    assert (tmp_path / "a" / "x.txt").read_text() == "A text."


def test_putting_back_writes_nothing_over_and_reaches_nothing_else(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "x.txt").write_text("The first.")
    (tmp_path / "secret.txt").write_text("Not yours.")
    key = remove("x.txt", corpus)
    (corpus / "x.txt").write_text("The second.")
    with pytest.raises(CorpusError, match="another x"):
        put_back(key, corpus)
    assert (corpus / "x.txt").read_text() == "The second."
    for other in ("a/../../secret.txt", "/etc/passwd", "x/../secret.txt", "x", ""):
        with pytest.raises(CorpusError):
            put_back(other, corpus)
    assert (tmp_path / "secret.txt").is_file()


@pytest.fixture
def desk(tmp_path: Path) -> Callable[..., Desk]:
    def prepare(**texts: str) -> Desk:
        corpus = tmp_path / "corpus"
        corpus.mkdir()
        for name, text in texts.items():
            (corpus / f"{name}.txt").write_text(text, encoding="utf-8")
        made = Desk(Settings(corpus, tmp_path / "index"))
        made.start()
        while not made.settled:
            made._settled.wait()
        return made

    return prepare


@pytest.mark.slow
def test_the_last_article_cannot_be_removed_and_stays(desk: Callable[..., Desk]) -> None:
    one = desk(mill="The windmill of Sandby stands still today, the miller said on Monday.")
    told = tending.removed(one, "mill.txt")
    assert "cannot be removed" in told
    assert "holds no article" in told
    assert (one.settings.corpus / "mill.txt").is_file()
    assert one.state.phase == "ready"


@pytest.mark.slow
def test_a_followed_folder_is_brought_in_line_by_itself(desk: Callable[..., Desk]) -> None:
    one = desk(mill="The windmill of Sandby stands still today, the miller said on Monday.")
    one.watcher.switch(True)
    one.watcher.switch(True)
    text = "The ferry to Holm stops in June, the council decided on Friday.\n"
    (one.settings.corpus / "ferry.txt").write_text(text, encoding="utf-8")
    while len(one.listing().articles) < 2:
        one._writing.acquire()
        one._writing.release()
    assert one.watcher.on
    one.watcher.switch(False)
    assert not one.watcher.on


@pytest.mark.slow
def test_every_text_of_an_article_can_be_read(desk: Callable[..., Desk]) -> None:
    before = "The windmill of Sandby stands still today, the miller said on Monday."
    one = desk(mill=before)
    (one.settings.corpus / "mill.txt").write_text(before.replace("stands still", "turns"))
    one.update()
    now = fetching.article_view(one, "mill.txt")
    assert "turns today" in now
    assert "since it was quoted" not in now
    assert 'data-version="1"' in now
    earlier = fetching.article_view(one, "mill.txt", 1)
    assert "stands still today" in earlier
    assert "has changed since it was quoted" in earlier
    assert "has no version 3" in fetching.article_view(one, "mill.txt", 3)


# In the browser

PERSIAN = """---
title: پل تازه در نورویک
outlet: روزنامه
language: fa
---

پل تازه در نورویک روز دوشنبه گشایش یافت.
"""


@pytest.fixture(scope="module")
def served(run: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    folder = tmp_path_factory.mktemp("reading")
    corpus = folder / "corpus"
    corpus.mkdir()
    head = "---\ntitle: {}\noutlet: {}\nlanguage: en\npublished: {}\n---\n\n"
    (corpus / "ferry.md").write_text(head.format("The last ferry", "Courier", "2024-06-01") + TEXT)
    (corpus / "post.md").write_text(
        head.format("Ferry news", "Post", "2024-06-02") + "The ferry to Holm stops in July."
    )
    (corpus / "bridge.md").write_text(PERSIAN, encoding="utf-8")
    address = run("app.py", "--port", "0", "--corpus", corpus, "--index", folder / "index")
    return str(address), folder


def opened(page: Any, served: tuple[str, Path]) -> None:
    page.goto(served[0])
    page.locator(".state.ready").wait_for()


def ask(page: Any, question: str) -> Any:
    page.fill("#question textarea", question)
    page.click("#ask")
    asked = page.locator(".turn", has_text=question).last
    asked.locator("xpath=self::*[@data-done='true']").wait_for()
    return asked


@pytest.mark.browser
@pytest.mark.slow
def test_a_reader_steps_through_the_quotes_and_saves_the_original(
    page: Any, served: tuple[str, Path]
) -> None:
    opened(page, served)
    ask(page, "When does the ferry to Holm stop?")
    page.locator("#sources .source", has_text="Courier").get_by_role(
        "button", name="Open article"
    ).first.click()
    dialog = page.locator("dialog[open]")
    dialog.locator("mark.opened").first.wait_for()
    marks = dialog.locator("mark[data-stop]")
    if marks.count() > 1:
        first = dialog.locator("mark.opened").inner_text()
        dialog.get_by_role("button", name="Next quote").click()
        assert dialog.locator("mark.opened").inner_text() != first
        dialog.get_by_role("button", name="Previous quote").click()
        assert dialog.locator("mark.opened").inner_text() == first
    with page.expect_download() as saving:
        dialog.get_by_role("button", name="Save the original file").click()
    assert saving.value.suggested_filename == "ferry.md"
    saved = Path(saving.value.path()).read_bytes()
    assert saved == (served[1] / "corpus" / "ferry.md").read_bytes()


@pytest.mark.browser
@pytest.mark.slow
def test_an_article_is_found_removed_and_put_back(page: Any, served: tuple[str, Path]) -> None:
    opened(page, served)
    page.get_by_role("tab", name="Articles").click()
    rows = page.locator("table.articles tbody tr")
    page.locator("table.articles").wait_for()
    assert rows.count() == 3
    assert "3 articles, from 3 outlets" in page.locator("#status").inner_text()
    page.get_by_label("From", exact=True).fill("2024-06-02")
    page.wait_for_function("document.querySelectorAll('table.articles tbody tr').length === 1")
    assert "Ferry news" in rows.inner_text()
    page.get_by_label("From", exact=True).fill("")
    page.get_by_label("Find").fill("نورویک")
    page.wait_for_function("document.querySelectorAll('table.articles tbody tr').length === 1")
    page.get_by_label("Find").fill("")
    page.locator("#articles [data-article='bridge.md']").click()
    text = page.locator("dialog[open] .text")
    text.wait_for()
    assert text.evaluate("it => getComputedStyle(it).direction") == "rtl"
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Remove bridge.md").click()
    page.locator(".report", has_text="1 removed").wait_for()
    page.locator(".state.ready", has_text="Ready: 2 articles").wait_for()
    page.get_by_role("button", name="Undo").click()
    page.locator(".report", has_text="1 added").wait_for()
    page.locator("#articles [data-article='bridge.md']").wait_for()


@pytest.mark.browser
@pytest.mark.slow
def test_a_file_that_lands_in_a_followed_folder_is_indexed(
    page: Any, served: tuple[str, Path]
) -> None:
    corpus = served[1] / "corpus"
    opened(page, served)
    page.get_by_role("tab", name="Articles").click()
    # It is on unless somebody switches it off.
    page.locator("#follow input:checked").wait_for()
    (corpus / "tram.txt").write_text(
        "Night trams return\n\nThe night trams run again from June, the mayor said."
    )
    page.locator(".state.ready", has_text="Ready: 4 articles").wait_for()
    page.get_by_label("Follow the folder").uncheck()
    page.get_by_role("button", name="Rebuild").click()
    page.locator("#articles [data-article='tram.txt']").wait_for()
    page.get_by_role("button", name="Remove tram.txt").click()
    page.locator(".state.ready", has_text="Ready: 3 articles").wait_for()


@pytest.mark.browser
@pytest.mark.slow
def test_an_old_answer_opens_the_text_that_it_quoted_and_the_one_there_is_now(
    page: Any, served: tuple[str, Path]
) -> None:
    post = served[1] / "corpus" / "post.md"
    before = post.read_text(encoding="utf-8")
    opened(page, served)
    ask(page, "When does the ferry to Holm stop?")
    source = page.locator("#sources .source", has_text="The ferry to Holm stops in July.").first
    source.wait_for()
    post.write_text(before.replace("stops in July", "goes on"), encoding="utf-8")
    page.get_by_role("tab", name="Articles").click()
    page.get_by_role("button", name="Rebuild").click()
    page.locator(".report", has_text="1 changed").wait_for()
    page.reload()
    source.locator(".since", has_text="has changed since it was quoted").wait_for()
    source.get_by_role("button", name="Open article").click()
    dialog = page.locator("dialog[open]")
    assert "stops in July" in dialog.locator("mark.opened").inner_text()
    assert "has changed since it was quoted" in dialog.locator(".since").inner_text()
    dialog.get_by_text("About this article").click()
    dialog.get_by_role("button", name="Open version 2").click()
    dialog.locator(".text", has_text="The ferry to Holm goes on.").wait_for()
    assert dialog.locator(".since").count() == 0
