"""Answers a gold set and says how well: the figures that an outside check would find."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from index.searching import EVERYWHERE, Scope
from qa.answering import Answerer, Question
from qa.errors import BadGold, BadQuestion
from qa.rating import standing
from qa.replies import Answer, Citation, Reply
from qa.scoping import scope_from


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question with the evidence that each article has for it, by article name or stem.

    Of one whose reply a reader rated as bad only that reply, `rejected`, is known to be wrong, and
    `answerable` is None.
    """

    id: str
    question: str
    history: tuple[str, ...]
    answerable: bool | None
    evidence: dict[str, tuple[str, ...]]
    contains: tuple[str, ...]
    rejected: str | None = None
    scope: Scope = EVERYWHERE

    def held_by(self, name: str, quote: str) -> bool:
        """Whether a quote of the article `name` holds gold evidence, or is a piece of it."""
        quote = _flat(quote)
        wanted = self.evidence.get(name) or self.evidence.get(_stem(name)) or ()
        return any(
            _flat(one) in quote or (len(quote) > 20 and quote in _flat(one)) for one in wanted
        )


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares, 0..1, None where nothing was asked of the kind; `quote_chars` is a mean length."""

    accuracy: float
    answered: float | None
    refused: float | None
    cite_hit: float | None
    cite_precision: float | None
    source_recall: float | None
    quote_chars: float
    questions: int


def gold_questions(lines: Sequence[str], named: str) -> list[GoldQuestion]:
    """The questions of a JSON Lines gold set, or of readers' ratings.

    Raises BadGold naming the first line that is none.
    """
    rows = []
    for at, line in enumerate(lines, 1):
        if line.strip():
            try:
                row = json.loads(line)
                _gold_question(row)
                rows.append(row)
            except (ValueError, KeyError, TypeError, AttributeError, BadQuestion) as cause:
                raise BadGold(f"{named}:{at}: not a gold question ({cause!r}); mend it") from cause
    questions = [_gold_question(row) for row in standing(rows)]
    if not questions:
        raise BadGold(f"{named} holds no question; name a gold set")
    return questions


def _gold_question(row: dict[str, Any]) -> GoldQuestion:
    return GoldQuestion(
        id=str(row["id"]),
        question=row["question"],
        history=tuple(row.get("history") or ()),
        answerable=None if row["answerable"] is None else bool(row["answerable"]),
        evidence={name: tuple(texts) for name, texts in row["evidence"].items()},
        contains=tuple(row.get("contains") or ()),
        rejected=row["text"] if row.get("rating") == "bad" else None,
        scope=scope_from(row.get("scope")),
    )


def evaluate(questions: Sequence[GoldQuestion], answerer: Answerer) -> tuple[Figures, list[str]]:
    """The figures, and the ids of the questions whose reply was wrong."""
    replies = [answerer.ask(Question(one.question, one.history, one.scope)) for one in questions]
    pairs = list(zip(questions, replies, strict=True))
    yes = [(gold, reply) for gold, reply in pairs if gold.answerable]
    no = [reply for gold, reply in pairs if gold.answerable is False]
    cited = [(gold, one) for gold, reply in yes for one in _citations(reply)]
    good = [(gold, one) for gold, one in cited if gold.held_by(one.article.name, one.quote)]
    held = {(gold.id, _stem(one.article.name)) for gold, one in good}
    wanted = {(gold.id, _stem(name)) for gold, _ in yes for name in gold.evidence}
    quotes = [len(one.quote) for _, reply in pairs for one in _citations(reply)]
    missed = [gold.id for gold, reply in pairs if not _right(gold, reply)]
    return Figures(
        accuracy=1 - len(missed) / len(pairs),
        answered=_share(sum(reply.answered for _, reply in yes), len(yes)),
        refused=_share(sum(not reply.answered for reply in no), len(no)),
        cite_hit=_share(len({gold.id for gold, _ in good}), len(yes)),
        cite_precision=_share(len(good), len(cited)),
        source_recall=_share(len(held & wanted), len(wanted)),
        quote_chars=sum(quotes) / len(quotes) if quotes else 0.0,
        questions=len(pairs),
    ), missed


def _right(gold: GoldQuestion, reply: Reply) -> bool:
    if gold.rejected is not None:
        return reply.text != gold.rejected
    if not gold.answerable:
        return not reply.answered
    shown = not gold.contains or any(w.lower() in reply.text.lower() for w in gold.contains)
    held = any(gold.held_by(one.article.name, one.quote) for one in _citations(reply))
    return reply.answered and shown and held


def _citations(reply: Reply) -> tuple[Citation, ...]:
    return reply.citations if isinstance(reply, Answer) else ()


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _flat(text: str) -> str:
    return " ".join(text.split())


def _stem(name: str) -> str:
    return str(PurePosixPath(name).with_suffix(""))
