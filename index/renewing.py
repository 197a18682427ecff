"""Makes the vector folder of the next generation: a copy of the last one plus the difference.

Where that is damaged, or holds too much that is gone, all of it is made anew from the stored
vectors. Nothing is embedded here.
"""

import hashlib
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Protocol

import numpy as np

from index.embedding import Vectors
from index.errors import IndexDamaged
from index.publishing import GENERATIONS, Published
from index.storing import Store
from index.vectors import ChromaVectors, check_seal, copy_folder, seal

AT_ONCE = 5_000
# Above this share of removed passages a generation is made from the stored vectors, since Chroma
# does not shrink when it deletes.
REMAKE_SHARE = 0.3
# So many new passages are looked for before they are published; see check_found.
TRIED = 100
LOST_SHARE = 0.1
ADDED_AGAIN = 3
SAME_VECTOR = 0.999
# Turns a cosine by about .000002.
HAIR = 1e-4


class Searched(Protocol):
    """Vectors that were written and can be searched."""

    def nearest(self, query: Vectors, top: int) -> list[tuple[int, float]]: ...


def make_vectors(
    folder: Path, store: Store, before: Published | None, generation: int
) -> tuple[str, int]:
    """Makes and seals the vector folder of a generation; returns its name and passage count."""
    name = f"{GENERATIONS}/{generation:06}-{secrets.token_hex(3)}"
    (folder / name).parent.mkdir(exist_ok=True)
    last = before.generation if before else 0
    gone = store.gone_passages(last, generation)
    _, had = store.counts(last)
    _, passages = store.counts(generation)
    gone_before = int(store.setting("removed_rows") or 0)
    try:
        copied = False
        if before and len(gone) + gone_before <= REMAKE_SHARE * had:
            copied = _copied(folder / before.vectors, folder / name)
        added = store.added_passages(last if copied else 0, generation)
        with closing(ChromaVectors(folder / name, create=True)) as vectors:
            seen: set[str | bytes] = set()
            if copied:
                vectors.remove(gone)
                seen.update(store.kept_vectors(added.values(), last, generation))
            for some in in_parts(added):
                vectors.add(some, apart(some, added, store, seen))
            _check(vectors, store, passages, added, gone if copied else None)
        seal(folder / name)
    except BaseException:
        shutil.rmtree(folder / name, ignore_errors=True)
        raise
    store.set_setting("removed_rows", str(len(gone) + gone_before if copied else 0))
    return name, passages


def in_parts(passages: Iterable[int]) -> Iterator[list[int]]:
    """Some passages at a time, as many as are written at once."""
    rest = iter(passages)
    while some := list(islice(rest, AT_ONCE)):
        yield some


def apart(
    ids: Sequence[int], added: Mapping[int, str], store: Store, seen: set[str | bytes]
) -> Vectors:
    """The stored vectors of some of the added passages, each that was seen before moved by a hair.

    The graph that Chroma searches links a vector to its nearest ones. Where hundreds are equal they
    link to each other alone, and whatever else there is cannot be reached any more.
    """
    apart = store.vectors([added[at] for at in ids])
    for row, at in enumerate(ids):
        name, digest = added[at], hashlib.sha256(apart[row].tobytes()).digest()
        if name in seen or digest in seen:
            apart[row] = _moved(apart[row], at)
        seen.update((name, digest))
    return apart


def _moved(vector: Vectors, *seed: int) -> Vectors:
    """A unit vector by a hair from where it was."""
    near = vector + HAIR * np.random.default_rng(seed).standard_normal(len(vector))
    moved: Vectors = (near / np.linalg.norm(near)).astype(np.float32)
    return moved


def _copied(source: Path, to: Path) -> bool:
    """Whether a published vector folder could be copied; a damaged one is made anew instead."""
    try:
        check_seal(source)
    except IndexDamaged:
        return False
    copy_folder(source, to)
    return True


def _check(
    vectors: ChromaVectors,
    store: Store,
    passages: int,
    added: Mapping[int, str],
    gone: Sequence[int] | None,
) -> None:
    """Raises IndexDamaged unless the collection holds just the living passages and finds them.

    Of a copy, where `gone` went and the rest was as sealed, only the difference is looked at.
    """
    if gone is None:
        same = vectors.ids() == added.keys()
    else:
        same = vectors.count() == passages and vectors.ids([*added, *gone]) == added.keys()
    if not same:
        raise IndexDamaged(
            "the new vectors do not hold the same passages as the articles; nothing was "
            "published; run `meeting-qa index --rebuild`"
        )
    check_found(vectors, vectors.add, store, added)


def check_found(
    vectors: Searched,
    add: Callable[[Sequence[int], Vectors], None],
    store: Store,
    added: Mapping[int, str],
) -> None:
    """Raises IndexDamaged unless new passages are found by their vectors.

    The graph leaves one in a few hundred out of reach where vectors lie close together, so what is
    not found is added once more, a hair beside; and of those that are tried it is enough to find
    nearly all.
    """
    if not added:
        return
    tried = list(added)[:: max(1, len(added) // TRIED)]
    lost = _lost(vectors, store, added, tried)
    for attempt in range(ADDED_AGAIN):
        if lost:
            rows = zip(lost, store.vectors([added[at] for at in lost]), strict=True)
            add(lost, np.stack([_moved(row, at, attempt) for at, row in rows]))
            lost = _lost(vectors, store, added, lost)
    if len(lost) > LOST_SHARE * len(tried):
        raise IndexDamaged(
            f"{len(lost)} of {len(tried)} passages that were tried cannot be found in the new "
            "vectors; nothing was published; run `meeting-qa index --rebuild`"
        )


def _lost(
    vectors: Searched, store: Store, added: Mapping[int, str], tried: Sequence[int]
) -> list[int]:
    """Those of the tried passages that are not found by their vectors."""
    rows = zip(tried, store.vectors([added[at] for at in tried]), strict=True)
    return [
        at
        for at, vector in rows
        if max((cosine for _, cosine in vectors.nearest(vector, 1)), default=0.0) < SAME_VECTOR
    ]
