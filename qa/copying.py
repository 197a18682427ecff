"""Finds articles that carry one text: wire copy counts as one independent source."""

import re
from collections.abc import Sequence
from functools import lru_cache

from index.articles import Article

# So many words in a row that are the same are no accident.
SHINGLE_WORDS = 8
# Two articles with this share of the shorter one's shingles in common carry one text.
SAME_TEXT = 0.6


def original_of(articles: Sequence[Article]) -> dict[str, str]:
    """By name of each article that carries the text of another: that other article's name.

    The original is the first that was published, among those of one day the first by name.
    """
    order = sorted(articles, key=lambda one: (str(one.published or "9999"), one.name))
    originals: list[Article] = []
    found: dict[str, str] = {}
    for article in order:
        same = next((other for other in originals if same_text(other, article)), None)
        if same is None:
            originals.append(article)
        else:
            found[article.name] = same.name
    return found


def same_text(one: Article, other: Article) -> bool:
    mine, theirs = _shingles(one.text), _shingles(other.text)
    fewer = min(len(mine), len(theirs))
    return bool(fewer) and len(mine & theirs) / fewer >= SAME_TEXT


@lru_cache(maxsize=512)
def _shingles(text: str) -> frozenset[int]:
    words = re.findall(r"\w+", text.lower())
    return frozenset(
        hash(tuple(words[at : at + SHINGLE_WORDS])) for at in range(len(words) - SHINGLE_WORDS + 1)
    )
