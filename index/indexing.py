"""Brings an index in line with a corpus folder: the one use case that writes an index."""

import hashlib
import sqlite3
import time
from collections.abc import Collection
from contextlib import closing, nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from index.articles import Article, Passage, Span
from index.embedding import Embedder
from index.errors import IdentityMismatch, IndexDamaged, IndexMissing, Unwritable
from index.history import adopt_versions, join_versions
from index.homes import FOLDER_HOME, Home
from index.noticing import BUILT_BY, Bar, Difference, Reporter, corpus_of, notice
from index.publishing import (
    GENERATIONS,
    IDENTITY,
    POINTER,
    Published,
    note_run,
    pointer_lost,
    published,
    sweep,
    writing,
)
from index.schema import Indexed, Place, Skipped
from index.splitting import split_article
from index.stamping import FileHashes
from index.storing import Store

EMBED_AT_ONCE = 512


@dataclass(frozen=True, slots=True)
class Report:
    """What one run did: article names, and files that were skipped with their reasons.

    A `moved` file is among the removed and the added ones too. `notes` are what else a person
    should know.
    """

    generation: int
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int
    skipped: tuple[Skipped, ...]
    passages: int
    embedded: int
    seconds: float
    moved: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


class _Silent:
    def update(self, n: int) -> None: ...


def silently(step: str, total: int) -> Bar:
    """Reports nothing."""
    return _Silent()


def update_index(
    corpus: Path,
    folder: Path,
    embedder: Embedder,
    rebuild: bool = False,
    reporter: Reporter = silently,
    unfinished: Collection[Path] = (),
    home: Home = FOLDER_HOME,
    at_once: int = EMBED_AT_ONCE,
) -> Report:
    """Reads what is new or changed below `corpus`, embeds only that, and publishes a generation.

    With `rebuild` everything is read and embedded again; earlier texts are taken over. Where
    nothing changed, the generation stays. Files that are still being written (`unfinished`) count
    as they were. Vectors are stored every so many texts (`at_once`), and not made again should the
    run be interrupted.

    Raises CorpusError when the folder is missing or holds no article that can be read (the index
    stays as it is), IdentityMismatch when another embedding model built the index, IndexLocked when
    another process is at it, Unwritable when the disk does not take it, and ServerError when a
    server does not.
    """
    started = time.perf_counter()
    files = corpus_of(corpus)
    with writing(folder), home.writing():
        try:
            report = _update(
                corpus, files, folder, embedder, rebuild, reporter, unfinished, home, at_once
            )
        except (OSError, sqlite3.OperationalError) as cause:
            raise Unwritable(
                f"the index in {folder} cannot be written ({cause}); make room or mend the "
                "folder, then run `meeting-qa index`; the last generation stays as it is"
            ) from cause
        except sqlite3.DatabaseError as cause:
            raise IndexDamaged(
                f"the index in {folder} is damaged ({cause}); run `meeting-qa index --rebuild`"
            ) from cause
        seconds = time.perf_counter() - started
        report = replace(report, seconds=seconds)
        note_run(
            folder,
            ended=datetime.now(UTC).isoformat(timespec="seconds"),
            seconds=round(seconds, 3),
            generation=report.generation,
            added=len(report.added),
            changed=len(report.changed),
            removed=len(report.removed),
            embedded=report.embedded,
        )
    return report


def preview(
    corpus: Path,
    folder: Path,
    embedder: Embedder,
    rebuild: bool = False,
    home: Home = FOLDER_HOME,
) -> Report:
    """What update_index would do now; nothing is written. Raises what that raises."""
    started = time.perf_counter()
    files = corpus_of(corpus)
    with suppress(IndexMissing):
        home.catch_up(folder)
    before = _before(folder, embedder, rebuild, home)
    if before is None:
        difference = notice(corpus, files, {}, {}, _nothing, FileHashes({}), (), silently)
        return _report(0, difference, 0, 0, time.perf_counter() - started)
    with closing(Store(folder / before.store)) as store:
        hashes = FileHashes(store.stamps())
        difference = _difference(corpus, files, store, before.generation, hashes, (), silently)
        _, passages = store.counts(before.generation)
    return _report(before.generation, difference, passages, 0, time.perf_counter() - started)


def _update(
    corpus: Path,
    files: list[tuple[str, Path]],
    folder: Path,
    embedder: Embedder,
    rebuild: bool,
    reporter: Reporter,
    unfinished: Collection[Path],
    home: Home,
    at_once: int,
) -> Report:
    # A rebuild goes without what it mends.
    with suppress(IndexDamaged) if rebuild else nullcontext():
        home.catch_up(folder, writing=True)
    before = _before(folder, embedder, rebuild, home)
    generation = _last_number(folder) + 1
    name = before.store if before else _new_store(folder, generation, rebuild)
    last = before.generation if before else 0
    notes: tuple[str, ...] = ()
    if before and pointer_lost(folder):
        notes = (
            f"{folder / POINTER} was lost or damaged; generation {last}, the newest whole one, was "
            "found and gone on from",
        )
    with closing(Store(folder / name, writable=True)) as store:
        store.roll_back_to(last)
        hashes = FileHashes(store.stamps())
        difference = _difference(corpus, files, store, last, hashes, unfinished, reporter)
        store.keep_stamps(hashes.fresh, hashes.gone)
        same = not difference and difference.skipped == store.skipped(last)
        if before and same and home.holds(before):
            if notes:
                home.publish(folder, before, store)
            _, passages = store.counts(last)
            return _report(last, difference, passages, 0, notes=notes)
        if rebuild:
            notes = _adopt(folder, store, generation)
        embedded = _write(store, difference, generation, embedder, rebuild, reporter, at_once)
        vectors, passages = home.make(folder, store, before, generation)
        now = Published(generation, name, vectors, embedder.identity)
        store.settle()
        home.publish(folder, now, store)
    sweep(folder, now)
    return _report(generation, difference, passages, embedded, notes=notes)


