"""A check or a comparison under way: what is being done, then what was found or went wrong."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from index.errors import IndexingError
from qa.checking import Check
from qa.comparing import Comparison
from qa.errors import BadQuestion, QuestionError, TooMuchToCompare
from qa.page.turns import Problem, advice

LOOK_SECONDS = 0.2
BEGINNING = "Beginning…"

Tell = Callable[[str], None]
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Hint:
    """Nothing went wrong, but something has to be told us first."""

    message: str


class Checking(Protocol):
    def check(self, text: str, tell: Tell) -> tuple[Check, ...]: ...


class Comparing(Protocol):
    def compare(self, topic: str, tell: Tell) -> Comparison: ...


def checked(checking: Checking, text: str, tell: Tell) -> tuple[Check, ...] | Problem:
    """The verdicts on every sentence of a text. What goes wrong is a problem, never a verdict."""
    try:
        return checking.check(text, tell)
    except BadQuestion as cause:
        return Problem("This statement cannot be checked", str(cause))
    except (IndexingError, QuestionError) as cause:
        return Problem("This cannot be checked now", advice(cause))
    except Exception:
        logging.getLogger(__name__).exception("checking %r broke off", text)
        return _unforeseen("the check")


def compared(comparing: Comparing, topic: str, tell: Tell) -> Comparison | Hint | Problem:
    """The articles side by side, or a hint to name a topic where they are too many."""
    try:
        return comparing.compare(topic, tell)
    except TooMuchToCompare as cause:
        return Hint(str(cause))
    except (IndexingError, QuestionError) as cause:
        return Problem("The articles cannot be compared now", advice(cause))
    except Exception:
        logging.getLogger(__name__).exception("comparing on %r broke off", topic)
        return _unforeseen("the comparison")


def _unforeseen(what: str) -> Problem:
    return Problem(
        "Something went wrong here",
        f"{what} broke off unexpectedly, and the terminal that runs this page says why; "
        "try again, and if it repeats, restart the page",
    )


async def working(work: Callable[[Tell], Found]) -> AsyncIterator[str | Found]:
    """What a work tells while it runs in a thread, whenever that changes; then what it returns."""
    told = [BEGINNING]
    doing = asyncio.ensure_future(asyncio.to_thread(work, told.append))
    shown = None
    while not doing.done():
        if told[-1] != shown:
            shown = told[-1]
            yield shown
        await asyncio.wait([doing], timeout=LOOK_SECONDS)
    yield doing.result()
