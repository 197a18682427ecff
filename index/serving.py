"""An index whose vectors are on a Chroma server, and its articles and words copied from there.

The store of an index folder is a copy of what the server's log tells; a reader asks the server for
passages near to a question and keeps those that its own generation has. So it never sees two
versions of an article, whatever is being written, and needs nothing but the server's URL.
"""

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np

from index.embedding import Vectors
from index.errors import IndexDamaged, IndexingError, IndexMissing
from index.publishing import IDENTITY, ON_SERVER, Published, publish, published, sweep, writing
from index.renewing import AT_ONCE, apart, check_found, in_parts
from index.replicating import ended_passages, parts_of, take_part, vectors_wanted
from index.server import Change, Manifest, Server
from index.storing import Store

# A reader looks for a newer generation before every answer. None takes as long as this, so what
# ended longer ago is on no reader's mind.
KEPT = timedelta(hours=1)
# So many more are asked for than needed, since some of them may be of other generations.
SPARE = 50
# Up to here the passages that count are named to the server.
NAMED = 50_000
SAME_VECTOR = 0.999


class ServerVectors:
    """The vectors of one generation among those that a server holds of an edition.

    `living` tells which of some passages belong to the generation.
    """

    def __init__(
        self, server: Server, edition: str, living: Callable[[Sequence[int]], set[int]]
    ) -> None:
        self._server, self._edition, self._living = server, edition, living

    def nearest(
        self, query: Vectors, top: int, among: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """As ChromaVectors has it.

        Chroma's own filter by metadata took 40 ms among 20,000 passages, asking for a few more 3.
        """
        if among is not None and not among:
            return []
        named = among if among is not None and len(among) <= NAMED else None
        wanted = set(among) if among is not None else None
        asked = top + SPARE
        while True:
            found = self._server.nearest(self._edition, query, asked, named)
            living = self._living([at for at, _ in found])
            kept = [
                (at, cosine)
                for at, cosine in found
                if at in living and (wanted is None or at in wanted)
            ]
            if len(kept) >= top or len(found) < asked:
                return kept[:top]
            asked *= 4

    def close(self) -> None: ...


class ServerHome:
    """Vectors on a Chroma server that several machines share; one of them indexes at a time."""

    def __init__(self, url: str, token: str | None = None, kept: timedelta = KEPT) -> None:
        self._server = Server(url, token)
        self._kept = kept

    def name(self, folder: Path) -> str:
        return f"the Chroma server at {self._server.url}"

    def holds(self, what: Published) -> bool:
        # catch_up has seen to it that it is the server's own.
        return what.vectors.startswith(ON_SERVER)

    def catch_up(self, folder: Path, writing: bool = False) -> None:
        """Raises IndexMissing when the server holds none, ServerError when it does not answer."""
        manifest = self._server.manifest()
        if manifest is None:
            if not writing:
                raise IndexMissing(
                    f"{self.name(folder)} holds no index yet; run `meeting-qa index` with its URL"
                )
            _disown(folder)
            return
        if _local(folder, manifest):
            return
        with nullcontext() if writing else _writing(folder):
            # Another process may have done it meanwhile.
            if not _local(folder, manifest):
                self._take_over(folder, manifest)

    def _take_over(self, folder: Path, manifest: Manifest) -> None:
        before = _newest(folder)
        changes = self._server.changes(
            manifest.edition, before.generation if before else 1, manifest.generation
        )
        if before and changes and before.vectors == _name(manifest.edition, changes[0].token):
            last, name, changes = before.generation, before.store, changes[1:]
        else:
            last, name = 0, f"articles-{manifest.generation:06}-{manifest.token}.sqlite"
            changes = self._server.changes(manifest.edition, 1, manifest.generation)
            for begun in folder.glob(f"{name}*"):
                begun.unlink()
        if [one.after for one in changes] != [last, *(one.generation for one in changes[:-1])]:
            raise self._server.damaged("its log has a gap")
        with closing(Store(folder / name, writable=True)) as store:
            store.roll_back_to(last)
            for change in changes:
                for body in self._server.bodies(manifest.edition, change):
                    take_part(store, body)
                store.commit()
            self._take_vectors(store, manifest)
            store.set_setting(IDENTITY, manifest.identity)
            store.settle()
            vectors = _name(manifest.edition, manifest.token)
            what = Published(manifest.generation, name, vectors, manifest.identity)
            publish(folder, what)
        sweep(folder, what)

    def _take_vectors(self, store: Store, manifest: Manifest) -> None:
        wanted = list(vectors_wanted(store, manifest.generation).items())
        for first in range(0, len(wanted), AT_ONCE):
            some = wanted[first : first + AT_ONCE]
            held = self._server.vectors(manifest.edition, [at for _, at in some])
            if len(held) < len(some):
                raise self._server.damaged(f"{len(some) - len(held)} passages have no vector")
            store.add_vectors([hash for hash, _ in some], np.stack([held[at] for _, at in some]))

    @contextmanager
    def writing(self) -> Iterator[None]:
        with self._server.writing():
            self._server.drop_unpublished(self._server.manifest())
            yield

    def make(
        self, folder: Path, store: Store, before: Published | None, generation: int
    ) -> tuple[str, int]:
        here = before if before and self.holds(before) else None
        last = here.generation if here else 0
        edition = _edition(here) if here else secrets.token_hex(4)
        token = secrets.token_hex(4)
        added = store.added_passages(last, generation)
        seen: set[str | bytes] = set()
        seen.update(store.kept_vectors(added.values(), last, generation))
        add = partial(self._server.add_vectors, edition, generation)
        for some in in_parts(added):
            add(some, apart(some, added, store, seen))
        check_found(self._vectors(edition, store, generation), add, store, added)
        change = Change(last, generation, token, 0)
        self._server.add_change(edition, change, parts_of(store, last, generation))
        _, passages = store.counts(generation)
        return _name(edition, token), passages

    def publish(self, folder: Path, what: Published, store: Store) -> None:
        before = self._server.manifest()
        edition = _edition(what)
        token = what.vectors.rsplit(":", 1)[1]
        now = Manifest(edition, what.generation, token, what.identity)
        if before and before.edition == edition:
            now = replace(before, generation=what.generation, token=token)
        elif before:
            seconds = datetime.now(UTC).timestamp()
            now = replace(now, retired=before.edition, retired_at=seconds)
        self._server.publish(now)
        publish(folder, what)
        # What stays now goes the next time.
        with suppress(IndexingError):
            if before and before.retired and before.retired != now.retired:
                self._server.drop_edition(before.retired)
            self._clean(store, now)

    def _clean(self, store: Store, now: Manifest) -> None:
        """Deletes what ended so long ago that no reader can be on it."""
        limit = datetime.now(UTC) - self._kept
        if now.retired and now.retired_at <= limit.timestamp():
            self._server.drop_edition(now.retired)
            now = replace(now, retired="", retired_at=0.0)
            self._server.publish(now)
        rows = store.rows(
            "SELECT max(number) AS last FROM generations WHERE made <= :limit AND number <= :now",
            limit=limit.isoformat(timespec="seconds"),
            now=now.generation,
        )
        last = rows[0]["last"] or 0
        if last > now.cleaned and (gone := ended_passages(store, now.cleaned, last)):
            self._server.remove_vectors(now.edition, gone)
            self._server.publish(replace(now, cleaned=last))

    def held(self, folder: Path, what: Published) -> AbstractContextManager[bool]:
        return nullcontext(True)

    def open(self, folder: Path, what: Published, store: Store, held: bool) -> ServerVectors:
        return self._vectors(_edition(what), store, what.generation)

    def _vectors(self, edition: str, store: Store, generation: int) -> ServerVectors:
        return ServerVectors(self._server, edition, lambda ids: store.living(ids, generation))

    def probe(self, folder: Path, what: Published) -> list[str]:
        with closing(Store(folder / what.store)) as store:
            living = [(at, vector) for at, _, vector in store.living_passages(what.generation)]
            missing = differ = 0
            for first in range(0, len(living), AT_ONCE):
                some = living[first : first + AT_ONCE]
                held = self._server.vectors(_edition(what), [at for at, _ in some])
                missing += len(some) - len(held)
                here = [(at, vector) for at, vector in some if at in held]
                if here:
                    kept = store.vectors([vector for _, vector in here])
                    cosines = (kept * np.stack([held[at] for at, _ in here])).sum(axis=1)
                    differ += int((cosines < SAME_VECTOR).sum())
        told = [(missing, "passages have no vector on the server")]
        told.append((differ, "vectors on the server are not the stored ones"))
        return [f"{count} {what}" for count, what in told if count]


def _name(edition: str, token: str) -> str:
    return f"{ON_SERVER}{edition}:{token}"


def _edition(what: Published) -> str:
    return what.vectors.split(":")[1]


def _newest(folder: Path) -> Published | None:
    with suppress(IndexMissing, IndexDamaged):
        return published(folder)
    return None


def _local(folder: Path, manifest: Manifest) -> bool:
    """Whether the folder has the generation of a manifest."""
    found = _newest(folder)
    return found is not None and found.vectors == _name(manifest.edition, manifest.token)


def _writing(folder: Path) -> AbstractContextManager[None]:
    # The first copy of a large index takes minutes, and every process of the machine waits for it.
    return writing(folder, wait_seconds=600.0)


def _disown(folder: Path) -> None:
    """Forgets which server a folder's vectors were on, since this one holds nothing."""
    found = _newest(folder)
    if found and found.vectors.startswith(ON_SERVER):
        publish(folder, replace(found, vectors="no-server:"))
