"""Probing opens a generation's vectors in a process of its own, since Chroma may crash on damage.

    python -m index.probing FOLDER STORE VECTORS GENERATION

prints what does not hold as a JSON list of sentences.
"""

import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np

from index.errors import IndexDamaged
from index.publishing import Published
from index.storing import Store
from index.vectors import ChromaVectors

AT_ONCE = 5_000
TRIED = 100
LOST_SHARE = 0.1


def probe(folder: Path, what: Published) -> list[str]:
    """What does not hold of a generation's vectors: each passage's is the stored one and found."""
    where = [str(folder.resolve()), what.store, what.vectors, str(what.generation)]
    done = subprocess.run(
        [sys.executable, "-m", "index.probing", *where],
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [""])[-1][:200]
        return [f"the vectors cannot be opened: Chroma ended with {done.returncode} {last}".strip()]
    found: list[str] = json.loads(done.stdout)
    return found


def disagreements(folder: Path, what: Published) -> list[str]:
    """What probe tells, in this process."""
    with closing(Store(folder / what.store)) as store:
        living = {at: vector for at, _, vector in store.living_passages(what.generation)}
        try:
            vectors = ChromaVectors(folder / what.vectors)
        except IndexDamaged as cause:
            return [str(cause).split("; run")[0]]
        with closing(vectors):
            have = vectors.ids()
            if have != living.keys():
                missing, foreign = len(living.keys() - have), len(have - living.keys())
                return [f"{missing} passages have no vector, {foreign} vectors have no passage"]
            ids = sorted(living)
            differ = 0
            for first in range(0, len(ids), AT_ONCE):
                some = ids[first : first + AT_ONCE]
                held = vectors.stored(some)
                kept = store.vectors([living[at] for at in some])
                rows = np.stack([held[at] for at in some])
                differ += int((~np.isclose(rows, kept, atol=1e-5).all(axis=1)).sum())
            if differ:
                return [f"{differ} vectors are not the stored ones"]
            tried = ids[:: max(1, len(ids) // TRIED)]
            queries = store.vectors([living[at] for at in tried])
            lost = sum(vectors.nearest(query, 1)[0][1] < 0.999 for query in queries)
            if lost > LOST_SHARE * len(tried):
                return [f"{lost} of {len(tried)} passages that were tried cannot be found"]
    return []


def main() -> None:
    folder, store, vectors, generation = sys.argv[1:]
    what = Published(int(generation), store, vectors, "")
    json.dump(disagreements(Path(folder), what), sys.stdout)


if __name__ == "__main__":
    main()
