"""Brings an index in line with a corpus folder: the one use case that writes an index."""

import hashlib
import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from index.articles import Article, Passage
from index.cleaning import CLEANING_VERSION
from index.embedding import Embedder
from index.errors import CorpusError, IdentityMismatch, IndexDamaged, IndexMissing, UnreadableFile
from index.publishing import GENERATIONS, Published, publish, published, sweep, writing
from index.reading import ARTICLE_SUFFIXES, MAX_BYTES, corpus_files, read_article
from index.splitting import SPLITTER_VERSION, split_article
from index.storing import Indexed, Skipped, Store
from index.vectors import ChromaVectors, check_seal, copy_folder, seal

BUILT_BY = f"cleaning {CLEANING_VERSION}, splitter {SPLITTER_VERSION}"
EMBED_AT_ONCE = 512
# Above this share of removed passages a generation is made from the stored vectors, since Chroma
# does not shrink when it deletes.
REMAKE_SHARE = 0.3


class Bar(Protocol):
    """A progress bar."""

    def update(self, n: int) -> object: ...


Reporter = Callable[[str, int], Bar]
"""Starts a bar for a step of so many items."""


@dataclass(frozen=True, slots=True)
class Report:
    """What one run did: article names, and files that were skipped with their reasons."""

    generation: int
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int
    skipped: tuple[Skipped, ...]
    passages: int
    embedded: int
    seconds: float


@dataclass(frozen=True, slots=True)
class _Difference:
    read: dict[str, tuple[Article, str]]
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    skipped: tuple[Skipped, ...]
    unchanged: int

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


class _Silent:
    def update(self, n: int) -> None: ...


def update_index(
    corpus: Path,
    folder: Path,
    embedder: Embedder,
    rebuild: bool = False,
    reporter: Reporter = lambda step, total: _Silent(),
) -> Report:
    """Reads what is new or changed below `corpus`, embeds only that, and publishes a generation.

    With `rebuild` everything is read and embedded again. Where nothing changed, the generation
    stays. Raises CorpusError when the folder is missing or holds no article that can be read (the
    index stays as it is), IdentityMismatch when another embedding model built the index, and
    IndexLocked when another process is at it.
    """
    started = time.perf_counter()
    files = _files(corpus)
    with writing(folder):
        before = _before(folder, embedder, rebuild)
        generation = _last_number(folder) + 1
        name = before.store if before else _new_store(folder, generation, rebuild)
        store = Store(folder / name, writable=True)
        try:
            last = before.generation if before else 0
            store.roll_back_to(last)
            manifest = store.manifest(last)
            difference = _compare(corpus, files, manifest, reporter)
            if before and not difference and difference.skipped == store.skipped(last):
                passages = sum(store.passage_counts(last).values())
                return _report(last, difference, passages, 0, started)
            embedded = _write(store, difference, manifest, generation, embedder, reporter)
            vectors, passages = _make_vectors(folder, store, before, generation)
            now = Published(generation, name, vectors, embedder.identity)
            publish(folder, now)
        finally:
            store.close()
        sweep(folder, now)
    return _report(generation, difference, passages, embedded, started)


def _files(corpus: Path) -> list[tuple[str, Path]]:
    if not corpus.is_dir():
        raise CorpusError(
            f"the corpus folder {corpus} is missing; make it and put articles into it, or name "
            "another with --corpus; the index stays as it is"
        )
    try:
        files = corpus_files(corpus)
    except OSError as cause:
        raise CorpusError(
            f"the corpus folder {corpus} cannot be read ({cause.strerror}); mend its permissions; "
            "the index stays as it is"
        ) from cause
    if not files:
        raise CorpusError(
            f"the corpus folder {corpus} holds no article; put .txt, .md or .html files into it; "
            "the index stays as it is"
        )
    return files


def _before(folder: Path, embedder: Embedder, rebuild: bool) -> Published | None:
    """The generation to go on from; none for a first run or a rebuild."""
    if rebuild:
        return None
    try:
        before = published(folder)
    except IndexMissing:
        return None
    check_identity(folder, before, embedder)
    return before


def _new_store(folder: Path, generation: int, rebuild: bool) -> str:
    """A store's name: that of an interrupted first run, whose vectors are kept, or a new one."""
    begun = sorted(path.name for path in folder.glob("articles-*.sqlite"))
    return begun[-1] if begun and not rebuild else f"articles-{generation:06}.sqlite"


