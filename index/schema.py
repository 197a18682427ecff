"""The tables of an index's SQLite file, and their rows as values.

Rows of articles carry the generations from (`born`) and until (`died`) which they live.
"""

import json
import sqlite3
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from index.articles import Article, Passage, Span
from index.errors import IndexDamaged

SCHEMA_VERSION = "2"

SCHEMA = """
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE generations (
    number INTEGER PRIMARY KEY, made TEXT NOT NULL, skipped TEXT NOT NULL,
    places TEXT NOT NULL DEFAULT '[]'
);
CREATE TABLE articles (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL, file_hash TEXT NOT NULL,
    built_by TEXT NOT NULL, text TEXT NOT NULL, title TEXT, outlet TEXT, published TEXT, url TEXT,
    language TEXT, kind TEXT, derived TEXT NOT NULL, born INTEGER NOT NULL, died INTEGER
);
CREATE INDEX articles_by_name ON articles (name);
CREATE TABLE sketches (
    article INTEGER PRIMARY KEY REFERENCES articles (id), sketch BLOB NOT NULL
);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY, article INTEGER NOT NULL REFERENCES articles (id),
    heading INTEGER NOT NULL, sentences TEXT NOT NULL, start INTEGER NOT NULL,
    stop INTEGER NOT NULL, vector TEXT NOT NULL
);
CREATE INDEX passages_by_article ON passages (article);
-- Not WITHOUT ROWID: SQLite then puts each vector on a page of its own, half of it empty.
CREATE TABLE vectors (hash TEXT PRIMARY KEY, vector BLOB NOT NULL);
CREATE VIEW passage_words AS
    SELECT passages.id AS id, coalesce(title, '') AS title, coalesce(outlet, '') AS outlet,
           substr(text, start + 1, stop - start) AS body
    FROM passages JOIN articles ON articles.id = passages.article;
CREATE VIRTUAL TABLE words USING fts5 (
    title, outlet, body, content = 'passage_words', content_rowid = 'id',
    tokenize = 'porter unicode61 remove_diacritics 2'
);
"""
# What makes the next run faster; a store may be without it.
STAMPS = """
CREATE TABLE IF NOT EXISTS stamps (
    name TEXT PRIMARY KEY, stamp TEXT NOT NULL, hash TEXT NOT NULL
)
"""
# What version 1 did not have.
UPGRADE = """
ALTER TABLE generations ADD COLUMN places TEXT NOT NULL DEFAULT '[]';
CREATE TABLE sketches (
    article INTEGER PRIMARY KEY REFERENCES articles (id), sketch BLOB NOT NULL
);
"""
LIVING = "articles.born <= :generation AND (articles.died IS NULL OR articles.died > :generation)"
AMONG = "(:among IS NULL OR articles.id IN (SELECT value FROM json_each(:among)))"
KNOWN = "name, text, title, outlet, published, url, language, kind, derived"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that did not become an article, and why."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class Indexed:
    """What the manifest knows of an indexed file: enough to tell whether it must be read again."""

    id: int
    name: str
    hash: str
    file_hash: str
    built_by: str


@dataclass(frozen=True, slots=True)
class Place:
    """A file of the corpus folder by name, with the hash of the article in it.

    `article` names the indexed article that lies here too, where that is another file's.
    """

    name: str
    hash: str
    file_hash: str
    built_by: str
    article: str = ""


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage with its row number, its article's, and the hash of its vector."""

    id: int
    article: int
    vector: str
    passage: Passage


def article_of(row: sqlite3.Row) -> Article:
    return Article(
        name=row["name"],
        text=row["text"],
        title=row["title"],
        outlet=row["outlet"],
        published=date.fromisoformat(row["published"]) if row["published"] else None,
        url=row["url"],
        language=row["language"],
        kind=row["kind"],
        derived=frozenset(json.loads(row["derived"])),
    )


def passage_of(row: sqlite3.Row) -> StoredPassage:
    spans = tuple(Span(start, end) for start, end in json.loads(row["sentences"]))
    passage = Passage(spans, bool(row["heading"]))
    return StoredPassage(row["id"], row["article"], row["vector"], passage)


def damaged(path: Path, cause: Exception) -> IndexDamaged:
    return IndexDamaged(f"{path} cannot be read ({cause}); run `meeting-qa index --rebuild`")
