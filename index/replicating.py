"""Carries generations from one store to another: written as parts of text, read back as rows.

A store that took over every part up to a generation holds the same rows as the one it came from,
under the same numbers; only the vectors come another way.
"""

import base64
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from index.schema import LIVING
from index.storing import Store

ARTICLES_A_PART = 200


def parts_of(store: Store, after: int, generation: int) -> Iterator[str]:
    """What came into a store after one generation and up to another."""
    span = {"after": after, "generation": generation}
    generations = store.rows(
        "SELECT * FROM generations WHERE number > :after AND number <= :generation", **span
    )
    ended = store.rows(
        "SELECT id, died FROM articles WHERE died > :after AND died <= :generation "
        "AND born <= :after",
        **span,
    )
    # The generations come first: what was taken over of them can be taken back.
    yield _packed({"generations": _plain(generations), "ended": _plain(ended)})
    new = store.rows(
        "SELECT id FROM articles WHERE born > :after AND born <= :generation ORDER BY id", **span
    )
    for first in range(0, len(new), ARTICLES_A_PART):
        ids = [row["id"] for row in new[first : first + ARTICLES_A_PART]]
        told = json.dumps(ids)
        articles = _plain(
            store.rows(
                "SELECT * FROM articles WHERE id IN (SELECT value FROM json_each(:ids))", ids=told
            )
        )
        for row in articles:
            if row["died"] is not None and row["died"] > generation:
                row["died"] = None
        passages = store.rows(
            "SELECT * FROM passages WHERE article IN (SELECT value FROM json_each(:ids)) "
            "ORDER BY id",
            ids=told,
        )
        yield _packed({"articles": articles, "passages": _plain(passages)})


def take_part(store: Store, body: str) -> None:
    """Writes the rows of a part into a store; they count with its next commit."""
    told: dict[str, list[dict[str, Any]]] = json.loads(zlib.decompress(base64.b64decode(body)))
    for row in told.get("generations", ()):
        _insert(store, "generations", row)
    for row in told.get("ended", ()):
        store.execute("UPDATE articles SET died = ? WHERE id = ?", row["died"], row["id"])
    articles = {}
    for row in told.get("articles", ()):
        _insert(store, "articles", row)
        store.add_sketch(row["id"], row["text"])
        articles[row["id"]] = row
    for row in told.get("passages", ()):
        _insert(store, "passages", row)
        article = articles[row["article"]]
        store.execute(
            "INSERT INTO words (rowid, title, outlet, body) VALUES (?, ?, ?, ?)",
            row["id"],
            article["title"] or "",
            article["outlet"] or "",
            article["text"][row["start"] : row["stop"]],
        )


def vectors_wanted(store: Store, generation: int) -> dict[str, int]:
    """The vectors that a store lacks for a generation: by hash, a passage that has it."""
    rows = store.rows(
        "SELECT passages.vector AS hash, min(passages.id) AS id FROM passages "
        "JOIN articles ON articles.id = passages.article "
        f"WHERE {LIVING} AND passages.vector NOT IN (SELECT hash FROM vectors) "
        "GROUP BY passages.vector ORDER BY passages.id",
        generation=generation,
    )
    return {row["hash"]: row["id"] for row in rows}


def ended_passages(store: Store, after: int, last: int) -> list[int]:
    """The passages of the articles that ended after one generation and up to another."""
    rows = store.rows(
        "SELECT passages.id AS id FROM passages JOIN articles ON articles.id = passages.article "
        "WHERE died > :after AND died <= :last",
        after=after,
        last=last,
    )
    return [row["id"] for row in rows]


def _insert(store: Store, table: str, row: Mapping[str, Any]) -> None:
    places = ", ".join("?" * len(row))
    store.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", *row.values())


def _plain(rows: Sequence[Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in rows]


def _packed(told: Mapping[str, Any]) -> str:
    return base64.b64encode(zlib.compress(json.dumps(told).encode())).decode("ascii")
