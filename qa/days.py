"""The days that a sentence speaks of, counted from its article's date where it names none."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from index.dating import find_day
from qa.differing import WEEKDAYS

_WEEKDAY = re.compile(r"\b(" + "|".join(WEEKDAYS) + r")\b", re.IGNORECASE)
_TODAY = re.compile(r"\b(?:today|this (?:morning|afternoon|evening)|tonight)\b", re.IGNORECASE)
_YESTERDAY = re.compile(r"\byesterday\b", re.IGNORECASE)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = (
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH}|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?)"
    r"(?:,? \d{4})?"
    r"|\d{4}-\d{2}-\d{2}"
)
# "on a Friday", "on 13 March 2023", "on Monday, 13 March 2023"
_ON_DAY = re.compile(
    rf",?\s*\b(?:on|this|last)\s+(?:an?\s+|the\s+)?(?:(?:{'|'.join(WEEKDAYS)})(?:,?\s+(?:{_DAY}))?|{_DAY})"
    r"(?=[\s.,;?!]|$),?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Day:
    """A day as far as it is known: its date, or only what day of the week it is."""

    date: date | None
    weekday: int

    @property
    def told(self) -> str:
        if self.date is None:
            return WEEKDAYS[self.weekday].capitalize()
        return f"{WEEKDAYS[self.weekday].capitalize()}, {self.date.day} {self.date:%B %Y}"

    def is_same(self, other: "Day") -> bool | None:
        """Whether both are one day; None where too little is known of one to tell."""
        if self.date is None or other.date is None:
            # A weekday is met by any such day; of a date an undated weekday tells nothing.
            return None if self.date else self.weekday == other.weekday
        return self.date == other.date


def day_of(text: str, published: date | None) -> Day | None:
    """The day a sentence speaks of: the one it names, or the one that its "Monday", "today" or
    "yesterday" means, the last before the article's date.
    """
    named = find_day(text)
    if named:
        return Day(named, named.weekday())
    weekday = _WEEKDAY.search(text)
    if weekday:
        number = WEEKDAYS.index(weekday[1].lower())
        if published is None:
            return Day(None, number)
        return Day(published - timedelta(days=(published.weekday() - number) % 7), number)
    back = 0 if _TODAY.search(text) else 1 if _YESTERDAY.search(text) else None
    if published is None or back is None:
        return None
    day = published - timedelta(days=back)
    return Day(day, day.weekday())


def without_day(statement: str) -> tuple[str, Day] | None:
    """A statement without "on Friday" or "on 13 March 2023", and that day; None without one."""
    found = _ON_DAY.search(statement)
    if found is None:
        return None
    # What the statement says of the day must not be counted from any article's date.
    day = day_of(found[0], None)
    rest = f"{statement[: found.start()].rstrip()} {statement[found.end() :].lstrip()}"
    rest = re.sub(r"\s+([.,;?!])", r"\1", rest).strip(" ,")
    return (rest[:1].upper() + rest[1:], day) if day and len(rest.split()) >= 2 else None
