"""The one use case: a question in, an answer with its sources or a refusal out.

This is the `quotes` writer: without a language model it says nothing that an article does not say
in the same words.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from index.searching import Hit, Index, Snapshot
from qa.evidence import Embed, Evidence, EvidenceModel, Similarity
from qa.following import standalone_question
from qa.replies import (
    Answer,
    ArticleVerdict,
    Citation,
    Claim,
    Looking,
    Refusal,
    Reply,
    Searched,
    cite,
)

MAX_QUESTION_CHARS = 2_000
PASSAGES = 12
CLOSEST = 3
MAX_CLAIMS = 3
PER_ARTICLE = 2
# A sentence is offered beside the best one only when it scores nearly as well.
NEARLY_AS_GOOD = 0.85
# Sentences of different articles this much alike are taken to make the same claim.
SAME_CLAIM_COSINE = 0.55
WRITER = "quotes"


class BadQuestion(Exception):
    """The question cannot be searched for; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question with the earlier ones of its chat, oldest first.

    Raises BadQuestion when it is empty or too long to be a question.
    """

    text: str
    history: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise BadQuestion("the question is empty; type what you want to know")
        if len(self.text) > MAX_QUESTION_CHARS:
            raise BadQuestion(
                f"the question has {len(self.text):,} characters; shorten it to "
                f"{MAX_QUESTION_CHARS:,} or fewer"
            )


class Answerer:
    """Answers questions from an index, each from one published generation of it."""

    def __init__(
        self, index: Index, evidence: Callable[[Embed], EvidenceModel] = Similarity
    ) -> None:
        self._index = index
        self._evidence = evidence

    def ask(self, question: Question) -> Reply:
        """The reply to a question. Raises an IndexingError when there is no index to read."""
        *_, reply = self.stream(question)
        assert not isinstance(reply, Looking)
        return reply

    def stream(self, question: Question) -> Iterator[Looking | Reply]:
        """What is being done, then the reply, last."""
        started = time.perf_counter()
        standalone = standalone_question(question.text, question.history)
        with self._index.reading() as snapshot:
            yield Looking(standalone, snapshot.article_count)
            hits = snapshot.search(standalone, top=PASSAGES)
            model = self._evidence(snapshot.embed)
            evidence = model.score(standalone, hits)
            chosen = choose(evidence, model.threshold)
            if chosen:
                claims, citations = write(chosen, _alike(snapshot, chosen), _names(hits))
                yield Answer(
                    question=question.text,
                    standalone=standalone,
                    claims=claims,
                    citations=citations,
                    searched=_searched(snapshot),
                    writer=WRITER,
                    seconds=time.perf_counter() - started,
                )
            else:
                yield Refusal(
                    question=question.text,
                    standalone=standalone,
                    closest=_closest(hits),
                    searched=_searched(snapshot),
                    published=snapshot.published_range(),
                    writer=WRITER,
                    seconds=time.perf_counter() - started,
                )


def choose(evidence: Sequence[Evidence], threshold: float) -> list[Evidence]:
    """The sentences worth quoting, best first: good enough, nearly as good as the best of their
    article, a few an article. Empty when not even the best one is good enough.
    """
    chosen: list[Evidence] = []
    best: dict[str, float] = {}
    taken: dict[str, int] = {}
    for one in evidence:
        if one.score < threshold:
            break
        name = one.article.name
        top = best.setdefault(name, one.score)
        if one.score >= top * NEARLY_AS_GOOD and taken.get(name, 0) < PER_ARTICLE:
            taken[name] = taken.get(name, 0) + 1
            chosen.append(one)
    overall = chosen[0].score if chosen else 0.0
    return [one for one in chosen if one.score >= overall * NEARLY_AS_GOOD]


Alike = Callable[[Evidence, Evidence], bool]


def write(
    chosen: Sequence[Evidence], alike: Alike, names: Sequence[str]
) -> tuple[tuple[Claim, ...], tuple[Citation, ...]]:
    """Claims in the articles' words, the best first; sentences of different articles that are alike
    become one claim with a citation each.
    """
    groups: list[list[Evidence]] = []
    for one in chosen:
        for group in groups:
            apart = all(one.article.name != other.article.name for other in group)
            if apart and alike(group[0], one):
                group.append(one)
                break
        else:
            groups.append([one])
    citations: list[Citation] = []
    claims = []
    for group in groups[:MAX_CLAIMS]:
        numbers = []
        for one in group:
            citations.append(cite(len(citations) + 1, one.article, one.span))
            numbers.append(len(citations))
        saying = {one.article.name: n for one, n in zip(group, numbers, strict=True)}
        verdicts = tuple(
            ArticleVerdict(name, "supports", saying[name])
            if name in saying
            else ArticleVerdict(name, "silent")
            for name in sorted({*names, *saying})
        )
        claims.append(Claim(group[0].text, tuple(numbers), verdicts))
    return tuple(claims), tuple(citations)


def _alike(snapshot: Snapshot, chosen: Sequence[Evidence]) -> Alike:
    vectors = snapshot.embed([one.text for one in chosen])
    at = {(one.article.name, one.span.start): row for row, one in enumerate(chosen)}

    def alike(first: Evidence, second: Evidence) -> bool:
        a = vectors[at[first.article.name, first.span.start]]
        b = vectors[at[second.article.name, second.span.start]]
        return float(a @ b) >= SAME_CLAIM_COSINE

    return alike


def _names(hits: Sequence[Hit]) -> list[str]:
    return sorted({hit.article.name for hit in hits})


def _searched(snapshot: Snapshot) -> Searched:
    return Searched(snapshot.generation, snapshot.article_count, snapshot.passage_count)


def _closest(hits: Sequence[Hit]) -> tuple[Citation, ...]:
    shown = [hit for hit in hits if not hit.passage.heading][:CLOSEST]
    return tuple(cite(n, hit.article, hit.passage.span) for n, hit in enumerate(shown, 1))
