"""Says how well sentences answer a question. This is the seam at which a trained model comes in."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import log1p, log10
from typing import Any, Protocol

import numpy as np

from index.articles import Article, Passage, Span
from index.searching import Hit
from qa.agreeing import Sentence
from qa.asking import (
    answers_of_kind,
    asks_outlet,
    offers,
    reported,
    speaker_asked,
    statement_asked,
)
from qa.errors import EvidenceModelError
from qa.judging import Judge, log_odds, probability, share_of
from qa.naming import holders
from qa.words import article_stems, missing_names, names, share_known, stems, telling_stems, words

# Of the found sentences, so many that promise most are read.
READ = 24
# What the score of the passage, and what the sentence has to offer, count in that choice against
# the share of the question's words.
RANK_SHARE = 0.87
OFFERS_SHARE = 0.21
# How surely a sentence is what was reported when it has every word of it.
REPORTED = 0.95
# Less than what is found among so many passages is not asked of an answer; as few were measured.
FEWEST = 200
# How soon more of an echo adds little; between fewer articles than these an echo tells nothing.
ECHO = 3.0
ECHOING = 4
# What is left of a sentence's score for each name of the question that its article lacks.
MISSING_NAME_SHARE = 0.5
# A headline is like many questions and answers few.
HEADLINE_SHARE = 0.8

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

    @property
    def sentence(self) -> Sentence:
        return Sentence(self.article, self.passage, self.span)


class EvidenceModel(Protocol):
    """Scores sentences as answers to a question.

    A score is taken for the chance that the sentence answers.
    """

    def threshold(self, passages: int) -> float:
        """The score from which on a sentence is offered as an answer, found among so many."""
        ...

    def score(self, question: str, hits: Sequence[Hit]) -> list[Evidence]:
        """Every sentence of the passages with its score, best first."""
        ...


class TrainedEvidence:
    """The packaged evidence model together with what can be told without one, by the weights that
    belong to it.

    Only the sentences that promise most are read: that share words with the question, stand in a
    passage that the search ranks high, and have the kind of thing that is asked for.
    """

    def __init__(self, judge: Judge) -> None:
        self._judge = judge

    def threshold(self, passages: int) -> float:
        calibration = self._judge.calibration
        more = calibration.answered_per_tenfold * log10(max(FEWEST, passages))
        return share_of(calibration.answered_from + more)

    def score(self, question: str, hits: Sequence[Hit]) -> list[Evidence]:
        weights = self._judge.calibration.answers
        return _best_first(
            replace(one, score=probability(weights, measures)) if measures else one
            for one, measures in self.measured(question, hits)
        )

    def measured(
        self, question: str, hits: Sequence[Hit]
    ) -> list[tuple[Evidence, dict[str, float] | None]]:
        """Every sentence that may answer, and what speaks for it where it was read."""
        found = [
            (Evidence(hit.article, hit.passage, span, 0.0), hit)
            for hit in hits
            if may_speak(question, hit.article)
            for span in hit.passage.sentences
            if may_answer(question, hit, span)
        ]
        asked = telling_stems(question)
        texts = [one.sentence.read for one, _ in found]
        shares = [len(asked & stems(text)) / max(1, len(asked)) for text in texts]
        offered = [
            offers(question, one.text, one.article.published, one.article.text) for one, _ in found
        ]
        promise = [
            share + RANK_SHARE * hit.score + OFFERS_SHARE * offer
            for share, offer, (_, hit) in zip(shares, offered, found, strict=True)
        ]
        read = sorted(range(len(found)), key=lambda at: -promise[at])[:READ]
        measures = self._measures(
            question,
            [found[at] for at in read],
            [texts[at] for at in read],
            [shares[at] for at in read],
            [offered[at] for at in read],
        )
        told = dict(zip(read, measures, strict=True))
        return [(one, told.get(at)) for at, (one, _) in enumerate(found)]

    def _measures(
        self,
        question: str,
        found: Sequence[tuple[Evidence, Hit]],
        texts: Sequence[str],
        word_shares: Sequence[float],
        offered: Sequence[float],
    ) -> list[dict[str, float]]:
        asked = telling_stems(question)
        measures = [
            {
                "network": odds,
                "words": share,
                "offers": offer,
                "unmentioned": _unmentioned(asked, one.article.text),
                # One name may only be spelt otherwise, two tell of something else.
                "missing names": float(min(2, missing_names(question, one.article.text)) ** 2),
                "heading": float(hit.passage.heading),
                "decided": decided,
                "speaker": _speaker_named(question, one.sentence),
            }
            for odds, decided, share, offer, (one, hit) in zip(
                self._odds(question, texts),
                self._decided(question, [one for one, _ in found]),
                word_shares,
                offered,
                found,
                strict=True,
            )
        ]
        report = reported(question)
        if report:
            # The outlet is known of the article; the sentence need only be what was reported.
            told_of = telling_stems(report)
            for measured, text in zip(measures, texts, strict=True):
                share = len(told_of & stems(text)) / max(1, len(told_of))
                measured["network"] = max(measured["network"], log_odds(REPORTED * share))
        weights = self._judge.calibration.answers
        chances = [probability(weights, told) for told in measures]
        many = len({one.article.name for one, _ in found}) >= ECHOING
        echoes = _echoes(question, texts, chances) if many else [0.0] * len(texts)
        for told, echo in zip(measures, echoes, strict=True):
            told["echo"] = echo
        return measures

    def _odds(self, question: str, texts: Sequence[str]) -> list[float]:
        shares = self._judge.shares([(question, text) for text in texts])[:, 0].tolist()
        return [log_odds(share) for share in shares]

    def _decided(self, question: str, found: Sequence[Evidence]) -> list[float]:
        """How surely each sentence says that it is so, or that it is not, in log-odds; 0 where that
        is not asked.
        """
        statement = statement_asked(question)
        if statement is None:
            return [0.0] * len(found)
        told = self._judge.support(statement, [one.sentence.in_context for one in found])
        return [log_odds(max(supports, contradicts)) for supports, contradicts, _ in told]


def _echoes(question: str, texts: Sequence[str], chances: Sequence[float]) -> list[float]:
    """How far each text's possible answers are named by other likely texts too, 0 for what is named
    most and less below it: of many sentences, those that answer tend to give one answer.
    """
    answers = [answers_of_kind(question, text) for text in texts]
    # Their odds, so that many texts that are hardly likely do not outweigh one that is.
    odds = [chance / (1 - chance) for chance in chances]
    likely: dict[str, float] = defaultdict(float)
    for theirs, own in zip(answers, odds, strict=True):
        for answer in theirs:
            likely[answer] += own
    together = sum(odds) or 1.0
    told = [
        log1p(ECHO * max((likely[one] - own for one in theirs), default=0.0) / together)
        for theirs, own in zip(answers, odds, strict=True)
    ]
    return [one - max(told) for one in told]


class CrossEncoderEvidence:
    """Any sentence-transformers CrossEncoder, by name or folder, on question and sentence.

    A score is the sigmoid of its logit where the model gives logits; half is the threshold.
    """

    def __init__(self, model: str) -> None:
        self._name = model
        self._model: Any = None

    def threshold(self, passages: int) -> float:
        return 0.5

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


def _unmentioned(asked: frozenset[str], text: str) -> float:
    """The share of a question's telling words that an article has nowhere."""
    return len(asked - article_stems(text)) / max(1, len(asked))


