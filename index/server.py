"""A Chroma server as an index needs it: its collections, one manifest, one writer.

Chroma's types and exceptions stop here. Collections that belong together are an edition; a rebuild
begins a new one. What counts is named by one record, the manifest, which is written last.
"""

import json
import socket
import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, parse_qs, urlsplit

import numpy as np

from index.embedding import Vectors
from index.errors import IndexDamaged, IndexingError, ServerError
from index.server_lock import LOCK, PREFIX, WritingRight
from index.vectors import HNSW

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

MANIFEST = f"{PREFIX}-manifest"
FORMAT = 1
CONNECT_SECONDS = 10.0
# A collection wants vectors; those of records that only keep text are never searched.
NOWHERE: Any = [[1.0, 0.0]]
ROWS = 2_000
"""So many vectors go over the wire at once: about 16 MB of JSON; Chroma takes 40."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The generation that counts. `token` tells it from another of the same number, `cleaned` is
    the last generation whose ended passages were deleted, `retired` an earlier edition.
    """

    edition: str
    generation: int
    token: str
    identity: str
    cleaned: int = 0
    retired: str = ""
    retired_at: float = 0.0
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of an edition's log: what came between two generations, in so many parts."""

    after: int
    generation: int
    token: str
    parts: int


class Server:
    """A Chroma server by its URL, `http://host:port`, with `?tenant=…&database=…` if need be.

    Raises ServerError, naming the URL, when it cannot be reached or does not do what is asked.
    """

    def __init__(
        self,
        url: str,
        token: str | None = None,
        wait_seconds: float = 10.0,
        stale_seconds: float = 20.0,
        beat_seconds: float = 2.0,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or not _is_port(parts):
            raise ServerError(
                f"{url!r} is not the URL of a Chroma server; give one like http://host:8000 with "
                "--chroma-url or MEETING_QA_CHROMA_URL"
            )
        self._ssl = parts.scheme == "https"
        self._host, self._port = parts.hostname, parts.port or (443 if self._ssl else 8000)
        self._query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        # Without what could be a password.
        self.url = f"{parts.scheme}://{self._host}:{self._port}"
        self._token = token
        self._connecting = threading.Lock()
        self._connected: ClientAPI | None = None
        self._collections: dict[str, Collection] = {}
        self._right = WritingRight(
            self.url, self._client, self._asking, wait_seconds, stale_seconds, beat_seconds
        )

    def manifest(self) -> Manifest | None:
        """What counts now; None where nothing was ever published."""
        from chromadb.errors import NotFoundError

        with self._asking():
            try:
                found = self._collection(MANIFEST).get(ids=["published"], include=["metadatas"])
            except NotFoundError:
                self._collections.clear()
                return None
        if not found["metadatas"]:
            return None
        told = json.loads(str(found["metadatas"][0]["manifest"]))
        if told.get("format") != FORMAT:
            raise ServerError(
                f"the index on the Chroma server at {self.url} has the format "
                f"{told.get('format')}, not {FORMAT}; use the version of the product that made it, "
                "or a server with an empty folder"
            )
        return Manifest(**told)

    def publish(self, manifest: Manifest) -> None:
        """Makes it the one that counts; one record is replaced."""
        self.check_lock()
        told: Any = {"manifest": json.dumps(asdict(manifest))}
        with self._asking():
            self._collection(MANIFEST, create=True).upsert(
                ids=["published"], embeddings=NOWHERE, metadatas=[told]
            )

    # Vectors of an edition

    def add_vectors(
        self, edition: str, generation: int, ids: Sequence[int], vectors: Vectors
    ) -> None:
        for first in range(0, len(ids), ROWS):
            self.check_lock()
            names = [str(at) for at in ids[first : first + ROWS]]
            some: Any = vectors[first : first + ROWS]
            born: Any = [{"born": generation}] * len(names)
            with self._asking():
                self._passages(edition, create=True).upsert(
                    ids=names, embeddings=some, metadatas=born
                )

    def remove_vectors(self, edition: str, ids: Sequence[int]) -> None:
        for first in range(0, len(ids), ROWS):
            with self._asking():
                self._passages(edition).delete(ids=[str(at) for at in ids[first : first + ROWS]])

    def vectors(self, edition: str, ids: Sequence[int]) -> dict[int, Vectors]:
        """The vectors that it holds of these passages."""
        held: dict[int, Vectors] = {}
        for first in range(0, len(ids), ROWS):
            names = [str(at) for at in ids[first : first + ROWS]]
            with self._asking():
                found = self._passages(edition).get(ids=names, include=["embeddings"])
            rows: Any = found["embeddings"]
            held |= {
                int(at): np.asarray(row, dtype=np.float32)
                for at, row in zip(found["ids"], rows, strict=True)
            }
        return held

    def nearest(
        self, edition: str, query: Vectors, top: int, among: Sequence[int] | None
    ) -> list[tuple[int, float]]:
        """Passage numbers with cosines, best first, of whatever generation they are."""
        queries: Any = [query]
        with self._asking():
            found = self._passages(edition).query(
                query_embeddings=queries,
                ids=None if among is None else [str(at) for at in among],
                n_results=top,
                include=["distances"],
            )
        distances = (found["distances"] or [[]])[0]
        pairs = zip(found["ids"][0], distances, strict=True)
        return [(int(at), 1.0 - float(distance)) for at, distance in pairs]

    # The log of an edition

    def add_change(self, edition: str, change: Change, bodies: Iterator[str]) -> Change:
        """Writes the parts of a change, then the entry that counts them."""
        parts = 0
        for body in bodies:
            self.check_lock()
            told: Any = {"generation": change.generation, "body": body}
            self._add_entry(edition, _part(change, parts), told)
            parts += 1
        whole = Change(change.after, change.generation, change.token, parts)
        entry = {"generation": whole.generation, "entry": json.dumps(asdict(whole))}
        self._add_entry(edition, str(whole.generation), entry)
        return whole

    def _add_entry(self, edition: str, name: str, told: Any) -> None:
        with self._asking():
            self._changes(edition, create=True).upsert(
                ids=[name], embeddings=NOWHERE, metadatas=[told]
            )

    def changes(self, edition: str, first: int, last: int) -> list[Change]:
        """The entries of the log from one generation to another, both included, in order."""
        found: list[Change] = []
        for start in range(first, last + 1, ROWS):
            names = [str(number) for number in range(start, min(start + ROWS, last + 1))]
            with self._asking():
                rows = self._changes(edition).get(ids=names, include=["metadatas"])
            found += [Change(**json.loads(str(row["entry"]))) for row in rows["metadatas"] or ()]
        return sorted(found, key=lambda one: one.generation)

    def bodies(self, edition: str, change: Change) -> Iterator[str]:
        """The parts of a change, one after the other."""
        for number in range(change.parts):
            with self._asking():
                found = self._changes(edition).get(
                    ids=[_part(change, number)], include=["metadatas"]
                )
            if not found["metadatas"]:
                raise self.damaged(f"a part of generation {change.generation} is gone")
            yield str(found["metadatas"][0]["body"])

    # Leftovers

    def drop_unpublished(self, manifest: Manifest | None) -> None:
        """Removes what a writer that died left behind; only for the one that writes."""
        kept = {MANIFEST, LOCK}
        if manifest:
            editions = (manifest.edition, manifest.retired)
            kept |= {f"{PREFIX}-{one}-{kind}" for one in editions for kind in KINDS}
        with self._asking():
            for name in self._names() - kept:
                self._client().delete_collection(name)
                self._collections.pop(name, None)
            if manifest:
                later: Any = {"generation": {"$gt": manifest.generation}}
                if self._changes(manifest.edition).get(where=later, limit=1, include=[])["ids"]:
                    self._changes(manifest.edition).delete(where=later)
                # The log is written after the vectors, so they may be there without it.
                born: Any = {"born": {"$gt": manifest.generation}}
                passages = self._passages(manifest.edition)
                if passages.get(where=born, limit=1, include=[])["ids"]:
                    passages.delete(where=born)

    def drop_edition(self, edition: str) -> None:
        with self._asking():
            for name in {f"{PREFIX}-{edition}-{kind}" for kind in KINDS} & self._names():
                self._client().delete_collection(name)

    # The only right to write

    def writing(self) -> AbstractContextManager[None]:
        """Holds the only right to write. Raises IndexLocked."""
        return self._right.held()

    def check_lock(self) -> None:
        """Raises IndexLocked unless the right to write is still ours."""
        self._right.check()

    # Asking

    def damaged(self, problem: str) -> IndexDamaged:
        return IndexDamaged(
            f"the index on the Chroma server at {self.url} is damaged ({problem}); run "
            "`meeting-qa index --rebuild` where the articles are"
        )

    def _passages(self, edition: str, create: bool = False) -> "Collection":
        return self._collection(f"{PREFIX}-{edition}-passages", create, {"hnsw": HNSW})

    def _changes(self, edition: str, create: bool = False) -> "Collection":
        return self._collection(f"{PREFIX}-{edition}-changes", create)

    def _collection(
        self, name: str, create: bool = False, configuration: Any = None
    ) -> "Collection":
        if name not in self._collections:
            self._collections[name] = (
                self._client().get_or_create_collection(
                    name, embedding_function=None, configuration=configuration
                )
                if create
                else self._client().get_collection(name, embedding_function=None)
            )
        return self._collections[name]

    def _names(self) -> set[str]:
        """The names of our collections."""
        names = {one.name for one in self._client().list_collections()}
        return {name for name in names if name.startswith(f"{PREFIX}-")}

    def _client(self) -> "ClientAPI":
        with self._connecting:
            if self._connected is None:
                import chromadb
                from chromadb.config import Settings

                # Chroma itself waits for a machine that is gone as long as the system does.
                socket.create_connection((self._host, self._port), CONNECT_SECONDS).close()
                self._connected = chromadb.HttpClient(
                    self._host,
                    self._port,
                    ssl=self._ssl,
                    headers={"Authorization": f"Bearer {self._token}"} if self._token else None,
                    settings=Settings(anonymized_telemetry=False),
                    **self._query,
                )
                weakref.finalize(self, _close, self._connected)
            return self._connected

    @contextmanager
    def _asking(self) -> Iterator[None]:
        try:
            yield
        except IndexingError:
            raise
        except Exception as cause:
            # Collections of a server that was set up anew have other numbers.
            self._collections.clear()
            raise self._failure(cause) from cause

    def _failure(self, cause: Exception) -> IndexingError:
        from chromadb.errors import NotFoundError

        if isinstance(cause, NotFoundError):
            return self.damaged(str(cause))
        why = " ".join(str(cause).split())[:200] or type(cause).__name__
        if any(code in why for code in ("401", "403", "Unauthorized", "Forbidden")):
            return ServerError(
                f"the Chroma server at {self.url} refuses us ({why}); set MEETING_QA_CHROMA_TOKEN"
            )
        return ServerError(
            f"the Chroma server at {self.url} does not do what was asked ({why}); see that it runs "
            "(`chroma run --host … --port …`) and that --chroma-url or MEETING_QA_CHROMA_URL names "
            "it, then try again"
        )


KINDS = ("passages", "changes")


def _is_port(parts: SplitResult) -> bool:
    try:
        return parts.port != 0
    except ValueError:
        return False


def _close(client: Any) -> None:
    client.close()
    # Chroma leaves the connections of its two HTTP clients open.
    for one in (client, client._admin_client):
        one._server._session.close()


def _part(change: Change, number: int) -> str:
    return f"{change.generation}-{change.token}-{number}"
