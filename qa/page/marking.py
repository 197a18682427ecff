"""Articles' data and text as HTML: escaped, quotes marked, derived values starred."""

import re
from datetime import date
from html import escape

from index.articles import Article, Derivable, Span
from qa.replies import Citation

MAX_PARAGRAPH_CHARS = 900
DERIVED_NOTE = "Worked out from the article’s text, not stated with it"

# Characters that mean something to HTML, to Markdown or to a template become references, so that
# no later reader of this HTML can take them for its own syntax.
_MEANINGFUL = {ord(c): f"&#{ord(c)};" for c in "`$\\{}*_[]~|"}
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def text_of(text: str) -> str:
    """Any text so that HTML shows it literally, between tags or in a quoted attribute."""
    return escape(text).translate(_MEANINGFUL)


def known(article: Article) -> str:
    """Outlet, date and kind of an article; what was derived is marked."""
    told = []
    if article.outlet:
        told.append(
            f'<span class="outlet" dir="auto">{derived(article, "outlet", article.outlet)}</span>'
        )
    told.append(
        f'<time datetime="{article.published.isoformat()}">'
        f"{derived(article, 'published', day(article.published))}</time>"
        if article.published
        else '<span class="unknown">no date</span>'
    )
    if article.kind:
        told.append(badge(article.kind))
    return " ".join(told)


def badge(kind: str) -> str:
    meaning = ' title="A summary of the article, not its own words"' if kind == "summary" else ""
    return f'<span class="badge"{meaning}>{text_of(kind)}</span>'


def title(article: Article) -> str:
    if article.title:
        return derived(article, "title", article.title)
    return text_of(article.name)


def derived(article: Article, name: Derivable, value: str) -> str:
    if name not in article.derived:
        return text_of(value)
    star = f'<abbr class="derived" title="{DERIVED_NOTE}">*</abbr>'
    return f"{text_of(value)}{star}"


def day(published: date) -> str:
    """A day as it reads anywhere: 13 March 2023."""
    return f"{published.day} {published:%B %Y}"


def language(article: Article) -> str:
    told = article.language or ""
    return f' lang="{told}"' if _LANGUAGE.fullmatch(told) else ""


def quoted(citation: Citation) -> str:
    """The paragraph around a quote, the quote marked; cut where the paragraph is very long."""
    text, span = citation.article.text, citation.span
    start = text.rfind("\n", 0, span.start) + 1
    end = text.find("\n", span.end)
    end = len(text) if end < 0 else end
    room = max(0, MAX_PARAGRAPH_CHARS - (span.end - span.start)) // 2
    first, last = max(start, span.start - room), min(end, span.end + room)
    if first > start:
        space = text.find(" ", first, span.start)
        first = space + 1 if space >= 0 else first
    if last < end:
        space = text.rfind(" ", span.end, last)
        last = space if space >= 0 else last
    return (
        ("… " if first > start else "")
        + marked(text, Span(first, last), span)
        + (" …" if last < end else "")
    )


def marked(text: str, piece: Span, mark: Span | None) -> str:
    """A piece of a text as HTML with what of it is marked; line breaks stay line breaks."""
    if mark is None or mark.end <= piece.start or piece.end <= mark.start:
        return text_of(piece.of(text))
    first, last = max(piece.start, mark.start), min(piece.end, mark.end)
    inside = text_of(text[first:last]).replace("\n", "<br>")
    before, behind = text_of(text[piece.start : first]), text_of(text[last : piece.end])
    return f"{before}<mark>{inside}</mark>{behind}"
