"""Finds articles that carry one text though they are not one: wire copy under several names.

A sketch is a sample of an article's rows of words, small enough to be kept beside it, so that
thousands of articles are held against each other without reading them again.
"""

import re
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from index.articles import Article

# So many words in a row that are the same are no accident.
SHINGLE_WORDS = 8
# Two articles with this share of the shorter one's shingles in common carry one text.
SAME_TEXT = 0.6

Sketch = NDArray[np.uint32]

_SAMPLED = 4
# What a sample must show before the whole texts are held against each other.
_LIKELY = 0.4
# Rows of words that more articles have are a paper's standing phrases.
_STANDING = 50


def shingles(text: str) -> frozenset[int]:
    """Numbers that stand for every row of so many words in the text."""
    words = re.findall(r"\w+", text.lower())
    rows = (" ".join(words[at : at + SHINGLE_WORDS]) for at in range(len(words) - 7))
    return frozenset(zlib.crc32(row.encode("utf-8", "surrogatepass")) for row in rows)


def sketch(text: str) -> Sketch:
    """The sample of a text's shingles that is the same in whatever text they stand."""
    return np.array(sorted(one for one in shingles(text) if one % _SAMPLED == 0), dtype=np.uint32)


def near_copies(articles: Sequence[Article], sketches: Mapping[str, Sketch]) -> dict[str, str]:
    """By name of each article that carries the text of another: that other article's name.

    The original is the first that was published, among those of one day the first by name.
    """
    order = sorted(articles, key=lambda one: (str(one.published or "9999"), one.name))
    sizes = [len(sketches[one.name]) for one in order]
    found: dict[str, str] = {}
    likely: dict[int, list[int]] = {}
    for (earlier, later), shared in _shared([sketches[one.name] for one in order]).items():
        if shared >= _LIKELY * min(sizes[earlier], sizes[later]):
            likely.setdefault(later, []).append(earlier)
    for later in sorted(likely):
        mine = shingles(order[later].text)
        for earlier in sorted(likely[later]):
            theirs = shingles(order[earlier].text)
            if len(mine & theirs) >= SAME_TEXT * min(len(mine), len(theirs)):
                first = order[earlier].name
                found[order[later].name] = found.get(first, first)
                break
    return found


def _shared(sketches: Sequence[Sketch]) -> Counter[tuple[int, int]]:
    """How many sampled shingles two articles have in common, by their places, earlier first."""
    counted: Counter[tuple[int, int]] = Counter()
    if not sketches:
        return counted
    values = np.concatenate(sketches)
    owners = np.repeat(np.arange(len(sketches)), [len(one) for one in sketches])
    order = np.lexsort((owners, values))
    values, owners = values[order], owners[order]
    bounds = np.flatnonzero(np.diff(values)) + 1
    starts = np.concatenate(([0], bounds))
    stops = np.concatenate((bounds, [len(values)]))
    for start, stop in zip(starts, stops, strict=True):
        if 1 < stop - start <= _STANDING:
            group = owners[start:stop].tolist()
            counted.update((a, b) for at, a in enumerate(group) for b in group[at + 1 :])
    return counted
