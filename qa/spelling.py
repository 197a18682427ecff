"""Puts mistyped words of an English question right: those that neither an article nor a dictionary
has, where one slip of the fingers explains them. Names keep their spelling.
"""

import json
import math
import re
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from index.cleaning import likeliest_language
from index.embedding import packaged_model

if TYPE_CHECKING:
    from spellchecker import SpellChecker

# Not one with an apostrophe or a hyphen in it.
_WORD = re.compile(r"(?<![\w'’-])[^\W\d_]+(?![\w'’-])")
# Shorter words are as often abbreviations.
_SHORTEST = 4
# So often, of 1.6 billion words, a word is used that may be meant though no article has it.
_USED = 1_000
# What questions begin with. Another word is a slip of one of these where it is so much rarer.
_OPENINGS = frozenset(
    "are can could did do does had has have how is may should tell was were what when where which "
    "who whom whose why will would".split()
)
_RARER = 1_000
# What counts for a correction, in powers of ten of how often a word is used: that one letter was
# left out or doubled or two exchanged, and that the first letter is right. Chosen on 5,000 common
# misspellings: .978 of them are put right so, .950 by use alone.
_LIKELY_SLIP = 1.5
_SAME_OPENING = 1.0
# And that an article has the word.
_THERE = 1.0


def respelt(question: str, has_word: Callable[[str], bool]) -> str:
    """The question with its mistyped words put right; as it is where there are none or where it
    would not be English then. `has_word` tells whether an article has a word.
    """
    first = _WORD.search(question)

    def right(match: re.Match[str]) -> str:
        word, opens = match[0], first is not None and match.start() == first.start()
        # Inside a question a capital makes a name.
        if not word.islower() and not (opens and word.istitle()):
            return word
        small = word.lower()
        there = has_word(small)
        if opens and not (there and word.istitle()) and (opening := _opening(small)):
            meant = opening
        else:
            meant = small if there else _likeliest(small, has_word)
        return meant.capitalize() if word.istitle() else meant

    corrected = _WORD.sub(right, question)
    english = corrected != question and likeliest_language(corrected)[0] == "en"
    return corrected if english else question


def _opening(word: str) -> str | None:
    """The word to begin a question with of which this one is a slip."""
    used = _dictionary()
    meant = [
        one
        for one in _OPENINGS.intersection(used.edit_distance_1(word))
        if used[one] > _RARER * used[word] and _likely_slip(word, one)
    ]
    return max(meant, key=lambda one: _likely(word, one), default=None)


def _likeliest(word: str, has_word: Callable[[str], bool]) -> str:
    """What was meant by a word that no article has; itself where it is a known one."""
    used = _dictionary()
    known = word in used or word in _read_whole() or word.replace("is", "iz") in used
    if known or len(word) < _SHORTEST:
        return word
    there = {one: has_word(one) for one in used.known(used.edit_distance_1(word))}
    return max(
        (one for one in there if there[one] or (used[one] > _USED and _likely_slip(word, one))),
        key=lambda one: _likely(word, one) + _THERE * there[one],
        default=word,
    )


def _likely(word: str, meant: str) -> float:
    return (
        math.log10(_dictionary()[meant])
        + _LIKELY_SLIP * _likely_slip(word, meant)
        + _SAME_OPENING * (meant[0] == word[0])
    )


def _likely_slip(word: str, meant: str) -> bool:
    """Whether a letter was left out or doubled or two were exchanged."""
    if len(word) <= len(meant):
        return len(word) < len(meant) or sorted(word) == sorted(meant)
    at = next((at for at, letter in enumerate(meant) if word[at] != letter), len(meant))
    return at > 0 and word[at] == word[at - 1]


@lru_cache(maxsize=1)
def _read_whole() -> frozenset[str]:
    """What the packaged models read as one word: British spellings and newer words, too."""
    tokenizer = (packaged_model() / "tokenizer.json").read_text(encoding="utf-8")
    return frozenset(json.loads(tokenizer)["model"]["vocab"])


@lru_cache(maxsize=1)
def _dictionary() -> "SpellChecker":
    from spellchecker import SpellChecker

    return SpellChecker(distance=1)
