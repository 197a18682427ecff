"""Says how well sentences answer a question. This is the seam at which a trained model comes in."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from typing import Any, Protocol

import numpy as np

from index.articles import Article, Passage, Span
from index.searching import Hit
from qa.agreeing import Embed, Sentence
from qa.asking import asks_outlet, offers
from qa.errors import EvidenceModelError
from qa.judging import Judge, log_odds
from qa.words import missing_names, stems, telling_stems

# What the cosine counts in likeness; the rest is the share of the question's words.
COSINE_SHARE = 0.6
# So many sentences are read closely for a question.
READ = 16
# So much better than the sentence before must both answer for this one to have a part in it.
LIFT_ODDS = 1.0
# What a time or an amount where one is asked for adds to the log-odds, and its lack takes away.
OFFERS_ODDS = 1.0
# What is left of a sentence's score for each name of the question that its article lacks.
MISSING_NAME_SHARE = 0.5
# A headline is like many questions and answers few.
HEADLINE_SHARE = 0.8

YES_NO = re.compile(
    r"^\W*(?:did|do|does|is|are|was|were|has|have|had|can|could|will|would|should)\s+(?P<rest>.+)$",
    re.IGNORECASE,
)
_ASKING = re.compile(r"\W*(?:who|whose|what|when|where|which|how|why)\b", re.IGNORECASE)


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

    `threshold` is the score from which on a sentence is offered as an answer.
    """

    @property
    def threshold(self) -> float: ...

    def score(self, question: str, hits: Sequence[Hit]) -> list[Evidence]:
        """Every sentence of the passages with its score, best first."""
        ...


class Similarity:
    """Evidence as likeness: the cosine of question and sentence, and how many of the question's
    telling words the sentence has. Likeness is not support; it is what a trained model must beat.
    """

    threshold = 0.42

    def __init__(self, embed: Embed) -> None:
        self._embed = embed

    def score(self, question: str, hits: Sequence[Hit]) -> list[Evidence]:
        texts = [span.of(hit.article.text) for hit in hits for span in hit.passage.sentences]
        if not texts:
            return []
        vectors = self._embed([question, *texts])
        cosines = iter((vectors[1:] @ vectors[0]).tolist())
        asked = telling_stems(question)
        scores = []
        for hit in hits:
            row = []
            for span in hit.passage.sentences:
                said = stems(span.of(hit.article.text))
                covered = len(asked & said) / len(asked) if asked else 0.0
                row.append(COSINE_SHARE * max(0.0, next(cosines)) + (1 - COSINE_SHARE) * covered)
            scores.append(row)
        return ranked(question, hits, scores)


class TrainedEvidence:
    """The packaged evidence model together with likeness, by the weights that belong to it.

    Only the sentences that share most with the question are read closely.
    """

    def __init__(self, judge: Judge) -> None:
        self._judge = judge

    @property
    def threshold(self) -> float:
        return self._judge.calibration.answered_from

    def score(self, question: str, hits: Sequence[Hit]) -> list[Evidence]:
        asked = telling_stems(question)
        found = [(at, span) for at, hit in enumerate(hits) for span in hit.passage.sentences]
        sentences = [Sentence(hits[at].article, hits[at].passage, span) for at, span in found]
        shared = [len(asked & stems(one.text)) / max(1, len(asked)) for one in sentences]
        likely = sorted(range(len(found)), key=lambda n: -shared[n] - hits[found[n][0]].score)[
            :READ
        ]
        texts = [text for n in likely for text in _readings(sentences[n])]
        shares = self._judge.shares([(question, text) for text in texts])[:, 0].tolist()
        odds = {text: log_odds(share) for text, share in zip(texts, shares, strict=True)}
        rows: list[list[float]] = [[] for _ in hits]
        scores = dict.fromkeys(range(len(found)), 0.0)
        for n in likely:
            alone, before, both = (odds[text] for text in _readings(sentences[n]))
            # With the one before it a sentence may say much more than either does alone.
            read = max(alone, both) if both > before + LIFT_ODDS else alone
            features = (1.0, read, hits[found[n][0]].cosine, shared[n])
            kind = OFFERS_ODDS * offers(question, sentences[n].text, sentences[n].article.published)
            weighed = zip(self._judge.calibration.answers, features, strict=True)
            scores[n] = 1 / (1 + exp(-kind - sum(weight * value for weight, value in weighed)))
        for n, (at, _) in enumerate(found):
            rows[at].append(scores[n])
        return ranked(question, hits, rows)


def _readings(sentence: Sentence) -> tuple[str, str, str]:
    """A sentence by itself, the one before it, which says who "he" is, and both."""
    before = sentence.in_context[: -len(sentence.text)].strip()
    return sentence.text, before or sentence.text, sentence.in_context


class CrossEncoderEvidence:
    """Any sentence-transformers CrossEncoder, by name or folder, on question and sentence.

    A score is the sigmoid of its logit where the model gives logits; half is the threshold.
    """

    threshold = 0.5

    def __init__(self, model: str) -> None:
        self._name = model
        self._model: Any = None

    def score(self, question: str, hits: Sequence[Hit]) -> list[Evidence]:
        texts = [span.of(hit.article.text) for hit in hits for span in hit.passage.sentences]
        if not texts:
            return []
        # One pair at a time: what decides a refusal must not depend on the rest of a batch.
        told = self._load().predict([(question, text) for text in texts], batch_size=1)
        scores = np.asarray(told, dtype=np.float64).reshape(len(texts), -1)[:, -1]
        if scores.min() < 0.0 or scores.max() > 1.0:
            scores = 1.0 / (1.0 + np.exp(-scores))
        flat = iter(scores.tolist())
        return ranked(question, hits, [[next(flat) for _ in hit.passage.sentences] for hit in hits])

    def _load(self) -> Any:
        if self._model is None:
            from sentence_transformers import CrossEncoder

            try:
                self._model = CrossEncoder(self._name, device="cpu")
            except Exception as cause:
                raise EvidenceModelError(
                    f"the evidence model {self._name!r} cannot be loaded: {cause}; name a "
                    "sentence-transformers cross-encoder or folder, or leave the option out"
                ) from cause
        return self._model


def tells_more(question: str, sentence: str) -> bool:
    """Whether a sentence has a word that the question has not: a headline or a caption that repeats
    the question does not answer it. Yes or no is told by the question's own words, and an outlet by
    what is known of the article.
    """
    if YES_NO.match(question) or asks_outlet(question):
        return True
    return bool(telling_stems(sentence) - stems(question))


def ranked(question: str, hits: Sequence[Hit], scores: Sequence[Sequence[float]]) -> list[Evidence]:
    """The sentences of the hits with their scores, best first."""
    found = []
    for hit, row in zip(hits, scores, strict=True):
        # Whom the article never names, it does not speak of.
        share = MISSING_NAME_SHARE ** missing_names(question, hit.article.text)
        share *= HEADLINE_SHARE if hit.passage.heading else 1.0
        for span, score in zip(hit.passage.sentences, row, strict=True):
            text = span.of(hit.article.text)
            if not tells_more(question, text):
                continue
            # A question answers none, and a headline that begins like one is cut short of its end.
            if text.rstrip().endswith("?") or (hit.passage.heading and _ASKING.match(text)):
                continue
            found.append(Evidence(hit.article, hit.passage, span, score * share))
    found.sort(key=lambda one: (-one.score, one.article.name, one.span.start))
    return found
