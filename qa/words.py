"""Words as they are compared: lower-cased, stemmed, names recognised by their capitals."""

import re
from functools import lru_cache
from typing import Any

from index.searching import STOP_WORDS

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_NAME = re.compile(r"(?<![\w.])[^\W\d_a-z][\w'’-]*[^\W_](?:\s+[^\W\d_a-z][\w'’-]*[^\W_])*")
# Written with a capital in English without naming anyone in particular.
_NO_NAMES = frozenset(
    "i a an the who whom whose what when where which why how is are was were do does did has have "
    "had can could will would should may might must am and but or so if in on at of for to from by "
    "with according january february march april june july august september october november "
    "december monday tuesday wednesday thursday friday saturday sunday mr mrs ms dr president "
    "minister leader king queen prime news agency".split()
)
# Begins a sentence and names nobody, though a text may not have it.
_BEGINS = frozenset(
    "both many several some most few another other others two three four five additionally also "
    "although article articles despite during finally furthermore however meanwhile moreover "
    "officials overall people police since therefore thus under while".split()
)
# One place under several names.
_ONE_PLACE = (
    frozenset("us usa america american americans".split()),
    frozenset("uk britain british".split()),
    frozenset("un nations".split()),
    frozenset("eu european".split()),
)
_DOTTED = re.compile(r"\b(?:[^\W\d_]\.){2,}")
# How alike, of 100, two spellings of a name are.
_SAME_NAME = 80


def stems(text: str) -> frozenset[str]:
    """The stems of a text's words, by Snowball's English stemmer."""
    return frozenset(stem(word) for word in words(text))


@lru_cache(maxsize=512)
def article_stems(text: str) -> frozenset[str]:
    """The same, of a text that is asked for again and again."""
    return frozenset(stem(word) for word in _vocabulary(text))


def telling_stems(text: str) -> frozenset[str]:
    """The stems of those of a text's words that say something of a topic."""
    return frozenset(stem(word) for word in words(text) if word not in STOP_WORDS)


def words(text: str) -> list[str]:
    """The lower-cased words of a text, without a possessive `'s`."""
    return [word.removesuffix("'s").removesuffix("’s") for word in _WORD.findall(text.lower())]


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """A lower-cased word's stem."""
    stemmed: str = _stemmer().stemWord(word)
    return stemmed


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    from Stemmer import Stemmer

    # Its own memory is not made for several threads; `stem` has one.
    return Stemmer("english", 0)


def names(question: str) -> list[str]:
    """The names in a question: runs of capitalised words, without titles and question words."""
    found = []
    for match in _NAME.finditer(question):
        parts = [part for part in words(match[0]) if part not in _NO_NAMES]
        # The first word of a question has its capital from its place.
        if match.start() == 0 and len(parts) == len(words(match[0])) == 1:
            continue
        if parts:
            found.append(" ".join(parts))
    return found


def missing_names(question: str, text: str) -> int:
    """How many names of a question a text has no part of, in no like spelling."""
    asked = names(question)
    if not asked:
        return 0
    there = _vocabulary(text)
    return sum(1 for name in asked if not any(_known(part, there) for part in name.split()))


def unknown_parts(statement: str, text: str) -> list[str]:
    """The parts of a statement's names that a text has in no spelling; a name need not be missing
    as a whole. The first word of the statement counts where it is no word that the text has small.
    """
    there = _vocabulary(text)
    parts = [part for name in names(statement) for part in name.split()]
    opening = re.match(r"\W*([^\W\d_a-z][\w'’-]+)", statement)
    if opening and opening[1].lower() not in STOP_WORDS | _NO_NAMES | _BEGINS:
        parts += words(opening[1])
    return [part for part in parts if not _known(part, there)]


def share_known(asked: str, text: str) -> float:
    """The share of the names, each with all its parts, and of the other telling words of what is
    asked for that a text has in some spelling; a title beside a name does not count. 1 where
    nothing tells.
    """
    told = [name.split() for name in names(f"by {asked}")]
    counted = {part for name in told for part in name} | (_NO_NAMES if told else set())
    told += [[word] for word in words(asked) if word not in STOP_WORDS | counted]
    there, known = frozenset(words(text)), stems(text)
    having = [any(stem(part) in known or _known(part, there) for part in one) for one in told]
    return sum(having) / len(having) if having else 1.0


def _known(part: str, there: frozenset[str]) -> bool:
    from rapidfuzz import fuzz, process

    if part in there or any(part in forms and forms & there for forms in _ONE_PLACE):
        return True
    # Demonyms and other spellings: Belarus, Belarusian; Lukashenka, Lukashenko.
    if len(part) < 4:
        return False
    if any(word.startswith(part[:5]) for word in there):
        return True
    return process.extractOne(part, there, scorer=fuzz.ratio, score_cutoff=_SAME_NAME) is not None


@lru_cache(maxsize=512)
def _vocabulary(text: str) -> frozenset[str]:
    dotted = (one[0].replace(".", "").lower() for one in _DOTTED.finditer(text))
    return frozenset(words(text)).union(dotted)
