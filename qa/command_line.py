"""The command line, as the contract fixes it: results on stdout, everything else on stderr.

Exit 0: done; 1: done, but something asked for did not hold; 2: could not do it. The commands that
keep an index are in `index_commands`.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qa.command_options import Problem, line_of, progress_bars, settings, where
from qa.index_commands import COMMANDS, open_index
from qa.settings import Settings

__all__ = ["Problem", "main", "where"]

if TYPE_CHECKING:
    from qa.answering import Answerer, Question


class Grouped(click.Group):
    """Commands whose errors are one line, whatever raised them."""

    def invoke(self, ctx: click.Context) -> Any:
        from index.errors import IndexingError
        from qa.errors import QuestionError

        try:
            return super().invoke(ctx)
        except (IndexingError, QuestionError) as cause:
            raise Problem(str(cause)) from cause


@click.group(cls=Grouped, context_settings={"help_option_names": ["-h", "--help"]})
@where
@click.version_option(package_name="meeting-qa")
@click.pass_context
def main(ctx: click.Context, /, **given: Any) -> None:
    """Ask news articles, and see which article says what.

    Without --corpus and --index, MEETING_QA_CORPUS and MEETING_QA_INDEX name the folders, else
    corpus/ and .index/ beside the project. Without --model, MEETING_QA_MODEL may name a language
    model that puts the quotes into words; else they stand alone. MEETING_QA_CHROMA_URL stands for
    --chroma-url.
    """
    ctx.obj = given


for command in COMMANDS:
    main.add_command(command)


@main.command("ask")
@where
@click.argument("question", required=False)
@click.option("--batch", type=Path, metavar="FILE", help='JSON Lines {"id","question","history"}.')
@click.option("--history", multiple=True, metavar="QUESTION", help="An earlier question; repeat.")
@click.option("--json", "as_json", is_flag=True, help="Print the reply as JSON.")
@click.pass_context
def ask_command(
    ctx: click.Context,
    /,
    question: str | None,
    batch: Path | None,
    history: tuple[str, ...],
    as_json: bool,
    **given: Any,
) -> None:
    """Answer a question from the articles, with the sources of every claim."""
    from qa.answering import Question
    from qa.contract import reply_json
    from qa.telling import reply_text

    answerer = _answerer(settings(ctx, **given))
    if batch is None:
        reply = answerer.ask(Question(question or "", history))
        click.echo(line_of(reply_json(reply)) if as_json else reply_text(reply))
        return
    for at, row in _rows(batch):
        asked = _text(batch, at, row, "question")
        earlier = row.get("history") or []
        if not isinstance(earlier, list) or not all(isinstance(one, str) for one in earlier):
            raise Problem(f'{batch}:{at}: "history" is not a list of questions')
        reply = answerer.ask(_question(Question, batch, at, asked, tuple(earlier)))
        told = reply_json(reply, row.get("id"))
        click.echo(line_of(told) if as_json else f"{asked}\n{reply_text(reply)}\n")


@main.command("search")
@where
@click.argument("query", required=False)
@click.option("--batch", type=Path, metavar="FILE", help='JSON Lines {"id","query"}.')
@click.option("--top", type=click.IntRange(1, 1000), default=10, show_default=True, metavar="K")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
@click.pass_context
def search_command(
    ctx: click.Context,
    /,
    query: str | None,
    batch: Path | None,
    top: int,
    as_json: bool,
    **given: Any,
) -> None:
    """Rank the articles that a query finds."""
    from qa.contract import hit_json
    from qa.judging import Judge
    from qa.ranking import ranked_articles
    from qa.telling import hits_text

    index = open_index(settings(ctx, **given))
    judge = Judge()

    def results(text: str) -> Any:
        with index.reading() as snapshot:
            return ranked_articles(text, snapshot, judge, top)

    if batch is None:
        if not (query or "").strip():
            raise Problem("the query is empty; say what to search for")
        hits = results(query or "")
        told = {"results": [hit_json(hit) for hit in hits]}
        click.echo(line_of(told) if as_json else hits_text(hits))
        return
    for at, row in _rows(batch):
        hits = results(_text(batch, at, row, "query"))
        found = {"id": row.get("id"), "results": [hit_json(hit) for hit in hits]}
        click.echo(line_of(found) if as_json else f"{row['query']}\n{hits_text(hits)}\n")


@main.command("eval")
@where
@click.argument("gold", type=Path)
@click.option("--accuracy", type=click.FloatRange(0, 1), help="Exit 1 when accuracy is below.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@click.pass_context
def eval_command(
    ctx: click.Context, /, gold: Path, accuracy: float | None, as_json: bool, **given: Any
) -> None:
    """Answer a gold set and print the figures."""
    from dataclasses import asdict

    from qa.evaluating import evaluate, gold_questions

    with _reading(gold):
        lines = gold.read_text(encoding="utf-8-sig").splitlines()
    figures, missed = evaluate(gold_questions(lines, str(gold)), _answerer(settings(ctx, **given)))
    rounded = {
        name: round(value, 4) if isinstance(value, float) else value
        for name, value in asdict(figures).items()
    }
    if as_json:
        click.echo(line_of(rounded | {"missed": missed}))
    else:
        for name, value in rounded.items():
            click.echo(f"{name:>15}  {'-' if value is None else value}")
        click.echo(f"{'missed':>15}  {', '.join(missed) or '-'}")
    if accuracy is not None and figures.accuracy < accuracy:
        ctx.exit(1)


@main.command("check")
@where
@click.argument("claim", required=False)
@click.option("--batch", type=Path, metavar="FILE", help='JSON Lines {"id","claim","source"}.')
@click.option("--json", "as_json", is_flag=True, help="Print the verdicts as JSON.")
@click.pass_context
def check_command(
    ctx: click.Context, /, claim: str | None, batch: Path | None, as_json: bool, **given: Any
) -> None:
    """Say which articles support a statement, differ from it, or are silent.

    A line of a batch that has a "source" is held against that text alone; no index is needed.
    """
    from qa.checking import Check, check, check_against
    from qa.contract import check_json, source_check_json
    from qa.errors import BadQuestion
    from qa.judging import Judge
    from qa.telling import check_text, source_check_text

    index = open_index(settings(ctx, **given))
    judge = Judge()

    def checked(statement: str) -> Check:
        with index.reading() as snapshot:
            return check(statement, snapshot, index.embed, judge)

    if batch is None:
        found = checked(claim or "")
        click.echo(line_of(check_json(found)) if as_json else check_text(found))
        return
    for at, row in _rows(batch):
        statement, id = _text(batch, at, row, "claim"), row.get("id")
        try:
            if "source" in row:
                source = _text(batch, at, row, "source")
                alone = check_against(statement, source, index.embed, judge)
                told = source_check_json(statement, alone, source, id)
                text = source_check_text(alone, source)
            else:
                found = checked(statement)
                told, text = check_json(found, id), check_text(found)
        except BadQuestion as cause:
            raise Problem(f"{batch}:{at}: {cause}") from cause
        click.echo(line_of(told) if as_json else f"{statement}\n{text}\n")


@main.command("compare")
@where
@click.argument("topic", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON.")
@click.pass_context
def compare_command(ctx: click.Context, /, topic: str | None, as_json: bool, **given: Any) -> None:
    """Lay the claims of the articles side by side: all of them, or those on a topic."""
    from qa.comparing import compare
    from qa.contract import comparison_json
    from qa.judging import Judge
    from qa.telling import comparison_text

    index = open_index(settings(ctx, **given))
    bars = progress_bars()
    with index.reading() as snapshot:
        found = compare(
            snapshot, topic, index.embed, Judge(), lambda step, total: bars(step, total).update
        )
    click.echo(line_of(comparison_json(found)) if as_json else comparison_text(found))


def _answerer(chosen: Settings) -> "Answerer":
    from qa.answering import open_answerer

    return open_answerer(open_index(chosen), chosen.evidence_model, chosen.model)


def _question(
    make: "type[Question]", batch: Path, at: int, asked: str, history: tuple[str, ...]
) -> "Question":
    from qa.errors import BadQuestion

    try:
        return make(asked, history)
    except BadQuestion as cause:
        raise Problem(f"{batch}:{at}: {cause}") from cause


def _rows(batch: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a JSON Lines file with their line numbers, every line checked first."""
    with _reading(batch):
        lines = batch.read_text(encoding="utf-8-sig").splitlines()
    rows = []
    for at, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as cause:
            raise Problem(f"{batch}:{at}: not a line of JSON ({cause}); mend it") from cause
        if not isinstance(row, dict):
            raise Problem(f"{batch}:{at}: not a JSON object; mend it")
        rows.append((at, row))
    yield from rows


@contextmanager
def _reading(batch: Path) -> Iterator[None]:
    try:
        yield
    except OSError as cause:
        raise Problem(f"{batch} cannot be read: {cause.strerror}; name another file") from cause
    except UnicodeDecodeError as cause:
        raise Problem(f"{batch} is not UTF-8 text; save it as UTF-8") from cause


def _text(batch: Path, at: int, row: dict[str, Any], name: str) -> str:
    text = row.get(name)
    if not isinstance(text, str) or not text.strip():
        raise Problem(f'{batch}:{at}: "{name}" is missing or empty; give it')
    return text
