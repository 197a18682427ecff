"""Whole articles, the list of them and reports as HTML; every text goes through `text_of`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from index.articles import Article, Span
from index.history import Version
from index.indexing import Report
from index.schema import Skipped
from index.searching import EVERYWHERE, Scope
from qa.orders import orders_in
from qa.page.marking import (
    DERIVED_NOTE,
    badge,
    became,
    day,
    derived,
    direction,
    indexed_from_to,
    known,
    language,
    marked_all,
    text_of,
    title,
    web_address,
)
from qa.page.rendering import problem
from qa.page.turns import Problem
from qa.page.uploading import Taken
from qa.wording import counted

if TYPE_CHECKING:
    from qa.page.desk import Listing

MAX_ROWS = 200


def article_view(
    article: Article,
    opened: Span | None = None,
    others: Sequence[Span] = (),
    versions: Sequence[Version] = (),
) -> str:
    """A whole article in a dialog, everything that was quoted from it marked.

    With its versions it says what became of this text, and the others can be opened.
    """
    this = next((one for one in reversed(versions) if one.article.hash == article.hash), None)
    marks = list(dict.fromkeys([*([opened] if opened else []), *others]))
    paragraphs: list[str] = []
    at = 0
    for line in article.text.splitlines(keepends=True):
        start, at = at, at + len(line)
        stripped = line.strip()
        if not stripped:
            continue
        begin = start + line.index(stripped)
        shown = marked_all(article.text, Span(begin, begin + len(stripped)), marks, opened)
        heads = not paragraphs and article.title == stripped
        paragraphs.append(f'<h2 dir="auto">{shown}</h2>' if heads else f'<p dir="auto">{shown}</p>')
    heading = "" if paragraphs[0].startswith("<h2") else f'<h2 dir="auto">{title(article)}</h2>'
    derived = (
        f'<p class="hint">* {DERIVED_NOTE}.</p>' if "*</abbr>" in known(article) + heading else ""
    )
    summary = (
        '<p class="hint">This is a summary of the article, not its own words.</p>'
        if article.kind == "summary"
        else ""
    )
    return (
        f'<dialog class="article" aria-label="{text_of(article.title or article.name)}">'
        f'<header><p class="from">{known(article)}</p>{_steps(len(marks))}'
        '<button type="button" class="plain" data-close aria-label="Close the article">Close'
        f'</button></header>{_earlier(this)}<div class="text" tabindex="0"{language(article)}'
        f"{direction(article)}>{heading}{''.join(paragraphs)}</div>"
        f"<footer>{summary}{derived}{_about(article, this, versions)}</footer></dialog>"
    )


def _steps(quotes: int) -> str:
    """From quote to quote, where there are several."""
    if quotes < 2:
        return ""
    return (
        '<p class="steps"><button type="button" class="plain" data-step="-1" '
        'aria-label="Previous quote">‹</button> <span class="at" role="status"></span> '
        '<button type="button" class="plain" data-step="1" aria-label="Next quote">›</button></p>'
    )


def _earlier(this: Version | None) -> str:
    """That this is not the text that is indexed now."""
    if this is None or this.state == "current":
        return ""
    return (
        f'<p class="since">{became(this)} This is its text as it was indexed '
        f"{indexed_from_to(this)}.</p>"
    )


def _versions(name: str, this: Version | None, versions: Sequence[Version]) -> str:
    """Every text of an article, the newest first, each to be opened."""
    rows = []
    for one in reversed(versions):
        told = f"{one.number}, indexed {indexed_from_to(one)}"
        rows.append(
            f"<li>{told}, shown here</li>"
            if one == this
            else f'<li>{told} <button type="button" class="plain" data-article="{text_of(name)}" '
            f'data-version="{one.number}" aria-label="Open version {one.number}">Open</button></li>'
        )
    return f'<ol class="versions">{"".join(rows)}</ol>'


def _about(article: Article, this: Version | None, versions: Sequence[Version]) -> str:
    """What is known of an article, folded, and its file to save."""
    unknown = '<span class="unknown">unknown</span>'
    url = web_address(article.url)
    values = {
        "Title": derived(article, "title", article.title) if article.title else unknown,
        "Outlet": derived(article, "outlet", article.outlet) if article.outlet else unknown,
        "Date": derived(article, "published", day(article.published))
        if article.published
        else unknown,
        "Language": derived(article, "language", article.language) if article.language else unknown,
        "Address": f'<a href="{text_of(url)}" target="_blank" rel="noopener noreferrer">'
        f"{derived(article, 'url', url)}</a>"
        if url
        else unknown,
        "Content": f"{counted(len(article.text.split()), 'word')}, {article.hash}",
    }
    if len(versions) > 1:
        values["Versions"] = _versions(article.name, this, versions)
    rows = "".join(f'<dt>{name}</dt><dd dir="auto">{value}</dd>' for name, value in values.items())
    return (
        f'<details class="known"><summary>About this article</summary><dl>{rows}</dl></details>'
        f'<p class="hint file"><span dir="auto">{text_of(article.name)}</span> <button '
        f'type="button" class="plain" data-file="{text_of(article.name)}">Save the original file'
        "</button></p>"
    )


def problem_view(what: Problem) -> str:
    """A problem in the place of an article."""
    return (
        f'<dialog class="article" aria-label="Problem"><header><p class="from"></p><button '
        'type="button" class="plain" data-close aria-label="Close">Close</button></header>'
        f'<div class="text">{problem(what)}</div></dialog>'
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which articles are listed; an empty value wants all."""

    words: str = ""
    languages: tuple[str, ...] = ()
    scope: Scope = EVERYWHERE

    def has(self, article: Article) -> bool:
        known = (article.outlet, article.title, article.name, article.language)
        day = article.published.isoformat() if article.published else ""
        told = f"{' '.join(filter(None, known))} {day}".casefold()
        outlets, first, last = self.scope.outlets, self.scope.first, self.scope.last
        return (
            all(word in told for word in self.words.casefold().split())
            and (not self.languages or article.language in self.languages)
            and (not outlets or article.outlet in outlets)
            and (not first or (article.published is not None and article.published >= first))
            and (not last or (article.published is not None and article.published <= last))
        )


