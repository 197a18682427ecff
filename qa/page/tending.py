"""What the Articles tab does and tells: uploads, rebuilding, removing, and the list itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.errors import IndexingError
from qa.errors import BadQuestion
from qa.page import shelving
from qa.page.desk import Desk
from qa.page.rendering import problem, waiting
from qa.page.turns import Problem, advice
from qa.page.uploading import Taken
from qa.scoping import scope_from

BEHIND = "The index could not be brought in line"


@dataclass(frozen=True, slots=True)
class Shelf:
    """The Articles tab as it stands, and what can be chosen to narrow it."""

    status: str
    table: str
    outlets: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()


def renewed(desk: Desk, rebuild: bool, files: Sequence[str] = ()) -> Iterator[str]:
    """Takes files and brings the index in line; tells of every file as it is taken, then of all."""
    taken: list[Taken] = []
    for file in files:
        yield shelving.report(None, taken) + waiting(
            f"Taking file {len(taken) + 1} of {len(files)}…"
        )
        try:
            taken += desk.take([Path(file)])
        except IndexingError as cause:
            yield shelving.report(None, taken, Problem("The file cannot be taken", advice(cause)))
            return
    if files and not any(one.name for one in taken):
        yield shelving.report(None, taken)
        return
    yield shelving.report(None, taken) + waiting("Bringing the index in line…")
    try:
        yield shelving.report(desk.update(rebuild), taken)
    except IndexingError as cause:
        yield shelving.report(None, taken, Problem(BEHIND, advice(cause)))


def removed(desk: Desk, name: str) -> str:
    """Takes an article out, with how to put it back."""
    try:
        key, report = desk.remove(name)
    except IndexingError as cause:
        return shelving.report(None, (), Problem("The article cannot be removed", advice(cause)))
    return shelving.report(report, removed=key)


def put_back(desk: Desk, key: str) -> str:
    try:
        _, report = desk.put_back(key)
    except IndexingError as cause:
        return shelving.report(None, (), Problem("The article cannot be put back", advice(cause)))
    return shelving.report(report)


def shelf(
    desk: Desk,
    words: str,
    outlets: Sequence[str],
    languages: Sequence[str],
    first: str,
    last: str,
) -> Shelf:
    """The list of what is indexed, narrowed to what is wanted."""
    try:
        scope = scope_from({"outlets": list(outlets), "first": first, "last": last})
        listing = desk.listing()
    except BadQuestion as cause:
        return Shelf("", problem(Problem("This filter cannot be read", str(cause))))
    except IndexingError as cause:
        return Shelf("", problem(Problem("The index cannot be read", advice(cause))))
    wanted = shelving.Wanted(words, tuple(languages), scope)
    return Shelf(
        shelving.status(listing, desk.settings.corpus),
        shelving.listing(listing.articles, listing.passages, listing.skipped, wanted),
        tuple(sorted({one.outlet for one in listing.articles if one.outlet})),
        tuple(sorted({one.language for one in listing.articles if one.language})),
    )
