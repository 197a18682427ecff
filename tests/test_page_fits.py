"""How the page bears long chats, long articles, small screens and screen readers."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from index.articles import Article
from index.history import Version
from qa.answering import Question
from qa.page.chats import turn_json
from qa.page.desk import Listing
from qa.replies import Looking, Reply
from tests.conftest import PROJECT
from tests.test_page import BRIDGE, SlowDesk, a_turn, an_answer

TURNS = 200
LONG = replace(
    BRIDGE,
    name="minutes.md",
    title="Minutes",
    text="\n\n".join(
        f"The council met for the {n}. time. " + "It sat. " * 50 for n in range(2_500)
    ),
)


class FullDesk(SlowDesk):
    """A desk with a very long article, that answers at once."""

    def __init__(self) -> None:
        self.first = False

    def listing(self) -> Listing:
        return Listing(1, (LONG,), {LONG.name: 2_500})

    def article(self, name: str) -> Article:
        return LONG

    def versions(self, name: str) -> tuple[Version, ...]:
        return (Version(1, BRIDGE, "2024-05-06T08:00:00+00:00", None, "current"),)

    def stream(self, question: Question, drafting: bool = False) -> Iterator[Looking | Reply]:
        yield Looking(question.text, 2)
        claims = an_answer().claims * 3
        yield an_answer(question=question.text, standalone=question.text, claims=claims)


def serve_fully() -> None:
    from app import serve

    serve(FullDesk(), "127.0.0.1", None, open_browser=False)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def address(run: Any) -> str:
    return str(run("-c", "import tests.test_page_fits as told; told.serve_fully()"))


@pytest.fixture(scope="module")
def shipped(run: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    index = tmp_path_factory.mktemp("fits") / "index"
    return str(run("app.py", "--port", "0", "--corpus", "corpus", "--index", index))


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core, fetched once; skips where it cannot be."""
    folder = PROJECT / ".venv" / "axe"
    script = folder / "node_modules" / "axe-core" / "axe.min.js"
    if not script.is_file():
        if shutil.which("npm") is None:
            pytest.skip("npm is not installed, so axe-core cannot be fetched")
        fetching = ["npm", "install", "--prefix", str(folder), "--ignore-scripts", "--no-audit"]
        done = subprocess.run([*fetching, "axe-core@4"], capture_output=True, check=False)
        if done.returncode:
            pytest.skip(f"axe-core cannot be fetched: {done.stderr.decode()[-200:]}")
    return script.read_text(encoding="utf-8")


def ask(page: Any, question: str) -> Any:
    page.fill("#question textarea", question)
    page.click("#ask")
    asked = page.locator("#transcript .turn", has_text=question)
    asked.locator("xpath=self::*[@data-done='true']").wait_for()
    return asked


@pytest.mark.browser
@pytest.mark.slow
def test_a_chat_of_two_hundred_questions_is_restored_and_goes_on(page: Any, address: str) -> None:
    told = turn_json(a_turn(an_answer()))
    turns = [told | {"question": f"Question {n}?"} for n in range(TURNS)]
    page.goto(address)
    page.evaluate(
        "chat => { localStorage['meeting-qa.chat.x'] = chat;"
        " sessionStorage['meeting-qa.current'] = 'x' }",
        json.dumps({"id": "x", "turns": turns}),
    )
    page.reload()
    page.locator("#transcript .turn", has_text=f"Question {TURNS - 1}?").wait_for()
    assert page.locator(".turn").count() == TURNS
    ask(page, "And then?")
    assert page.locator(".turn").count() == TURNS + 1
    page.locator("#earlier .cite").first.click()
    page.locator("#source-1-1.flash").wait_for()
    # Only the last turn is sent anew while it is answered.
    assert page.locator("#transcript .turn").count() == 1


@pytest.mark.browser
@pytest.mark.slow
def test_an_article_of_a_megabyte_is_opened_and_read_to_its_end(page: Any, address: str) -> None:
    assert len(LONG.text) > 1_000_000
    page.goto(address)
    page.get_by_role("tab", name="Articles").click()
    page.locator("#articles [data-article='minutes.md']").click()
    text = page.locator("dialog[open] .text")
    text.wait_for()
    assert text.locator("p").count() == 2_500
    text.locator("p").last.scroll_into_view_if_needed()
    assert text.locator("p").last.is_visible()


@pytest.mark.browser
@pytest.mark.slow
def test_nothing_moves_while_an_answer_comes(page: Any, address: str) -> None:
    page.goto(address)
    ask(page, "When did it open?")
    page.evaluate(
        "() => { window.moved = []; new PerformanceObserver(list => {"
        " for (const one of list.getEntries()) for (const source of one.sources)"
        " if (!source.node?.closest?.('#talk')) window.moved.push(source.node?.outerHTML ?? '?') }"
        ").observe({ type: 'layout-shift', buffered: false }) }"
    )
    boxes = [page.locator(one).bounding_box() for one in ("#composer", "#top", "#beside")]
    ask(page, "And again?")
    page.wait_for_timeout(500)
    assert boxes == [page.locator(one).bounding_box() for one in ("#composer", "#top", "#beside")]
    # What comes is put below what is there; the panel of sources is written anew, in its place.
    assert [one for one in page.evaluate("window.moved") if "source" not in one] == []


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("width", [390, 640, 1280, 1920])
def test_no_tab_scrolls_sideways(page: Any, shipped: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(shipped)
    page.locator(".state.ready").wait_for()
    ask(page, "What did the Leader say about sanctions?")
    for tab in ("Ask", "Check", "Compare", "Articles"):
        page.get_by_role("tab", name=tab).click()
        page.wait_for_timeout(200)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, tab


def findings(page: Any, where: str) -> list[str]:
    # Gradio's own box for files is named for a screen reader otherwise than it is written.
    about = "{ exclude: ['#upload'] }"
    found = page.evaluate(f"async () => (await axe.run({about})).violations")
    return [
        f"{where}: {one['impact']} {one['id']} {node['html'][:150]}"
        for one in found
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"]
    ]


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(chromium: Any, shipped: str, axe: str, scheme: str) -> None:
    context = chromium.new_context(
        viewport={"width": 1280, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    context.set_default_timeout(90_000)
    page = context.new_page()
    page.goto(shipped)
    page.evaluate(axe)
    page.locator(".state.ready").wait_for()
    page.locator(".example").first.wait_for()
    serious = findings(page, "welcome")
    ask(page, "What did the Leader say about sanctions?")
    ask(page, "Who won the chess championship in Chennai?")
    page.locator("#transcript [data-rate=bad]").click()
    page.get_by_role("button", name="Which articles").click()
    page.wait_for_timeout(500)
    serious += findings(page, "chat")
    page.locator("#earlier .cite").first.click()
    page.locator("#source-1-1").get_by_role("button", name="Open article").click()
    page.locator("dialog[open]").wait_for()
    serious += findings(page, "article")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Chats").click()
    serious += findings(page, "chats")
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Check").click()
    page.get_by_label("Statement").fill("The Leader met Lukashenko on Tuesday. It rained.")
    page.click("#check")
    page.locator(".checked").wait_for()
    serious += findings(page, "check")
    page.get_by_role("tab", name="Compare").click()
    page.click("#compare")
    page.locator("table.claims").wait_for()
    page.get_by_text("As a picture").click()
    serious += findings(page, "compare")
    page.get_by_role("tab", name="Articles").click()
    page.locator("table.articles").wait_for()
    serious += findings(page, "articles")
    context.close()
    assert sorted(set(serious)) == []
