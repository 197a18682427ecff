"""Splitting knows where sentences, paragraphs and passages of an article begin and end.

It only ever says where: no character of the text is changed, moved or lost, and every
character that is not white space lies in exactly one sentence.
"""

import re
from collections.abc import Iterator

from index.articles import Passage, Span

SPLITTER_VERSION = "1"

TARGET_WORDS = 110
MAX_WORDS = 150
MAX_CHARS = 900
MAX_SENTENCE_CHARS = 600
_MAX_WRAP_CHARS = 120
_MIN_WRAP_CHARS = 40
_LINES_BEFORE_HEADLINE = 12

_BLANK_LINE = re.compile(r"\n[^\S\n]*\n\s*")
_WORD = re.compile(r"\S+")
_LIST_ITEM = re.compile(r"\s*(?:[-*•–—]|\d{1,3}[.)])\s")
# Where a sentence that is too long to quote may be cut, the best kind first.
_CUTS = (
    re.compile(r"[.!?…؟。！？][\"'”’»)\]]*\s+|[。！？]"),
    re.compile(r"[;:؛；]\s+|；"),
    re.compile(r"[,،、，]\s+|\s[-–—]+\s|[、，]"),
    re.compile(r"\s+"),
)
# "5 p.m. EST", "approx. 5 km": the library ends a sentence there.
_CONTINUES = re.compile(r"(?:[ECMP][SD]?T|GMT|UTC|BST|CES?T|IST)\b")
_CLOCK = re.compile(r"\b[ap]\.\s?m\.$", re.IGNORECASE)
_SHORT_INITIALS = re.compile(r"(?:^|[^\w])\w{1,2}\.$")
_ENDS = ".!?…:؟。！？\"'”’»)"


def split_article(text: str, language: str | None, title: str | None) -> list[Passage]:
    """The passages of `text` in order: whole sentences, together about `TARGET_WORDS` long.

    The headline, where `title` is found at the beginning, is a passage of its own with
    `heading` set. Passages do not overlap; paragraphs stay together where they fit.
    """
    passages: list[Passage] = []
    waiting: list[list[Span]] = []
    headline = _headline(text, title)
    for paragraph in _paragraphs(text):
        if headline and paragraph.start == headline.start:
            passages.extend(_pack(text, waiting))
            waiting = []
            passages.append(Passage((headline,), heading=True))
            rest = _trimmed(text, headline.end, paragraph.end)
            if rest is None:
                continue
            paragraph = rest
        waiting.append(list(_sentences(text, paragraph, language)))
    passages.extend(_pack(text, waiting))
    return passages


def _trimmed(text: str, start: int, end: int) -> Span | None:
    """The span without the white space at its ends; None where nothing else is in it."""
    piece = text[start:end]
    inner = piece.strip()
    if not inner:
        return None
    start += len(piece) - len(piece.lstrip())
    return Span(start, start + len(inner))


def _paragraphs(text: str) -> Iterator[Span]:
    """Paragraphs end at a blank line, and at a line's end unless the text is hard-wrapped."""
    wrap = _wrap_width(text)
    start = 0
    for gap in [*(match.span() for match in _BLANK_LINE.finditer(text)), (len(text), len(text))]:
        yield from _lines_joined(text, start, gap[0], wrap)
        start = gap[1]


def _wrap_width(text: str) -> int | None:
    """The width that the lines of a hard-wrapped text were filled to, else None."""
    widths: list[int] = []
    for block in _BLANK_LINE.split(text):
        lines = block.strip().split("\n")
        if len(lines) > 1:
            widths.extend(len(line.rstrip()) for line in lines)
    longest = max(widths, default=0)
    return longest if _MIN_WRAP_CHARS <= longest <= _MAX_WRAP_CHARS else None


def _lines_joined(text: str, start: int, end: int, wrap: int | None) -> Iterator[Span]:
    """The paragraphs between two blank lines.

    A line that had room for the next one's first word was ended on purpose; one that had
    none was wrapped, and the sentence goes on.
    """
    begin = start
    for newline in re.finditer("\n", text[start:end]):
        here = start + newline.start()
        line_start = max(text.rfind("\n", begin, here) + 1, begin)
        line_end = text.find("\n", here + 1, end)
        following = text[here + 1 : line_end if line_end >= 0 else end]
        first = _WORD.search(following)
        if wrap is not None and first is not None and not _LIST_ITEM.match(following):
            used = len(text[line_start:here].rstrip()) + 1 + len(first.group())
            if used > wrap:
                continue
        if span := _trimmed(text, begin, here):
            yield span
        begin = here + 1
    if span := _trimmed(text, begin, end):
        yield span


