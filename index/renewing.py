"""Makes the vector folder of the next generation: a copy of the last one plus the difference.

Where that is damaged, or holds too much that is gone, all of it is made anew from the stored
vectors. Nothing is embedded here.
"""

import hashlib
import secrets
import shutil
from collections.abc import Mapping, Sequence
from contextlib import closing
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
    living = {at: vector for at, _, vector in store.living_passages(generation)}
    have: set[int] = set()
    if before:
        have = {at for at, _, _ in store.living_passages(before.generation)}
    gone = have - living.keys()
    gone_before = int(store.setting("removed_rows") or 0)
    try:
        copied = False
        if before and len(gone) + gone_before <= REMAKE_SHARE * len(have):
            copied = _copied(folder / before.vectors, folder / name)
        added = [at for at in living if not copied or at not in have]
        with closing(ChromaVectors(folder / name, create=True)) as vectors:
            if copied:
                vectors.remove(sorted(gone))
            new = set(added)
            seen: set[str | bytes] = {name for at, name in living.items() if at not in new}
            for first in range(0, len(added), AT_ONCE):
                some = added[first : first + AT_ONCE]
                names = [living[at] for at in some]
                vectors.add(some, apart(some, names, store.vectors(names), seen))
            _check(vectors, store, living, added, sorted(gone) if copied else None)
        seal(folder / name)
    except BaseException:
        shutil.rmtree(folder / name, ignore_errors=True)
        raise
    store.set_setting("removed_rows", str(len(gone) + gone_before if copied else 0))
    return name, len(living)


def apart(
    ids: Sequence[int], names: Sequence[str], vectors: Vectors, seen: set[str | bytes]
) -> Vectors:
    """The vectors, each that was seen before moved by a hair.

    The graph that Chroma searches links a vector to its nearest ones. Where hundreds are equal they
    link to each other alone, and whatever else there is cannot be reached any more.
    """
    apart = vectors.copy()
    for row, (at, name) in enumerate(zip(ids, names, strict=True)):
        digest = hashlib.sha256(vectors[row].tobytes()).digest()
        if name in seen or digest in seen:
            apart[row] += HAIR * np.random.default_rng(at).standard_normal(len(apart[row]))
            apart[row] /= np.linalg.norm(apart[row])
        seen.update((name, digest))
    return apart


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
    living: dict[int, str],
    added: Sequence[int],
    gone: Sequence[int] | None,
) -> None:
    """Raises IndexDamaged unless the collection holds just the living passages and finds them.

    Of a copy, where `gone` went and the rest was as sealed, only the difference is looked at.
    """
    if gone is None:
        same = vectors.ids() == living.keys()
    else:
        same = vectors.count() == len(living) and vectors.ids([*added, *gone]) == set(added)
    if not same:
        raise IndexDamaged(
            "the new vectors do not hold the same passages as the articles; nothing was "
            "published; run `meeting-qa index --rebuild`"
        )
    check_found(vectors, store, living, added)


def check_found(
    vectors: Searched, store: Store, living: Mapping[int, str], added: Sequence[int]
) -> None:
    """Raises IndexDamaged unless new passages are found by their vectors.

    The search is approximate and misses one in a hundred where vectors lie close together, so of
    those that are tried it is enough to find nearly all.
    """
    if not added:
        return
    tried = added[:: max(1, len(added) // TRIED)]
    lost = [
        at
        for at, vector in zip(tried, store.vectors([living[at] for at in tried]), strict=True)
        if max((cosine for _, cosine in vectors.nearest(vector, 1)), default=0.0) < SAME_VECTOR
    ]
    if len(lost) > LOST_SHARE * len(tried):
        raise IndexDamaged(
            f"{len(lost)} of {len(tried)} passages that were tried cannot be found in the new "
            "vectors; nothing was published; run `meeting-qa index --rebuild`"
        )