EVERYTHING = Wanted()


def status(listing: "Listing", corpus: Path) -> str:
    """What the index holds, and where it comes from."""
    if not listing.generation:
        return ""
    outlets = len({one.outlet for one in listing.articles if one.outlet})
    told = ", ".join(
        (
            counted(len(listing.articles), "article"),
            f"from {counted(outlets, 'outlet')}",
            counted(sum(listing.passages.values()), "passage"),
            f"{len(listing.skipped):,} skipped",
        )
    )
    return (
        f'<p class="hint">{told} · generation {listing.generation:,} · '
        f'<span dir="auto">{text_of(str(corpus))}</span></p>'
    )


def listing(
    articles: Sequence[Article],
    passages: Mapping[str, int],
    skipped: Sequence[Skipped],
    wanted: Wanted = EVERYTHING,
) -> str:
    """What is indexed, narrowed to what is wanted, and the files that were skipped."""
    found = [one for one in articles if wanted.has(one)]
    rows = "".join(_row(one, passages.get(one.name, 0)) for one in found[:MAX_ROWS])
    more = (
        f'<p class="hint">The first {MAX_ROWS} of {len(found):,} are shown; narrow the list.</p>'
        if len(found) > MAX_ROWS
        else ""
    )
    derived = f'<p class="hint">* {DERIVED_NOTE}.</p>' if "*</abbr>" in rows else ""
    nothing = "No article is like this." if articles else "No article is indexed yet."
    table = (
        '<table class="articles"><thead><tr><th scope="col">Outlet</th><th scope="col">Title</th>'
        '<th scope="col">Date</th><th scope="col">Language</th><th scope="col">Passages</th>'
        '<th scope="col"><span class="unseen">Remove</span></th></tr>'
        f"</thead><tbody>{rows}</tbody></table>"
        if rows
        else f'<p class="hint">{nothing}</p>'
    )
    return table + more + derived + _skipped(skipped)


