"""Finds articles that carry one text: wire copy counts as one independent source."""

from collections.abc import Sequence
from functools import lru_cache

from index.articles import Article
from index.copies import SAME_TEXT, shingles


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


_shingles = lru_cache(maxsize=512)(shingles)
