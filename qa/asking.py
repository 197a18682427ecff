"""What kind of thing a question asks for, and whether a sentence has one to offer."""

import re
from datetime import date
from functools import lru_cache

from index.searching import STOP_WORDS
from qa.days import day_of
from qa.words import words

_TIME = re.compile(
    r"^\W*(?:since |until )?"
    r"(?:when\b|(?:on |in |at )?(?:which|what) (?:date|day|weekday|month|year)\b"
    r"|what (?:is|was) the (?:date|day|weekday|month|year)\b)",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    r"\bhow (?:many|much|old|long|tall|far|often|large|big|high)\b"
    r"|\bwhat (?:percentage|percent|share|number|price|amount|sum)\b",
    re.IGNORECASE,
)
_NAMED = (
    "actor actress agency airline author bank billionaire body brand broadcaster candidate capital "
    "celebrity city club coach company corporation country department dish film firm founder game "
    "governor group host island judge lawmaker leader magazine maker member minister movie "
    "nation network newspaper official organisation organization outlet park party people person "
    "player politician president prince princess queen king region retailer river "
    "senator show singer star state stadium team town tribe university village volcano winner"
)
_NAME = re.compile(
    r"\b(?:who|whom|whose|where)\b|\b(?:which|what)(?: [\w'’-]+){0,2} "
    rf"(?:{'|'.join(_NAMED.split())}|companies|countries|cities|parties|universities)s?\b",
    re.IGNORECASE,
)
_COUNTRY = re.compile(r"\b(?:which|what)(?: [\w'’-]+){0,2} (?:countr|nation)", re.IGNORECASE)
# Of these no country is one; a team or a winner may be.
_NO_COUNTRY = re.compile(
    r"\b(?:which|what)(?: [\w'’-]+){0,2} (?:act(?:or|ress)|agency|airline|author|bank|brand|"
    r"billionaire|celebrity|coach|company|corporation|firm|founder|judge|king|lawmaker|leader|magazine|"
    r"minister|newspaper|person|player|politician|president|prince|princess|queen|retailer|senator|"
    r"singer|star|university)",
    re.IGNORECASE,
)
# What has capitals, but not from opening a sentence.
_CAPITALS = re.compile(r"(?<![.?!] )(?<!^)\b[^\W\d_a-z][\w'’-]+(?: [^\W\d_a-z][\w'’-]+)*")
_DATES = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may "
    "june july august september october november december".split()
)
# Countries as the news calls them, beside their names.
_CALLED = ("us", "usa", "u s", "america", "uk", "u k", "britain", "england", "scotland", "holland")
_NAME_OR_NUMBER = re.compile(r"\b[^\W\d_a-z][\w'’-]+|\b\d[\d,.]*\b")
_OUTLET = re.compile(
    r"\b(?:which|what)\s+(?:news\s*)?(?:agency|agencies|outlets?|(?:news)?papers?|publishers?|"
    r"publications?|(?:web)?sites?|sources?|media|broadcasters?|channels?|organi[sz]ations?|"
    r"wires?|articles?|reports?)\b.*\b(?:publish|report|carr|cover|r[au]n|say|said|wr[io]t|"
    r"mention|quot|call|describ|nam|stor|announc|state)",
    re.IGNORECASE,
)
_SAYS_TIME = re.compile(
    r"\d|\b(?:january|february|march|april|june|july|august|september|october|november|december"
    r"|spring|summer|autumn|winter|century|decade|year|month|week|day|morning|evening|night|ago)s?\b",
    re.IGNORECASE,
)
_SAYS_AMOUNT = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|hundred|thousand"
    r"|million|billion|half|third|quarter|double|twice|once|hours?|days?|weeks?"
    r"|months?|years?|decades?)\b",
    re.IGNORECASE,
)


def asks_when(question: str) -> bool:
    return bool(_TIME.search(question))


def asks_outlet(question: str) -> bool:
    return bool(_OUTLET.search(question))


def reported(question: str) -> str | None:
    """What was reported, of a question which outlet did so; None of another question."""
    found = _OUTLET.search(question)
    return question[: found.start()] + question[found.end() :] if found else None


def asks_name(question: str) -> bool:
    """Whether somebody or something with a name of its own is asked for."""
    return bool(_NAME.search(question))


def offers(question: str, sentence: str, published: date | None) -> float:
    """Whether a sentence has what the question asks for, a time, an amount or a name: 1 if it has,
    -1 if not, a half for a weekday that cannot be dated; 0 where it asks for nothing of the kind,
    or for an outlet, which is known of the article.
    """
    if asks_outlet(question):
        return 0.0
    if asks_when(question):
        day = day_of(sentence, published)
        if day is not None:
            return 1.0 if day.date else 0.5
        return 1.0 if _SAYS_TIME.search(sentence) else -1.0
    if _AMOUNT.search(question):
        return 1.0 if _SAYS_AMOUNT.search(sentence) else -1.0
    if asks_name(question):
        return 1.0 if _new_names(question, sentence) else -1.0
    return 0.0


def answers_of_kind(question: str, sentence: str) -> frozenset[str]:
    """The names and numbers of a sentence that a question does not name, where it asks for a time,
    an amount or a name: one of them may be the answer.
    """
    if not (asks_when(question) or _AMOUNT.search(question) or asks_name(question)):
        return frozenset()
    found = {word for one in _NAME_OR_NUMBER.finditer(sentence) for word in words(one[0])}
    return frozenset(found - set(words(question)) - STOP_WORDS)


def _new_names(question: str, sentence: str) -> bool:
    """Whether a sentence names what the question does not, and that can be what it asks for: a
    country where it asks for one, none where it asks for a company or a person.
    """
    asked = set(words(question)) | _DATES
    named = [one[0] for one in _CAPITALS.finditer(sentence) if set(words(one[0])) - asked]
    if _COUNTRY.search(question):
        return any(_has_country(one) for one in named)
    if _NO_COUNTRY.search(question):
        return any(" ".join(words(one)) not in _countries() for one in named)
    return bool(named)


def _has_country(named: str) -> bool:
    """Whether a country, or its people, is named among capitalised words."""
    told = words(named)
    spans = {" ".join(told[a:b]) for a in range(len(told)) for b in range(a + 1, len(told) + 1)}
    return any(
        span in _countries()
        or any(len(name) > 3 and span.startswith(name[:5]) for name in _countries())
        for span in spans
    )


@lru_cache(maxsize=1)
def _countries() -> frozenset[str]:
    """The names of countries in English, as words are compared."""
    from babel import Locale

    names = Locale("en").territories
    countries = {name for code, name in names.items() if len(code) == 2}
    return frozenset(" ".join(words(name)) for name in countries).union(_CALLED)
