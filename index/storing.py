"""The truth about what is indexed, in one SQLite file: articles, passages, words and vectors.

Rows carry the generations from (`born`) and until (`died`) which they live, so a reader on
generation 7 sees 7 whatever is written meanwhile. A generation counts once it is published;
`publishing` does that, and takes back what a crash left of an unpublished one.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, date, datetime
from math import log
from pathlib import Path
from typing import Any

import numpy as np

from index.articles import Article, Passage
from index.connecting import ReadingConnection, connect, no_room
from index.copies import Sketch, sketch
from index.embedding import Vectors
from index.errors import IndexDamaged
from index.schema import (
    AMONG,
    KNOWN,
    LIVING,
    SCHEMA,
    SCHEMA_VERSION,
    STAMPS,
    UPGRADE,
    Indexed,
    Place,
    Skipped,
    StoredPassage,
    article_of,
    damaged,
    passage_of,
)
from index.stamping import Stamped


class Store:
    """One SQLite file. A writer opens it with `writable`; each thread opens its own.

    Raises IndexDamaged when the file is gone or is not such a store.
    """

    def __init__(self, path: Path, writable: bool = False) -> None:
        self.path = path
        if not writable and not path.is_file():
            raise IndexDamaged(f"{path} is gone; run `meeting-qa index --rebuild`")
        self._reading: ReadingConnection | None = None
        self._counted: dict[int, int] = {}
        try:
            if writable:
                self._db = connect(path)
                self._db.execute("PRAGMA journal_mode = WAL")
                self._db.execute("PRAGMA synchronous = FULL")
                if not self._db.execute("SELECT 1 FROM sqlite_master").fetchone():
                    self._create()
                self._db.execute(STAMPS)
            else:
                self._reading = ReadingConnection(path)
            self._check_schema(writable)
        except sqlite3.DatabaseError as cause:
            raise self._failure(cause) from cause

    def _create(self) -> None:
        with self._db:
            self._db.executescript("BEGIN;" + SCHEMA + "COMMIT;")
            self.set_setting("schema", SCHEMA_VERSION)

    def _check_schema(self, writable: bool) -> None:
        found = self.setting("schema")
        if found == "1" and writable:
            with self._db:
                self._db.executescript("BEGIN;" + UPGRADE + "COMMIT;")
                for row in self._db.execute("SELECT id, text FROM articles").fetchall():
                    self.add_sketch(row["id"], row["text"])
            self.set_setting("schema", SCHEMA_VERSION)
        elif found != SCHEMA_VERSION:
            raise IndexDamaged(
                f"{self.path} was made by another version of the product (its schema is {found}, "
                f"not {SCHEMA_VERSION}); run `meeting-qa index`, or with --rebuild if it stays so"
            )

    def close(self) -> None:
        (self._reading or self._db).close()

    def settle(self) -> None:
        """Moves what was committed from SQLite's log into the file, so that it can be read where
        no side file can be made. Readers that are at it may keep some back.
        """
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def setting(self, name: str) -> str | None:
        rows = self._fetch("SELECT value FROM settings WHERE name = ?", (name,))
        return rows[0]["value"] if rows else None

    def set_setting(self, name: str, value: str) -> None:
        with self._db:
            self._db.execute("REPLACE INTO settings VALUES (?, ?)", (name, value))

    # What the next run need not read again

    def stamps(self) -> dict[str, Stamped]:
        """The hashes of files by name, each beside the stamp that the file had; see FileHashes."""
        if not self._fetch("SELECT 1 FROM sqlite_master WHERE name = 'stamps'", ()):
            return {}
        rows = self.rows("SELECT name, stamp, hash FROM stamps")
        return {name: Stamped(stamp, hash) for name, stamp, hash in rows}

    def keep_stamps(self, fresh: Mapping[str, Stamped], gone: Iterable[str]) -> None:
        """Adds stamps, or puts them in the place of older ones, and drops those of files that are
        gone. A full disk is no matter.
        """
        rows = [(name, *one) for name, one in fresh.items()]
        with suppress(sqlite3.OperationalError), self._db:
            self._db.executemany("DELETE FROM stamps WHERE name = ?", ((name,) for name in gone))
            self._db.executemany("REPLACE INTO stamps VALUES (?, ?, ?)", rows)

    # What is indexed

    def manifest(self, generation: int) -> dict[str, Indexed]:
        """The files of a generation by article name."""
        rows = self.rows(
            "SELECT id, name, hash, file_hash, built_by FROM articles "
            f"WHERE {LIVING} ORDER BY name",
            generation=generation,
        )
        return {row[1]: Indexed(*row) for row in rows}

    def row_of(self, name: str, generation: int) -> int | None:
        """The row number of the article of that name in a generation."""
        rows = self.rows(
            f"SELECT id FROM articles WHERE name = :name AND {LIVING}",
            name=name,
            generation=generation,
        )
        return rows[0]["id"] if rows else None

    def skipped(self, generation: int) -> tuple[Skipped, ...]:
        rows = self.rows("SELECT skipped FROM generations WHERE number = :g", g=generation)
        return tuple(Skipped(**one) for row in rows for one in json.loads(row["skipped"]))

    def places(self, generation: int) -> dict[str, Place]:
        """The files that hold an article which another file stands for, by name."""
        rows = self.rows("SELECT places FROM generations WHERE number = :g", g=generation)
        return {one["name"]: Place(**one) for row in rows for one in json.loads(row["places"])}

    def made(self, generation: int) -> str | None:
        """When a generation was made, as an ISO time in UTC."""
        rows = self.rows("SELECT made FROM generations WHERE number = :g", g=generation)
        return rows[0]["made"] if rows else None

    def sketches(self, generation: int) -> dict[str, Sketch]:
        """The sketches of the articles by name."""
        rows = self.rows(
            "SELECT name, sketch FROM articles JOIN sketches ON sketches.article = articles.id "
            f"WHERE {LIVING}",
            generation=generation,
        )
        return {row["name"]: np.frombuffer(row["sketch"], dtype="<u4") for row in rows}

    def articles(self, generation: int) -> dict[int, Article]:
        """The articles of a generation by row number, in the order of their names."""
        rows = self.rows(
            f"SELECT id, {KNOWN} FROM articles WHERE {LIVING} ORDER BY name",
            generation=generation,
        )
        return {row["id"]: article_of(row) for row in rows}

    def passages(self, ids: Sequence[int]) -> list[StoredPassage]:
        """The passages with these row numbers, in that order."""
        found = {row["id"]: row for row in self._some("passages", "id", ids)}
        return [passage_of(found[at]) for at in ids if at in found]

    def passages_of(self, article: int) -> list[StoredPassage]:
        rows = self.rows("SELECT * FROM passages WHERE article = :a ORDER BY start", a=article)
        return [passage_of(row) for row in rows]

    def articles_by_id(self, ids: Sequence[int]) -> dict[int, Article]:
        return {row["id"]: article_of(row) for row in self._some("articles", "id", ids)}

    def living_passages(self, generation: int) -> list[tuple[int, int, str]]:
        """Row number, article's row number and vector's hash of every passage of a generation."""
        rows = self.rows(
            "SELECT passages.id, article, vector FROM passages JOIN articles "
            f"ON articles.id = passages.article WHERE {LIVING} ORDER BY passages.id",
            generation=generation,
        )
        return [tuple(row) for row in rows]

    def living(self, passages: Sequence[int], generation: int) -> set[int]:
        """Those of some passages that belong to a generation."""
        rows = self.rows(
            "SELECT passages.id AS id FROM passages JOIN articles ON articles.id = article "
            f"WHERE passages.id IN (SELECT value FROM json_each(:ids)) AND {LIVING}",
            ids=json.dumps(list(passages)),
            generation=generation,
        )
        return {row["id"] for row in rows}

    def added_passages(self, last: int, generation: int) -> dict[int, str]:
        """What a generation has that the one before, `last`, has not: the hash of the vector by row
        number.
        """
        rows = self.rows(
            "SELECT passages.id, vector FROM articles JOIN passages ON article = articles.id "
            f"WHERE {LIVING} AND born > :last ORDER BY passages.id",
            generation=generation,
            last=last,
        )
        return {row[0]: row[1] for row in rows}

    def gone_passages(self, last: int, generation: int) -> list[int]:
        """The row numbers of what `last` has and a later generation has not."""
        rows = self.rows(
            "SELECT passages.id FROM articles JOIN passages ON article = articles.id "
            "WHERE born <= :last AND died > :last AND died <= :generation ORDER BY passages.id",
            generation=generation,
            last=last,
        )
        return [at for (at,) in rows]

    def kept_vectors(self, hashes: Iterable[str], last: int, generation: int) -> set[str]:
        """Those of some vectors' hashes that passages have which are in both generations."""
        rows = self.rows(
            "SELECT DISTINCT vector FROM passages JOIN articles ON articles.id = article WHERE "
            f"vector IN (SELECT value FROM json_each(:hashes)) AND {LIVING} AND born <= :last",
            hashes=json.dumps(list(hashes)),
            generation=generation,
            last=last,
        )
        return {vector for (vector,) in rows}

    def counts(self, generation: int) -> tuple[int, int]:
        """The numbers of articles and of passages of a generation."""
        # The passages of articles that are gone are few, and quickly found.
        row = self.rows(
            f"SELECT (SELECT count(*) FROM articles WHERE {LIVING}), "
            "(SELECT count(*) FROM passages) - (SELECT count(*) FROM passages WHERE article IN "
            f"(SELECT id FROM articles WHERE NOT ({LIVING})))",
            generation=generation,
        )[0]
        return row[0], row[1]

    def passage_counts(self, generation: int, among: Iterable[int] | None = None) -> dict[str, int]:
        """The number of passages by article name; with `among` of the articles of these row
        numbers.
        """
        rows = self.rows(
            "SELECT name, count(*) AS passages FROM passages JOIN articles "
            f"ON articles.id = passages.article WHERE {LIVING} AND {AMONG} GROUP BY articles.id",
            generation=generation,
            among=None if among is None else json.dumps(list(among)),
        )
        return {row["name"]: row["passages"] for row in rows}

    def articles_within(
        self, generation: int, outlets: Sequence[str], first: date | None, last: date | None
    ) -> dict[int, str]:
        """The names, by row number, of the articles of some outlets (of any, if none is named) that
        appeared from one day to another; those without a date only where no day is named.
        """
        rows = self.rows(
            f"SELECT id, name FROM articles WHERE {LIVING} AND (:outlets = '[]' OR outlet IN "
            "(SELECT value FROM json_each(:outlets))) AND (:first IS NULL OR published >= :first) "
            "AND (:last IS NULL OR published <= :last)",
            generation=generation,
            outlets=json.dumps(list(outlets)),
            first=first.isoformat() if first else None,
            last=last.isoformat() if last else None,
        )
        return {row["id"]: row["name"] for row in rows}

    def passages_among(self, articles: Iterable[int]) -> list[int]:
        """The row numbers of the passages of these articles."""
        rows = self.rows(
            "SELECT id FROM passages WHERE article IN (SELECT value FROM json_each(:articles))",
            articles=json.dumps(list(articles)),
        )
        return [row["id"] for row in rows]

    def languages(self, generation: int) -> set[str | None]:
        """The languages of a generation's articles; None among them where one is not known."""
        query = f"SELECT DISTINCT language FROM articles WHERE {LIVING}"
        return {row["language"] for row in self.rows(query, generation=generation)}

    def published_range(
        self, generation: int, among: Iterable[int] | None = None
    ) -> tuple[date, date] | None:
        """The first and the last day on which dated articles of a generation appeared; with `among`
        those of these row numbers.
        """
        row = self.rows(
            "SELECT min(published) AS first, max(published) AS last FROM articles "
            f"WHERE {LIVING} AND {AMONG}",
            generation=generation,
            among=None if among is None else json.dumps(list(among)),
        )[0]
        if row["first"] is None:
            return None
        return date.fromisoformat(row["first"]), date.fromisoformat(row["last"])

    def match(
        self, expression: str, generation: int, top: int, among: Iterable[int] | None = None
    ) -> list[tuple[int, float]]:
        """Row numbers of the passages that match an FTS5 expression, with scores, best first; with
        `among` those of these articles.

        The score is Okapi BM25 as FTS5 computes it, its sign turned so that higher is better.
        """
        # To look up the article of every match takes half as long as to match. It is enough to do
        # so for the best, and for so many more as there are passages of other generations.
        best = (
            "ORDER BY score DESC, id LIMIT :top + (SELECT count(*) FROM passages) - :living"
            if among is None
            else ""
        )
        rows = self.rows(
            "SELECT matched.id, score FROM (SELECT rowid AS id, "
            "-bm25(words, 1.0, 0.5, 1.0) AS score FROM words "
            f"WHERE words MATCH :expression {best}) AS matched "
            "JOIN passages ON passages.id = matched.id JOIN articles ON articles.id = article "
            f"WHERE {LIVING} AND {AMONG} ORDER BY score DESC, matched.id LIMIT :top",
            expression=expression,
            generation=generation,
            top=top,
            living=self._living(generation) if among is None else 0,
            among=None if among is None else json.dumps(list(among)),
        )
        return [(row["id"], row["score"]) for row in rows]

    def rarity(self, word: str) -> float:
        """The logarithm of how many passages there are to each that has a word, or one of its stem;
        passages of other generations count, as they do for BM25.
        """
        rows = self.rows(
            "SELECT (SELECT count(*) FROM words WHERE words MATCH :word) AS with_it, "
            "(SELECT count(*) FROM passages) AS every",
            word=f'"{word}"',
        )
        return log((rows[0]["every"] + 1) / (rows[0]["with_it"] + 1))

    def has_word(self, word: str, generation: int) -> bool:
        """Whether an article of a generation has a word, or another of its stem."""
        found = self.rows(
            "SELECT 1 FROM words JOIN passages ON passages.id = words.rowid "
            f"JOIN articles ON articles.id = article WHERE words MATCH :word AND {LIVING} LIMIT 1",
            word=f'"{word}"',
            generation=generation,
        )
        return bool(list(found))

    def _living(self, generation: int) -> int:
        """How many passages a generation has, which never changes."""
        if generation not in self._counted:
            self._counted[generation] = self.counts(generation)[1]
        return self._counted[generation]

    # Vectors by content

    def missing_vectors(self, hashes: Iterable[str]) -> list[str]:
        """Those of the hashes that no vector is stored for, each once, in order."""
        wanted = list(dict.fromkeys(hashes))
        have = {row["hash"] for row in self._some("vectors", "hash", wanted, columns="hash")}
        return [one for one in wanted if one not in have]

    def add_vectors(self, hashes: Sequence[str], vectors: Vectors) -> None:
        rows = zip(hashes, (row.astype("<f4").tobytes() for row in vectors), strict=True)
        with self._db:
            self._db.executemany("REPLACE INTO vectors VALUES (?, ?)", rows)

    def vectors(self, hashes: Sequence[str]) -> Vectors:
        """One row for every hash, in order. Raises IndexDamaged where one is not stored."""
        found = {row["hash"]: row["vector"] for row in self._some("vectors", "hash", hashes)}
        try:
            return np.stack([np.frombuffer(found[one], dtype="<f4") for one in hashes])
        except (KeyError, ValueError) as cause:
            raise damaged(self.path, cause) from cause

    # Writing a generation

    def begin_generation(
        self, number: int, skipped: Sequence[Skipped], places: Iterable[Place] = ()
    ) -> None:
        made = datetime.now(UTC).isoformat(timespec="seconds")
        told = [json.dumps([asdict(one) for one in some]) for some in (skipped, places)]
        self._db.execute("INSERT INTO generations VALUES (?, ?, ?, ?)", (number, made, *told))

    def remove_articles(self, ids: Sequence[int], generation: int) -> None:
        """Ends the life of articles with this generation; their texts stay."""
        rows = [(generation, at) for at in ids]
        self._db.executemany("UPDATE articles SET died = ? WHERE id = ?", rows)

    def add_article(
        self,
        article: Article,
        passages: Sequence[tuple[Passage, str]],
        file_hash: str,
        built_by: str,
        generation: int,
    ) -> None:
        """Adds an article with its passages, each beside the hash of its vector."""
        known = (
            article.name,
            article.hash,
            file_hash,
            built_by,
            article.text,
            article.title,
            article.outlet,
            article.published.isoformat() if article.published else None,
            article.url,
            article.language,
            article.kind,
            json.dumps(sorted(article.derived)),
            generation,
            None,
        )
        row = self._db.execute(
            f"INSERT INTO articles VALUES (NULL, {', '.join('?' * len(known))})", known
        ).lastrowid
        assert row is not None
        self.add_sketch(row, article.text)
        for passage, vector in passages:
            sentences = json.dumps([(span.start, span.end) for span in passage.sentences])
            at = self._db.execute(
                "INSERT INTO passages VALUES (NULL, ?, ?, ?, ?, ?, ?)",
                (row, passage.heading, sentences, passage.start, passage.end, vector),
            ).lastrowid
            self._db.execute(
                "INSERT INTO words (rowid, title, outlet, body) VALUES (?, ?, ?, ?)",
                (at, article.title or "", article.outlet or "", _body(article, passage)),
            )

    def add_sketch(self, article: int, text: str) -> None:
        """Adds the sketch of an article that was added; it counts with the next commit."""
        told = sketch(text).astype("<u4").tobytes()
        self._db.execute("INSERT INTO sketches VALUES (?, ?)", (article, told))

    def execute(self, statement: str, *values: Any) -> None:
        """Runs a statement that writes; it counts with the next commit."""
        self._db.execute(statement, values)

    def commit(self) -> None:
        self._db.commit()

    def take_back(self) -> None:
        """Takes back what was written since the last commit."""
        self._db.rollback()

    def roll_back_to(self, generation: int) -> None:
        """Takes back everything that was written for generations after this one."""
        if self._db.in_transaction:
            self._db.rollback()
        newest = self.rows("SELECT coalesce(max(number), 0) AS number FROM generations")
        if newest[0]["number"] <= generation:
            return
        with self._db:
            self._db.execute(
                "INSERT INTO words (words, rowid, title, outlet, body) "
                "SELECT 'delete', w.id, w.title, w.outlet, w.body FROM passage_words AS w "
                "JOIN passages ON passages.id = w.id "
                "JOIN articles ON articles.id = passages.article WHERE born > ?",
                (generation,),
            )
            self._db.execute(
                "DELETE FROM passages WHERE article IN (SELECT id FROM articles WHERE born > ?)",
                (generation,),
            )
            self._db.execute(
                "DELETE FROM sketches WHERE article IN (SELECT id FROM articles WHERE born > ?)",
                (generation,),
            )
            self._db.execute("DELETE FROM articles WHERE born > ?", (generation,))
            self._db.execute("UPDATE articles SET died = NULL WHERE died > ?", (generation,))
            self._db.execute("DELETE FROM generations WHERE number > ?", (generation,))

    def rows(self, query: str, **values: Any) -> list[sqlite3.Row]:
        try:
            return self._fetch(query, values)
        except sqlite3.DatabaseError as cause:
            raise self._failure(cause) from cause

    def _failure(self, cause: sqlite3.DatabaseError) -> Exception:
        """What to raise: a full disk or a read-only folder is no damage to what is written."""
        return no_room(self.path, cause) or damaged(self.path, cause)

    def _fetch(
        self, query: str, values: Sequence[object] | Mapping[str, object]
    ) -> list[sqlite3.Row]:
        if self._reading:
            return self._reading.fetch(query, values)
        return self._db.execute(query, values).fetchall()

    def _some(
        self, table: str, column: str, keys: Sequence[Any], columns: str = "*"
    ) -> Iterable[sqlite3.Row]:
        for first in range(0, len(keys), 900):
            some = keys[first : first + 900]
            places = ", ".join("?" * len(some))
            query = f"SELECT {columns} FROM {table} WHERE {column} IN ({places})"
            try:
                yield from self._fetch(query, some)
            except sqlite3.DatabaseError as cause:
                raise self._failure(cause) from cause


def _body(article: Article, passage: Passage) -> str:
    return article.text[passage.start : passage.end]
