"""A chat as a list of turns: what was asked, and what has been found of its reply so far."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from index.articles import Article
from index.errors import IdentityMismatch, IndexDamaged, IndexingError
from qa.answering import Question
from qa.errors import BadQuestion, QuestionError
from qa.replies import Answer, Claim, Looking, Reply


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that went wrong on our side, or a question that cannot be searched for."""

    heading: str
    message: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a chat. While it is being answered it has neither reply nor problem.

    `shown` is how much of what an answer has `said` is shown so far; `articles` are those that its
    claims name, as they were when it was answered.
    """

    question: str
    standalone: str | None = None
    waiting: str = "Looking…"
    reply: Reply | None = None
    shown: int = 0
    articles: Mapping[str, Article] = field(default_factory=dict)
    problem: Problem | None = None
    stopped: bool = False

    @property
    def said(self) -> tuple[Claim, ...]:
        """The claims of an answer in their order, its opening first."""
        if not isinstance(self.reply, Answer):
            return ()
        opening = (self.reply.opening,) if self.reply.opening else ()
        return (*opening, *self.reply.claims)

    @property
    def done(self) -> bool:
        whole = self.reply is not None and self.shown >= len(self.said)
        return whole or self.problem is not None or self.stopped

    @property
    def understood(self) -> str | None:
        """The question as it was searched for, where that is not how it was asked."""
        asked = " ".join(self.question.split())
        return self.standalone if self.standalone and self.standalone != asked else None


def advice(cause: Exception) -> str:
    """What an error says, and where on the page its next step is."""
    if isinstance(cause, IdentityMismatch | IndexDamaged):
        return f"{cause}; on this page: under Articles tick “From nothing” and press Rebuild"
    return str(cause)


class Answering(Protocol):
    """Where replies come from, and the articles that they name."""

    def stream(self, question: Question) -> Iterator[str | Looking | Reply]:
        """What is being waited for or done, then the reply, last."""
        ...

    def named(self, reply: Reply) -> dict[str, Article]: ...


def answered(answering: Answering, asked: str, before: Sequence[Turn]) -> Iterator[Turn]:
    """The states of the turn that a question begins, until it is done.

    What goes wrong with the index or the question becomes the turn's problem, never a refusal.
    """
    turn = Turn(asked.strip())
    yield turn
    history = tuple(earlier.question for earlier in before if earlier.problem is None)
    try:
        for step in answering.stream(Question(turn.question, history)):
            if isinstance(step, str):
                turn = replace(turn, waiting=step)
            elif isinstance(step, Looking):
                several = "s" if step.articles != 1 else ""
                looking = f"Looking in {step.articles:,} article{several}…"
                turn = replace(turn, standalone=step.standalone, waiting=looking)
            else:
                turn = replace(turn, reply=step, articles=answering.named(step))
            yield turn
    except BadQuestion as cause:
        turn = replace(turn, problem=Problem("This question cannot be searched for", str(cause)))
    except (IndexingError, QuestionError) as cause:
        turn = replace(turn, problem=Problem("This cannot be answered now", advice(cause)))
    if turn.problem:
        yield turn
    for shown in range(1, len(turn.said) + 1):
        yield replace(turn, shown=shown)


def stop(turns: Sequence[Turn]) -> list[Turn]:
    """The turns with an unfinished last one stopped; what it shows already stays."""
    if not turns or turns[-1].done:
        return list(turns)
    return [*turns[:-1], replace(turns[-1], stopped=True)]


def fail(turns: Sequence[Turn]) -> list[Turn]:
    """The turns, an unfinished last one marked as failed for a reason that nobody foresaw."""
    if not turns or turns[-1].done:
        return list(turns)
    problem = Problem(
        "Something went wrong here",
        "the answer broke off unexpectedly, and the terminal that runs this page says why; "
        "ask again, and if it repeats, restart the page",
    )
    return [*turns[:-1], replace(turns[-1], problem=problem)]
