"""What each article says to a statement: it supports it, differs from it, or is silent.

Support is the trained model's judgement; a difference is told by comparing numbers, days and names,
or judged a contradiction. In doubt an article is silent.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Protocol

from index.articles import Article, Passage, Span
from index.embedding import Vectors
from qa.days import Day, day_of, without_day
from qa.differing import (
    MONTHS,
    WEEKDAYS,
    difference,
    missing_numbers,
    other_agent,
    with_other_values,
    with_roles_exchanged,
)
from qa.judging import log_odds
from qa.naming import spelt_out
from qa.replies import Verdict
from qa.words import missing_names, stems, telling_stems

Embed = Callable[[Sequence[str]], Vectors]

# A sentence this like a statement is about the same matter, so that what it says otherwise counts.
SAME_MATTER_COSINE = 0.3
SAME_MATTER_WORDS = 0.33
# How many of an article's likeliest sentences are read, unless told otherwise, and what shared
# words count against likeness in that choice.
SENTENCES = 6
WORDS_SHARE = 0.5
# In how many ways a statement is read with another number, nearest sentences first.
CHANGES = 4
# So much surer of a statement than of the same with its roles exchanged, in log-odds, the model is
# where it tells the two apart.
TOLD_APART = 0.5
OTHERWISE = "says otherwise"
_DATE_WORDS = " ".join((*WEEKDAYS, *MONTHS))


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
    def read(self) -> str:
        """The sentence as it is read and compared: with names written out."""
        return spelt_out(self.article.text, self.span, self.article.language)

    @property
    def before(self) -> "Sentence | None":
        """The one before it in its passage."""
        at = self.passage.sentences.index(self.span)
        return replace(self, span=self.passage.sentences[at - 1]) if at else None

    @property
    def in_context(self) -> str:
        """The sentence as it is read, behind the one before it."""
        return f"{self.before.read} {self.read}" if self.before else self.read


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
    most: int = SENTENCES,
) -> Finding:
    """One article's verdict, from its sentences and their cosines with the statement.

    The sentences are of one article; only the likeliest, `most`, are read. Without a model an
    article can differ, where that can be compared, but not support.
    """
    article = sentences[0].article.name
    asked = telling_stems(statement)
    shares = [len(asked & stems(one.in_context)) / max(1, len(asked)) for one in sentences]
    # A question says nothing.
    saying = [at for at, one in enumerate(sentences) if not one.text.rstrip().endswith("?")]
    order = sorted(saying, key=lambda at: -cosines[at] - WORDS_SHARE * shares[at])[:most]
    nearest = max(cosines)
    read = [sentences[at] for at in order]
    judged = _judged(statement, read, model)
    best: Finding | None = None
    differing: Finding | None = None
    contradicting: Finding | None = None
    for at, sentence, (supports, contradicts) in zip(order, read, judged, strict=True):
        near = same_matter(statement, sentence, cosines[at])
        told = difference(statement, sentence.text) if near else None
        held = _held(statement, sentence, supports)
        if model and held >= model.supports_from and _other_way(statement, sentence, held, model):
            held = 0.0
        if model and told is None and held >= model.supports_from:
            if best is None or held > best.score:
                best = Finding(article, "supports", sentence, None, held, nearest)
        elif told and differing is None:
            differing = Finding(article, "differs", sentence, told.note, 0.0, nearest)
        elif model and near and contradicts >= model.contradicts_from and not contradicting:
            contradicting = Finding(article, "differs", sentence, OTHERWISE, 0.0, nearest)
    if best and best.sentence and model:
        best = replace(best, sentence=_saying(statement, best.sentence, model))
    if best is None and model and (dated := without_day(statement)):
        best, differing = _by_day(dated, sentences, model, nearest) or (best, differing)
    if best is None and differing is None and model:
        differing = _by_value(statement, read, model, nearest)
    highest = max((supports for supports, _ in judged), default=0.0)
    silent = Finding(article, "silent", None, None, highest, nearest)
    return best or differing or contradicting or silent


def find_verdicts(
    asked: Sequence[tuple[str, Sequence[Sentence], Sequence[float]]],
    model: SupportModel | None,
    most: int = SENTENCES,
) -> list[Finding]:
    """The verdict of `find_verdict` for each statement with the sentences of an article and their
    cosines, found side by side on the cores there are.
    """
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        found = [pool.submit(find_verdict, *one, model=model, most=most) for one in asked]
        return [one.result() for one in found]


def _held(statement: str, sentence: Sentence, supports: float) -> float:
    """How far a sentence supports a statement, 0..1, as the model judges.

    A number that it does not have cannot be supported by it, nor what somebody does whom its
    article never names, nor what it says that somebody else did.
    """
    if any(other_agent(statement, text) for text in (sentence.in_context, sentence.read)):
        return 0.0
    lacking = len(missing_numbers(statement, sentence.in_context))
    lacking += missing_names(statement, sentence.article.text)
    return supports * 0.5**lacking


def _saying(statement: str, sentence: Sentence, model: SupportModel) -> Sentence:
    """Of a sentence and the one before it, read together, the one that says it by itself."""
    before = sentence.before
    if before is None or before.text.rstrip().endswith("?"):
        return sentence
    (alone, *_), (without, *_) = model.support(statement, [sentence.read, before.read])
    return before if without > alone else sentence


def _other_way(statement: str, sentence: Sentence, supports: float, model: SupportModel) -> bool:
    """Whether a sentence may say it of the same two the other way round: it names them in that
    order, and the model is hardly surer of the statement than of it with the two exchanged.
    """
    exchanged = with_roles_exchanged(statement, sentence.read) or with_roles_exchanged(
        statement, sentence.in_context
    )
    if exchanged is None:
        return False
    ((other, _),) = _judged(exchanged, [sentence], model)
    return log_odds(supports) - log_odds(other) < TOLD_APART


def _judged(
    statement: str, sentences: Sequence[Sentence], model: SupportModel | None
) -> list[tuple[float, float]]:
    """How far each sentence, behind the one before it, supports and contradicts."""
    if model is None:
        return [(0.0, 0.0)] * len(sentences)
    told = model.support(statement, [one.in_context for one in sentences])
    return [(supports, contradicts) for supports, contradicts, _ in told]


def _by_day(
    dated: tuple[str, Day], sentences: Sequence[Sentence], model: SupportModel, nearest: float
) -> tuple[Finding | None, Finding | None] | None:
    """What a statement's day is held to be by a sentence that supports the rest of it."""
    rest, stated = dated
    told = [(one, day_of(one.text, one.article.published)) for one in sentences]
    read = [(one, said) for one, said in told if said][:SENTENCES]
    judged = _judged(rest, [one for one, _ in read], model)
    for (sentence, said), (supports, _) in zip(read, judged, strict=True):
        if supports < model.supports_from:
            continue
        same, name = stated.is_same(said), sentence.article.name
        if same:
            return Finding(name, "supports", sentence, None, supports, nearest), None
        if same is False:
            note = f"says {said.told}, not {stated.told}"
            return None, Finding(name, "differs", sentence, note, 0.0, nearest)
    return None


