"""What each article says to a statement: it supports it, differs from it, or is silent.

Support is the trained model's judgement; a difference is told by comparing numbers, days and names,
or judged a contradiction. In doubt an article is silent.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from index.articles import Article, Passage, Span
from index.embedding import Vectors
from qa.differing import difference, missing_numbers
from qa.replies import Verdict

Embed = Callable[[Sequence[str]], Vectors]

# A sentence this like a statement is about the same matter, so that what it says otherwise counts.
SAME_MATTER_COSINE = 0.5
# How many of an article's likeliest sentences are read.
SENTENCES = 4
OTHERWISE = "says otherwise"


class SupportModel(Protocol):
    """Judges whether sources support a claim: (supports, contradicts, neither), summing to 1.

    `supports_from` and `contradicts_from` are the judgements from which on they count.
    """

    @property
    def supports_from(self) -> float: ...

    @property
    def contradicts_from(self) -> float: ...

    def support(self, claim: str, sources: Sequence[str]) -> list[tuple[float, float, float]]: ...


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with the article and passage it stands in."""

    article: Article
    passage: Passage
    span: Span

    @property
    def text(self) -> str:
        return self.span.of(self.article.text)

    @property
    def in_context(self) -> str:
        """The sentence behind the one before it in its passage, which says who "he" is."""
        at = self.passage.sentences.index(self.span)
        start = self.passage.sentences[max(0, at - 1)].start
        return self.article.text[start : self.span.end]


@dataclass(frozen=True, slots=True)
class Finding:
    """An article's verdict on a statement, the sentence that shows it, and why it differs.

    `score` is how far the article supports the statement, 0..1; `nearest` the highest cosine of
    a sentence of it.
    """

    article: str
    verdict: Verdict
    sentence: Sentence | None
    note: str | None
    score: float
    nearest: float


def find_verdict(
    statement: str,
    sentences: Sequence[Sentence],
    cosines: Sequence[float],
    model: SupportModel | None,
) -> Finding:
    """One article's verdict, from its sentences and their cosines with the statement.

    The sentences are of one article; only the likeliest few are read. Without a model an article
    can differ, where that can be compared, but not support.
    """
    article = sentences[0].article.name
    order = sorted(range(len(sentences)), key=lambda at: -cosines[at])[:SENTENCES]
    nearest = max(cosines)
    judged = (
        model.support(statement, [sentences[at].in_context for at in order])
        if model
        else [(0.0, 0.0, 1.0)] * len(order)
    )
    best: Finding | None = None
    differing: Finding | None = None
    for at, (supports, contradicts, _) in zip(order, judged, strict=True):
        sentence = sentences[at]
        near = cosines[at] >= SAME_MATTER_COSINE
        told = difference(statement, sentence.text) if near else None
        # A number that the sentence does not have cannot be supported by it.
        held = supports * 0.5 ** len(missing_numbers(statement, sentence.in_context))
        if model and told is None and held >= model.supports_from:
            if best is None or held > best.score:
                best = Finding(article, "supports", sentence, None, held, nearest)
        elif told and differing is None:
            differing = Finding(article, "differs", sentence, told.note, 0.0, nearest)
        elif model and near and contradicts >= model.contradicts_from and not differing:
            differing = Finding(article, "differs", sentence, OTHERWISE, 0.0, nearest)
    highest = max(share for share, _, _ in judged)
    return best or differing or Finding(article, "silent", None, None, highest, nearest)
