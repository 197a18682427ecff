"""The commands that keep an index and show what is in it: index, add, remove, sources, show."""

import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qa.command_options import Problem, line_of, progress_bars, settings, where
from qa.settings import Settings

if TYPE_CHECKING:
    from index.embedding import Embedder
    from index.indexing import Report
    from index.searching import Index


@click.command("index")
@where
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--rebuild", is_flag=True, help="Build anew from nothing; earlier texts are kept.")
@click.option("--watch", is_flag=True, help="Keep bringing the index in line with the folder.")
@click.option("--workers", metavar="ray[:N]", help="Embed in N workers of Ray, here or elsewhere.")
@click.option("--strict", is_flag=True, help="Exit 1 when a file is skipped.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--status", is_flag=True, help="Say how the index is, and do nothing.")
@click.option("--verify", is_flag=True, help="Check what is indexed; exit 1 if it is not whole.")
@click.pass_context
def index_command(
    ctx: click.Context,
    /,
    as_json: bool,
    rebuild: bool,
    watch: bool,
    workers: str | None,
    strict: bool,
    dry_run: bool,
    status: bool,
    verify: bool,
    **given: Any,
) -> None:
    """Bring the index in line with the corpus folder."""
    from index.homes import choose_home
    from index.indexing import preview, update_index

    chosen = settings(ctx, **given)
    if sum((dry_run, status, verify, watch)) > 1:
        raise Problem("--watch, --dry-run, --status and --verify exclude each other; give one")
    if rebuild and (status or verify):
        raise Problem("--rebuild changes the index, --status and --verify only look; give one")
    if status:
        _tell_status(chosen, as_json)
    elif verify:
        _verify(ctx, chosen, as_json)
    else:
        home = choose_home(chosen.chroma_url)
        embedder, at_once = _embedder(chosen, workers)
        if dry_run:
            report = preview(chosen.corpus, chosen.index, embedder, rebuild, home)
        else:
            report = update_index(
                chosen.corpus,
                chosen.index,
                embedder,
                rebuild,
                progress_bars(),
                home=home,
                at_once=at_once,
            )
        tell_report(report, as_json, dry_run=dry_run)
        if watch:
            _keep_in_line(chosen, embedder, report.generation, as_json)
        if strict and report.skipped:
            ctx.exit(1)


def _embedder(chosen: Settings, workers: str | None) -> "tuple[Embedder, int]":
    """What embeds, and how many texts it takes at once."""
    from index.embedding import choose_embedder
    from index.indexing import EMBED_AT_ONCE
    from index.spreading import AT_ONCE, choose_workers

    if workers is None:
        return choose_embedder(chosen.embedding_model), EMBED_AT_ONCE
    return choose_workers(workers, chosen.embedding_model), AT_ONCE


def _tell_status(chosen: Settings, as_json: bool) -> None:
    from index.homes import choose_home
    from index.inspecting import status
    from qa.contract import status_json
    from qa.telling import status_text

    found = status(chosen.index, choose_home(chosen.chroma_url))
    click.echo(line_of(status_json(found)) if as_json else status_text(found, chosen.index))


def _verify(ctx: click.Context, chosen: Settings, as_json: bool) -> None:
    from dataclasses import asdict

    from index.homes import choose_home
    from index.inspecting import told, verify

    findings = verify(chosen.index, choose_home(chosen.chroma_url))
    if as_json:
        found = [asdict(one) for one in findings]
        click.echo(line_of({"whole": not findings, "findings": found}))
    else:
        whole = f"The index in {chosen.index} is whole: texts, words and vectors agree."
        click.echo(told(findings) or whole)
    if findings:
        ctx.exit(1)


def _keep_in_line(chosen: Settings, embedder: "Embedder", generation: int, as_json: bool) -> None:
    """Follows the corpus folder until it is interrupted; what cannot be done now is said, and tried
    again at the next change.
    """
    from index.errors import IndexingError
    from index.homes import choose_home
    from index.indexing import update_index
    from index.watching import rested_changes

    last = generation
    threading.Thread(target=_load_ahead, args=(embedder,)).start()
    try:
        for unfinished in rested_changes(chosen.corpus):
            try:
                report = update_index(
                    chosen.corpus,
                    chosen.index,
                    embedder,
                    reporter=progress_bars(),
                    unfinished=unfinished,
                    home=choose_home(chosen.chroma_url),
                )
            except IndexingError as cause:
                click.echo(f"meeting-qa: {cause}", err=True)
            else:
                if report.generation != last:
                    tell_report(report, as_json)
                last = report.generation
    except KeyboardInterrupt:
        return


def _load_ahead(embedder: "Embedder") -> None:
    """Loads the model before the first change; what goes wrong with it is told by the first run."""
    with suppress(Exception):
        embedder.embed(["ready"])


