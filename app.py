"""The chat page: questions on the left, the sources of the answers beside them.

Knows Gradio and wires it to `qa.page`, which says what is shown. Run it: `python app.py`.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial, wraps
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

import click

from qa.command_line import Problem as CannotServe
from qa.command_line import where
from qa.errors import WriterError
from qa.page.desk import Desk
from qa.settings import (
    Settings,
    default_chroma_url,
    default_corpus,
    default_index,
    default_model,
    follows_corpus,
)
from qa.writing.models import open_writer

if TYPE_CHECKING:
    from gradio import HTML, JSON, Blocks, Tab

    from qa.page.turns import Chat
    from qa.page.working import Tell
    from qa.rating import Rating

HOST = "127.0.0.1"
PORT = 7860
ANSWERS_AT_ONCE = 4
NOTICE_SECONDS = 3
MAX_UPLOAD = "20mb"

# Gradio's own date box names neither its field nor its button to a screen reader.
DAYS = "() => requestAnimationFrame(() => meetingQa.days())"
LISTEN = "meetingQa.listen(element, trigger)"
FOLLOW = f"""{LISTEN};
new MutationObserver(() => meetingQa.follow()).observe(
  element, {{ childList: true, subtree: true, characterData: true }});
"""
SAY = "() => requestAnimationFrame(() => meetingQa.say({}))"
SHOW_ARTICLE = "() => requestAnimationFrame(() => meetingQa.showArticle())"
SHOW_SOURCE = "() => requestAnimationFrame(() => meetingQa.showSource())"
PRESS_ASK = "() => requestAnimationFrame(() => document.querySelector('#ask').click())"
TO_QUESTION = "() => document.querySelector('#question textarea').focus()"
# Not offered to other programs; those have endpoints of their own.
PRIVATE: dict[str, Any] = {"api_visibility": "private"}
SILENT: dict[str, Any] = {"show_progress": "hidden", **PRIVATE}
KEEP = "(told) => meetingQa.chats.keep(told)"
SAVE = "(told) => told && meetingQa.save(told)"
COPY = "(text) => meetingQa.copy(text)"


# Read by Gradio when it is imported, which is in the functions below.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"


def page(desk: Desk) -> "Blocks":
    """The page over a desk; what it shows comes from `qa.page`."""
    import gradio as gr

    with gr.Blocks(
        title="Meeting QA", analytics_enabled=False, fill_width=True, delete_cache=(3600, 3600)
    ) as blocks:
        article: Any = gr.HTML(
            elem_id="article", apply_default_css=False, render=False, js_on_load=LISTEN
        )
        # Carries files to the browser.
        saved: Any = gr.JSON(visible=False)
        with gr.Row(elem_id="top"):
            gr.HTML("<h1>Meeting QA</h1>")
            ready = gr.HTML(elem_id="state")
        with gr.Tabs():
            with gr.Tab("Ask"), gr.Row(elem_id="desk"):
                talk = lay_out_chat(desk.settings.model)
                answer_questions(blocks, desk, talk)
                mind_turns(desk, talk, article, saved)
            with gr.Tab("Check"):
                check_tab(desk, article)
            with gr.Tab("Compare"):
                compare_tab(desk, article)
            with gr.Tab("Articles") as tab, gr.Column(elem_id="shelf"):
                tend(blocks, desk, lay_out_shelf(tab, ready, [talk.welcome, talk.outlets]), article)
        offer(desk)
        article.render()
        gr.HTML('<p id="spoken" aria-live="polite"></p>')
        read_articles(desk, article, saved)
    return cast("Blocks", blocks)


@dataclass(frozen=True, slots=True)
class Talk:
    """The parts of the Ask tab. `chat` holds the chat; `keeping` carries it to the browser,
    `copying` an answer to its clipboard.
    """

    chat: Any
    welcome: Any
    earlier: Any
    transcript: Any
    edited: Any
    box: Any
    ask: Any
    halt: Any
    again: Any
    clear: Any
    writer: Any
    tools: Any
    scoping: Any
    outlets: Any
    first: Any
    last: Any
    panel: Any
    keeping: Any
    copying: Any

    @property
    def filters(self) -> list[Any]:
        return [self.outlets, self.first, self.last]

    @property
    def whole(self) -> list[Any]:
        """What shows a chat: its earlier turns, and what changes while an answer comes."""
        return [
            self.earlier,
            self.chat,
            self.transcript,
            self.panel,
            self.ask,
            self.halt,
            self.again,
            self.edited,
            self.keeping,
        ]


def html(name: str, value: str = "", js: str = LISTEN) -> Any:
    """A piece of HTML of our own; what is clicked in it comes as an event."""
    import gradio as gr

    return gr.HTML(value, elem_id=name, apply_default_css=False, js_on_load=js)


def line(name: str, label: str, asks: str, **how: Any) -> Any:
    """A box for text with nothing around it, that grows as it is written into."""
    import gradio as gr

    return gr.Textbox(
        label=label, show_label=False, container=False, placeholder=asks, elem_id=name, **how
    )


def days_from_to(name: str) -> list[Any]:
    """Two boxes that the browser makes date boxes of."""
    import gradio as gr

    return [
        gr.Textbox(label=label, max_lines=1, elem_id=f"{name}-{end}", elem_classes="day")
        for label, end in (("From", "first"), ("To", "last"))
    ]


def lay_out_chat(model: str | None) -> Talk:
    """The chat with its box, and the sources beside it; who writes can be chosen where a language
    model was named.
    """
    import gradio as gr

    from qa.page import rendering
    from qa.page.turns import Chat

    writers: Any = [("Quotes alone", ""), *([(model, model)] if model else [])]
    with gr.Column(scale=3, elem_id="chat"):
        welcome = html("welcome", rendering.welcome(()))
        with gr.Column(elem_id="talk"):
            earlier = html("earlier")
            transcript = html("transcript", js=FOLLOW)
        edited = html("edited")
        with gr.Row(elem_id="composer"):
            box = line("question", "Question", "Ask what the articles say", max_lines=5, scale=5)
            ask = gr.Button("Ask", variant="primary", elem_id="ask", min_width=92, scale=0)
            halt = gr.Button("Stop", visible=False, elem_id="stop", min_width=92, scale=0)
        with gr.Row(elem_id="acts"):
            again = gr.Button("Ask again", size="sm", interactive=False, elem_id="retry")
            clear = gr.Button("New chat", size="sm", min_width=96, scale=0, elem_id="clear")
            writer = gr.Dropdown(
                label="Written by",
                choices=writers,
                value=model or "",
                visible=bool(model),
                elem_id="writer",
                container=False,
                min_width=180,
                scale=0,
            )
            tools = html("tools", rendering.tools(), "meetingQa.chats.listen(element, trigger)")
        with gr.Accordion("Which articles", open=False, elem_id="scope") as scoping, gr.Row():
            outlets = gr.Dropdown(
                label="Outlets", choices=[], multiselect=True, elem_id="scope-outlets"
            )
            first, last = days_from_to("scope")
    with gr.Column(scale=2, elem_id="beside"):
        panel = html("sources", rendering.sources(Chat()))
    return Talk(
        chat=gr.State(Chat()),
        welcome=welcome,
        earlier=earlier,
        transcript=transcript,
        edited=edited,
        box=box,
        ask=ask,
        halt=halt,
        again=again,
        clear=clear,
        writer=writer,
        tools=tools,
        scoping=scoping,
        outlets=outlets,
        first=first,
        last=last,
        panel=panel,
        keeping=gr.JSON(visible=False),
        copying=gr.Textbox(visible=False),
    )


def shown(chat: "Chat") -> tuple[Any, ...]:
    """What a chat puts into the parts that show it, `Talk.whole`."""
    from qa.page import rendering

    return (rendering.earlier(chat), *moving(chat))


def moving(chat: "Chat") -> tuple[Any, ...]:
    """What changes while an answer comes, and the buttons as they fit it."""
    import gradio as gr

    from qa.page import rendering
    from qa.page.chats import kept

    busy = chat.busy
    return (
        chat,
        rendering.latest(chat),
        rendering.sources(chat),
        gr.update(visible=not busy),
        gr.update(visible=busy),
        gr.update(interactive=bool(chat.turns) and not busy),
        rendering.editing(chat),
        kept(chat) if not busy else gr.skip(),
    )


def answer_questions(blocks: "Blocks", desk: Desk, talk: Talk) -> None:
    """Asking, stopping and asking again; chats that are begun, opened and restored."""
    import gradio as gr
    from anyio import to_thread

    from qa.page.chats import UnreadableChat, chat_from, filters
    from qa.page.turns import Chat, asking, stop

    async def answer(
        asked: str, chat: Chat, writer: str, outlets: list[str], first: str, last: str
    ) -> AsyncIterator[tuple[Any, ...]]:
        """The chat while a question is answered; a stop need not wait for the step under way."""
        within = {"outlets": outlets, "first": first, "last": last}
        steps = asking(desk, asked, chat, within, drafting=bool(writer))
        begun = False
        while now := await to_thread.run_sync(next, steps, None, abandon_on_cancel=True):
            yield "", *((gr.skip(), *moving(now)) if begun else shown(now))
            begun = True

    def take_back(chat: Chat) -> tuple[Any, ...]:
        """The last question back in the box, to be asked again."""
        return (chat.turns[-1].question if chat.turns else ""), *shown(chat.without_last())

    def restore(told: Any) -> tuple[Any, ...]:
        """A chat that the browser kept; the filters as they were for its last question."""
        chat = Chat()
        if told:
            try:
                chat = chat_from(told, cache(desk.versions))
            except UnreadableChat as cause:
                gr.Warning(str(cause))
        narrowed = filters(chat) if chat.turns else (gr.skip(), gr.skip(), gr.skip())
        return *narrowed, *shown(chat)

    def open_chat(event: gr.EventData) -> tuple[Any, ...]:
        return restore(event.chat)

    def pick(event: gr.EventData) -> str:
        return str(event.example)

    chat, whole = talk.chat, talk.whole
    answering = gr.on(
        [talk.ask.click, talk.box.submit],
        answer,
        [talk.box, chat, talk.writer, *talk.filters],
        [talk.box, *whole],
        concurrency_id="answers",
        concurrency_limit=ANSWERS_AT_ONCE,
        **SILENT,
    )
    talk.halt.click(lambda chat: shown(stop(chat)), chat, whole, cancels=[answering], **SILENT)
    talk.again.click(take_back, chat, [talk.box, *whole], **SILENT).then(None, js=PRESS_ASK)
    for cleared in (talk.clear.click, talk.tools.clear):
        cleared(lambda: shown(Chat()), None, whole, cancels=[answering], **SILENT).then(
            None, js="() => meetingQa.chats.begin()"
        )
    restored = [*talk.filters, *whole]
    talk.tools.select(open_chat, None, restored, cancels=[answering], **SILENT)
    talk.welcome.click(pick, None, talk.box, **SILENT).then(None, js=PRESS_ASK)
    talk.scoping.expand(None, js=DAYS)
    given: Any = gr.JSON(visible=False)
    blocks.load(restore, given, restored, js="() => meetingQa.chats.opened()", **SILENT)


def mind_turns(desk: Desk, talk: Talk, article: "HTML", saved: "JSON") -> None:
    """What can be done with what was answered: edit, rate, copy, export, look at the sources."""
    import gradio as gr

    from qa.page import fetching, rendering
    from qa.page.chats import kept
    from qa.page.exporting import FORMATS, copied, export
    from qa.page.turns import Chat

    def edit(chat: Chat, event: gr.EventData) -> tuple[Any, ...]:
        """An earlier question in the box, to be put anew; "0" leaves all as it is."""
        edited = chat.edit(int(event.turn))
        turn = edited.turn(edited.editing) if edited.editing else None
        return (turn.question if turn else ""), edited, rendering.editing(edited)

    def rate(chat: Chat, event: gr.EventData) -> tuple[Any, ...]:
        n, reason = int(event.turn), str(event.reason)
        rating = cast("Rating | None", event.rating if event.rating in {"good", "bad"} else None)
        turn = chat.turn(n)
        if turn is None or turn.reply is None:
            return gr.skip(), gr.skip()
        try:
            desk.rate(turn.reply, chat.question(n), rating, reason)
        except OSError as cause:
            gr.Warning(f"The rating cannot be kept: {cause}")
            return gr.skip(), gr.skip()
        now = chat.rate(n, rating, reason)
        return now, kept(now, n)

    def take_along(chat: Chat, event: gr.EventData) -> dict[str, str] | None:
        format = next((one for one in FORMATS if one == event.format), None)
        return export(chat, format, datetime.now().astimezone()) if format else None

    def show_sources(chat: Chat, event: gr.EventData) -> str:
        """The sources of an earlier turn, for one of its markers."""
        return rendering.sources(chat, int(str(event.cite).partition("-")[0]))

    def open_source(chat: Chat, event: gr.EventData) -> str:
        return fetching.source_view(desk, chat, str(event.open))

    def copy(chat: Chat, event: gr.EventData) -> str:
        turn = chat.turn(int(event.turn))
        return copied(turn) if turn else ""

    chat, copying = talk.chat, talk.copying
    talk.keeping.change(None, talk.keeping, js=KEEP, **PRIVATE)
    talk.tools.download(take_along, chat, saved, **SILENT).then(None, saved, js=SAVE)
    for turns in (talk.earlier, talk.transcript, talk.edited):
        turns.edit(edit, chat, [talk.box, chat, talk.edited], **SILENT).then(None, js=TO_QUESTION)
        # A reason may follow before its rating is kept: neither is to be left out.
        turns.like(rate, chat, [chat, talk.keeping], trigger_mode="multiple", **SILENT)
        turns.copy(copy, chat, copying, **SILENT).then(None, copying, js=COPY)
        turns.select(show_sources, chat, talk.panel, **SILENT).then(None, js=SHOW_SOURCE)
    talk.panel.click(open_source, chat, article, **SILENT).then(None, js=SHOW_ARTICLE)


def read_articles(desk: Desk, article: "HTML", saved: "JSON") -> None:
    """What can be done in an open article: read another version of it, save its file."""
    import gradio as gr

    from index.errors import IndexingError
    from qa.page import fetching

    def open_version(event: gr.EventData) -> str:
        return fetching.article_view(desk, str(event.article), int(event.version))

    def original(event: gr.EventData) -> dict[str, str] | None:
        try:
            return fetching.original_file(desk, str(event.file))
        except (IndexingError, OSError) as cause:
            gr.Warning(f"{event.file} cannot be saved: {cause}")
            return None

    article.click(open_version, None, article, **SILENT).then(None, js=SHOW_ARTICLE)
    article.download(original, None, saved, **SILENT).then(None, saved, js=SAVE)


def check_tab(desk: Desk, article: "HTML") -> None:
    from qa.page import checks
    from qa.page.working import checked

    asks = "Type a statement to check, or paste a paragraph"
    statement = line("statement", "Statement", asks, max_lines=8, render=False)
    weighing(statement, "Check", partial(checked, desk), checks, article)


def compare_tab(desk: Desk, article: "HTML") -> None:
    from qa.page import comparisons
    from qa.page.working import compared

    topic = line("topic", "Topic (optional)", "Topic (optional)", max_lines=1, render=False)
    weighing(topic, "Compare", partial(compared, desk), comparisons, article)


@dataclass(frozen=True, slots=True)
class Shelf:
    """The parts of the Articles tab; `ready` and `offers` are what else shows the index."""

    tab: Any
    ready: Any
    offers: list[Any]
    upload: Any
    rebuild: Any
    afresh: Any
    follow: Any
    report: Any
    narrowing: list[Any]
    status: Any
    table: Any

    @property
    def listed(self) -> list[Any]:
        """The list, and what can be chosen to narrow it."""
        _, outlets, languages, *_ = self.narrowing
        return [self.status, self.table, outlets, languages]


def lay_out_shelf(tab: "Tab", ready: "HTML", offers: list[Any]) -> Shelf:
    """What changes the index, then the list of what is in it."""
    import gradio as gr

    with gr.Row(elem_id="tending"):
        upload = gr.File(
            label="Add articles: .txt, .md or .html, up to 20 MB each",
            file_count="multiple",
            height=150,
            elem_id="upload",
        )
        with gr.Column(elem_id="rebuilding", scale=0, min_width=150):
            rebuild = gr.Button("Rebuild", elem_id="rebuild")
            afresh = gr.Checkbox(label="From nothing", elem_id="afresh", container=False)
            follow = gr.Checkbox(label="Follow the folder", elem_id="follow", container=False)
    report = html("report")
    with gr.Row(elem_id="narrowing"):
        narrowing = [
            gr.Textbox(
                "", label="Find", max_lines=1, placeholder="Outlet, title, date…", elem_id="narrow"
            ),
            gr.Dropdown(label="Outlets", choices=[], multiselect=True, elem_id="narrow-outlets"),
            gr.Dropdown(
                label="Languages", choices=[], multiselect=True, elem_id="narrow-languages"
            ),
            *days_from_to("narrow"),
        ]
    status = gr.HTML(elem_id="status", apply_default_css=False)
    table = html("articles")
    return Shelf(
        tab, ready, offers, upload, rebuild, afresh, follow, report, narrowing, status, table
    )


def tend(blocks: "Blocks", desk: Desk, shelf: Shelf, article: "HTML") -> None:
    """Changing what is indexed; also keeps what depends on it in line with it."""
    import gradio as gr

    from qa.page import fetching, rendering, shelving, tending
    from qa.page.turns import Problem

    def open_article(event: gr.EventData) -> str:
        return fetching.article_view(desk, str(event.article))

    def state() -> str:
        desk.refresh()
        return shelving.state_line(desk.state.phase, desk.state.text)

    def offered() -> tuple[Any, ...]:
        """What the Ask tab shows of the index."""
        why = desk.state.why
        problem = Problem("The index could not be brought in line", why) if why else None
        return rendering.welcome(desk.examples, problem), gr.update(choices=list(desk.outlets()))

    def listed(*narrowing: Any) -> tuple[Any, ...]:
        found = tending.shelf(desk, *narrowing)
        return (
            found.status,
            found.table,
            gr.update(choices=list(found.outlets)),
            gr.update(choices=list(found.languages)),
        )

    async def watch() -> AsyncIterator[tuple[Any, ...]]:
        """The state of the index until it is ready."""
        told = None
        while not desk.settled:
            if desk.state != told:
                told = desk.state
                yield state(), *(gr.skip() for _ in shelf.offers)
            await asyncio.sleep(0.2)
        yield state(), *await asyncio.to_thread(offered)

    def rebuilt(afresh: bool, *narrowing: Any) -> Iterator[tuple[Any, ...]]:
        for told in tending.renewed(desk, afresh):
            yield told, state(), *offered(), *listed(*narrowing)

    def taken(files: list[str], *narrowing: Any) -> Iterator[tuple[Any, ...]]:
        for told in tending.renewed(desk, False, files):
            yield None, told, state(), *offered(), *listed(*narrowing)

    def removed(event: gr.EventData, *narrowing: Any) -> tuple[Any, ...]:
        told = tending.removed(desk, str(event.article))
        return told, state(), *offered(), *listed(*narrowing)

    def put_back(event: gr.EventData, *narrowing: Any) -> tuple[Any, ...]:
        told = tending.put_back(desk, str(event.undo))
        return told, state(), *offered(), *listed(*narrowing)

    narrowing, table, upload = shelf.narrowing, shelf.table, shelf.upload
    renewed = [shelf.report, shelf.ready, *shelf.offers, *shelf.listed]
    # The list as it is narrowed by then, not as it was when the page was opened.
    blocks.load(watch, None, [shelf.ready, *shelf.offers], concurrency_limit=None, **SILENT).then(
        listed, narrowing, shelf.listed, **SILENT
    )
    blocks.load(lambda: desk.watcher.on, None, shelf.follow, **SILENT)
    table.click(open_article, None, article, **SILENT).then(None, js=SHOW_ARTICLE)
    for one in narrowing:
        one.change(listed, narrowing, shelf.listed, **SILENT)
    shelf.tab.select(listed, narrowing, shelf.listed, **SILENT).then(None, js=DAYS)
    # Other processes may publish too.
    gr.Timer(NOTICE_SECONDS).tick(state, None, shelf.ready, concurrency_limit=None, **SILENT)
    shelf.rebuild.click(rebuilt, [shelf.afresh, *narrowing], renewed, **SILENT)
    upload.upload(taken, [upload, *narrowing], [upload, *renewed], **SILENT)
    table.delete(removed, narrowing, renewed, **SILENT)
    shelf.report.undo(put_back, narrowing, renewed, **SILENT)
    shelf.follow.input(lambda on: desk.watcher.switch(on), shelf.follow, None, **SILENT)


def offer(desk: Desk) -> None:
    """Endpoints for other programs, and tools for language models; see docs/api.md."""
    import gradio as gr

    from index.errors import IndexingError
    from qa.errors import QuestionError
    from qa.page.endpoints import endpoints

    def told(work: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
        @wraps(work)
        def answered(*given: Any) -> dict[str, Any]:
            try:
                return work(*given)
            except (IndexingError, QuestionError) as cause:
                raise gr.Error(str(cause), print_exception=False) from cause

        return answered

    for work in endpoints(desk):
        gr.events.api(
            told(work),
            api_name=work.__name__,
            concurrency_id="answers",
            concurrency_limit=ANSWERS_AT_ONCE,
        )


class View(Protocol):
    """How what was found is shown, and the article behind a quote of it."""

    def outcome(self, what: Any) -> str: ...
    def opened(self, what: Any, n: int) -> str: ...


def weighing(
    box: Any, does: str, work: "Callable[[str, Tell], object]", view: View, article: "HTML"
) -> None:
    """A box, a button and what comes of the text, which is kept so that its quotes can be opened.

    Articles are opened in `article`.
    """
    import gradio as gr

    from qa.page.working import working

    async def weigh(text: str) -> AsyncIterator[tuple[object, str]]:
        async for step in working(partial(work, text)):
            yield step, view.outcome(step)

    def open_quoted(found: object, event: gr.EventData) -> str:
        return view.opened(found, int(event.open))

    found: Any = gr.State(None)
    name = does.lower()
    with gr.Column(elem_id=f"{name}-tab", elem_classes="weighing"):
        with gr.Row(elem_classes="asking"):
            box.render()
            button = gr.Button(does, variant="primary", elem_id=name, min_width=92, scale=0)
        outcome = html(f"{name}-outcome", view.outcome(None))
    gr.on(
        [button.click, box.submit],
        weigh,
        [box],
        [found, outcome],
        trigger_mode="once",
        concurrency_id="answers",
        concurrency_limit=ANSWERS_AT_ONCE,
        **SILENT,
    ).then(None, js=SAY.format(f"'#{name}-outcome'"))
    outcome.click(open_quoted, [found], article, **SILENT).then(None, js=SHOW_ARTICLE)


def serve(desk: Desk, host: str, port: int | None, open_browser: bool, mcp: bool = False) -> None:
    """Serves the page until it is ended, with `mcp` to language models as well."""
    import gradio as gr

    from qa.page import asset

    blocks = page(desk)
    _, address, _ = blocks.queue(default_concurrency_limit=ANSWERS_AT_ONCE).launch(
        server_name=host,
        server_port=port,
        inbrowser=open_browser,
        share=False,
        ssr_mode=False,
        quiet=True,
        prevent_thread_lock=True,
        footer_links=[],
        max_file_size=MAX_UPLOAD,
        mcp_server=mcp,
        theme=gr.themes.Base(
            font=[gr.themes.Font("sans-serif")], font_mono=[gr.themes.Font("monospace")]
        ),
        # In the head it stays as it is; Gradio rewrites what it is given as css.
        head=f"<style>{asset('page.css')}</style>"
        f"<script>{asset('page.js')}{asset('chats.js')}</script>",
    )
    # Only now, so that the models do not keep the page waiting.
    desk.start(follow=True)
    click.echo(f"Meeting QA is at {address}")
    blocks.block_thread()


def has_display() -> bool:
    """Whether a browser that is opened would be seen by somebody."""
    if sys.platform in {"win32", "darwin"}:
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@where
@click.option("--host", default=HOST, show_default=True, help="The address to listen at.")
@click.option("--port", type=int, default=PORT, show_default=True, help="The port; 0 finds one.")
@click.option("--mcp", is_flag=True, help="Serve its tools to language models too (MCP).")
@click.option("--open/--no-open", "open_", default=None, help="Open a browser (where one is).")
def main(
    corpus: Path | None,
    index: Path | None,
    chroma_url: str | None,
    embedding_model: str | None,
    evidence_model: str | None,
    model: str | None,
    host: str,
    port: int,
    mcp: bool,
    open_: bool | None,
) -> None:
    """Serve the chat page over the articles of the corpus folder."""
    chroma_url = chroma_url or default_chroma_url()
    settings = Settings(
        corpus or default_corpus(),
        index or default_index(),
        embedding_model,
        evidence_model,
        model or default_model(),
        chroma_url,
        follows_corpus(corpus, chroma_url),
    )
    if settings.model:
        try:
            open_writer(settings.model)
        except WriterError as cause:
            raise CannotServe(str(cause)) from cause
    if mcp and not find_spec("mcp"):
        raise CannotServe(
            "the MCP server needs the package mcp, which is not installed; install meeting-qa[mcp]"
        )
    try:
        serve(Desk(settings), host, port or None, has_display() if open_ is None else open_, mcp)
    except OSError as cause:
        raise CannotServe(
            f"the page cannot be served at {host}:{port} ({cause}); name another --port"
        ) from cause


if __name__ == "__main__":
    main()