def _row(article: Article, passages: int) -> str:
    unknown = '<span class="unknown">unknown</span>'
    outlet = derived(article, "outlet", article.outlet) if article.outlet else unknown
    published = (
        f'<time datetime="{article.published.isoformat()}">'
        f"{derived(article, 'published', day(article.published))}</time>"
        if article.published
        else unknown
    )
    spoken = derived(article, "language", article.language) if article.language else unknown
    kind = f" {badge(article.kind)}" if article.kind else ""
    if orders := orders_in(article):
        told = text_of(" … ".join(span.of(article.text) for span in orders)[:300])
        kind += (
            ' <span class="badge orders" title="Text in this article gives orders to language '
            f'models; it is quoted as text and obeyed by nobody: {told}">gives orders</span>'
        )
    return (
        f'<tr><td data-label="Outlet"><span dir="auto">{outlet}</span></td>'
        '<td data-label="Title" class="title">'
        f'<button type="button" class="plain" data-article="{text_of(article.name)}" dir="auto">'
        f'{title(article)}</button>{kind}<span class="file">{text_of(article.name)}</span></td>'
        f'<td data-label="Date">{published}</td><td data-label="Language">{spoken}</td>'
        f'<td data-label="Passages" class="count">{passages:,}</td>'
        '<td class="acts"><button type="button" class="plain" '
        f'data-remove="{text_of(article.name)}" '
        f'aria-label="Remove {text_of(article.name)}">Remove</button></td></tr>'
    )


def _skipped(skipped: Sequence[Skipped]) -> str:
    if not skipped:
        return ""
    rows = "".join(
        f'<li><span class="file" dir="auto">{text_of(one.file)}</span> {text_of(one.reason)}</li>'
        for one in skipped[:MAX_ROWS]
    )
    return (
        f'<section class="skipped"><h3>{counted(len(skipped), "file")} skipped</h3>'
        f"<ul>{rows}</ul></section>"
    )


def report(
    done: Report | None,
    taken: Sequence[Taken] = (),
    failed: Problem | None = None,
    removed: str | None = None,
) -> str:
    """What became of the uploaded files, and what a run of indexing did.

    `removed` is the key of an article that can be put back.
    """
    parts = (
        [
            f'<p>Removed <span class="file" dir="auto">{text_of(removed.partition("/")[2])}</span> '
            f'<button type="button" class="plain" data-undo="{text_of(removed)}">Undo</button></p>'
        ]
        if removed
        else []
    )
    parts += [
        f'<p class="{"taken" if one.name else "left"}"><span class="file" dir="auto">'
        f"{text_of(one.file)}</span> {text_of(one.note)}</p>"
        for one in taken
    ]
    if failed:
        parts.append(problem(failed))
    if done:
        changes = [
            ("added", done.added),
            ("changed", done.changed),
            ("removed", done.removed),
        ]
        told = ", ".join(f"{len(names):,} {word}" for word, names in changes)
        parts.append(
            f'<p class="did">{told}, {done.unchanged:,} unchanged, {len(done.skipped):,} skipped; '
            f"{counted(done.passages, 'passage')} in {done.seconds:.1f} s</p>"
        )
        for word, names in changes:
            parts += [
                f'<p><span class="verb">{word}</span> <span class="file">{text_of(name)}</span></p>'
                for name in names[:20]
            ]
            if len(names) > 20:
                parts.append(f"<p>and {len(names) - 20:,} more {word}</p>")
    return f'<div class="report" role="status">{"".join(parts)}</div>' if parts else ""


def state_line(phase: str, text: str) -> str:
    """How ready the index is."""
    return f'<p class="state {phase}" role="status">{text_of(text)}</p>'