def tells_more(question: str, sentence: str) -> bool:
    """Whether a sentence has a word that the question has not: a headline or a caption that repeats
    the question does not answer it. Yes or no is told by the question's own words, and an outlet by
    what is known of the article.
    """
    if statement_asked(question) or asks_outlet(question):
        return True
    return bool(telling_stems(sentence) - stems(question))


def may_speak(question: str, article: Article) -> bool:
    """Whether an article can answer at all: not where it never names whose words are asked for."""
    who = f"said by {speaker_asked(question) or ''}"
    asked = names(who)
    return not asked or missing_names(who, article.text) < len(asked)


def _speaker_named(question: str, sentence: Sentence) -> float:
    """How far it is told there, or in the sentence before, who the one is whose words are asked
    for: from -1 to 0 by the share of the words for that, 0 where nobody's are.
    """
    who = speaker_asked(question)
    if who is None:
        return 0.0
    article = sentence.article
    named = holders(article.text, who, article.language)
    # Who has a role of which no name is told may be called by the name.
    if named is not None and (not named or any(name in sentence.in_context for name in named)):
        return 0.0
    return share_known(who, sentence.in_context) - 1


def may_answer(question: str, hit: Hit, span: Span) -> bool:
    """Whether a sentence can be an answer at all: a question answers none, nor does a headline that
    begins like one and is cut short of its end, nor a single word, such as the name of the outlet
    in front of an article, nor what only repeats the question.
    """
    text = span.of(hit.article.text)
    if text.rstrip().endswith("?") or (hit.passage.heading and _ASKING.match(text)):
        return False
    if len(words(text)) < 2:
        return False
    return tells_more(question, text)


def ranked(question: str, hits: Sequence[Hit], scores: Sequence[Sequence[float]]) -> list[Evidence]:
    """The sentences of the hits that may answer with their scores, best first; less is left of a
    score where the article lacks a name of the question, and of a headline's.
    """
    found = []
    for hit, row in zip(hits, scores, strict=True):
        if not may_speak(question, hit.article):
            continue
        # Whom the article never names, it does not speak of.
        share = MISSING_NAME_SHARE ** missing_names(question, hit.article.text)
        share *= HEADLINE_SHARE if hit.passage.heading else 1.0
        for span, score in zip(hit.passage.sentences, row, strict=True):
            if may_answer(question, hit, span):
                found.append(Evidence(hit.article, hit.passage, span, score * share))
    return _best_first(found)


def _best_first(found: Iterable[Evidence]) -> list[Evidence]:
    return sorted(found, key=lambda one: (-one.score, one.article.name, one.span.start))
