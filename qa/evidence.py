"""Says how well sentences answer a question. This is the seam at which a trained model comes in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from index.articles import Article, Passage, Span
from index.embedding import Vectors
from index.searching import STOP_WORDS, Hit
from qa.words import stems

Embed = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence of a found passage with its score, 0..1, higher answers better."""

    article: Article
    passage: Passage
    span: Span
    score: float

    @property
    def text(self) -> str:
        return self.span.of(self.article.text)


class EvidenceModel(Protocol):
    """Scores sentences as answers to a question.

    `threshold` is the score below which a sentence is not offered as an answer.
    """

    @property
    def threshold(self) -> float: ...

    def score(self, question: str, hits: Sequence[Hit]) -> list[Evidence]:
        """Every sentence of the passages with its score, best first."""
        ...


class Similarity:
    """Evidence as likeness: the cosine of question and sentence, and how many of the question's
    telling words the sentence has. Likeness is not support; it is the floor a model must beat.
    """

    threshold = 0.5

    def __init__(self, embed: Embed) -> None:
        self._embed = embed

    def score(self, question: str, hits: Sequence[Hit]) -> list[Evidence]:
        places = [(hit, span) for hit in hits for span in hit.passage.sentences]
        if not places:
            return []
        texts = [span.of(hit.article.text) for hit, span in places]
        vectors = self._embed([question, *texts])
        cosines = vectors[1:] @ vectors[0]
        asked = stems(question) - _STOP_STEMS
        scored = []
        for (hit, span), text, cosine in zip(places, texts, cosines, strict=True):
            covered = len(asked & stems(text)) / len(asked) if asked else 0.0
            score = 0.7 * max(0.0, float(cosine)) + 0.3 * covered
            scored.append(Evidence(hit.article, hit.passage, span, score))
        scored.sort(key=lambda one: (-one.score, one.article.name, one.span.start))
        return scored


_STOP_STEMS = frozenset(stem for word in STOP_WORDS for stem in stems(word))
