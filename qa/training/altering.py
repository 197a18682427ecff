"""Changes one thing a sentence says: a number, a day, a name, who does it to whom, an opposite or a
negation.

A changed claim contradicts its source; a changed question is no longer answered by its sentence.
"""

import random
import re
from collections.abc import Callable, Sequence

_NUMBER = re.compile(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?(?![\w])")
_NUMBER_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty "
    "fifty sixty hundred thousand million billion dozen"
).split()
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth last".split()
_MONTHS = (
    "january february march april may june july august september october november december"
).split()
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_KINDS = (_NUMBER_WORDS, _ORDINALS, [m for m in _MONTHS if m not in ("may", "march")], _WEEKDAYS)
_OPPOSITES = (
    "increase decrease|increased decreased|rise fall|rose fell|rising falling|more less|most least"
    "|before after|north south|northern southern|east west|eastern western|largest smallest"
    "|larger smaller|highest lowest|higher lower|won lost|win lose|winning losing|male female"
    "|father mother|son daughter|brother sister|husband wife|begin end|began ended|open closed"
    "|opened closed|accepted rejected|accept reject|allowed banned|allow ban|support oppose"
    "|supported opposed|supports opposes|success failure|successful unsuccessful|early late"
    "|earlier later|old new|older younger|always never|all none|with without|approved denied"
    "|confirmed denied|praised criticized|agreed refused|buy sell|bought sold|import export"
    "|ally rival|allies rivals|friendly hostile|enough insufficient|inside outside|above below"
    "|majority minority|public private|domestic foreign|stronger weaker|strong weak|good bad"
    "|better worse|best worst|arrived left|joined quit|gained lost|legal illegal|hot cold"
)
_OPPOSITE = {
    word: other
    for pair in _OPPOSITES.split("|")
    for word, other in (pair.split(), reversed(pair.split()))
}
_AUXILIARY = re.compile(
    r"\b(is|are|was|were|has|have|had|will|would|can|could|should|did|does|do|must|may)\b(?! not)",
    re.IGNORECASE,
)
_NOT = re.compile(r"\b(?:not|never) |n't\b", re.IGNORECASE)
# What holds of two in either order.
_EITHER_WAY = re.compile(
    r"\b(?:and|or|with|between|both|versus|vs|against|near|met|meets?|married|marry|marries|siblings?"
    r"|brothers?|sisters?|cousins?|friends?|rivals?|neighbou?rs?|borders?|together|each|also|same"
    r"|like|as)\b|[/-]",
    re.IGNORECASE,
)
_WHO = r"[A-Z][\w'’-]*[a-z](?: (?:of |de |al-)?[A-Z][\w'’-]*[a-z])*"
# One name at the beginning, another behind a few words that say what the one does to the other.
_TWO_NAMES = re.compile(
    rf"^(?P<one>{_WHO})(?P<does>(?: [a-z]+){{1,6}} )(?P<other>{_WHO})(?P<rest>(?: [a-z].*)?\.?)$"
)
_NO_NAME = re.compile(r"^(?:[A-Z][a-z]{0,3}|There|These|Those|After|Before|Most|Many|Some)\b")
_NAME = re.compile(r"(?<=[\w,;:'’\"] )[A-Z][\w'’-]+(?: (?:of |the |de |al-)?[A-Z][\w'’-]+)*")

Change = Callable[[str, random.Random, Sequence[str]], str | None]


def names_in(text: str) -> list[str]:
    """Capitalised names that do not open the sentence; none in lower-cased text."""
    return [found.group() for found in _NAME.finditer(text)]


def change_number(text: str, rng: random.Random, _names: Sequence[str]) -> str | None:
    found = list(_NUMBER.finditer(text))
    if not found:
        return None
    one = rng.choice(found)
    digits = one.group().replace(",", "")
    if "." in digits:
        new = f"{float(digits) * rng.choice((0.5, 1.5, 2, 3)):.{len(digits.split('.')[1])}f}"
    elif len(digits) == 4 and digits[:2] in ("17", "18", "19", "20"):
        new = str(int(digits) + rng.choice((-30, -10, -7, -3, -2, -1, 1, 2, 3, 5, 8, 20)))
    else:
        value = int(digits)
        new = str(rng.choice((value + 1, value + 2, value + 7, value * 2, value * 10, value // 2)))
        if "," in one.group():
            new = f"{int(new):,}"
    return None if new == digits else text[: one.start()] + new + text[one.end() :]


def change_word(text: str, rng: random.Random, _names: Sequence[str]) -> str | None:
    """Another number word, ordinal, month or weekday."""
    found = [
        (word, kind)
        for kind in _KINDS
        for word in re.finditer(rf"\b(?:{'|'.join(kind)})\b", text, re.IGNORECASE)
    ]
    if not found:
        return None
    one, kind = rng.choice(found)
    new = rng.choice([word for word in kind if word != one.group().lower()])
    if one.group()[0].isupper():
        new = new.capitalize()
    return text[: one.start()] + new + text[one.end() :]


def change_name(text: str, rng: random.Random, names: Sequence[str]) -> str | None:
    """Another of the names given in the place of one."""
    found = list(_NAME.finditer(text))
    if not found:
        return None
    one = rng.choice(found)
    others = [name for name in names if name not in text and one.group() not in name]
    return text[: one.start()] + rng.choice(others) + text[one.end() :] if others else None


def change_roles(text: str) -> str | None:
    """Two names in each other's place: who did it is now whom it was done to. None where it may be
    true as well.
    """
    found = _TWO_NAMES.match(text)
    if not found or _NO_NAME.match(text) or _EITHER_WAY.search(text):
        return None
    return found["other"] + found["does"] + found["one"] + found["rest"]


def change_opposite(text: str, rng: random.Random, _names: Sequence[str]) -> str | None:
    found = [one for one in re.finditer(r"[a-z]+", text) if one.group() in _OPPOSITE]
    if not found:
        return None
    one = rng.choice(found)
    return text[: one.start()] + _OPPOSITE[one.group()] + text[one.end() :]


def change_negation(text: str, rng: random.Random, _names: Sequence[str]) -> str | None:
    """Without its "not", or with one."""
    if _NOT.search(text):
        return _NOT.sub("", text, count=1)
    found = list(_AUXILIARY.finditer(text))
    if not found:
        return None
    one = rng.choice(found)
    return f"{text[: one.end()]} not{text[one.end() :]}"


# What a claim changed so says, its source denies.
CONTRADICTING: tuple[Change, ...] = (change_number, change_word, change_opposite, change_negation)
QUESTION_CHANGES: tuple[Change, ...] = (
    change_number,
    change_word,
    change_name,
    change_name,
    change_opposite,
)


def altered(
    text: str, rng: random.Random, names: Sequence[str], changes: Sequence[Change]
) -> str | None:
    """The text with one thing changed, or None where there is nothing to change."""
    for change in rng.sample(changes, len(changes)):
        new = change(text, rng, names)
        if new and new != text:
            return new
    return None
