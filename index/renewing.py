"""Makes the vector folder of the next generation: a copy of the last one plus the difference.

Where that is damaged, or holds too much that is gone, all of it is made anew from the stored
vectors. Nothing is embedded here.
"""

import secrets
import shutil
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from index.errors import IndexDamaged
from index.publishing import GENERATIONS, Published
from index.storing import Store
from index.vectors import ChromaVectors, check_seal, copy_folder, seal

AT_ONCE = 5_000
# Above this share of removed passages a generation is made from the stored vectors, since Chroma
# does not shrink when it deletes.
REMAKE_SHARE = 0.3
# So many new passages are looked for before they are published; see _check.
TRIED = 100
LOST_SHARE = 0.1
SAME_VECTOR = 0.999


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
            for first in range(0, len(added), AT_ONCE):
                some = added[first : first + AT_ONCE]
                vectors.add(some, store.vectors([living[at] for at in some]))
            _check(vectors, store, living, added)
        seal(folder / name)
    except BaseException:
        shutil.rmtree(folder / name, ignore_errors=True)
        raise
    store.set_setting("removed_rows", str(len(gone) + gone_before if copied else 0))
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
    """Raises IndexDamaged unless the collection holds just the living passages and finds them.

    The search is approximate and misses one in a hundred where vectors lie close together, so of
    the new passages that are tried it is enough to find nearly all.
    """
    if vectors.ids() != living.keys():
        raise IndexDamaged(
            "the new vectors do not hold the same passages as the articles; nothing was "
            "published; run `meeting-qa index --rebuild`"
        )
    if not added:
        return
    tried = added[:: max(1, len(added) // TRIED)]
    lost = [
        at
        for at, vector in zip(tried, store.vectors([living[at] for at in tried]), strict=True)
        if vectors.nearest(vector, 1)[0][1] < SAME_VECTOR
    ]
    if len(lost) > LOST_SHARE * len(tried):
        raise IndexDamaged(
            f"{len(lost)} of {len(tried)} passages that were tried cannot be found in the new "
            "vectors; nothing was published; run `meeting-qa index --rebuild`"
        )
