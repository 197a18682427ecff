"""Tells whether two articles report the same event, so that only those are held against each other.

It goes by whom and what they name and when they appeared; the threshold was chosen on pairs of
similar but different events, of which it lets a third through, and of unrelated ones hardly any.
"""

import re
from functools import lru_cache

from index.articles import Article
from index.searching import STOP_WORDS

NAMED_CHARS = 1500
SHARED_NAMES = 0.25
DAYS_APART = 7

# Names and numbers; the first word of a sentence has its capital from its place.
_NAMED = re.compile(r"(?<![.?!] )\b[A-Z][a-z]+\b|\b\d+\b")


def same_event(one: Article, other: Article) -> bool:
    """Whether two articles report one event, as far as can be told.

    Articles dated more than a week apart do not; where one names nobody and nothing, nothing
    speaks against it.
    """
    if (
        one.published
        and other.published
        and abs((one.published - other.published).days) > DAYS_APART
    ):
        return False
    mine, theirs = _named(one.text[:NAMED_CHARS]), _named(other.text[:NAMED_CHARS])
    if not mine or not theirs:
        return True
    return len(mine & theirs) / min(len(mine), len(theirs)) >= SHARED_NAMES


@lru_cache(maxsize=256)
def _named(text: str) -> frozenset[str]:
    return frozenset({name.lower() for name in _NAMED.findall(text)} - STOP_WORDS)
