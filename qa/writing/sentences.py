"""Reads what a language model writes, as it arrives: sentences with the numbers that they cite.

Only words come through: no markup, no address, no character that hides or turns what is read.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

MAX_SENTENCE_CHARS = 600

_BRACKETS = str.maketrans({"【": "[", "】": "]", "［": "[", "］": "]", "〔": "[", "〕": "]"})
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()]*\)")
_TAG = re.compile(r"<[^<>]*>")
_MARKUP = re.compile(r"^\s*(?:#+\s+|[-*+•]\s+|>\s*|\d+[.)]\s+)|[*_`~|]+")
_FENCE = re.compile(r"^\s*(?:```|~~~)")
_MARKER = re.compile(r"\[(?P<numbers>\s*\^?\d+(?:\s*(?:[,;–-]|and)\s*\^?\d+)*\s*)\]")
# What a marker may still become when more arrives.
_HALF = re.compile(r"\[[\s\d,;^–and-]*$")
# What a model likes to say before it says something.
_LEAD = re.compile(
    r"^(?:the )?(?:answer|quote)(?: to (?:the|this) question)?(?: is)?: *", re.IGNORECASE
)
_ADDRESS = re.compile(r"(?:https?:|ftp:|javascript:|data:|mailto:|www\.)\S*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Draft:
    """A sentence that a model wrote, without markers, and the numbers it cites, in their order."""

    text: str
    cites: tuple[int, ...]


class Reader:
    """Takes pieces of text and gives sentences as they are complete."""

    def __init__(self) -> None:
        self._rest = ""
        self._fenced = False

    def feed(self, piece: str) -> list[Draft]:
        """The sentences that this piece completes."""
        self._rest += piece.translate(_BRACKETS)
        *lines, self._rest = self._rest.split("\n")
        found = [one for line in lines for one in self._line(line)]
        # Of the line under way the last sentence may go on, or its marker come yet.
        if not self._fenced and not _FENCE.match(self._rest):
            *complete, last = _split(self._rest) or [""]
            if complete and not (_HALF.search(self._rest) and not _words(last)):
                found += _drafts(complete)
                self._rest = last
        return found

    def finish(self) -> list[Draft]:
        """What is left when nothing more arrives; half a marker is no marker."""
        rest, self._rest = self._rest, ""
        return list(self._line(_HALF.sub("", rest)))

    def _line(self, line: str) -> Iterator[Draft]:
        if _FENCE.match(line):
            self._fenced = not self._fenced
        elif not self._fenced:
            yield from _drafts(_split(line))


def clean(text: str) -> str:
    """A model's text as plain words: links by their names, tags, markup and preambles left out."""
    text = _TAG.sub(" ", _LINK.sub(r"\1", text))
    text = "".join(" " if one.isspace() else one for one in text if one.isspace() or _shows(one))
    return _LEAD.sub("", " ".join(_MARKUP.sub("", text).split()))


def has_address(text: str) -> bool:
    return bool(_ADDRESS.search(text))


def _shows(character: str) -> bool:
    """Whether a character is more than a control: those that turn or hide text are not."""
    return unicodedata.category(character) not in {"Cc", "Cf", "Co", "Cs", "Cn"}


def _split(line: str) -> list[str]:
    """The sentences of a line, each with the markers behind it."""
    from sentencex import segment

    parts: list[str] = []
    for part in segment("en", line):
        marker = re.match(r"(?:\s*\[[\s\d,;^–and-]*\])+", part) if parts else None
        if marker:
            parts[-1] += " " + marker[0]
            part = part[marker.end() :]
        if part.strip():
            parts.append(part)
    return parts


def _words(text: str) -> bool:
    return bool(re.search(r"\w", _HALF.sub("", _MARKER.sub("", text))))


def _drafts(sentences: list[str]) -> list[Draft]:
    drafts = []
    for sentence in sentences:
        numbers = [n for found in _MARKER.finditer(sentence) for n in _numbers(found["numbers"])]
        text = clean(_MARKER.sub("", sentence))
        text = re.sub(r"\s+([.,;:!?])", r"\1", text)
        if re.search(r"\w", text):
            drafts.append(Draft(text[:MAX_SENTENCE_CHARS], tuple(dict.fromkeys(numbers))))
    return drafts


def _numbers(told: str) -> Iterator[int]:
    """The numbers of a marker; "1-3" are three."""
    for part in re.split(r"[,;]|and", told.replace("^", "")):
        ends = [int(n) for n in re.findall(r"\d{1,4}", part)]
        if len(ends) == 2 and ends[0] < ends[1] <= ends[0] + 20:
            yield from range(ends[0], ends[1] + 1)
        else:
            yield from ends
