"""A chat as a list of turns: what was asked, and what has been found of its reply so far."""

import logging
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from index.articles import Article
from index.errors import IdentityMismatch, IndexDamaged, IndexingError
from index.history import Version
from index.searching import EVERYWHERE, Scope
from qa.answering import Question
from qa.errors import BadQuestion, QuestionError
from qa.rating import Rating
from qa.replies import Answer, Claim, Looking, Reply
from qa.scoping import scope_from


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that went wrong on our side, or a question that cannot be searched for."""

    heading: str
    message: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a chat. While it is being answered it has neither reply nor problem.

    `shown` is how much of what an answer has `said` is shown so far; `articles` are those that its
    claims name, as they were when it was answered. `kept` is a turn that came back from a browser
    as it was kept there; `gone` names articles of which no text has what was quoted, `outdated`
    holds what became of those that changed or were removed since.
    """

    question: str
    standalone: str | None = None
    waiting: str = "Looking…"
    reply: Reply | None = None
    shown: int = 0
    articles: Mapping[str, Article] = field(default_factory=dict)
    problem: Problem | None = None
    stopped: bool = False
    scope: Scope = EVERYWHERE
    rating: Rating | None = None
    reason: str = ""
    gone: frozenset[str] = frozenset()
    outdated: Mapping[Article, Version] = field(default_factory=dict)
    kept: Mapping[str, Any] | None = None

    @property
    def said(self) -> tuple[Claim, ...]:
        """All that an answer says, in its order."""
        return self.reply.said if isinstance(self.reply, Answer) else ()

    @property
    def done(self) -> bool:
        whole = self.reply is not None and self.shown >= len(self.said)
        writing = isinstance(self.reply, Answer) and not self.reply.complete
        return (whole and not writing) or self.problem is not None or self.stopped

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


@dataclass(frozen=True, slots=True)
class Chat:
    """Questions that follow each other. `id` comes with the first; `editing` is the number of the
    turn whose question is being put anew.
    """

    id: str = ""
    turns: tuple[Turn, ...] = ()
    editing: int | None = None

    @property
    def busy(self) -> bool:
        return bool(self.turns) and not self.turns[-1].done

    def turn(self, n: int) -> Turn | None:
        return self.turns[n - 1] if 1 <= n <= len(self.turns) else None

    def before(self) -> "Chat":
        """The chat that a new question goes on from: what stands before an edited one."""
        kept = self.turns[: self.editing - 1] if self.editing else self.turns
        return Chat(self.id or secrets.token_hex(8), kept)

    def with_last(self, turn: Turn) -> "Chat":
        return replace(self, turns=(*self.turns, turn))

    def edit(self, n: int) -> "Chat":
        """The `n`-th question is to be put anew; nothing goes before it is."""
        return replace(self, editing=n if self.turn(n) and not self.busy else None)

    def without_last(self) -> "Chat":
        return replace(self, turns=self.turns[:-1], editing=None)

    def rate(self, n: int, rating: Rating | None, reason: str) -> "Chat":
        turns = list(self.turns)
        # What came back from a browser goes back there with the new rating.
        kept = turns[n - 1].kept
        kept = kept and {**kept, "rating": rating, "reason": reason}
        turns[n - 1] = replace(turns[n - 1], rating=rating, reason=reason, kept=kept)
        return replace(self, turns=tuple(turns))

    def question(self, n: int) -> Question:
        """The `n`-th question as it was asked, with those before it."""
        turn = self.turns[n - 1]
        return Question(turn.question, history(self.turns[: n - 1]), turn.scope)


def history(turns: Sequence[Turn]) -> tuple[str, ...]:
    """The earlier questions that a follow-up may point at."""
    return tuple(turn.question for turn in turns if turn.problem is None)


class Answering(Protocol):
    """Where replies come from, and the articles that they name."""

    def stream(self, question: Question, drafting: bool) -> Iterator[str | Looking | Reply]:
        """What is being waited for or done, then the reply, last; with `drafting` the answer as far
        as a language model has written it before.
        """
        ...

    def named(self, reply: Reply) -> dict[str, Article]: ...


def answered(
    answering: Answering,
    asked: str,
    before: Sequence[Turn],
    scope: Scope = EVERYWHERE,
    drafting: bool = False,
) -> Iterator[Turn]:
    """The states of the turn that a question begins, until it is done.

    What goes wrong with the index or the question becomes the turn's problem, never a refusal.
    """
    turn = Turn(asked.strip(), scope=scope)
    yield turn
    try:
        for step in answering.stream(Question(turn.question, history(before), scope), drafting):
            if isinstance(step, str):
                turn = replace(turn, waiting=step)
            elif isinstance(step, Looking):
                several = "s" if step.articles != 1 else ""
                looking = f"Looking in {step.articles:,} article{several}…"
                turn = replace(turn, standalone=step.standalone, waiting=looking)
            else:
                turn = replace(turn, reply=step, articles=answering.named(step))
                if isinstance(step, Answer) and step.written:
                    turn = replace(turn, shown=len(turn.said))
            yield turn
    except BadQuestion as cause:
        turn = replace(turn, problem=Problem("This question cannot be searched for", str(cause)))
    except (IndexingError, QuestionError) as cause:
        turn = replace(turn, problem=Problem("This cannot be answered now", advice(cause)))
    if turn.problem:
        yield turn
    for shown in range(turn.shown + 1, len(turn.said) + 1):
        yield replace(turn, shown=shown)


def asking(
    answering: Answering,
    asked: str,
    chat: Chat,
    within: Mapping[str, Any],
    drafting: bool = False,
) -> Iterator[Chat]:
    """The states of a chat while a question is put to what it is narrowed to, until it is answered.

    What nobody foresaw becomes the last turn's problem too.
    """
    before = chat.before()
    turn = Turn(asked)
    try:
        for turn in answered(answering, asked, before.turns, scope_from(within), drafting):
            yield before.with_last(turn)
    except BadQuestion as cause:
        bad = Problem("This filter cannot be read", str(cause))
        yield before.with_last(replace(turn, problem=bad))
    except Exception:
        logging.getLogger(__name__).exception("the answer to %r broke off", asked)
        yield fail(before.with_last(turn))


def stop(chat: Chat) -> Chat:
    """The chat with an unfinished last turn stopped; what it shows already stays."""
    if not chat.busy:
        return chat
    return chat.without_last().with_last(replace(chat.turns[-1], stopped=True))


def fail(chat: Chat) -> Chat:
    """The chat, an unfinished last turn marked as failed for a reason that nobody foresaw."""
    if not chat.busy:
        return chat
    problem = Problem(
        "Something went wrong here",
        "the answer broke off unexpectedly, and the terminal that runs this page says why; "
        "ask again, and if it repeats, restart the page",
    )
    return chat.without_last().with_last(replace(chat.turns[-1], problem=problem))
