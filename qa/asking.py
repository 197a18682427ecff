"""What kind of thing a question asks for, and whether a sentence has one to offer."""

import re
from datetime import date

from qa.days import day_of

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


def offers(question: str, sentence: str, published: date | None) -> float:
    """Whether a sentence has a time or an amount to offer where the question asks for one: 1 if it
    has, -1 if not, a half for a weekday that cannot be dated; 0 where it asks for neither.
    """
    if asks_when(question):
        day = day_of(sentence, published)
        if day is not None:
            return 1.0 if day.date else 0.5
        return 1.0 if _SAYS_TIME.search(sentence) else -1.0
    if _AMOUNT.search(question):
        return 1.0 if _SAYS_AMOUNT.search(sentence) else -1.0
    return 0.0
