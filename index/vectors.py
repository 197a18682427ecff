"""The vectors of one generation in an embedded Chroma collection, and nothing else.

A published folder is never written again; the next generation is a copy of it plus the
difference. Chroma's types and exceptions stop here.
"""

import json
import shutil
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.embedding import Vectors
from index.errors import IndexDamaged, Unwritable

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection

COLLECTION = "passages"
UPSERT_ROWS = 5_000
# On 67,421 news passages a construction effort of 200 costs twice the time of 100, and both find
# .997 to .998 of the 10 exact nearest.
HNSW = {"space": "cosine", "ef_construction": 100, "ef_search": 200, "max_neighbors": 24}
SEAL = "files.json"


class ChromaVectors:
    """A folder's collection of unit vectors by passage number.

    Raises IndexDamaged when the folder is not what was sealed, or Chroma cannot read it.
    """

    def __init__(self, folder: Path, create: bool = False) -> None:
        self._folder = folder
        if not create:
            check_seal(folder)
        import chromadb
        from chromadb.config import Settings

        settings = Settings(anonymized_telemetry=False)
        try:
            self._client = chromadb.PersistentClient(str(folder), settings=settings)
            self._collection = self._open(create)
        except Exception as cause:
            if create:
                raise _unwritable(folder, cause) from cause
            raise IndexDamaged(
                f"{folder} cannot be read ({cause}); run `meeting-qa index --rebuild`"
            ) from cause

    def _open(self, create: bool) -> "Collection":
        if create:
            configuration: Any = {"hnsw": HNSW}
            return self._client.get_or_create_collection(
                COLLECTION, embedding_function=None, configuration=configuration
            )
        return self._client.get_collection(COLLECTION, embedding_function=None)

    def add(self, ids: Sequence[int], vectors: Vectors) -> None:
        for first in range(0, len(ids), UPSERT_ROWS):
            some: Any = vectors[first : first + UPSERT_ROWS]
            names = [str(at) for at in ids[first : first + UPSERT_ROWS]]
            self._written(partial(self._collection.upsert, ids=names, embeddings=some))

    def remove(self, ids: Sequence[int]) -> None:
        for first in range(0, len(ids), UPSERT_ROWS):
            names = [str(at) for at in ids[first : first + UPSERT_ROWS]]
            self._written(partial(self._collection.delete, ids=names))

    def _written(self, work: Callable[[], object]) -> None:
        try:
            work()
        except Exception as cause:
            raise _unwritable(self._folder, cause) from cause

    def count(self) -> int:
        return int(self._collection.count())

    def ids(self, among: Sequence[int] | None = None) -> set[int]:
        """The numbers of the passages that it holds, of all or of those `among` which are asked."""
        if among is None:
            return {int(at) for at in self._collection.get(include=[])["ids"]}
        found: set[int] = set()
        for first in range(0, len(among), UPSERT_ROWS):
            names = [str(at) for at in among[first : first + UPSERT_ROWS]]
            found.update(int(at) for at in self._collection.get(ids=names, include=[])["ids"])
        return found

    def stored(self, ids: Sequence[int]) -> dict[int, Vectors]:
        """The vectors as the collection holds them, by passage number."""
        found = self._collection.get(ids=[str(at) for at in ids], include=["embeddings"])
        rows = found["embeddings"]
        assert rows is not None
        pairs = zip(found["ids"], np.asarray(rows, dtype=np.float32), strict=True)
        return {int(at): row for at, row in pairs}

    def nearest(
        self, query: Vectors, top: int, among: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """Passage numbers with their cosine similarity to a unit vector, best first.

        With `among` only these passages count.
        """
        queries: Any = [query]
        found = self._collection.query(
            query_embeddings=queries,
            ids=None if among is None else [str(at) for at in among],
            n_results=top,
            include=["distances"],
        )
        distances = found["distances"] or [[]]
        pairs = zip(found["ids"][0], distances[0], strict=True)
        return [(int(at), 1.0 - float(distance)) for at, distance in pairs]

    def close(self) -> None:
        self._client.close()  # type: ignore[attr-defined]


class StoredVectors:
    """Vectors in memory, searched one by one: what serves where Chroma cannot open its folder."""

    def __init__(self, ids: Sequence[int], vectors: Vectors) -> None:
        self._ids = np.asarray(ids)
        self._vectors = vectors

    def nearest(
        self, query: Vectors, top: int, among: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """As ChromaVectors has it."""
        cosines = self._vectors @ query
        if among is not None:
            cosines = np.where(np.isin(self._ids, among), cosines, -np.inf)
            top = min(top, int(np.isin(self._ids, among).sum()))
        best = np.argsort(-cosines, kind="stable")[:top]
        return [(int(self._ids[at]), float(cosines[at])) for at in best]

    def close(self) -> None: ...


def _unwritable(folder: Path, cause: Exception) -> Unwritable:
    return Unwritable(
        f"{folder} cannot be written ({cause}); make room or mend the folder, then run "
        "`meeting-qa index`; the last generation stays as it is"
    )


def copy_folder(source: Path, to: Path) -> None:
    """Copies a sealed folder, to be changed and sealed anew."""
    shutil.copytree(source, to)
    (to / SEAL).unlink(missing_ok=True)


def seal(folder: Path) -> None:
    """Notes the size of every file of a finished folder, so that a torn one is seen at opening."""
    (folder / SEAL).write_text(json.dumps(_sizes(folder)), encoding="utf-8")


def check_seal(folder: Path) -> None:
    """Raises IndexDamaged when a file of a sealed folder is gone or has another size.

    Chroma may take the whole process with it on a torn file, so this comes first.
    """
    try:
        sealed = json.loads((folder / SEAL).read_text(encoding="utf-8"))
        intact = sealed == _sizes(folder)
    except (OSError, ValueError):
        intact = False
    if not intact:
        raise IndexDamaged(f"{folder} is damaged; run `meeting-qa index --rebuild`")


def _sizes(folder: Path) -> dict[str, int]:
    # SQLite's own side files come and go with readers.
    return {
        path.relative_to(folder).as_posix(): path.stat().st_size
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != SEAL and not path.name.endswith(("-wal", "-shm"))
    }
