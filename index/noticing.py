"""Noticing tells how a corpus folder differs from what is indexed: new, changed, moved, removed.

Files with one text and the same things known about it are one article that lies in several places.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from index.articles import Article
from index.cleaning import CLEANING_VERSION
from index.errors import CorpusError, InaccessibleFile, UnreadableFile
from index.reading import ARTICLE_SUFFIXES, MAX_BYTES, corpus_files, read_article
from index.schema import Indexed, Place, Skipped
from index.splitting import SPLITTER_VERSION
from index.stamping import FileHashes

BUILT_BY = f"cleaning {CLEANING_VERSION}, splitter {SPLITTER_VERSION}"


class Bar(Protocol):
    """A progress bar."""

    def update(self, n: int) -> object: ...


Reporter = Callable[[str, int], Bar]
"""Starts a bar for a step of so many items."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What has to be written (articles with the hashes of their files, rows that end, places), and
    what is told of it by file name.
    """

    written: tuple[tuple[Article, str], ...]
    ended: tuple[int, ...]
    places: dict[str, Place]
    replaced: bool
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    moved: tuple[tuple[str, str], ...]
    skipped: tuple[Skipped, ...]
    unchanged: int

    def __bool__(self) -> bool:
        return bool(self.written or self.ended or self.replaced)


def corpus_of(corpus: Path) -> list[tuple[str, Path]]:
    """The files of the corpus folder by name.

    Raises CorpusError when it is missing, cannot be read or is empty.
    """
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


def notice(
    corpus: Path,
    files: Sequence[tuple[str, Path]],
    manifest: Mapping[str, Indexed],
    places: Mapping[str, Place],
    recall: Callable[[int], Article],
    hashes: FileHashes,
    unfinished: Collection[Path],
    reporter: Reporter,
) -> Difference:
    """Reads the files that are not indexed as they are now; `recall` gives the article of a row.

    Files that are still being written (`unfinished`) count as they were, and so do those that
    cannot be opened now.
    """
    known: dict[str, Indexed | Place] = {**manifest, **places}
    now: dict[str, Place] = {}
    read: dict[str, Article] = {}
    skipped: list[Skipped] = []
    bar = reporter("reading", len(files))
    for name, path in files:
        bar.update(1)
        have = known.get(name)
        # A path is slow to look up; mostly there is none to be found.
        if unfinished and path in unfinished:
            if have:
                now[name] = Place(name, have.hash, have.file_hash, have.built_by)
            continue
        try:
            file_hash = _file_hash(name, path, hashes)
            if have and (have.file_hash, have.built_by) == (file_hash, BUILT_BY):
                hash = have.hash
            else:
                read[name] = read_article(path, name)
                hash = read[name].hash
        except InaccessibleFile as reason:
            # What it holds now cannot be told, so what is known of it stays.
            skipped.append(Skipped(name, f"{reason}{_stays(name, known, now)}"))
        except UnreadableFile as reason:
            skipped.append(Skipped(name, str(reason)))
        else:
            now[name] = Place(name, hash, file_hash, BUILT_BY)
    if not now:
        reasons = "; ".join(f"{one.file}: {one.reason}" for one in skipped[:3])
        raise CorpusError(
            f"the corpus folder {corpus} holds no article that can be read ({reasons}); put .txt, "
            ".md or .html files into it; the index stays as it is"
        )
    kept, written, elsewhere = _roles(now, manifest, places, read, recall)
    same = {n for n, one in now.items() if n in known and _same(one, known[n])}
    removed = sorted(known.keys() - now.keys())
    added = [name for name in now if name not in known]
    return Difference(
        written=tuple(written),
        ended=tuple(one.id for name, one in manifest.items() if name not in kept),
        places=elsewhere,
        replaced=elsewhere != dict(places),
        added=tuple(added),
        changed=tuple(name for name in now if name in known and name not in same),
        removed=tuple(removed),
        moved=_moved(removed, added, known, now),
        skipped=tuple(skipped),
        unchanged=len(same),
    )


def _stays(name: str, known: Mapping[str, Indexed | Place], now: dict[str, Place]) -> str:
    """Lets a file, or all that is below a folder, count as it was; says so if that is anything."""
    # Only what is no known file can be a folder; to look for what is below it is slow.
    below = [name] if name in known else [one for one in known if one.startswith(f"{name}/")]
    for one in below:
        have = known[one]
        now[one] = Place(one, have.hash, have.file_hash, have.built_by)
    return "; what was indexed of it stays as it was" if below else ""


def _same(now: Place, before: Indexed | Place) -> bool:
    return (now.hash, now.built_by) == (before.hash, before.built_by)


def _roles(
    now: Mapping[str, Place],
    manifest: Mapping[str, Indexed],
    places: Mapping[str, Place],
    read: Mapping[str, Article],
    recall: Callable[[int], Article],
) -> tuple[set[str], list[tuple[Article, str]], dict[str, Place]]:
    """The indexed articles that stay, those to be written, and the other places of both.

    Of several files with one article, the one that is indexed already stays the article.
    """
    by_hash: dict[tuple[str, str], list[str]] = {}
    for name, one in now.items():
        by_hash.setdefault((one.hash, one.built_by), []).append(name)
    kept: set[str] = set()
    written: list[tuple[Article, str]] = []
    elsewhere: dict[str, Place] = {}
    for names in by_hash.values():
        stays = [name for name in names if name in manifest and _same(now[name], manifest[name])]
        main = stays[0] if stays else names[0]
        if stays:
            kept.add(main)
        else:
            article = read.get(main)
            if article is None:
                # It was one of several places of an article that is gone.
                article = replace(recall(manifest[places[main].article].id), name=main)
            written.append((article, now[main].file_hash))
        elsewhere |= {name: replace(now[name], article=main) for name in names if name != main}
    return kept, written, elsewhere


def _moved(
    removed: Sequence[str],
    added: Sequence[str],
    known: Mapping[str, Indexed | Place],
    now: Mapping[str, Place],
) -> tuple[tuple[str, str], ...]:
    """The removed files whose article came back under another name, with that name."""
    came = {now[name].hash: name for name in reversed(added)}
    return tuple((name, came.pop(known[name].hash)) for name in removed if known[name].hash in came)


def _file_hash(name: str, path: Path, hashes: FileHashes) -> str:
    try:
        about = path.stat()
        if not name.lower().endswith(ARTICLE_SUFFIXES) or about.st_size > MAX_BYTES:
            return ""  # read_article says why it is not one
        return hashes.of(name, path, about)
    except OSError as cause:
        raise InaccessibleFile(f"cannot be read: {cause.strerror}") from cause