def _by_value(
    statement: str,
    sentences: Sequence[Sentence],
    model: SupportModel,
    nearest: float,
) -> Finding | None:
    """The sentence that supports a statement best when another number or weekday stands in it."""
    changes = [
        (sentence, told, changed)
        for sentence in sentences
        for told, changed in with_other_values(
            statement, sentence.in_context, sentence.article.text
        )
    ]
    best: Finding | None = None
    for sentence, told, changed in changes[:CHANGES]:
        ((supports, _),) = _judged(changed, [sentence], model)
        held = _held(changed, sentence, supports)
        if held >= max(model.supports_from, best.score if best else 0.0):
            name = sentence.article.name
            best = Finding(name, "differs", sentence, told.note, held, nearest)
    return replace(best, score=0.0) if best else None


def same_matter(statement: str, sentence: Sentence, cosine: float) -> bool:
    """Whether what a sentence says otherwise than a statement counts: it must be like it, and have
    a third of its telling words, numbers and dates aside.
    """
    telling = telling_stems(statement) - telling_stems(_DATE_WORDS)
    asked = {word for word in telling if not word.isdigit()}
    shared = len(asked & stems(sentence.in_context)) / len(asked) if asked else 0.0
    return cosine >= SAME_MATTER_COSINE and shared >= SAME_MATTER_WORDS