def check_identity(folder: Path, what: Published, embedder: Embedder) -> None:
    """Raises IdentityMismatch unless this embedder made the vectors of a generation."""
    if what.identity != embedder.identity:
        raise IdentityMismatch(
            f"the index in {folder} was built with the embedding model {what.identity}, not "
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


def _compare(
    corpus: Path,
    files: Sequence[tuple[str, Path]],
    manifest: dict[str, Indexed],
    reporter: Reporter,
) -> _Difference:
    """Reads the files that are not indexed as they are now."""
    read: dict[str, tuple[Article, str]] = {}
    added: list[str] = []
    changed: list[str] = []
    skipped: list[Skipped] = []
    kept = set()
    bar = reporter("reading", len(files))
    for name, path in files:
        bar.update(1)
        try:
            have = manifest.get(name)
            file_hash = _file_hash(path)
            if have and (have.file_hash, have.built_by) == (file_hash, BUILT_BY):
                kept.add(name)
                continue
            article = read_article(path, name)
        except UnreadableFile as reason:
            skipped.append(Skipped(name, str(reason)))
            continue
        if have and have.hash == article.hash and have.built_by == BUILT_BY:
            kept.add(name)
            continue
        read[name] = article, file_hash
        (changed if have else added).append(name)
    if not read and not kept:
        reasons = "; ".join(f"{one.file}: {one.reason}" for one in skipped[:3])
        raise CorpusError(
            f"the corpus folder {corpus} holds no article that can be read ({reasons}); put .txt, "
            ".md or .html files into it; the index stays as it is"
        )
    removed = sorted(manifest.keys() - kept - read.keys())
    return _Difference(
        read, tuple(added), tuple(changed), tuple(removed), tuple(skipped), len(kept)
    )


def _file_hash(path: Path) -> str:
    try:
        if path.suffix.lower() not in ARTICLE_SUFFIXES or path.stat().st_size > MAX_BYTES:
            return ""  # read_article says why it is not one
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as cause:
        raise UnreadableFile(f"cannot be read: {cause.strerror}") from cause


def searched_text(article: Article, passage: Passage) -> str:
    """What is embedded for a passage: the headline leads, so that it helps every passage."""
    body = article.text[passage.start : passage.end]
    return body if passage.heading or not article.title else f"{article.title}\n{body}"


def _write(
    store: Store,
    difference: _Difference,
    manifest: dict[str, Indexed],
    generation: int,
    embedder: Embedder,
    reporter: Reporter,
) -> int:
    """Stores the difference, embedding what has never been embedded; returns how many that was.

    Vectors are kept as they come, so that an interrupted run does not repeat them; the articles
    follow in one transaction.
    """
    split: list[tuple[Article, str, list[tuple[Passage, str]]]] = []
    texts: dict[str, str] = {}
    bar = reporter("splitting", len(difference.read))
    for article, file_hash in difference.read.values():
        passages = []
        for passage in split_article(article.text, article.language, article.title):
            text = searched_text(article, passage)
            vector = hashlib.sha256(f"{embedder.identity}\n{text}".encode()).hexdigest()
            texts[vector] = text
            passages.append((passage, vector))
        split.append((article, file_hash, passages))
        bar.update(1)
    missing = store.missing_vectors(texts)
    # Like lengths together: a batch is as slow as its longest text.
    missing.sort(key=lambda vector: len(texts[vector]))
    bar = reporter("embedding", len(missing))
    for first in range(0, len(missing), EMBED_AT_ONCE):
        some = missing[first : first + EMBED_AT_ONCE]
        store.add_vectors(some, embedder.embed([texts[one] for one in some], bar.update))
    store.begin_generation(generation, difference.skipped)
    gone = [manifest[name].id for name in (*difference.removed, *difference.changed)]
    store.remove_articles(gone, generation)
    for article, file_hash, passages in split:
        store.add_article(article, passages, file_hash, BUILT_BY, generation)
    store.commit()
    return len(missing)


def _make_vectors(
    folder: Path, store: Store, before: Published | None, generation: int
) -> tuple[str, int]:
    """Makes and seals the vector folder of a generation; returns its name and passage count."""
    name = f"{GENERATIONS}/{generation:06}-{secrets.token_hex(3)}"
    (folder / name).parent.mkdir(exist_ok=True)
    living = {at: vector for at, _, vector in store.living_passages(generation)}
    have: set[int] = set()
    if before:
        have = {at for at, _, _ in store.living_passages(before.generation)}
        removed_before = int(store.setting("removed_rows") or 0)
    removed = have - living.keys()
    copied = False
    if before and len(removed) + removed_before <= REMAKE_SHARE * len(have):
        copied = _copied(folder / before.vectors, folder / name)
    if not copied:
        have = set()
    vectors = ChromaVectors(folder / name, create=True)
    if copied:
        vectors.remove(sorted(removed))
    added = [at for at in living if at not in have]
    for first in range(0, len(added), 5_000):
        some = added[first : first + 5_000]
        vectors.add(some, store.vectors([living[at] for at in some]))
    _check(vectors, store, living, added)
    vectors.close()
    seal(folder / name)
    store.set_setting("removed_rows", str(len(removed) + removed_before if copied else 0))
    return name, len(living)


def _copied(source: Path, to: Path) -> bool:
    """Whether a published vector folder could be copied; a damaged one is made anew instead."""
    try:
        check_seal(source)
    except IndexDamaged:
        return False
    copy_folder(source, to)
    return True


def _check(
    vectors: ChromaVectors, store: Store, living: dict[int, str], added: Sequence[int]
) -> None:
    """Raises IndexDamaged unless the collection holds just the living passages and finds them."""
    if vectors.ids() != living.keys():
        raise IndexDamaged(
            "the new vectors do not hold the same passages as the articles; nothing was "
            "published; run `meeting-qa index --rebuild`"
        )
    for at in added[:: max(1, len(added) // 100)]:
        vector = store.vectors([living[at]])[0]
        _, cosine = vectors.nearest(vector, 1)[0]
        if cosine < 0.999:
            raise IndexDamaged(
                f"passage {at} cannot be found in the new vectors; nothing was published; run "
                "`meeting-qa index --rebuild`"
            )


def _report(
    generation: int, difference: _Difference, passages: int, embedded: int, started: float
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
        seconds=time.perf_counter() - started,
    )
