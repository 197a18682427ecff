"""Compares what two sentences say by what can be compared without judgement: numbers, days,
weekdays, and words that stand in each other's place.

It says where two statements differ, never that they agree.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from index.searching import STOP_WORDS
from qa.words import stem

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
# Two sentences with at least this share of their words in the same order are one sentence with
# words exchanged.
ONE_SENTENCE = 0.6
# How far behind its number a thing that is counted may stand, in words.
COUNTED_WITHIN = 3
# Measures are compared where the text has this share of the statement's telling words.
ALIKE = 0.4
# A number that is told to be about so much may be this share more or less.
ABOUT = 0.05

_WEEKDAY = re.compile(r"\b(" + "|".join(WEEKDAYS) + r")s?\b", re.IGNORECASE)
_MONTH = "sept|" + "|".join(f"{month[:3]}(?:{month[3:]})?" for month in MONTHS)
_DAY = re.compile(
    rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s./,-]+(?:of\s+)?(?P<month>{_MONTH})\b"
    rf"(?:[\s./,-]+(?P<year>\d{{4}}))?"
    rf"|\b(?P<month2>{_MONTH})\.?\s+(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(?P<year2>\d{{4}}))?"
    r"|\b(?P<iso>\d{4}-\d{2}-\d{2})\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_NUMBER = re.compile(
    r"(?P<sign>[$€£¥]\s?)?(?<![\w.])(?P<value>\d{1,3}(?:,\d{3})+|\d+)(?P<part>\.\d+)?"
    r"(?P<scale>\s*(?:thousand|million|billion|trillion|mn|bn|m|k)\b)?"
    r"(?P<unit>\s*(?:%|percent\b|per cent\b))?",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"\b(?:about|almost|approximately|around|just (?:over|under)|nearly|roughly|some)\s+$",
    re.IGNORECASE,
)
# What only measures, or counts anybody, by its stem.
_MEASURES = frozenset(
    "% $ € £ ¥ cent degre dollar euro feet foot hour kilomet kilometr km meter metr mile minut "
    "month peopl person pound day week year percent ton tonn".split()
)
# Numbers that may be of anything too: somebody's age, a year of the calendar.
_AGE, _CALENDAR = "age", "year of the calendar"
_SCALES = {"thousand": 1e3, "k": 1e3, "million": 1e6, "mn": 1e6, "m": 1e6}
_SCALES |= {"billion": 1e9, "bn": 1e9, "trillion": 1e12}
# Of what is known already, "the two countries"; no text need count it.
_KNOWN_COUNT = re.compile(
    r"\b(the|these|those) (?:two|three|four|[234])\b(?= [a-z])", re.IGNORECASE
)
_WHO = r"(?:[Tt]he )?[^\W\d_a-z][\w'’-]*(?: [^\W\d_a-z][\w'’-]*)*"
# "Ada Lee has built": who does what, in the active voice.
_DOES = re.compile(rf"(?P<who>{_WHO}) (?:has |have |had |also )?(?P<does>[a-z]{{4,}}ed)\b")
# "built in 1990 by Ada Lee", "the building of it by Ada Lee"
_DONE_BY = re.compile(
    r"\b(?P<done>[a-z]{5,})\b(?=(?: [\w,-]+){0,10}? by "
    rf"(?P<who>(?:[a-z]+ )?{_WHO}(?:(?:,| and)? [^\W\d_a-z]\w*)*))"
)
# "Ada Lee has praised Ben Roe", "gave the prize to Ben Roe": who does it to whom, actively.
_DOES_TO = re.compile(
    rf"(?P<who>{_WHO}(?: and {_WHO})?) (?:has |have |had |also )?(?P<does>[a-z]{{3,}}) "
    r"(?:(?:the |an? |its |his |her |their )?[a-z-]+ (?:[a-z-]+ )?(?:against|for|from|of|on|to) )?"
    rf"(?P<whom>(?:the [a-z]+ )?{_WHO}(?: and {_WHO})?)"
)
# What two do alike, whoever is named first.
_MUTUAL = frozenset(
    "accompani adjoin border contact date divorc face fight join know marri match meet met resembl "
    "wed".split()
)
_ONE_COUNTRY = re.compile(r"\b(?:U\.S\.A?\.?|USA?|America)(?!\w)")
# So many letters tell a verb from others whatever its ending.
_ROOT = 5
_TOKEN = re.compile(r"[^\W_]+(?:[.,:'’-][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Difference:
    """What the other text has in place of what the statement has."""

    stated: str
    said: str

    @property
    def note(self) -> str:
        return f"says {self.said}, not {self.stated}"


def difference(statement: str, text: str) -> Difference | None:
    """The first thing that a text about the same matter says otherwise than a statement.

    That both are about the same matter is for the caller to know.
    """
    return next(_differences(_digits(statement), _digits(text)), None)


def missing_numbers(statement: str, text: str) -> list[str]:
    """The numbers, days and weekdays of a statement that a text does not have; how many of what is
    known already, as in `the two countries`, is none of them.
    """
    mine, theirs = _digits(_KNOWN_COUNT.sub(r"\1", statement)), _digits(text)
    there = _numbers(theirs)
    missing = [
        f"{one.value:g}" for one in _numbers(mine) if not any(one.may_be(other) for other in there)
    ]
    missing += [day for day in _weekdays(mine) if day not in _weekdays(theirs)]
    return missing


def with_other_values(statement: str, text: str, article: str) -> Iterator[tuple[Difference, str]]:
    """What a text has in place of a number or weekday of a statement that its article has nowhere,
    each with the statement that has that instead.
    """
    stated = _digits(statement)
    mine, theirs = _valued(stated), _valued(_digits(text))
    known = _valued(_digits(article))
    for one in mine:
        if any(one.same(other) for other in known):
            continue
        for other in theirs:
            if any(other.same(stated) for stated in mine) or not one.stands_for(other):
                continue
            told = Difference(one.told, other.told)
            yield told, stated[: one.start] + told.said + stated[one.start + len(one.told) :]


def other_agent(statement: str, text: str) -> bool:
    """Whether a text names somebody else as who did what a statement says: `Ada built it` where the
    text has `built by Ben`, or `the building of it by Ben`, or `Ben built` and no word of Ada.
    """
    statement, text = (_ONE_COUNTRY.sub("United States", one) for one in (statement, text))
    stated = _DOES.match(statement)
    if stated is None:
        return False
    root = stem(stated["does"].lower())[:_ROOT]
    who = [word[:_ROOT] for word in _TOKEN.findall(stated["who"].lower()) if word != "the"]
    agents = [
        found["who"].lower()
        for found in _DONE_BY.finditer(text)
        if found["done"].lower().startswith(root)
    ]
    if not any(word.lower()[:_ROOT] in who for word in _TOKEN.findall(text)):
        agents += [
            found["who"].lower() for found in _DOES.finditer(text) if found["does"].startswith(root)
        ]
    return bool(agents) and not any(name in agent for name in who for agent in agents)


def with_roles_exchanged(statement: str, text: str) -> str | None:
    """A statement of who does something to whom, with the two exchanged, where a text names them in
    that other order and not as `by` the first: `Ben praised Ada` of `Ada praised Ben` where the
    text has `Ben had praise for Ada`. None elsewhere.
    """
    stated = _DOES_TO.match(statement)
    if stated is None or stated["does"] in STOP_WORDS or stem(stated["does"]) in _MUTUAL:
        return None
    who, whom = (_TOKEN.findall(stated[name])[-1] for name in ("who", "whom"))
    first, second = (re.search(rf"\b{re.escape(name)}\b", text) for name in (who, whom))
    if first is None or second is None or first.start() < second.start():
        return None
    if re.search(rf"\bby (?:[\w.,'’-]+ ){{0,4}}{re.escape(who)}\b", text):
        return None
    between = statement[stated.end("who") : stated.start("whom")]
    return stated["whom"] + between + stated["who"] + statement[stated.end() :]


def _differences(statement: str, text: str) -> Iterator[Difference]:
    stated_days, said_days = _weekdays(statement), _weekdays(text)
    if stated_days and said_days and not set(stated_days) & set(said_days):
        yield Difference(stated_days[0].capitalize(), said_days[0].capitalize())
    stated, said = _dates(statement), _dates(text)
    if stated and said and not any(_same_day(a, b) for a in stated for b in said):
        yield Difference(_told(stated[0]), _told(said[0]))
    yield from _quantities(statement, text)
    yield from _exchanged(statement, text)


@dataclass(frozen=True, slots=True)
class _Number:
    """A number as exactly as it is told: it may be up to `off` more or less."""

    value: float
    off: float

    def may_be(self, other: "_Number") -> bool:
        """Whether both may be the same number, the one told more roughly than the other."""
        apart = abs(self.value - other.value)
        return apart <= max(self.off, other.off) + 1e-9 * abs(self.value)


@dataclass(frozen=True, slots=True)
class _Valued:
    """A number or weekday as it is told from `start` on, of what kind it is (a share, a price, a
    year), its value, and the stems of what it counts.
    """

    start: int
    told: str
    kind: str
    value: _Number | str
    counts: frozenset[str] = frozenset()

    def stands_for(self, other: "_Valued") -> bool:
        """Whether another one may stand in its place: both count the same, or nothing."""
        alike = self.counts & other.counts or self.counts == other.counts
        return self.kind == other.kind and bool(alike)

    def same(self, other: "_Valued") -> bool:
        """Whether both may be of one value."""
        if isinstance(self.value, _Number) and isinstance(other.value, _Number):
            return self.value.may_be(other.value)
        return self.value == other.value


def _valued(text: str) -> list[_Valued]:
    found = []
    for match in _NUMBER.finditer(text):
        kind = _kind(match)
        counts = _counts(text[match.end() :]) if kind == "number" else frozenset()
        found.append(_Valued(match.start(), match[0].strip(), kind, _number(match), counts))
    for match in _WEEKDAY.finditer(text):
        found.append(_Valued(match.start(), match[0], "weekday", match[1].lower()))
    return found


def _kind(number: re.Match[str]) -> str:
    if number["unit"]:
        return "%"
    if number["sign"]:
        return number["sign"].strip()
    return "year" if _YEAR.fullmatch(number[0].strip()) else "number"


def _counts(behind: str) -> frozenset[str]:
    """The stems of the words behind a number, as far as its clause goes."""
    clause = re.split(r"[.,;:!?)](?:\s|$)", behind, maxsplit=1)[0]
    near = [word.lower() for word in _TOKEN.findall(clause)[:COUNTED_WITHIN]]
    return frozenset(stem(word) for word in near if word not in STOP_WORDS)


def _weekdays(text: str) -> list[str]:
    return [match[1].lower() for match in _WEEKDAY.finditer(text)]


_Date = tuple[int, int, int | None]


def _dates(text: str) -> list[_Date]:
    """Days as (day, month, year or None)."""
    found: list[_Date] = []
    for match in _DAY.finditer(text):
        if match["iso"]:
            year, month, day = (int(part) for part in match["iso"].split("-"))
            found.append((day, month, year))
            continue
        named = (match["month"] or match["month2"]).lower()[:3]
        month = next(at for at, name in enumerate(MONTHS, 1) if name.startswith(named))
        told = match["year"] or match["year2"]
        found.append((int(match["day"] or match["day2"]), month, int(told) if told else None))
    return found


def _same_day(one: _Date, other: _Date) -> bool:
    years = {one[2], other[2]} - {None}
    return one[:2] == other[:2] and len(years) < 2


def _told(day: _Date) -> str:
    return f"{day[0]} {MONTHS[day[1] - 1].capitalize()}" + (f" {day[2]}" if day[2] else "")


def _quantities(statement: str, text: str) -> Iterator[Difference]:
    """Numbers of the same thing that differ: 20 years, 12 years. Of what is only measured, as in
    years or dollars, of ages and of years of the calendar only where enough of the other words are
    the same: it may be of anything.
    """
    said = list(_counted(text))
    mine, theirs = (_telling_stems(one) for one in (statement, text))
    alike = len(mine & theirs) >= ALIKE * len(mine)
    for number, things, told in _counted(statement):
        others = [other for other in said if things & other[1]]
        if not others or any(number.may_be(other) for other, _, _ in said):
            continue
        if alike or not things <= _MEASURES | {_AGE, _CALENDAR}:
            yield Difference(told, others[0][2])


def _telling_stems(text: str) -> frozenset[str]:
    """The stems of the words that tell what a text is about, without what only measures."""
    found = (word.lower() for word in _TOKEN.findall(text) if not word[0].isdigit())
    return frozenset(stem(word) for word in found if word not in STOP_WORDS) - _MEASURES


def _counted(text: str) -> Iterator[tuple[_Number, frozenset[str], str]]:
    """Every number with the stems of what it counts and how it is written; dates left out."""
    days = [match.span() for match in _DAY.finditer(text)]
    for match in _NUMBER.finditer(text):
        if any(start <= match.start() < end for start, end in days):
            continue
        after = text[match.end() : match.end() + 40]
        following = re.match(r"[\s-]*" + _TOKEN.pattern, after)
        things = set()
        told = match[0].strip()
        if re.match(r"[\s-]years?[\s-]old\b", after):
            things.add(_AGE)
            told += " years old"
        elif following and match["unit"] is None:
            word = following[0].strip(" -").split("-")[0]
            if word.lower() not in STOP_WORDS:
                things.add(stem(word.lower()))
                told += following[0]
        things |= {match["sign"].strip()} if match["sign"] else set()
        things |= {"%"} if match["unit"] else set()
        if not things and _YEAR.fullmatch(match[0].strip()):
            things.add(_CALENDAR)
        yield _number(match), frozenset(things), told


def _numbers(text: str) -> list[_Number]:
    return [_number(match) for match in _NUMBER.finditer(text)]


def _number(match: re.Match[str]) -> _Number:
    """A number with what it leaves open: `94 percent` may be 93.87, `about 30` also 31."""
    value, decimals = _value(match), len((match["part"] or ".")[1:])
    scale = _SCALES.get((match["scale"] or "").strip().lower(), 1.0)
    rounded = match["unit"] or match["scale"] or match["part"]
    off = scale * 10**-decimals / 2 if rounded else 0.0
    if _ABOUT.search(match.string[: match.start()]):
        off = max(off, ABOUT * value)
    return _Number(value, off)


def _value(match: re.Match[str]) -> float:
    scale = _SCALES.get((match["scale"] or "").strip().lower(), 1.0)
    return float(match["value"].replace(",", "") + (match["part"] or "")) * scale


def _exchanged(statement: str, text: str) -> Iterator[Difference]:
    """Names and numbers that stand in each other's place in what is otherwise one sentence."""
    mine, theirs = _TOKEN.findall(statement), _TOKEN.findall(text)
    lowered = [word.lower() for word in mine], [word.lower() for word in theirs]
    matcher = SequenceMatcher(None, *lowered, autojunk=False)
    if matcher.ratio() < ONE_SENTENCE:
        return
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind != "replace":
            continue
        stated = [w for w in mine[a:b] if _telling(w) and w.lower() not in lowered[1]]
        said = [w for w in theirs[c:d] if _telling(w) and w.lower() not in lowered[0]]
        if stated and said:
            told = Difference(" ".join(mine[a:b]), " ".join(theirs[c:d]))
            if _letters(told.stated) != _letters(told.said):
                yield told


def _letters(told: str) -> str:
    """A name however it is written: U.S., US and America are one."""
    plain = re.sub(r"\W", "", told).lower()
    return "us" if plain in ("usa", "america", "unitedstates") else plain


def _telling(word: str) -> bool:
    return (word[0].isupper() or word[0].isdigit()) and word.lower() not in STOP_WORDS


@lru_cache(maxsize=4096)
def _digits(text: str) -> str:
    """The text with its number words written in digits."""
    from text_to_num import alpha2digit

    # "3.2 million" is a number already; the library would write out the million by itself.
    short = re.sub(r"(?<=\d)\s*([mb])illion\b", r" \1n", text, flags=re.IGNORECASE)
    # From two on: "one" is a pronoun as often as a number.
    digits: str = alpha2digit(short, "en", threshold=1.5)
    return digits
