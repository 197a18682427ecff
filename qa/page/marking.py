"""Articles' data and text as HTML: escaped, quotes marked, derived values starred."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from difflib import SequenceMatcher
from html import escape

from index.articles import Article, Derivable, Span
from index.history import Version
from qa.replies import Citation

MAX_PARAGRAPH_CHARS = 900
# From this share of common words on, the others are worth marking one by one.
ALIKE = 0.3
DERIVED_NOTE = "Worked out from the article’s text, not stated with it"

# Characters that mean something to HTML, to Markdown or to a template become references, so that
# no later reader of this HTML can take them for its own syntax.
_MEANINGFUL = {ord(c): f"&#{ord(c)};" for c in "`$\\{}*_[]~|"}
_WORD = re.compile(r"\w+(?:[.,:'’]\w+)*")
RIGHT_TO_LEFT = frozenset("ar arc ckb dv fa he iw ks ku ps sd ug ur yi".split())
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def text_of(text: str) -> str:
    """Any text so that HTML shows it literally, between tags or in a quoted attribute."""
    return escape(text).translate(_MEANINGFUL)


def web_address(url: str | None) -> str | None:
    """An address that may be linked: on the web, and nothing that runs."""
    return url if url and url.startswith(("http://", "https://")) else None


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


def became(version: Version) -> str:
    """What became of a text that was quoted; empty where it is the one that is indexed."""
    if version.state == "current":
        return ""
    what = "changed" if version.state == "changed since" else "been removed"
    moved = f", and is indexed as {text_of(version.moved_to)} now" if version.moved_to else ""
    return f"The article has {what} since it was quoted{moved}."


def indexed_from_to(version: Version) -> str:
    """The days from and until which a text was indexed."""
    since, until = (
        day(date.fromisoformat(time[:10])) if time else None
        for time in (version.since, version.until)
    )
    return f"from {since} to {until}" if until else f"since {since}"


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


def direction(article: Article) -> str:
    """How an article's text runs, as an attribute; by itself where its language is not known."""
    told = (article.language or "").lower().split("-")[0]
    if not told:
        return ' dir="auto"'
    return ' dir="rtl"' if told in RIGHT_TO_LEFT else ' dir="ltr"'


def quoted(citation: Citation, statement: str | None = None) -> str:
    """The paragraph around a quote, the quote marked; cut where the paragraph is very long.

    Held against a statement, the words that it has otherwise are told apart.
    """
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
        + marked(text, Span(first, last), span, statement)
        + (" …" if last < end else "")
    )


def marked(text: str, piece: Span, mark: Span, statement: str | None = None) -> str:
    """A piece of a text as HTML with what of it is marked; line breaks stay line breaks."""

    def inside(shown: str) -> str:
        if statement is None:
            return shown
        return against(statement, mark.of(text)).replace("\n", "<br>")

    return "".join(
        f"<mark>{inside(shown)}</mark>" if one else shown
        for shown, one in _pieces(text, piece, [mark])
    )


def marked_all(text: str, piece: Span, marks: Sequence[Span], opened: Span | None) -> str:
    """A piece of a text as HTML with every mark in it to stop at, the opened one told apart."""
    parts = []
    for shown, mark in _pieces(text, piece, marks):
        if mark is None:
            parts.append(shown)
            continue
        told = ' class="opened"' if mark == opened else ""
        begins = ' data-stop="1"' if mark.start >= piece.start else ""
        parts.append(f"<mark{told}{begins}>{shown}</mark>")
    return "".join(parts)


def _pieces(text: str, piece: Span, marks: Sequence[Span]) -> Iterator[tuple[str, Span | None]]:
    at = piece.start
    for mark in sorted(marks, key=lambda one: one.start):
        first, last = max(at, mark.start), min(piece.end, mark.end)
        if first >= last:
            continue
        yield text_of(text[at:first]), None
        yield text_of(text[first:last]).replace("\n", "<br>"), mark
        at = last
    yield text_of(text[at : piece.end]), None


def against(statement: str, quote: str) -> str:
    """A quote with the words marked that a statement does not have in their place.

    Where the two have little in common nothing is marked: all of it is other.
    """
    mine = [word.casefold() for word in _WORD.findall(statement)]
    places = [match.span() for match in _WORD.finditer(quote)]
    theirs = [quote[first:last].casefold() for first, last in places]
    matcher = SequenceMatcher(None, mine, theirs, autojunk=False)
    if matcher.ratio() < ALIKE:
        return text_of(quote)
    parts, at = [], 0
    for kind, _, _, first, last in matcher.get_opcodes():
        if kind in {"replace", "insert"}:
            start, end = places[first][0], places[last - 1][1]
            parts.append(
                f'{text_of(quote[at:start])}<b class="other">{text_of(quote[start:end])}</b>'
            )
            at = end
    return "".join(parts) + text_of(quote[at:])
