"""The chat page: questions on the left, the sources of the answers beside them.

Knows Gradio and wires it to `qa.page`, which says what is shown. Run it: `python app.py`.
"""

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

import click

from qa.command_line import Problem as CannotServe
from qa.command_line import where
from qa.page.desk import Desk
from qa.settings import Settings, default_corpus, default_index

if TYPE_CHECKING:
    from gradio import HTML, Blocks

    from qa.page.working import Tell

HOST = "127.0.0.1"
PORT = 7860
ANSWERS_AT_ONCE = 4
NOTICE_SECONDS = 3
MAX_UPLOAD = "20mb"

# What is clicked inside our own HTML comes to Python as an event that names it.
CLICKS = """
element.addEventListener("click", (event) => {
  const told = event.target.closest("[data-open], [data-article], [data-example]");
  if (told) trigger("click", { ...told.dataset });
});
"""
FOLLOW = """
new MutationObserver(() => window.meetingQa.follow()).observe(
  element, { childList: true, subtree: true, characterData: true });
"""
SAY = "() => requestAnimationFrame(() => window.meetingQa.say({}))"
SHOW_ARTICLE = "() => requestAnimationFrame(() => window.meetingQa.showArticle())"
PRESS_ASK = "() => requestAnimationFrame(() => document.querySelector('#ask').click())"


# Read by Gradio when it is imported, which is in the functions below.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"


