"""Inspecting tells how an index is, and whether what it holds agrees with itself."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.embedding import Vectors
from index.errors import IndexDamaged, Unwritable
from index.history import earlier_texts
from index.homes import FOLDER_HOME, Home
from index.indexing import searched_text, vector_name
from index.publishing import Published, last_run, published, takes_files, writer
from index.schema import Skipped
from index.storing import Store

AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Status:
    """How an index is. `made` and the last run's `ended` are ISO times in UTC; `size` is in bytes.

    `places` counts the files that hold an article which lies under another name too; `writer`
    names the process that is writing now.
    """

    generation: int
    articles: int
    passages: int
    places: int
    earlier_texts: int
    identity: str
    made: str | None
    size: int
    writer: str | None
    last_run: dict[str, str | float] | None
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something of an index that does not hold, and what to do about it."""

    what: str
    problem: str
    advice: str


def status(folder: Path, home: Home = FOLDER_HOME) -> Status:
    """How the index in a folder is. Raises IndexMissing, IndexDamaged or ServerError."""
    home.catch_up(folder)
    what = published(folder)
    with closing(Store(folder / what.store)) as store:
        articles, passages = store.counts(what.generation)
        return Status(
            generation=what.generation,
            articles=articles,
            passages=passages,
            places=len(store.places(what.generation)),
            earlier_texts=earlier_texts(store, what.generation),
            identity=what.identity,
            made=store.made(what.generation),
            size=_size(folder),
            writer=writer(folder),
            last_run=last_run(folder),
            skipped=store.skipped(what.generation),
        )


def _size(folder: Path) -> int:
    size = 0
    for path in folder.rglob("*"):
        try:
            size += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:
            continue  # a writer sweeps
    return size


def verify(folder: Path, home: Home = FOLDER_HOME) -> tuple[Finding, ...]:
    """What does not hold: every passage equals its article's text, words and vectors agree with it.

    Raises IndexMissing when there is no index, and Unwritable where its folder takes no files,
    which SQLite and Chroma need for a full check.
    """
    if folder.is_dir() and not takes_files(folder):
        raise Unwritable(
            f"{folder} cannot be checked, since it takes no files now (the disk is full, or it is "
            "read-only); make room or copy the folder, then run `meeting-qa index --verify`"
        )
    try:
        home.catch_up(folder)
        what = published(folder)
        with home.held(folder, what):
            return tuple(_findings(folder, what, home))
    except IndexDamaged as cause:
        return (_damage(cause),)


def _damage(cause: IndexDamaged) -> Finding:
    problem, _, advice = str(cause).partition("; ")
    return Finding("index", problem, advice or REBUILD)


REBUILD = "run `meeting-qa index --rebuild`"


def _findings(folder: Path, what: Published, home: Home) -> Iterator[Finding]:
    with closing(Store(folder / what.store)) as store:
        problems = _torn(store.path)
        yield from (Finding(what.store, one, REBUILD) for one in problems)
        if not problems:
            yield from _texts(store, what)
    # The vectors are derived: a run makes a damaged folder anew from the store.
    for problem in home.probe(folder, what):
        yield Finding(what.vectors, problem, REBUILD)


def _torn(path: Path) -> list[str]:
    """What SQLite itself finds in the file, and whether the words are those of the passages."""
    try:
        with closing(sqlite3.connect(path, timeout=30)) as db:
            found = [str(row[0]) for row in db.execute("PRAGMA integrity_check(3)")]
            if found != ["ok"]:
                return found
            db.execute("INSERT INTO words (words, rank) VALUES ('integrity-check', 1)")
            db.rollback()
    except sqlite3.OperationalError as cause:
        return [f"the words cannot be checked: {cause}"]
    except sqlite3.DatabaseError as cause:
        return [f"the words are not those of the passages ({cause})"]
    return []


def _texts(store: Store, what: Published) -> Iterator[Finding]:
    """Articles whose text is not what was indexed, passages that are not in it, lost vectors."""
    articles = store.articles(what.generation)
    hashes = {one.name: one.hash for one in store.manifest(what.generation).values()}
    for article in articles.values():
        if article.hash != hashes[article.name]:
            yield Finding(article.name, "its text is not the one that was indexed", REBUILD)
    living = store.living_passages(what.generation)
    for first in range(0, len(living), AT_ONCE):
        some = living[first : first + AT_ONCE]
        wrong = set()
        for stored in store.passages([at for at, _, _ in some]):
            article = articles[stored.article]
            inside = stored.passage.end <= len(article.text)
            text = searched_text(article, stored.passage) if inside else ""
            if not inside or vector_name(what.identity, text) != stored.vector:
                wrong.add(article.name)
        for name in sorted(wrong):
            yield Finding(name, "a passage does not equal the article's text", REBUILD)
        try:
            vectors = store.vectors([vector for _, _, vector in some])
        except IndexDamaged as cause:
            yield Finding(what.store, f"vectors are lost: {cause}", REBUILD)
        else:
            if not _unit(vectors):
                yield Finding(what.store, "a stored vector has not the length 1", REBUILD)


def _unit(vectors: Vectors) -> bool:
    return bool(np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-3))


def told(findings: Sequence[Finding]) -> str:
    """The findings, a line each."""
    return "\n".join(f"{one.what}: {one.problem}; {one.advice}" for one in findings)
