"""The history of articles: every text that was ever indexed stays, with its days.

So a citation in an old answer still opens the text that it quoted, and says what became of it.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from index.articles import Article
from index.schema import KNOWN, LIVING, article_of, damaged
from index.storing import Store

State = Literal["current", "changed since", "removed since"]


@dataclass(frozen=True, slots=True)
class Version:
    """One text under an article's name, and from and until when it was indexed (ISO times in UTC).

    `until` is None for the one that still is. `state` says what became of the text since,
    `moved_to` under which name it is indexed now.
    """

    number: int
    article: Article
    since: str
    until: str | None
    state: State
    moved_to: str | None = None


def versions_of(store: Store, name: str, generation: int) -> tuple[Version, ...]:
    """Every text that was indexed under a name up to a generation, the oldest first."""
    rows = store.rows(
        f"SELECT {KNOWN}, hash, born, CASE WHEN died <= :generation THEN died END AS died, "
        "began.made AS since, ended.made AS until FROM articles "
        "LEFT JOIN generations AS began ON began.number = born "
        "LEFT JOIN generations AS ended ON ended.number = died AND died <= :generation "
        "WHERE name = :name AND born <= :generation ORDER BY born, id",
        name=name,
        generation=generation,
    )
    living = any(row["died"] is None for row in rows)
    texts: list[list[sqlite3.Row]] = []
    for row in rows:
        last = texts[-1][-1] if texts else None
        if last and (last["hash"], last["died"]) == (row["hash"], row["born"]):
            # Split or cleaned anew, the text is the same.
            texts[-1].append(row)
        else:
            texts.append([row])
    return tuple(
        _version(number, same, living, _moved_to(store, same[-1], generation))
        for number, same in enumerate(texts, 1)
    )


def quoted_version(versions: Sequence[Version], quote: str, start: int) -> Version | None:
    """The newest version in which a quote stands at its place; None where it stands in none."""
    for version in reversed(versions):
        if version.article.text.startswith(quote, start):
            return version
    return None


def earlier_texts(store: Store, generation: int) -> int:
    """How many texts are kept that are not indexed any more."""
    rows = store.rows(
        "SELECT count(DISTINCT hash) AS texts FROM articles WHERE born <= :generation AND "
        f"hash NOT IN (SELECT hash FROM articles WHERE {LIVING})",
        generation=generation,
    )
    return int(rows[0]["texts"])


def adopt_versions(store: Store, path: Path, last: int, generation: int) -> None:
    """Takes over another store's articles as they were up to its generation `last`.

    What was indexed there to the end counts as ended with `generation`; see join_versions.
    Raises IndexDamaged when that store cannot be read; nothing is taken over then.
    """
    known = f"{KNOWN}, hash, file_hash, built_by"
    try:
        store.execute("ATTACH ? AS earlier", path.resolve().as_uri() + "?mode=ro")
    except sqlite3.DatabaseError as cause:
        raise damaged(path, cause) from cause
    try:
        store.execute(
            f"INSERT INTO articles ({known}, born, died) "
            f"SELECT {known}, born, CASE WHEN died <= ? THEN died ELSE ? END "
            "FROM earlier.articles WHERE born <= ? ORDER BY id",
            *(last, generation, last),
        )
        store.execute(
            "INSERT INTO generations (number, made, skipped) "
            "SELECT number, made, '[]' FROM earlier.generations WHERE number <= ?",
            last,
        )
        store.commit()
    except sqlite3.DatabaseError as cause:
        store.take_back()
        raise damaged(path, cause) from cause
    finally:
        store.execute("DETACH earlier")


def join_versions(store: Store, generation: int) -> None:
    """Lets an article that is as it was before a rebuild live on as one row."""
    same = store.rows(
        "SELECT now.id AS now, earlier.id AS earlier, earlier.born AS born "
        "FROM articles AS now JOIN articles AS earlier "
        "ON earlier.name = now.name AND earlier.hash = now.hash AND earlier.died = now.born "
        "WHERE now.born = :generation",
        generation=generation,
    )
    for row in same:
        store.execute("UPDATE articles SET born = ? WHERE id = ?", row["born"], row["now"])
        store.execute("DELETE FROM articles WHERE id = ?", row["earlier"])


def _version(
    number: int, rows: Sequence[sqlite3.Row], living: bool, moved_to: str | None
) -> Version:
    first, last = rows[0], rows[-1]
    state: State = "changed since" if living else "removed since"
    if last["died"] is None:
        state = "current"
    return Version(number, article_of(last), first["since"], last["until"], state, moved_to)


def _moved_to(store: Store, row: sqlite3.Row, generation: int) -> str | None:
    """The name under which the article of an ended row is indexed now."""
    if row["died"] is None:
        return None
    found = store.rows(
        f"SELECT name FROM articles WHERE hash = :hash AND name != :name AND {LIVING} "
        "ORDER BY name LIMIT 1",
        hash=row["hash"],
        name=row["name"],
        generation=generation,
    )
    return found[0]["name"] if found else None
