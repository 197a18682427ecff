"""The one use case: a question in, an answer with its sources or a refusal out.

This is the `quotes` writer: without a language model it says nothing that an article does not say
in the same words.
"""

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.cleaning import likeliest_language
from index.searching import EVERYWHERE, Hit, Index, Scope, Snapshot
from qa.agreeing import SupportModel
from qa.asking import is_name
from qa.claiming import write
from qa.errors import BadQuestion
from qa.evidence import CrossEncoderEvidence, Evidence, EvidenceModel, TrainedEvidence
from qa.following import standalone_question
from qa.judging import Judge, log_odds
from qa.recalling import name_asked
from qa.replies import Answer, Citation, Looking, Refusal, Reply, Searched, cite
from qa.scoping import scope_text
from qa.spelling import respelt
from qa.words import missing_names
from qa.writing.drafting import Drafter
from qa.writing.models import open_writer

MAX_QUESTION_CHARS = 2_000
PASSAGES = 20
# Of the passages that nothing is cited of, so many of the nearest are told of.
LOOKED_AT = 10
CLOSEST = 3
# So many passages tell whether a word is a name.
NEAREST = 5
PER_ARTICLE = 2
# A sentence is offered beside the best one only when it scores nearly as well, in log-odds: another
# article's so nearly, a second one of an article almost as well.
NEARLY_AS_GOOD = 2.0
AS_GOOD = 0.1
# And only when it is by itself likely enough to answer.
LIKELY = 0.55
# How surely a question must be in another language to say so.
SURELY = 0.4
WRITER = "quotes"


@dataclass(frozen=True, slots=True)
class Question:
    """A question with the earlier ones of its chat, oldest first, and the articles to ask.

    Raises BadQuestion when it is empty or too long to be a question.
    """

    text: str
    history: tuple[str, ...] = ()
    scope: Scope = EVERYWHERE

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
        self,
        index: Index,
        evidence: EvidenceModel,
        support: SupportModel | None = None,
        drafter: Drafter | None = None,
    ) -> None:
        self._index = index
        self._evidence = evidence
        self._support = support
        self._drafter = drafter

    def ask(self, question: Question, drafting: bool = True) -> Reply:
        """The reply to a question. Raises an IndexingError when there is no index to read."""
        *_, reply = self.stream(question, drafting)
        assert not isinstance(reply, Looking)
        return reply

    def stream(self, question: Question, drafting: bool = True) -> Iterator[Looking | Reply]:
        """What is being done, then the reply, last; before it the answer as far as it is written,
        where a language model writes. Without `drafting` none does.
        """
        started = time.perf_counter()
        drafter = self._drafter if drafting else None
        drafted = None
        if drafter and question.history:
            drafted = drafter.standalone(question.text, question.history)
        with self._index.reading() as whole:
            asked, *history = (
                respelt(one, whole.has_word) for one in (question.text, *question.history)
            )
            snapshot = whole.within(question.scope)
            standalone = drafted or standalone_question(
                asked,
                history,
                lambda earlier: self._named(earlier, snapshot),
                lambda topic: _as_written(topic, snapshot),
            )
            yield Looking(standalone, snapshot.article_count)
            hits, evidence, chosen = self._found(standalone, snapshot)
            if chosen:
                first, claims, citations = write(
                    standalone, chosen, evidence, self._support, self._index.embed
                )
                answer = Answer(
                    question=question.text,
                    standalone=standalone,
                    opening=first,
                    claims=claims,
                    citations=citations,
                    searched=_searched(snapshot, question.scope),
                    writer=WRITER,
                    seconds=time.perf_counter() - started,
                    looked_at=_looked_at(hits[:LOOKED_AT], citations),
                )
            else:
                yield Refusal(
                    question=question.text,
                    standalone=standalone,
                    closest=_closest(hits),
                    searched=_searched(snapshot, question.scope),
                    published=snapshot.published_range(),
                    writer=WRITER,
                    seconds=time.perf_counter() - started,
                    asked_in=_foreign(question.text, snapshot),
                )
                return
        # A language model takes its time; the index need not be held for it.
        if drafter:
            yield from drafter.drafts(answer)
        else:
            yield answer

    def _found(
        self, question: str, snapshot: Snapshot
    ) -> tuple[Sequence[Hit], list[Evidence], list[Evidence]]:
        """The passages found for a question that stands alone, their sentences, best first, and
        those worth quoting.
        """
        hits = snapshot.search(question, top=PASSAGES)
        evidence = self._evidence.score(question, hits)
        threshold = self._evidence.threshold(snapshot.passage_count)
        return hits, evidence, choose(question, evidence, threshold)

    def _named(self, question: str, snapshot: Snapshot) -> str | None:
        """The name that answers an earlier question."""
        if self._support is None:
            return None
        *_, chosen = self._found(question, snapshot)
        return name_asked(question, chosen[0], self._support) if chosen else None