def page(desk: Desk) -> "Blocks":
    """The page over a desk; what it shows comes from `qa.page.rendering`."""
    import gradio as gr
    from anyio import to_thread

    from index.errors import IndexingError
    from qa.page import checks, comparisons, rendering, shelving
    from qa.page.turns import Problem, Turn, advice, answered, fail, stop
    from qa.page.working import checked, compared

    def shown(turns: list[Turn]) -> tuple[Any, ...]:
        """The chat as it stands, and the buttons as they fit it."""
        busy = bool(turns) and not turns[-1].done
        return (
            turns,
            rendering.transcript(turns),
            rendering.sources(turns),
            gr.update(visible=not busy),
            gr.update(visible=busy),
            gr.update(interactive=bool(turns) and not busy),
        )

    async def answer(asked: str, turns: list[Turn]) -> AsyncIterator[tuple[Any, ...]]:
        """The chat while a question is answered; a stop need not wait for the step under way."""
        steps = answered(desk, asked, turns)
        turn = Turn(asked)
        try:
            while step := await to_thread.run_sync(next, steps, None, abandon_on_cancel=True):
                turn = step
                yield "", *shown([*turns, turn])
        except Exception:
            logging.getLogger(__name__).exception("the answer to %r broke off", asked)
            yield "", *shown(fail([*turns, turn]))

    def take_back(turns: list[Turn]) -> tuple[Any, ...]:
        """The last question back in the box, to be asked again."""
        return (turns[-1].question if turns else ""), *shown(turns[:-1])

    def pick(event: gr.EventData) -> str:
        return str(event.example)

    def open_source(turns: list[Turn], event: gr.EventData) -> str:
        """The article as it was when it was cited, its quote marked."""
        turn, n = (int(part) for part in str(event.open).split("-"))
        found = rendering.cited(turns[turn - 1].reply, n) if turn <= len(turns) else None
        return shelving.article_view(found.article, found.span) if found else ""

    def open_article(event: gr.EventData) -> str:
        try:
            return shelving.article_view(desk.article(str(event.article)))
        except IndexingError as cause:
            return shelving.problem_view(Problem("The article cannot be shown", advice(cause)))

    def state() -> str:
        desk.refresh()
        return shelving.state_line(desk.state.phase, desk.state.text)

    def greeting() -> str:
        why = desk.state.why
        problem = Problem("The index could not be brought in line", why) if why else None
        return rendering.welcome(desk.examples, problem)

    def listed(wanted: str) -> str:
        try:
            listing = desk.listing()
        except IndexingError as cause:
            return rendering.problem(Problem("The index cannot be read", advice(cause)))
        return shelving.listing(listing.articles, listing.passages, listing.skipped, wanted)

    async def watch(wanted: str) -> AsyncIterator[tuple[Any, ...]]:
        """The state of the index until it is ready."""
        told = None
        while not desk.settled:
            if desk.state != told:
                told = desk.state
                yield state(), gr.skip(), gr.skip()
            await asyncio.sleep(0.2)
        table = await asyncio.to_thread(listed, wanted)
        yield state(), greeting(), table

    def renew(rebuild: bool, wanted: str, files: list[str] | None = None) -> tuple[Any, ...]:
        taken = desk.take([Path(file) for file in files or ()])
        done, failed = None, None
        try:
            if not files or any(one.name for one in taken):
                done = desk.update(rebuild)
        except IndexingError as cause:
            failed = Problem("The index could not be brought in line", advice(cause))
        return shelving.report(done, taken, failed), listed(wanted), state(), greeting()

    with gr.Blocks(
        title="Meeting QA", analytics_enabled=False, fill_width=True, delete_cache=(3600, 3600)
    ) as blocks:
        turns: Any = gr.State([])
        article: Any = gr.HTML(elem_id="article", apply_default_css=False, render=False)
        with gr.Row(elem_id="top"):
            gr.HTML("<h1>Meeting QA</h1>")
            ready = gr.HTML(state, elem_id="state")
        with gr.Tabs():
            with gr.Tab("Ask"), gr.Row(elem_id="desk"):
                with gr.Column(scale=3, elem_id="chat"):
                    welcome = gr.HTML(
                        rendering.welcome(()),
                        elem_id="welcome",
                        apply_default_css=False,
                        js_on_load=CLICKS,
                    )
                    transcript = gr.HTML(
                        elem_id="transcript", apply_default_css=False, js_on_load=FOLLOW
                    )
                    with gr.Row(elem_id="composer"):
                        box = gr.Textbox(
                            "",
                            label="Question",
                            show_label=False,
                            container=False,
                            placeholder="Ask what the articles say",
                            lines=1,
                            max_lines=5,
                            elem_id="question",
                            scale=5,
                        )
                        ask = gr.Button(
                            "Ask", variant="primary", elem_id="ask", min_width=92, scale=0
                        )
                        halt = gr.Button(
                            "Stop", visible=False, elem_id="stop", min_width=92, scale=0
                        )
                    with gr.Row(elem_id="acts"):
                        again = gr.Button(
                            "Ask again", size="sm", interactive=False, elem_id="retry"
                        )
                        clear = gr.Button(
                            "New chat", size="sm", min_width=96, scale=0, elem_id="clear"
                        )
                with gr.Column(scale=2, elem_id="beside"):
                    panel = gr.HTML(
                        rendering.sources([]),
                        elem_id="sources",
                        apply_default_css=False,
                        js_on_load=CLICKS,
                    )
            with gr.Tab("Check"):
                weighing(
                    gr.Textbox(
                        label="Statement",
                        show_label=False,
                        container=False,
                        placeholder="Type a statement to check",
                        max_lines=5,
                        elem_id="statement",
                        render=False,
                    ),
                    "Check",
                    partial(checked, desk),
                    checks,
                    article,
                )
            with gr.Tab("Compare"):
                weighing(
                    gr.Textbox(
                        label="Topic (optional)",
                        show_label=False,
                        container=False,
                        placeholder="Topic (optional)",
                        max_lines=1,
                        elem_id="topic",
                        render=False,
                    ),
                    "Compare",
                    partial(compared, desk),
                    comparisons,
                    article,
                )
            with gr.Tab("Articles") as shelf, gr.Column(elem_id="shelf"):
                with gr.Row(elem_id="tending"):
                    upload = gr.File(
                        label="Add articles: .txt, .md or .html, up to 20 MB each",
                        file_count="multiple",
                        height=150,
                        elem_id="upload",
                    )
                    with gr.Column(elem_id="rebuilding", scale=0, min_width=150):
                        rebuild = gr.Button("Rebuild", elem_id="rebuild")
                        afresh = gr.Checkbox(
                            label="From nothing", elem_id="afresh", container=False
                        )
                report = gr.HTML(elem_id="report", apply_default_css=False)
                narrow = gr.Textbox(
                    "",
                    label="Narrow the list",
                    show_label=False,
                    container=False,
                    placeholder="Narrow the list by outlet, title, date…",
                    elem_id="narrow",
                )
                table = gr.HTML(elem_id="articles", apply_default_css=False, js_on_load=CLICKS)
        article.render()
        gr.HTML('<p id="spoken" aria-live="polite"></p>')

        chat = [turns, transcript, panel, ask, halt, again]
        silent: Any = {"show_progress": "hidden"}
        blocks.load(watch, [narrow], [ready, welcome, table], concurrency_limit=None, **silent)
        answering = gr.on(
            [ask.click, box.submit],
            answer,
            [box, turns],
            [box, *chat],
            concurrency_id="answers",
            concurrency_limit=ANSWERS_AT_ONCE,
            **silent,
        )
        halt.click(lambda turns: shown(stop(turns)), [turns], chat, cancels=[answering], **silent)
        again.click(take_back, [turns], [box, *chat], **silent).then(None, js=PRESS_ASK)
        clear.click(lambda: shown([]), None, chat, cancels=[answering], **silent)
        welcome.click(pick, None, box, **silent).then(None, js=PRESS_ASK)
        panel.click(open_source, [turns], article, **silent).then(None, js=SHOW_ARTICLE)
        table.click(open_article, None, article, **silent).then(None, js=SHOW_ARTICLE)
        narrow.change(listed, [narrow], table, **silent)
        shelf.select(listed, [narrow], table, **silent)
        # Other processes may publish too.
        gr.Timer(NOTICE_SECONDS).tick(state, None, ready, concurrency_limit=None, **silent)
        rebuild.click(renew, [afresh, narrow], [report, table, ready, welcome])
        upload.upload(
            lambda files, wanted: (*renew(False, wanted, files), None),
            [upload, narrow],
            [report, table, ready, welcome, upload],
        )
    return cast("Blocks", blocks)


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
        shown = gr.HTML(
            view.outcome(None),
            elem_id=f"{name}-outcome",
            apply_default_css=False,
            js_on_load=CLICKS,
        )
    silent: Any = {"show_progress": "hidden"}
    gr.on(
        [button.click, box.submit],
        weigh,
        [box],
        [found, shown],
        trigger_mode="once",
        concurrency_id="answers",
        concurrency_limit=ANSWERS_AT_ONCE,
        **silent,
    ).then(None, js=SAY.format(f"'#{name}-outcome'"))
    shown.click(open_quoted, [found], article, **silent).then(None, js=SHOW_ARTICLE)


