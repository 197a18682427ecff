import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from index.articles import Article, Span
from index.history import Version
from index.searching import Scope
from qa.page import rendering, shelving
from qa.page.chats import UnreadableChat, Versions, chat_from, kept, turn_json
from qa.page.exporting import FORMATS, copied, export
from qa.page.offering import questions_from
from qa.page.turns import Chat, Problem, Turn
from qa.replies import Answer, ArticleVerdict, Claim, Refusal, Searched, cite

TEXT = "The ferry to Holm stops in June. The council decided so on Friday. Nobody was asked."
FERRY = Article(
    "courier/ferry.md",
    TEXT,
    title="The last ferry",
    outlet="Courier",
    published=date(2024, 6, 1),
    url="https://courier.test/ferry",
    derived=frozenset({"title"}),
)
POST = Article("post.md", "The ferry will stop in July.", outlet="Post")
STOPS, DECIDED = Span(0, 32), Span(33, 66)
SEARCHED = Searched(3, 2, 9, "of Courier or Post")
NOW = datetime(2024, 6, 2, 12, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script> ![i](http://evil.test) **b** [x](javascript:1) `c` $x$"


def answer(question: str = "When does the ferry stop?") -> Answer:
    claim = Claim(
        STOPS.of(TEXT),
        (1,),
        (
            ArticleVerdict(FERRY.name, "supports", 1),
            ArticleVerdict(POST.name, "differs", 2, "says July, not June"),
        ),
    )
    citations = (cite(1, FERRY, STOPS), cite(2, POST, Span(0, 28)))
    opening = Claim("In June.", (1,))
    looked_at = (cite(1, FERRY, DECIDED),)
    return Answer(
        question, question, opening, (claim,), citations, SEARCHED, "quotes", 0.2, looked_at
    )


def turn(**changed: Any) -> Turn:
    made = Turn(
        "When does the ferry stop?",
        "When does the ferry stop?",
        reply=answer(),
        shown=2,
        articles={FERRY.name: FERRY, POST.name: POST},
        scope=Scope(("Courier", "Post")),
    )
    return replace(made, **changed)


REFUSED = Turn(
    "Who painted it?",
    "Who painted the ferry?",
    reply=Refusal(
        "Who painted it?",
        "Who painted the ferry?",
        (cite(1, FERRY, STOPS),),
        SEARCHED,
        (date(2024, 6, 1), date(2024, 6, 1)),
        "quotes",
        0.1,
    ),
)
BROKEN = Turn("Why?", problem=Problem("This cannot be answered now", "the index is gone"))
CHAT = Chat("abc", (turn(), REFUSED, BROKEN, Turn("And?", stopped=True)))


def still_there(name: str) -> tuple[Version, ...]:
    return tuple(
        Version(1, one, "2024-06-01T08:00:00+00:00", None, "current")
        for one in (FERRY, POST)
        if one.name == name
    )


def changed_since(name: str) -> tuple[Version, ...]:
    """The ferry's article as it was quoted, and as it reads now."""
    if name != FERRY.name:
        return still_there(name)
    now = replace(FERRY, text="The ferry to Holm goes on. The council decided so on Friday.")
    times = ("2024-06-01T08:00:00+00:00", "2024-06-03T08:00:00+00:00")
    return (Version(1, FERRY, *times, "changed since"), Version(2, now, times[1], None, "current"))


def gone(name: str) -> tuple[Version, ...]:
    return ()


def through_a_browser(chat: Chat, versions: Versions) -> Chat:
    told = {"id": chat.id, "turns": [turn_json(one) for one in chat.turns]}
    return chat_from(json.loads(json.dumps(told)), versions)


def shown(chat: Chat) -> str:
    panels = [rendering.sources(chat, n) for n in range(1, len(chat.turns) + 1)]
    return rendering.earlier(chat) + rendering.latest(chat) + "".join(panels)


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


# Kept in the browser


def test_a_chat_comes_back_from_a_browser_as_it_was() -> None:
    back = through_a_browser(CHAT, still_there)
    assert shown(back) == shown(CHAT)
    assert [one.scope for one in back.turns] == [one.scope for one in CHAT.turns]
    assert through_a_browser(back, still_there) == back


def test_what_was_quoted_stays_when_the_article_is_gone_and_the_page_says_so() -> None:
    back = through_a_browser(CHAT, gone)
    html = rendering.sources(back, 1)
    assert "The ferry to Holm stops in June." in html
    assert "1 June 2024" in html
    assert html.count("No text of this article has the quote") == 3
    assert "data-open" not in html
    # What is kept and exported still says where the quote stood.
    assert turn_json(back.turns[0]) == turn_json(CHAT.turns[0])


def test_what_was_quoted_from_an_earlier_text_opens_there_and_says_what_became_of_it() -> None:
    back = through_a_browser(CHAT, changed_since)
    html = rendering.sources(back, 1)
    # Of three sources one is of the other article, and two are of the text as it was.
    assert html.count("The article has changed since it was quoted.") == 2
    assert html.count("data-open") == 3
    cited = rendering.cited(back.turns[0], "1")
    assert cited
    assert cited.article == FERRY
    view = shelving.article_view(cited.article, cited.span, versions=changed_since(FERRY.name))
    assert "as it was indexed from 1 June 2024 to 3 June 2024" in view
    assert 'data-version="2"' in view
    assert 'data-version="1"' not in view


def test_a_quote_that_the_article_does_not_have_is_never_opened_in_it() -> None:
    told = {"id": "abc", "turns": [json.loads(json.dumps(turn_json(turn())))]}
    told["turns"][0]["citations"][0]["quote"] = "The ferry to Holm runs for ever."
    back = chat_from(told, still_there)
    assert back.turns[0].gone == {FERRY.name}


@pytest.mark.parametrize(
    "told",
    [
        None,
        [],
        {"id": "a"},
        {"id": "a", "turns": "x"},
        {"id": 1, "turns": []},
        {"id": "a", "turns": [{}]},
        {"id": "a", "turns": [turn_json(turn()) | {"citations": []}]},
        {"id": "a", "turns": [turn_json(turn()) | {"rating": "<b>"}]},
        {"id": "a", "turns": [turn_json(turn()) | {"scope": {"first": "soon"}}]},
    ],
)
def test_what_is_no_chat_is_told_as_such(told: Any) -> None:
    with pytest.raises(UnreadableChat, match="cannot be read"):
        chat_from(told, still_there)


def test_only_finished_turns_are_kept_and_each_with_the_length_of_its_chat() -> None:
    begun = Chat("abc", (turn(), Turn("And?")))
    assert kept(Chat()) is None
    assert (kept(begun) or {})["turn"] is None
    told = kept(CHAT, 1) or {}
    assert (told["chat"], told["count"], told["n"]) == ("abc", 4, 1)
    assert told["turn"]["question"] == "When does the ferry stop?"


def test_an_edited_question_replaces_itself_and_what_follows_only_when_it_is_asked() -> None:
    edited = CHAT.edit(2)
    assert edited.turns == CHAT.turns
    assert "replaces question 2 and the 2 questions after it" in rendering.editing(edited)
    assert edited.before().turns == CHAT.turns[:1]
    assert edited.edit(0).editing is None
    assert rendering.editing(CHAT) == ""
    assert CHAT.before().turns == CHAT.turns


def test_a_rating_is_shown_and_kept() -> None:
    chat = through_a_browser(CHAT, still_there).rate(1, "bad", "not <b>this</b>")
    pressed = [
        told["data-rate"]
        for _, told in Tags(rendering.earlier(chat)).tags
        if told.get("aria-pressed") == "true"
    ]
    assert pressed == ["bad"]
    assert through_a_browser(chat, still_there).turns[0].reason == "not <b>this</b>"


# Taken along


def test_an_export_has_every_citation_with_all_that_tells_where_it_stands() -> None:
    for format in FORMATS:
        text = export(CHAT, format, NOW)["text"]
        for told in (
            "Courier",
            "The last ferry",
            "2024-06-01",
            "https://courier.test/ferry",
            "The ferry to Holm stops in June.",
            FERRY.hash,
            POST.hash,
            "The articles do not say.",
            "the index is gone",
        ):
            assert told in text, (format, told)
    offsets = {"json": '"start": 0,\n     "end": 32', "markdown": "0–32", "html": "0–32"}
    for format in FORMATS:
        assert offsets[format] in export(CHAT, format, NOW)["text"]


def test_the_json_export_is_read_back_as_the_chat() -> None:
    told = json.loads(export(CHAT, "json", NOW)["text"])
    assert chat_from({"id": "abc", "turns": told["turns"]}, still_there).turns[0].reply == answer()


def test_every_marker_of_the_markdown_has_its_footnote() -> None:
    text = export(CHAT, "markdown", NOW)["text"]
    assert set(re.findall(r"(\[\^1-\d\]): ", text)) == {"[^1-1]", "[^1-2]"}
    assert "The ferry to Holm stops in June. [^1-1]" in text


def test_an_export_is_named_for_its_first_question() -> None:
    assert export(CHAT, "html", NOW)["name"] == "when-does-the-ferry-stop.html"
    assert export(Chat(), "json", NOW)["name"] == "chat.json"


def test_hostile_text_stays_text_in_an_export() -> None:
    article = replace(FERRY, text=HOSTILE, title=HOSTILE, outlet=HOSTILE, url="javascript:alert(1)")
    whole = Span(0, len(HOSTILE))
    claim = Claim(HOSTILE, (1,), (ArticleVerdict(article.name, "supports", 1),))
    reply = replace(
        answer(HOSTILE),
        standalone="other " + HOSTILE,
        opening=None,
        claims=(claim,),
        citations=(cite(1, article, whole),),
    )
    chat = Chat("abc", (Turn(HOSTILE, HOSTILE, reply=reply, shown=1),))
    page = Tags(export(chat, "html", NOW)["text"])
    assert HOSTILE in page.text
    assert {told["href"] for tag, told in page.tags if tag == "a"} == {"#source-1-1"}
    assert not {tag for tag, _ in page.tags} & {"script", "img"}
    markdown = export(chat, "markdown", NOW)["text"]
    assert "<script" not in re.sub(r"\\.", "", markdown)
    assert "![i](" not in markdown
    assert "javascript:alert" not in markdown


def test_a_copied_answer_carries_its_footnotes() -> None:
    text = copied(turn())
    assert text.startswith("In June. [1]\n\nThe ferry to Holm stops in June. [1]\n\n[1] Courier,")
    assert "[2] Post: “The ferry will stop in July.”" in text
    assert copied(REFUSED).startswith("The articles do not say.")


# Questions to begin with


def test_questions_are_drawn_from_what_an_article_says() -> None:
    article = replace(
        FERRY,
        text="The Mayor said that the ferries are old. Ilse Brandt opened the bridge on Monday.\n"
        "Nobody rides the ferries now, Tom Reed said, since tickets cost more.",
    )
    asked = [question for question, _ in questions_from(article)]
    assert "What did the Mayor say about ferries?" in asked
    assert "When did Ilse Brandt open the bridge?" in asked
    assert "What do the articles say about “The last ferry”?" in asked


# In the browser

NOTES = {
    "ferry.md": ("Courier", "2024-06-01", "The last ferry", TEXT.replace(". ", ".\n\n")),
    "bridge.md": (
        "Gazette",
        "2024-05-06",
        "Bridge opens",
        "The harbour bridge cost 9 million crowns, Mayor Ilse Brandt said. It is 240 metres long.",
    ),
}


@pytest.fixture(scope="module")
def served(run: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    folder = tmp_path_factory.mktemp("chats")
    corpus = folder / "corpus"
    corpus.mkdir()
    for name, (outlet, day, title, text) in NOTES.items():
        head = f"title: {title}\noutlet: {outlet}\npublished: {day}\nlanguage: en"
        (corpus / name).write_text(f"---\n{head}\n---\n\n{text}\n", encoding="utf-8")
    address = run("app.py", "--port", "0", "--corpus", corpus, "--index", folder / "index")
    return str(address), folder


def ask(page: Any, question: str) -> Any:
    page.fill("#question textarea", question)
    page.click("#ask")
    asked = page.locator(".turn", has_text=question).last
    asked.locator("xpath=self::*[@data-done='true']").wait_for()
    return asked


def opened(page: Any, served: tuple[str, Path]) -> None:
    page.goto(served[0])
    page.locator(".state.ready").wait_for()


def count_kept(page: Any, turns: int) -> None:
    page.wait_for_function(
        "turns => JSON.parse(localStorage['meeting-qa.chats'] ?? '[]')[0]?.turns === turns",
        arg=turns,
    )


COST = "What did the harbour bridge cost?"
STOP = "When does the ferry to Holm stop?"


@pytest.mark.browser
@pytest.mark.slow
def test_chats_are_there_again_after_a_reload_and_can_be_deleted(
    page: Any, served: tuple[str, Path]
) -> None:
    opened(page, served)
    ask(page, COST)
    ask(page, STOP)
    count_kept(page, 2)
    before = page.locator(".turn").all_inner_texts()
    page.reload()
    page.locator("#earlier .turn").wait_for()
    assert page.locator(".turn").all_inner_texts() == before
    page.locator("#transcript .cite").first.click()
    page.locator("#source-2-1").get_by_role("button", name="Open article").click()
    page.locator("dialog[open] mark").first.wait_for()
    page.keyboard.press("Escape")
    # A source of an earlier turn comes when it is asked for.
    page.locator("#earlier .cite").first.click()
    page.locator("#source-1-1.flash").wait_for()

    page.click("#clear")
    page.locator(".welcome").wait_for()
    ask(page, "How long is the harbour bridge?")
    count_kept(page, 1)
    page.get_by_role("button", name="Chats").click()
    kept = page.locator("#chats-list li")
    assert kept.count() == 2
    page.get_by_role("button", name=COST, exact=True).click()
    page.locator("#earlier .turn", has_text=COST).wait_for()

    page.get_by_role("button", name="Chats").click()
    page.get_by_role("button", name=f"Delete the chat: {COST}").click()
    page.locator(".welcome").wait_for()
    page.get_by_role("button", name="Undo").click()
    assert kept.count() == 2
    page.get_by_role("button", name=f"Delete the chat: {COST}").click()
    page.keyboard.press("Escape")
    page.reload()
    page.locator(".welcome").wait_for()
    page.get_by_role("button", name="Chats").click()
    assert kept.count() == 1


@pytest.mark.browser
@pytest.mark.slow
def test_an_earlier_question_is_edited_and_asked_anew(page: Any, served: tuple[str, Path]) -> None:
    opened(page, served)
    ask(page, "What did the harbour bridge coast?")
    ask(page, STOP)
    page.locator("#earlier").get_by_role("button", name="Edit question").click()
    page.locator(".editing", has_text="replaces question 1 and the 1 question after it").wait_for()
    assert page.locator("#question textarea").input_value() == "What did the harbour bridge coast?"
    page.get_by_role("button", name="Leave it as it is").click()
    page.locator(".editing").wait_for(state="detached")
    assert page.locator(".turn").count() == 2
    page.locator("#earlier").get_by_role("button", name="Edit question").click()
    page.locator(".editing").wait_for()
    ask(page, COST)
    assert page.locator(".turn").count() == 1
    count_kept(page, 1)


@pytest.mark.browser
@pytest.mark.slow
def test_an_answer_is_copied_and_a_chat_saved_with_its_sources(
    page: Any, served: tuple[str, Path]
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened(page, served)
    ask(page, COST).get_by_role("button", name="Copy").click()
    page.get_by_role("button", name="Copied").wait_for()
    text = page.evaluate("navigator.clipboard.readText()")
    assert "9 million crowns" in text
    assert "[1] Gazette, Bridge opens, 2024-05-06" in text
    assert "sha256:" in text
    for label, suffix in (("Markdown", "md"), ("HTML", "html"), ("JSON", "json")):
        page.get_by_role("button", name="Export").click()
        with page.expect_download() as saving:
            page.get_by_role("button", name=label).click()
        assert saving.value.suggested_filename == f"what-did-the-harbour-bridge-cost.{suffix}"
        assert "sha256:" in Path(saving.value.path()).read_text(encoding="utf-8")


@pytest.mark.browser
@pytest.mark.slow
def test_a_filtered_question_says_what_was_searched(page: Any, served: tuple[str, Path]) -> None:
    opened(page, served)
    page.get_by_role("button", name="Which articles").click()
    page.get_by_label("Outlets").click()
    page.get_by_role("option", name="Courier").click()
    page.keyboard.press("Escape")
    refused = ask(page, COST)
    assert "The articles do not say." in refused.inner_text()
    assert "Searched 1 article of Courier" in refused.inner_text()
    page.get_by_label("To", exact=True).fill("2024-05-31")
    refused = ask(page, STOP)
    assert "Searched 0 articles of Courier up to 2024-05-31" in refused.inner_text()
    page.reload()
    page.locator("#earlier .turn").wait_for()
    page.get_by_role("button", name="Which articles").click()
    assert page.get_by_label("To", exact=True).input_value() == "2024-05-31"


@pytest.mark.browser
@pytest.mark.slow
def test_a_rating_with_its_reason_reaches_the_file_that_eval_reads(
    page: Any, served: tuple[str, Path]
) -> None:
    file = served[1] / "index-ratings.jsonl"
    opened(page, served)
    asked = ask(page, COST)
    asked.get_by_role("button", name="Good answer").click()
    asked.get_by_label("Why? (optional)").fill("short")
    page.keyboard.press("Enter")
    asked.locator(".sent", has_text="Kept").wait_for()
    page.wait_for_function(
        "() => Object.entries(localStorage).some(([name, chat]) =>"
        " name.includes('.chat.') && JSON.parse(chat).turns[0]?.reason === 'short')"
    )
    first, last = (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines())
    assert (first["rating"], first["reason"]) == ("good", None)
    assert (last["rating"], last["reason"], last["question"]) == ("good", "short", COST)
    page.reload()
    pressed = page.locator(".turn [aria-pressed=true]")
    pressed.wait_for()
    assert pressed.inner_text() == "Good answer"


@pytest.mark.browser
@pytest.mark.slow
def test_a_marker_shows_its_quote_to_the_pointer_and_to_the_keyboard(
    page: Any, served: tuple[str, Path]
) -> None:
    opened(page, served)
    marker = ask(page, COST).locator(".cite").first
    peek = page.locator("#peek.shown")
    marker.hover()
    peek.wait_for()
    assert "Gazette · 6 May 2024" in peek.inner_text()
    assert "9 million crowns" in peek.inner_text()
    page.keyboard.press("Escape")
    assert not peek.count()
    page.mouse.move(0, 0)
    page.locator("#question textarea").focus()
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        if marker.evaluate("it => it === document.activeElement"):
            break
    peek.wait_for()
    assert page.locator(".cite:focus").get_attribute("aria-describedby") == "peek"