def _before(folder: Path, embedder: Embedder, rebuild: bool, home: Home) -> Published | None:
    """The generation to go on from; none for a first run or a rebuild."""
    if rebuild:
        return None
    try:
        before = published(folder)
    except IndexMissing:
        return None
    check_identity(home.name(folder), before, embedder)
    return before


def _new_store(folder: Path, generation: int, rebuild: bool) -> str:
    """A store's name: that of an interrupted first run, whose vectors are kept, or a new one."""
    begun = sorted(path.name for path in folder.glob("articles-*.sqlite"))
    return begun[-1] if begun and not rebuild else f"articles-{generation:06}.sqlite"


def check_identity(name: str, what: Published, embedder: Embedder) -> None:
    """Raises IdentityMismatch unless this embedder made the vectors of a generation."""
    if what.identity != embedder.identity:
        raise IdentityMismatch(
            f"the index in {name} was built with the embedding model {what.identity}, not "
            f"{embedder.identity}; use that model, or build anew with `meeting-qa index --rebuild`"
        )


def _last_number(folder: Path) -> int:
    """The highest generation that this folder has begun, even where the pointer is lost."""
    numbers = [0]
    with suppress(IndexMissing, IndexDamaged):
        numbers.append(published(folder).generation)
    started = (folder / GENERATIONS).glob("*-*")
    numbers += [int(n) for path in started if (n := path.name.split("-")[0]).isdigit()]
    return max(numbers)


def _difference(
    corpus: Path,
    files: list[tuple[str, Path]],
    store: Store,
    generation: int,
    hashes: FileHashes,
    unfinished: Collection[Path],
    reporter: Reporter,
) -> Difference:
    def recall(row: int) -> Article:
        return store.articles_by_id([row])[row]

    manifest: dict[str, Indexed] = store.manifest(generation)
    places: dict[str, Place] = store.places(generation)
    return notice(corpus, files, manifest, places, recall, hashes, unfinished, reporter)


def _nothing(row: int) -> Article:
    raise AssertionError(f"row {row} of no index")


def _adopt(folder: Path, store: Store, generation: int) -> tuple[str, ...]:
    """Takes over the earlier texts of the index that is rebuilt, or says why it cannot."""
    try:
        before = published(folder)
        adopt_versions(store, folder / before.store, before.generation, generation)
    except IndexMissing:
        return ()
    except IndexDamaged as cause:
        why = str(cause).split("; run")[0]
        return (f"earlier texts of articles could not be taken over: {why}",)
    return ()


def searched_text(article: Article, passage: Passage) -> str:
    """What is embedded for a passage: the headline leads, so that it helps every passage."""
    body = article.text[passage.start : passage.end]
    return body if passage.heading or not article.title else f"{article.title}\n{body}"


def vector_name(identity: str, text: str) -> str:
    """What a text's vector is stored under: the same text, embedded by the same weights."""
    return hashlib.sha256(f"{identity}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()


def _write(
    store: Store,
    difference: Difference,
    generation: int,
    embedder: Embedder,
    rebuild: bool,
    reporter: Reporter,
    at_once: int,
) -> int:
    """Stores the difference, embedding what has never been embedded; returns how many that was.

    Vectors are kept as they come, so that an interrupted run does not repeat them; the articles
    follow in one transaction.
    """
    # Where the text of each vector stands; the texts themselves would fill the memory once more.
    places: dict[str, tuple[Article, Span, bool]] = {}
    bar = reporter("splitting", len(difference.written))
    for article, _ in difference.written:
        for passage, vector in _split(article, embedder.identity):
            places[vector] = article, Span(passage.start, passage.end), passage.heading
        bar.update(1)

    def text_of(vector: str) -> str:
        article, span, heading = places[vector]
        return searched_text(article, Passage((span,), heading))

    missing = store.missing_vectors(places)
    # Like lengths together: models that read in batches are as slow as the longest text of each.
    missing.sort(key=lambda vector: len(text_of(vector)))
    bar = reporter("embedding", len(missing))
    for first in range(0, len(missing), at_once):
        some = missing[first : first + at_once]
        store.add_vectors(some, embedder.embed([text_of(one) for one in some], bar.update))
    store.set_setting(IDENTITY, embedder.identity)
    store.begin_generation(generation, difference.skipped, difference.places.values())
    store.remove_articles(difference.ended, generation)
    for article, file_hash in difference.written:
        passages = _split(article, embedder.identity)
        store.add_article(article, passages, file_hash, BUILT_BY, generation)
    if rebuild:
        join_versions(store, generation)
    store.commit()
    return len(missing)


def _split(article: Article, identity: str) -> list[tuple[Passage, str]]:
    """The passages of an article, each with the name of its vector."""
    passages = split_article(article.text, article.language, article.title)
    return [(one, vector_name(identity, searched_text(article, one))) for one in passages]


def _report(
    generation: int,
    difference: Difference,
    passages: int,
    embedded: int,
    seconds: float = 0.0,
    notes: tuple[str, ...] = (),
) -> Report:
    return Report(
        generation=generation,
        added=difference.added,
        changed=difference.changed,
        removed=difference.removed,
        unchanged=difference.unchanged,
        skipped=difference.skipped,
        passages=passages,
        embedded=embedded,
        seconds=seconds,
        moved=difference.moved,
        notes=notes,
    )