def _headline(text: str, title: str | None) -> Span | None:
    """The line near the beginning that says `title`, with what else stands in that line."""
    wanted = " ".join((title or "").split()).casefold()
    if not wanted:
        return None
    start = 0
    for line in text.split("\n", _LINES_BEFORE_HEADLINE)[:_LINES_BEFORE_HEADLINE]:
        said = " ".join(line.split()).casefold()
        if wanted in said and len(said) <= len(wanted) + 80 and len(said) <= MAX_SENTENCE_CHARS:
            return _trimmed(text, start, start + len(line))
        start += len(line) + 1
    return None


def _sentences(text: str, paragraph: Span, language: str | None) -> Iterator[Span]:
    from sentencex import get_sentence_boundaries

    # The library takes line ends for breaks; one blank for each keeps the offsets.
    flat = re.sub(r"\s", " ", paragraph.of(text))
    bounds = sorted(
        {piece["end_index"] for piece in get_sentence_boundaries(language or "en", flat)}
        | {len(flat)}
    )
    begin = 0
    for index, end in enumerate(bounds):
        following = bounds[index + 1] if index + 1 < len(bounds) else end
        if following > end and _goes_on(flat[begin:end], flat[end:following]):
            continue
        if span := _trimmed(text, paragraph.start + begin, paragraph.start + end):
            yield from _quotable(text, span)
        begin = end


def _goes_on(sentence: str, following: str) -> bool:
    """Whether the library ended a sentence too early, at an abbreviation."""
    said = sentence.rstrip()
    coming = following.lstrip()
    if not said or not coming:
        return True
    if said[-1] == "." and coming[0].islower():
        return True
    if said == sentence and coming == following and _SHORT_INITIALS.search(said):
        return True  # "R-W.Va.": no white space, so no end of a sentence
    return bool(_CLOCK.search(said) and _CONTINUES.match(coming))


def _quotable(text: str, sentence: Span) -> Iterator[Span]:
    """The sentence, or the pieces of one that is too long, cut at the best bounds there are."""
    start = sentence.start
    while sentence.end - start > MAX_SENTENCE_CHARS:
        window = text[start : start + MAX_SENTENCE_CHARS]
        cut = MAX_SENTENCE_CHARS
        for kind in _CUTS:
            ends = [m.end() for m in kind.finditer(window) if m.end() >= MAX_SENTENCE_CHARS // 4]
            if ends:
                cut = ends[-1]
                break
        if piece := _trimmed(text, start, start + cut):
            yield piece
        start += cut
    if piece := _trimmed(text, start, sentence.end):
        yield piece


def _pack(text: str, paragraphs: list[list[Span]]) -> Iterator[Passage]:
    """Passages of whole sentences, begun at a paragraph's start wherever that is possible."""
    held: list[Span] = []
    for paragraph in paragraphs:
        if held:
            whole = [*held, *paragraph]
            if not _fits(text, whole) and (
                _words(text, held) >= TARGET_WORDS // 2 or _fits(text, paragraph)
            ):
                held, heading = _without_subheading(text, held)
                if held:
                    yield Passage(tuple(held))
                held = heading
        for sentence in paragraph:
            if held and not _fits(text, [*held, sentence]):
                yield Passage(tuple(held))
                held = []
            held.append(sentence)
        if held and _words(text, held) >= TARGET_WORDS:
            yield Passage(tuple(held))
            held = []
    if held:
        yield Passage(tuple(held))


def _without_subheading(text: str, held: list[Span]) -> tuple[list[Span], list[Span]]:
    """What is held, and apart from it a subheading at its end that opens what follows."""
    last = held[-1].of(text)
    if len(held) > 1 and len(last) <= 80 and last[-1] not in _ENDS:
        return held[:-1], held[-1:]
    return held, []


def _fits(text: str, sentences: list[Span]) -> bool:
    length = sentences[-1].end - sentences[0].start
    return length <= MAX_CHARS and _words(text, sentences) <= MAX_WORDS


def _words(text: str, sentences: list[Span]) -> int:
    return len(text[sentences[0].start : sentences[-1].end].split())
