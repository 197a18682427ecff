"""The only right to write an index on a Chroma server: a collection that only one can create."""

import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import TYPE_CHECKING

from index.errors import IndexingError, IndexLocked

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

PREFIX = "meeting-qa"
LOCK = f"{PREFIX}-writer"


class WritingRight:
    """Taken by one process at a time; what is asked of the server is asked within `asking`."""

    def __init__(
        self,
        url: str,
        client: "Callable[[], ClientAPI]",
        asking: Callable[[], AbstractContextManager[None]],
        wait_seconds: float,
        stale_seconds: float,
        beat_seconds: float,
    ) -> None:
        self._url, self._client, self._asking = url, client, asking
        self._wait_seconds, self._stale_seconds = wait_seconds, stale_seconds
        self._beat_seconds = beat_seconds
        self._lock: Collection | None = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Holds the lock, a collection that only one can create, and shows signs of life.

        Waits for another writer; raises IndexLocked naming it when it does not finish in time. One
        that showed no sign of life for some time is taken to be dead. That is told by the waiting
        one's own clock, since the clocks of two machines differ.
        """
        owner = f"process {os.getpid()} on {socket.gethostname()}"
        self._lock = self._locked(owner)
        ended = threading.Event()

        def beat(lock: "Collection") -> None:
            number = 0
            while not ended.wait(self._beat_seconds):
                number += 1
                # One that is missed matters no more than a slow one; check tells the loss.
                with suppress(Exception):
                    lock.modify(metadata={"owner": owner, "beat": number})

        thread = threading.Thread(target=beat, args=(self._lock,), name="beat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
            with suppress(IndexingError):
                self._unlock(self._lock)
            self._lock = None

    def _locked(self, owner: str) -> "Collection":
        waited_from = seen_from = time.monotonic()
        seen: tuple[object, object] = (None, None)
        while True:
            with self._asking():
                found = self._lock_of_another()
                if found is None and (lock := self._create_lock(owner)):
                    return lock
            if found is None:
                continue
            told = found.metadata or {}
            now = time.monotonic()
            if seen != (found.id, told.get("beat")):
                if seen != (None, None) and now - waited_from > self._wait_seconds:
                    raise IndexLocked(
                        f"the index on the Chroma server at {self._url} is being rebuilt by "
                        f"{told.get('owner')}; wait for it to finish and try again"
                    )
                seen, seen_from = (found.id, told.get("beat")), now
            elif now - seen_from > self._stale_seconds:
                self._unlock(found)
                continue
            time.sleep(min(0.2, self._beat_seconds))

    def _create_lock(self, owner: str) -> "Collection | None":
        try:
            return self._client().create_collection(
                LOCK, metadata={"owner": owner, "beat": 0}, embedding_function=None
            )
        except Exception:
            if LOCK in self._names():
                return None  # another one was faster
            raise

    def _lock_of_another(self) -> "Collection | None":
        from chromadb.errors import NotFoundError

        try:
            return self._client().get_collection(LOCK, embedding_function=None)
        except NotFoundError:
            return None

    def _unlock(self, lock: "Collection") -> None:
        """Removes a lock, and no other that took its name meanwhile."""
        gone = f"{PREFIX}-gone-{secrets.token_hex(4)}"
        with self._asking():
            lock.modify(name=gone)
            if gone in self._names():
                self._client().delete_collection(gone)

    def check(self) -> None:
        """Raises IndexLocked when another writer took over, since this one seemed dead."""
        with self._asking():
            found = self._lock_of_another()
        if self._lock is None or found is None or found.id != self._lock.id:
            raise IndexLocked(
                f"the right to write the index on the Chroma server at {self._url} was lost to "
                "another process, since this one did not answer for some time; nothing was "
                "published; run `meeting-qa index` again"
            )

    def _names(self) -> set[str]:
        return {one.name for one in self._client().list_collections()}
