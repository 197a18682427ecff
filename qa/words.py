"""Words as they are compared: lower-cased, stemmed, numbers written as digits."""

import re
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


def stems(text: str) -> frozenset[str]:
    """The stems of a text's words, by Snowball's English stemmer."""
    return frozenset(_stem(word) for word in words(text))


def words(text: str) -> list[str]:
    """The lower-cased words of a text, without a possessive `'s`."""
    return [re.sub(r"['’]s$", "", word.lower()) for word in _WORD.findall(text)]


@lru_cache(maxsize=65_536)
def _stem(word: str) -> str:
    from snowballstemmer import stemmer

    stemmed: str = stemmer("english").stemWord(word)
    return stemmed
