"""Dating knows on which day a piece of text says that something was published.

Only a whole day counts: day, month and year all said, in an order that can be read one way
only, not before newspapers and not after today.
"""

import re
from datetime import date, timedelta
from functools import lru_cache

_YEAR = r"(?:19|20)\d{2}"
_MONTH = r"[^\W\d_]{3,12}"
_NAMED = "|".join(
    (
        rf"\d{{1,2}}(?:st|nd|rd|th|º|ª)?[\s./,-]*(?:of\s+|de\s+)?{_MONTH}\.?[\s./,-]*(?:de[l]?\s+)?{_YEAR}",
        rf"{_MONTH}\.?\s*\d{{1,2}}(?:st|nd|rd|th)?,?\s+{_YEAR}",
        rf"{_YEAR}[\s./,-]+{_MONTH}\.?[\s./,-]+\d{{1,2}}",
    )
)
_TIME = re.compile(
    r"^[T\s,|-]*\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?\s*(?:Z|[+-]\d{2}:?\d{2}|[AP]M|GMT|UTC)?", re.I
)
_LANGUAGES = (
    *("ru", "uk", "be", "de", "fr", "es", "it", "pt", "nl", "pl", "cs", "sv", "da", "nb"),
    *("fi", "tr", "ro", "hu", "el", "bg", "sr", "hr", "ar", "fa", "he", "id"),
)
_DATE = re.compile(
    rf"(?<![\w/.-])(?:(?P<iso>{_YEAR}-\d{{1,2}}-\d{{1,2}})(?:(?=T\d)|(?![\w-]))"
    rf"|(?P<big>{_YEAR}[./]\d{{1,2}}[./]\d{{1,2}})(?![\w/])"
    rf"|(?P<small>\d{{1,2}}(?P<mark>[./-])\d{{1,2}}(?P=mark){_YEAR})(?![\w/])"
    rf"|(?P<named>{_NAMED})(?!\w)"
    rf"|(?P<cjk>{_YEAR}\s*[年년]\s*\d{{1,2}}\s*[月월]\s*\d{{1,2}}\s*[日일]))",
    re.IGNORECASE,
)


def find_day(text: str, *, future_too: bool = False) -> date | None:
    """The first day that `text` names in full; `future_too`: also one that is still to come.

    "Today" ends a day later here, because it does so for a paper in Auckland.
    """
    for match in _DATE.finditer(text):
        day = _day(match)
        if day is not None and (future_too or day <= date.today() + timedelta(days=1)):
            return day
    return None


def without_days(text: str) -> str | None:
    """The text without the day it names; None where it names none, or several."""
    days = {_day(match) for match in _DATE.finditer(text)}
    return _DATE.sub(" ", text) if len(days) == 1 and None not in days else None


def day_at_end(text: str) -> tuple[str, date] | None:
    """The text before a date that ends it, without the dash or bracket between, and the date."""
    for match in _DATE.finditer(text):
        after = _TIME.sub("", text[match.end() :]).strip(" )].|")
        before = text[: match.start()].rstrip()
        if after or not before or before[-1] not in "-–—|,(/[•·:":
            continue
        day = _day(match)
        if day is not None and day <= date.today() + timedelta(days=1):
            return before.rstrip(" -–—|,(/[•·:"), day
    return None


def _day(match: re.Match[str]) -> date | None:
    if match["named"]:
        return _named_day(match["named"])
    said = match["iso"] or match["big"] or match["small"] or match["cjk"]
    first, second, third = (int(part) for part in re.findall(r"\d+", said))
    if not match["small"]:
        return _valid(first, second, third)
    # 13.03.2023 is day first wherever dots are used; 03/04/2023 depends on who wrote it.
    if match["mark"] == "." or first > 12 or first == second:
        return _valid(third, second, first)
    return _valid(third, first, second) if second > 12 else None


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def _named_day(said: str) -> date | None:
    import dateparser

    plain = " ".join(re.sub(r"(?<=\d)(?:st|nd|rd|th)\b|[/.,-]", " ", said).split())
    # English alone first: trying every locale of the library takes seconds.
    for languages in (["en"], list(_LANGUAGES)):
        found = dateparser.parse(
            plain,
            languages=languages,
            settings={"STRICT_PARSING": True, "REQUIRE_PARTS": ["day", "month", "year"]},
        )
        if found:
            day: date = found.date()
            return day
    return None
