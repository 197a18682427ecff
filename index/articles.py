"""The values that the whole product speaks in: articles, their sentences and their passages."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from typing import Literal

Derivable = Literal["title", "outlet", "published", "url", "language"]


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of an article's text: code points from `start` up to, not including, `end`."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"a span from {self.start} to {self.end} is empty or runs backwards")

    def of(self, text: str) -> str:
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Article:
    """One news article as it is quoted: its canonical text and what is known about it.

    `name` is the path below the corpus folder, with `/` separators. `text` begins with the
    headline where there is one; every quote is a span of it. `derived` names the values that
    were worked out from the text or the page instead of being stated in front matter.
    """

    name: str
    text: str
    title: str | None = None
    outlet: str | None = None
    published: date | None = None
    url: str | None = None
    language: str | None = None
    kind: str | None = None
    derived: frozenset[Derivable] = frozenset()

    def __post_init__(self) -> None:
        if not self.name or self.name.startswith("/") or "\\" in self.name:
            raise ValueError(f"not an article name: {self.name!r}")
        if not self.text.strip():
            raise ValueError(f"{self.name} has no text")

    @property
    def hash(self) -> str:
        """SHA-256 over the text and all that is known about it, as `sha256:…`."""
        known = [
            self.title,
            self.outlet,
            self.published.isoformat() if self.published else None,
            self.url,
            self.language,
            self.kind,
            sorted(self.derived),
            self.text,
        ]
        told = json.dumps(known, ensure_ascii=False).encode("utf-8", "surrogatepass")
        return "sha256:" + hashlib.sha256(told).hexdigest()


@dataclass(frozen=True, slots=True)
class Passage:
    """Whole sentences of one article that stand together; what is embedded and searched.

    `sentences` are spans of the article's text, in order; the passage runs from the first
    one's start to the last one's end. `heading` marks the headline.
    """

    sentences: tuple[Span, ...]
    heading: bool = False

    def __post_init__(self) -> None:
        if not self.sentences:
            raise ValueError("a passage holds at least one sentence")
        for before, after in zip(self.sentences, self.sentences[1:], strict=False):
            if after.start < before.end:
                raise ValueError("the sentences of a passage stand in order, apart")

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)

    @property
    def start(self) -> int:
        return self.sentences[0].start

    @property
    def end(self) -> int:
        return self.sentences[-1].end
