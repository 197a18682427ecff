"""The JSON shapes of the command line's contract: plain dicts from the product's values."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from index.articles import Article
from index.history import Version
from index.indexing import Report
from index.inspecting import Status
from index.schema import Skipped
from index.searching import Hit, Snapshot
from qa.checking import ArticleCheck, Check, SourceCheck
from qa.comparing import Comparison
from qa.orders import orders_in
from qa.replies import Answer, Citation, Claim, Reply, Searched, Written

Json = dict[str, Any]


def reply_json(reply: Reply, id: str | None = None) -> Json:
    """The `ask` shape."""
    told: Json = {"id": id} if id is not None else {}
    told |= {"question": reply.question, "standalone": reply.standalone}
    if isinstance(reply, Answer):
        told |= {
            "answered": True,
            "text": reply.text,
            "opening": claim_json(reply.opening) if reply.opening else None,
            "claims": [claim_json(claim) for claim in reply.claims],
            "citations": [citation_json(one) for one in reply.citations],
            "closest": [],
            "looked_at": [citation_json(one) for one in reply.looked_at],
        }
        if reply.written:
            told["written"] = written_json(reply.written)
    else:
        told |= {
            "answered": False,
            "text": reply.text,
            "claims": [],
            "citations": [],
            "closest": [citation_json(one) for one in reply.closest],
        }
    return told | {
        "index": searched_json(reply.searched),
        "writer": reply.writer,
        "seconds": round(reply.seconds, 4),
    }


def written_json(written: Written) -> Json:
    """What a language model wrote, what of it is not shown, and what went wrong."""
    return {
        "by": written.by,
        "sentences": [claim_json(one) for one in written.sentences],
        "dropped": list(written.dropped),
        "problem": written.problem,
    }


def searched_json(searched: Searched) -> Json:
    """What was searched; `within` only where it was not all."""
    told = asdict(searched)
    return {name: value for name, value in told.items() if value is not None}


def claim_json(claim: Claim) -> Json:
    articles = []
    for one in claim.articles:
        told: Json = {"article": one.article, "verdict": one.verdict}
        if one.citation is not None:
            told["citation"] = one.citation
        if one.note is not None:
            told["note"] = one.note
        if one.copy_of is not None:
            told["copy_of"] = one.copy_of
        articles.append(told)
    return {"text": claim.text, "citations": list(claim.citations), "articles": articles}


def check_json(check: Check, id: str | None = None) -> Json:
    """The `check` shape."""
    told: Json = {"id": id} if id is not None else {}
    return told | {
        "claim": check.statement,
        "supported": check.supported,
        "score": round(check.score, 4),
        "articles": [_checked_json(one) for one in check.articles],
        "index": searched_json(check.searched),
    }


def _checked_json(one: ArticleCheck) -> Json:
    citation = one.citation
    told = {
        "article": one.article.name,
        "verdict": one.finding.verdict,
        "quote": citation.quote if citation else None,
        "start": citation.span.start if citation else None,
        "end": citation.span.end if citation else None,
        "note": one.finding.note,
        "score": round(one.finding.score, 4),
    }
    return told | ({"copy_of": one.copy_of} if one.copy_of else {})


def source_check_json(statement: str, check: SourceCheck, source: str, id: str | None) -> Json:
    """The `check` shape for a statement held against one text that is not indexed."""
    told: Json = {"id": id} if id is not None else {}
    span = check.quoted
    return told | {
        "claim": statement,
        "supported": check.supported,
        "score": round(check.score, 4),
        "articles": [],
        "quote": span.of(source) if span else None,
        "start": span.start if span else None,
        "end": span.end if span else None,
    }


def comparison_json(comparison: Comparison) -> Json:
    """The `compare` shape."""
    return {
        "topic": comparison.topic,
        "articles": [one.name for one in comparison.articles],
        "claims": [claim_json(one) for one in comparison.claims],
        "citations": [citation_json(one) for one in comparison.citations],
        "index": searched_json(comparison.searched),
    }


def citation_json(citation: Citation) -> Json:
    article = citation.article
    return {
        "n": citation.n,
        "article": article.name,
        "outlet": article.outlet,
        "title": article.title,
        "published": _day(article),
        "quote": citation.quote,
        "start": citation.span.start,
        "end": citation.span.end,
        "url": article.url,
        "language": article.language,
        "kind": article.kind,
        "derived": sorted(article.derived),
        "hash": article.hash,
    }


def hit_json(hit: Hit) -> Json:
    """One result of the `search` shape."""
    return {
        "article": hit.article.name,
        "score": round(hit.score, 6),
        "start": hit.passage.start,
        "end": hit.passage.end,
    }


def report_json(report: Report) -> Json:
    """The `index` shape."""
    return {
        "generation": report.generation,
        "added": list(report.added),
        "changed": list(report.changed),
        "removed": list(report.removed),
        "unchanged": report.unchanged,
        "skipped": skipped_json(report.skipped),
        "passages": report.passages,
        "embedded": report.embedded,
        "seconds": round(report.seconds, 3),
        "moved": [{"from": before, "to": now} for before, now in report.moved],
        "notes": list(report.notes),
    }


def status_json(status: Status) -> Json:
    """How an index is."""
    return asdict(status) | {"skipped": skipped_json(status.skipped)}


def version_json(version: Version) -> Json:
    """One text of an article's history, without the text."""
    return {
        "version": version.number,
        "state": version.state,
        "since": version.since,
        "until": version.until,
        "moved_to": version.moved_to,
        "title": version.article.title,
        "published": _day(version.article),
        "characters": len(version.article.text),
        "hash": version.article.hash,
    }


def sources_json(snapshot: Snapshot) -> Json:
    """The `sources` shape."""
    counts, places, copies = snapshot.passage_counts(), snapshot.places(), snapshot.near_copies()
    return {
        "generation": snapshot.generation,
        "sources": [
            known_json(article)
            | {
                "kind": article.kind,
                "derived": sorted(article.derived),
                "passages": counts[article.name],
                "hash": article.hash,
                "places": [article.name, *places.get(article.name, ())],
                "copy_of": copies.get(article.name),
                "orders": [span.of(article.text) for span in orders_in(article)],
            }
            for article in snapshot.articles()
        ],
        "skipped": skipped_json(snapshot.skipped()),
    }


def article_json(article: Article) -> Json:
    """The `show` shape."""
    about = {"kind": article.kind, "derived": sorted(article.derived), "text": article.text}
    return known_json(article) | about


def known_json(article: Article) -> Json:
    return {
        "article": article.name,
        "title": article.title,
        "outlet": article.outlet,
        "published": _day(article),
        "url": article.url,
        "language": article.language,
    }


def skipped_json(skipped: Sequence[Skipped]) -> list[Json]:
    return [{"file": one.file, "reason": one.reason} for one in skipped]


def _day(article: Article) -> str | None:
    return article.published.isoformat() if article.published else None