def tell_report(
    report: "Report", as_json: bool, dry_run: bool = False, **more: list[dict[str, Any]]
) -> None:
    from qa.contract import report_json
    from qa.telling import report_text

    for note in report.notes:
        click.echo(f"meeting-qa: {note}", err=True)
    if as_json:
        told = report_json(report) | more
        click.echo(line_of(told | {"dry_run": True} if dry_run else told))
    else:
        click.echo(("Would be done. " if dry_run else "") + report_text(report))


@click.command("add")
@where
@click.argument("paths", nargs=-1, required=True, type=Path, metavar="FILE|FOLDER…")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.pass_context
def add_command(
    ctx: click.Context, /, paths: tuple[Path, ...], as_json: bool, **given: Any
) -> None:
    """Copy articles into the corpus folder and index them.

    A folder is copied with what is below it. Nothing in the corpus folder is overwritten: another
    text of the same name gets a number. Exit 1 when a file was not taken.
    """
    from dataclasses import asdict

    from index.embedding import choose_embedder
    from index.homes import choose_home
    from index.indexing import update_index
    from qa.adding import add

    chosen = settings(ctx, **given)
    taken = add(paths, chosen.corpus)
    if not as_json:
        for one in taken:
            click.echo(f"  {one.file}: {one.note}", err=True)
    if not any(one.name for one in taken):
        why = "; ".join(f"{one.file}: {one.note}" for one in taken[:3])
        raise Problem(f"nothing was added ({why}); name .txt, .md or .html files that can be read")
    embedder = choose_embedder(chosen.embedding_model)
    report = update_index(
        chosen.corpus,
        chosen.index,
        embedder,
        reporter=progress_bars(),
        home=choose_home(chosen.chroma_url),
    )
    rows = [asdict(one) for one in taken]
    tell_report(report, as_json, taken=rows)
    if not all(one.name for one in taken):
        ctx.exit(1)


@click.command("remove")
@where
@click.argument("articles", nargs=-1, required=True, metavar="ARTICLE…")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.pass_context
def remove_command(
    ctx: click.Context, /, articles: tuple[str, ...], as_json: bool, **given: Any
) -> None:
    """Delete articles from the corpus folder and take them out of the index.

    Their texts stay in the index's history: `show ARTICLE --versions`.
    """
    from index.embedding import choose_embedder
    from index.homes import choose_home
    from index.indexing import update_index
    from qa.adding import remove

    chosen = settings(ctx, **given)
    embedder = choose_embedder(chosen.embedding_model)
    # What is deleted without ever having been indexed would be in no history.
    home = choose_home(chosen.chroma_url)
    update_index(chosen.corpus, chosen.index, embedder, reporter=progress_bars(), home=home)
    remove(articles, chosen.corpus)
    report = update_index(
        chosen.corpus, chosen.index, embedder, reporter=progress_bars(), home=home
    )
    tell_report(report, as_json)


@click.command("sources")
@where
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@click.pass_context
def sources_command(ctx: click.Context, /, as_json: bool, **given: Any) -> None:
    """List the indexed articles, their copies, and the files that were skipped."""
    from qa.contract import sources_json
    from qa.telling import sources_text

    with open_index(settings(ctx, **given)).reading() as snapshot:
        click.echo(line_of(sources_json(snapshot)) if as_json else sources_text(snapshot))


@click.command("show")
@where
@click.argument("article")
@click.option("--versions", is_flag=True, help="List every text that was indexed under this name.")
@click.option("--version", type=click.IntRange(min=1), metavar="N", help="Print an earlier text.")
@click.option("--json", "as_json", is_flag=True, help="Print text and metadata as JSON.")
@click.pass_context
def show_command(
    ctx: click.Context,
    /,
    article: str,
    versions: bool,
    version: int | None,
    as_json: bool,
    **given: Any,
) -> None:
    """Print one article's text and what is known about it."""
    from qa.contract import article_json, version_json
    from qa.telling import article_text, version_text

    with open_index(settings(ctx, **given)).reading() as snapshot:
        if not versions and version is None:
            found = snapshot.article(article)
            click.echo(line_of(article_json(found)) if as_json else article_text(found))
            return
        texts = snapshot.versions(article)
    if versions:
        rows = [version_json(one) for one in texts]
        listed = "\n".join(version_text(one) for one in texts)
        click.echo(line_of({"article": article, "versions": rows}) if as_json else listed)
        return
    if version is None or version > len(texts):
        raise Problem(
            f"{article} has {len(texts)} versions, no {version}; `meeting-qa show {article} "
            "--versions` lists them"
        )
    one = texts[version - 1]
    whole = article_json(one.article) | version_json(one)
    told = f"{version_text(one)}\n{article_text(one.article)}"
    click.echo(line_of(whole) if as_json else told)


def open_index(chosen: Settings) -> "Index":
    """The index that was chosen, for reading."""
    from index.embedding import choose_embedder
    from index.homes import choose_home
    from index.searching import Index

    home = choose_home(chosen.chroma_url)
    return Index(chosen.index, choose_embedder(chosen.embedding_model), home)


COMMANDS = (index_command, add_command, remove_command, sources_command, show_command)
