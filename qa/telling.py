"""Replies, reports and articles as plain text for a terminal."""

import textwrap
from collections.abc import Sequence
from pathlib import Path

from index.articles import Article
from index.history import Version
from index.indexing import Report
from index.inspecting import Status
from index.schema import Skipped
from index.searching import Hit, Snapshot
from qa.checking import Check, SourceCheck
from qa.comparing import Comparison
from qa.replies import Answer, Citation, Reply
from qa.wording import VERDICTS, agreement, counted, name_of, writing_notes

WIDTH = 96


def reply_text(reply: Reply) -> str:
    """The answer with its numbered sources, or the refusal with the closest passages."""
    parts = []
    if reply.standalone != " ".join(reply.question.split()):
        parts.append(f"({reply.standalone})")
    parts += [_wrapped(paragraph) for paragraph in reply.text.split("\n\n")]
    if isinstance(reply, Answer):
        parts += [_wrapped(note) for note in writing_notes(reply)]
        parts.append("Sources")
        shown: Sequence[Citation] = reply.citations
    else:
        parts += ["Closest passages, not an answer"] if reply.closest else []
        shown = reply.closest
    return "\n\n".join(parts + [_citation(one) for one in shown])


def check_text(check: Check) -> str:
    """What each article says to a statement, with its quote."""
    said = sum(one.finding.verdict == "supports" for one in check.articles)
    say = "says" if said == 1 else "say"
    parts = [f"{said} of {counted(check.searched.articles, 'article')} {say} this."]
    for one in check.articles:
        told = f"{VERDICTS[one.finding.verdict]:>20}  {about(one.article)}"
        told += f"\n{'':>22}{one.finding.note}" if one.finding.note else ""
        told += f"\n{'':>22}carries the text of {one.copy_of}" if one.copy_of else ""
        if one.citation:
            told += "\n" + _wrapped(f"“{one.citation.quote}”", " " * 22)
        parts.append(told)
    return "\n\n".join(parts)


def source_check_text(check: SourceCheck, source: str) -> str:
    """Whether a text supports a statement, and the sentence that does."""
    told = "supported" if check.supported else "not supported"
    quote = f"\n{_wrapped(f'“{check.quoted.of(source)}”', '    ')}" if check.quoted else ""
    return f"{told}, {check.score:.2f}{quote}"


def comparison_text(comparison: Comparison) -> str:
    """A paragraph a claim with who says it, and the sources behind it."""
    if not comparison.articles:
        return "Nothing found on this."
    articles = {one.name: one for one in comparison.articles}
    parts = []
    for claim in comparison.claims:
        told = agreement(claim, articles)
        lines = [_wrapped(claim.text)]
        lines += [f"    {told[1]}"] if told else []
        for one in claim.articles:
            marker = f" [{one.citation}]" if one.citation else ""
            note = f": {one.note}" if one.note else ""
            lines.append(
                f"    {name_of(one.article, articles)} {VERDICTS[one.verdict]}{note}{marker}"
            )
        parts.append("\n".join(lines))
    return "\n\n".join([*parts, "Sources", *(_citation(one) for one in comparison.citations)])


def _citation(citation: Citation) -> str:
    head = f"[{citation.n}] {about(citation.article)}"
    return head + "\n" + _wrapped(f"“{citation.quote}”", "    ")


def about(article: Article) -> str:
    """Outlet, title, date and name of an article in one line; derived values marked `*`."""

    def marked(name: str, value: object) -> str:
        return f"{value}*" if name in article.derived else str(value)

    known = [
        marked(name, value)
        for name, value in (
            ("outlet", article.outlet),
            ("title", article.title),
            ("published", article.published),
        )
        if value
    ]
    if article.kind:
        known.append(f"[{article.kind}]")
    return " · ".join([*known, article.name])


def report_text(report: Report) -> str:
    """What a run of indexing did."""
    lines = [
        f"Generation {report.generation}: {len(report.added)} added, "
        f"{len(report.changed)} changed, {len(report.removed)} removed, "
        f"{report.unchanged} unchanged; {report.passages} passages "
        f"({report.embedded} embedded) in {report.seconds:.1f} s"
    ]
    for word, names in (
        ("added", report.added),
        ("changed", report.changed),
        ("removed", report.removed),
    ):
        lines += [f"  {word} {name}" for name in names[:20]]
        lines += [f"  {word} {len(names) - 20} more"] if len(names) > 20 else []
    lines += [f"  moved {before} to {now}" for before, now in report.moved[:20]]
    return "\n".join(lines + _skipped(report.skipped))


def status_text(status: Status, folder: Path) -> str:
    """How an index is, a line a fact."""
    run = status.last_run or {}
    facts = {
        "index": folder,
        "generation": f"{status.generation}, made {status.made}",
        "articles": f"{status.articles:,}"
        + (f", and {counted(status.places, 'second place')} of them" if status.places else ""),
        "passages": f"{status.passages:,}",
        "earlier texts": f"{status.earlier_texts:,}",
        "built by": status.identity,
        "size": f"{status.size / 1e6:,.1f} MB",
        "being written by": status.writer or "nobody",
        "last run": f"{run['ended']}, {run['seconds']} s" if run else "unknown",
    }
    lines = [f"{name:>17}  {fact}" for name, fact in facts.items()]
    return "\n".join(lines + _skipped(status.skipped))


def version_text(version: Version) -> str:
    """One text of an article's history in a line."""
    moved = f", now {version.moved_to}" if version.moved_to else ""
    until = f" until {version.until}" if version.until else ""
    return (
        f"Version {version.number}, {version.state}{moved}: indexed since {version.since}{until}, "
        f"{len(version.article.text):,} characters"
    )


def hits_text(hits: Sequence[Hit]) -> str:
    """Ranked passages, the best of every article."""
    if not hits:
        return "Nothing found."
    return "\n\n".join(
        f"{n}. {hit.score:.2f}  {about(hit.article)}\n"
        + _wrapped(hit.passage.span.of(hit.article.text), "    ")
        for n, hit in enumerate(hits, 1)
    )


def sources_text(snapshot: Snapshot) -> str:
    """The indexed articles, a line each, and the files that were skipped."""
    counts, places, copies = snapshot.passage_counts(), snapshot.places(), snapshot.near_copies()
    lines = [f"Generation {snapshot.generation}: {snapshot.article_count} articles"]
    derived = False
    for article in snapshot.articles():
        derived = derived or bool(article.derived)
        lines.append(
            f"  {about(article)} · {article.language or '?'} · {counts[article.name]} passages"
        )
        lines += [f"    also in {name}" for name in places.get(article.name, ())]
        if article.name in copies:
            lines.append(f"    carries the text of {copies[article.name]}")
    lines += _skipped(snapshot.skipped())
    lines += ["* worked out from the article's text"] if derived else []
    return "\n".join(lines)


def article_text(article: Article) -> str:
    """One article to read."""
    lines = [about(article)]
    lines += [article.url] if article.url else []
    lines += ["* worked out from the article's text"] if article.derived else []
    return "\n".join(lines) + "\n\n" + article.text


def _skipped(skipped: Sequence[Skipped]) -> list[str]:
    return [f"  skipped {one.file}: {one.reason}" for one in skipped]


def _wrapped(text: str, indent: str = "") -> str:
    return textwrap.fill(text, WIDTH, initial_indent=indent, subsequent_indent=indent)
