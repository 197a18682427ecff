"""Where the vectors of an index are kept: in its folder, or on a Chroma server that many share."""

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Protocol

from index.embedding import Vectors
from index.errors import IndexDamaged
from index.probing import probe
from index.publishing import Lease, Published, publish, takes_files
from index.renewing import make_vectors
from index.storing import Store
from index.vectors import ChromaVectors, StoredVectors, check_seal


class NearestVectors(Protocol):
    """The vectors of one generation, open for reading."""

    def nearest(
        self, query: Vectors, top: int, among: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """Passage numbers with their cosine similarity to a unit vector, best first.

        With `among` only these passages count.
        """
        ...

    def close(self) -> None: ...


class Home(Protocol):
    """What an index folder needs of the place where its vectors are kept."""

    def name(self, folder: Path) -> str:
        """What people call the index that is kept here."""
        ...

    def holds(self, what: Published) -> bool:
        """Whether the vectors of a generation are kept here, and not elsewhere."""
        ...

    def catch_up(self, folder: Path, writing: bool = False) -> None:
        """Lets the folder have the generation that counts. With `writing` its lock is held."""
        ...

    def writing(self) -> AbstractContextManager[None]:
        """Holds the only right to write here. Raises IndexLocked."""
        ...

    def make(
        self, folder: Path, store: Store, before: Published | None, generation: int
    ) -> tuple[str, int]:
        """Makes the vectors of a generation that was written; their name and count."""
        ...

    def publish(self, folder: Path, what: Published, store: Store) -> None:
        """Makes a generation the one that counts, in one step, and removes what no reader needs."""
        ...

    def held(self, folder: Path, what: Published) -> AbstractContextManager[bool]:
        """Holds a generation against being swept away; false where nothing can be written."""
        ...

    def open(self, folder: Path, what: Published, store: Store, held: bool) -> NearestVectors:
        """The vectors of a generation. Raises IndexDamaged."""
        ...

    def probe(self, folder: Path, what: Published) -> list[str]:
        """What does not hold of a generation's vectors."""
        ...


class FolderHome:
    """Vectors in the index folder itself, a Chroma folder for each generation.

    `probing` says what does not hold of a generation's vectors.
    """

    def __init__(self, probing: Callable[[Path, Published], list[str]] = probe) -> None:
        self._probing = probing

    def name(self, folder: Path) -> str:
        return str(folder)

    def holds(self, what: Published) -> bool:
        return ":" not in what.vectors

    def catch_up(self, folder: Path, writing: bool = False) -> None: ...

    def writing(self) -> AbstractContextManager[None]:
        return nullcontext()

    def make(
        self, folder: Path, store: Store, before: Published | None, generation: int
    ) -> tuple[str, int]:
        here = before if before and self.holds(before) else None
        return make_vectors(folder, store, here, generation)

    def publish(self, folder: Path, what: Published, store: Store) -> None:
        publish(folder, what)

    @contextmanager
    def held(self, folder: Path, what: Published) -> Iterator[bool]:
        self._check(folder, what)
        try:
            lease = Lease(folder / what.vectors)
        except (OSError, sqlite3.Error):
            if takes_files(folder):
                raise
            yield False
            return
        try:
            yield True
        finally:
            lease.release()

    def open(self, folder: Path, what: Published, store: Store, held: bool) -> NearestVectors:
        """Chroma writes when it opens, so where the folder takes nothing the vectors are those of
        the store, which need no hold.
        """
        try:
            check_seal(folder / what.vectors)
            if held:
                return ChromaVectors(folder / what.vectors)
        except IndexDamaged:
            if takes_files(folder):
                raise
        living = store.living_passages(what.generation)
        return StoredVectors([at for at, _, _ in living], store.vectors([v for _, _, v in living]))

    def probe(self, folder: Path, what: Published) -> list[str]:
        self._check(folder, what)
        return self._probing(folder, what)

    def _check(self, folder: Path, what: Published) -> None:
        if not self.holds(what):
            raise IndexDamaged(
                f"the vectors of the index in {folder} are on a Chroma server; name it with "
                "--chroma-url or MEETING_QA_CHROMA_URL, or run `meeting-qa index` to have them here"
            )


FOLDER_HOME = FolderHome()


def choose_home(url: str | None) -> Home:
    """The Chroma server at a URL, with the token of MEETING_QA_CHROMA_TOKEN; else the folder.

    Nothing is asked of the server yet. Raises ServerError when the URL is none.
    """
    if not url:
        return FOLDER_HOME
    from index.serving import ServerHome

    return ServerHome(url, os.environ.get("MEETING_QA_CHROMA_TOKEN"))