def open_answerer(
    index: Index, evidence_model: str | None = None, model: str | None = None
) -> Answerer:
    """An answerer with the packaged evidence model; a named cross-encoder may score the evidence
    in its place, agreement is always judged by the packaged one. A language model of that name
    puts the quotes into words. Raises WriterError when it is not to be had.
    """
    judge = Judge()
    judge.load_ahead()
    evidence = CrossEncoderEvidence(evidence_model) if evidence_model else TrainedEvidence(judge)
    drafter = Drafter(open_writer(model), judge) if model and model != WRITER else None
    return Answerer(index, evidence, judge, drafter)


def choose(question: str, evidence: Sequence[Evidence], threshold: float) -> list[Evidence]:
    """The sentences worth quoting, best first: nearly as good as the best of all, a second one of
    an article only where it is as good, and none of an article that lacks more of the question's
    names. Empty when not even the best one is good enough.
    """
    if not evidence or evidence[0].score < threshold:
        return []
    lacking = missing_names(question, evidence[0].article.text)
    chosen: list[Evidence] = []
    taken: dict[str, int] = {}
    said: set[tuple[str, str]] = set()
    for one in evidence:
        behind = log_odds(evidence[0].score) - log_odds(one.score)
        if chosen and (behind > NEARLY_AS_GOOD or one.score < LIKELY):
            break
        name = one.article.name
        if name in taken and behind > AS_GOOD:
            continue
        if chosen and missing_names(question, one.article.text) > lacking:
            continue
        if taken.get(name, 0) < PER_ARTICLE and (name, one.text) not in said:
            taken[name] = taken.get(name, 0) + 1
            said.add((name, one.text))
            chosen.append(one)
    return chosen


def _as_written(topic: str, snapshot: Snapshot) -> str:
    """A topic in small letters, its names with their capitals as the articles nearest to it write
    them.
    """
    if not topic.islower():
        return topic
    texts = {hit.article.name: hit.article.text for hit in snapshot.search(topic, top=NEAREST)}

    def written(match: re.Match[str]) -> str:
        name = match[0].capitalize()
        having = [one for one in texts.values() if re.search(rf"\b{name}\b", one, re.IGNORECASE)]
        return name if having and all(is_name(name, one) for one in having) else match[0]

    return re.sub(r"[^\W\d_]{3,}", written, topic)


def _searched(snapshot: Snapshot, scope: Scope) -> Searched:
    return Searched(
        snapshot.generation, snapshot.article_count, snapshot.passage_count, scope_text(scope)
    )


def _foreign(question: str, snapshot: Snapshot) -> str | None:
    """The language of a question with other letters than English has, where no article is in it."""
    if question.isascii() or None in (languages := snapshot.languages()):
        return None
    from babel import Locale

    code, sure = likeliest_language(question)
    known = code in languages or sure < SURELY
    return None if known else Locale("en").languages.get(code)


def _looked_at(hits: Sequence[Hit], cited: Sequence[Citation]) -> tuple[Citation, ...]:
    """The passages that were read and of which nothing is cited."""

    def quoted(hit: Hit) -> bool:
        return any(
            one.article.name == hit.article.name
            and one.span.start < hit.passage.end
            and hit.passage.start < one.span.end
            for one in cited
        )

    rest = [hit for hit in hits if not hit.passage.heading and not quoted(hit)]
    return tuple(cite(n, hit.article, hit.passage.span) for n, hit in enumerate(rest, 1))


def _closest(hits: Sequence[Hit]) -> tuple[Citation, ...]:
    shown = [hit for hit in hits if not hit.passage.heading][:CLOSEST]
    return tuple(cite(n, hit.article, hit.passage.span) for n, hit in enumerate(shown, 1))