def serve(desk: Desk, host: str, port: int | None, open_browser: bool, wait: bool = True) -> str:
    """Serves the page and returns its address; with `wait` only when it is ended."""
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
        theme=gr.themes.Base(
            font=[gr.themes.Font("sans-serif")], font_mono=[gr.themes.Font("monospace")]
        ),
        # In the head it stays as it is; Gradio rewrites what it is given as css.
        head=f"<style>{asset('page.css')}</style><script>{asset('page.js')}</script>",
    )
    # Only now, so that the models do not keep the page waiting.
    desk.start()
    click.echo(f"Meeting QA is at {address}")
    if wait:
        blocks.block_thread()
    return str(address)


def has_display() -> bool:
    """Whether a browser that is opened would be seen by somebody."""
    if sys.platform in {"win32", "darwin"}:
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@where
@click.option("--host", default=HOST, show_default=True, help="The address to listen at.")
@click.option("--port", type=int, default=PORT, show_default=True, help="The port; 0 finds one.")
@click.option("--open/--no-open", "open_", default=None, help="Open a browser (where one is).")
def main(
    corpus: Path | None,
    index: Path | None,
    embedding_model: str | None,
    evidence_model: str | None,
    host: str,
    port: int,
    open_: bool | None,
) -> None:
    """Serve the chat page over the articles of the corpus folder."""
    settings = Settings(
        corpus or default_corpus(), index or default_index(), embedding_model, evidence_model
    )
    try:
        serve(Desk(settings), host, port or None, has_display() if open_ is None else open_)
    except OSError as cause:
        raise CannotServe(
            f"the page cannot be served at {host}:{port} ({cause}); name another --port"
        ) from cause


if __name__ == "__main__":
    main()
