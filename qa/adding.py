"""Puts articles into the corpus folder and takes them out of it, losing no other text."""

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from index.errors import CorpusError, UnknownArticle
from index.noticing import corpus_of
from index.reading import corpus_files
from qa.page.uploading import Taken, safe_name, take


def add(paths: Sequence[Path], corpus: Path) -> list[Taken]:
    """Copies files, and folders with what is below them, into the corpus folder, a report each.

    A text of the same name stays as it is: the new one gets a number, unless it is the same. A file
    that holds no article is not taken.
    """
    return [_taken(file, below, corpus) for path in paths for file, below in _files(path)]


def _files(path: Path) -> Iterator[tuple[Path, PurePosixPath]]:
    """Every file that a path names, with the folder that it belongs into below the corpus."""
    if not path.is_dir():
        yield path, PurePosixPath()
        return
    top = safe_name(path.resolve().name)
    for name, file in corpus_files(path):
        parts = PurePosixPath(name).parent.parts
        yield file, PurePosixPath(top, *(safe_name(part) for part in parts))


def _taken(file: Path, below: PurePosixPath, corpus: Path) -> Taken:
    inside = file.resolve()
    if inside.is_file() and inside.is_relative_to(corpus.resolve()):
        there = inside.relative_to(corpus.resolve()).as_posix()
        return Taken(str(file), there, "is in the folder already")
    if not file.exists():
        return Taken(str(file), None, "not taken: there is no such file")
    kept = take(file, corpus / below)
    if kept.name is None:
        return Taken(str(file), None, kept.note)
    name = (below / kept.name).as_posix()
    note = kept.note.replace(f"kept as {kept.name}", f"kept as {name}", 1)
    return Taken(str(file), name, note)


def remove(names: Sequence[str], corpus: Path) -> None:
    """Deletes articles' files from the corpus folder, all of them or none.

    Raises UnknownArticle when one is not there, CorpusError when nothing would be left or a file
    cannot be deleted.
    """
    there = dict(corpus_of(corpus))
    for name in names:
        if name not in there:
            raise UnknownArticle(
                f"there is no {name!r} in {corpus}; `meeting-qa sources` lists the articles"
            )
    if not there.keys() - set(names):
        raise CorpusError(
            f"nothing would be left in {corpus}; an index needs an article, so add another first"
        )
    for name in dict.fromkeys(names):
        try:
            there[name].unlink()
        except OSError as cause:
            raise CorpusError(
                f"{there[name]} cannot be deleted ({cause.strerror}); mend its permissions"
            ) from cause
