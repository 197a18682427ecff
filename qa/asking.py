"""What kind of thing a question asks for, and whether a sentence has one to offer."""

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from math import log1p

from index.searching import STOP_WORDS
from qa.days import day_of
from qa.words import stem, stems, words

_YES_NO = re.compile(
    r"^\W*(?:did|do|does|is|are|was|were|has|have|had|can|could|will|would|should)\s+(?P<rest>.+)$",
    re.IGNORECASE,
)
# Asks politely, or for what is only told in a clause of its own: "Can you tell me who came?"
_NO_YES_NO = re.compile(
    r"^\W*\w+\s+(?:you|we|i)\b"
    r"|\b(?:clear|explain|know|known|mention|report|reported|said|say|tell|told)\b"
    r".*\b(?:who|whom|whose|what|when|where|which|why|how)\b",
    re.IGNORECASE,
)
_SPEAKER = re.compile(
    r"^\W*(?:and |but |so )?(?:what|how) (?:did|does|do|has|have|had) "
    r"(?P<who>(?!(?:the one|those) who\b).+?) "
    r"(?:say|said|tell|told|think|thought|feel|felt|writ(?:e|ten)|wrote"
    r"|(?:announc|argu|believ|claim|comment|demand|describ|explain|express|post|prais|predict"
    r"|promis|react|recommend|respond|stress|suggest|tweet|urg|warn)(?:e|ed)?)\b",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"^\W*(?:since |until )?"
    r"(?:when\b|(?:on |in |at )?(?:which|what) (?:date|day|weekday|month|time|year)\b"
    r"|what (?:is|was) the (?:date|day|weekday|month|year)\b)",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    r"\bhow (?:many|much|old|long|tall|far|often|large|big|high|strong|deep|fast|heavy|hot|cold"
    r"|wide|late|soon|sure|certain|powerful)\b"
    r"|\bwhat (?:percentage|percent|share|number|price|amount|sum)\b",
    re.IGNORECASE,
)
# What a number of something else than is asked for offers, and how far behind its number the thing
# that is counted may stand, in words.
OTHER_NUMBER = 0.3
COUNTED_WITHIN = 4
# What is counted, as far as it can be told: the words up to the next that says nothing.
_COUNTED = re.compile(r"\bhow many ((?:[\w'’-]+ ?){1,4})", re.IGNORECASE)
_PLACE = re.compile(r"\bwhere\b|\b(?:which|what) (?:place|location|venue)\b", re.IGNORECASE)
_NAMED = (
    "actor actress agency airline author bank billionaire body brand broadcaster candidate capital "
    "celebrity city club coach company continent corporation country department film firm founder "
    "game governor group holiday host hurricane island judge lawmaker leader magazine maker member "
    "minister mission movie "
    "nation network newspaper official organisation organization outlet park party people person "
    "player politician president prince princess queen king region retailer river "
    "senator show singer star state stadium storm team town tribe university village volcano winner"
)
# "which German football club", "which of the clubs", but not "what did the club".
_WHICH = (
    r"\b(?:which|what)(?: of (?:the|these|those))?(?: "
    r"(?!(?:did|do|does|has|have|had|can|could|will|would|should|may|might)\b)[\w'’-]+){0,2}"
)
_NAME = re.compile(
    rf"\b(?:who|whom|whose)\b|{_WHICH} "
    rf"(?:{'|'.join(_NAMED.split())}|companies|countries|cities|parties|universities)s?\b"
    r"|\bwhat (?:is|are|was|were) .*\b(?:called|named)\b|\bnames? of\b",
    re.IGNORECASE,
)
# The words that ask, with what they ask for.
_ASKING = re.compile(
    r"\b(?:(?:on|in|at|by|for|from|to|since|until|of|with) )?(?:(?:which|what|whose)"
    rf"(?: [\w'’-]+){{0,2}}? (?:{'|'.join(_NAMED.split())}|companies|countries|cities|parties"
    r"|universities|date|day|weekday|month|year|percentage|percent|share|number|price|amount|sum)s?\b"
    r"|how (?:many|much|old|long|tall|far|often|large|big|high|strong|deep|fast)\b"
    r"|whom?|whose|where|when|which|what|why|how)\b",
    re.IGNORECASE,
)
_COUNTRY = re.compile(rf"{_WHICH} (?:countr|nation)", re.IGNORECASE)
# Of these no country is one; a team or a winner may be.
_NO_COUNTRY = re.compile(
    rf"{_WHICH} (?:act(?:or|ress)|agency|airline|author|bank|brand|"
    r"billionaire|celebrity|coach|company|corporation|firm|founder|judge|king|lawmaker|leader|magazine|"
    r"minister|newspaper|person|player|politician|president|prince|princess|queen|retailer|senator|"
    r"singer|star|university)",
    re.IGNORECASE,
)
_CAPITALS = re.compile(r"\b[^\W\d_a-z][\w'’-]*(?: [^\W\d_a-z][\w'’-]*)*")
_DATES = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may "
    "june july august september october november december".split()
)
# Countries as the news calls them, beside their names.
_CALLED = ("us", "usa", "u s", "america", "uk", "u k", "britain", "england", "scotland", "holland")
_OUTLET = re.compile(
    r"\b(?:which|what)\s+(?:news\s*)?(?:agency|agencies|outlets?|(?:news)?papers?|publishers?|"
    r"publications?|(?:web)?sites?|sources?|media|broadcasters?|channels?|organi[sz]ations?|"
    r"wires?|articles?|reports?)\b.*\b(?:publish|report|carr|cover|r[au]n|say|said|wr[io]t|"
    r"mention|quot|call|describ|nam|stor|announc|state)",
    re.IGNORECASE,
)
# What is still to come: in a question ("Will" begins one or is a name), and in a sentence.
_ASKS_AHEAD = re.compile(
    r"^\W*Will\b|\b(?:will|won['’]t|going to"
    r"|(?:is|are) (?:\w+ )?(?:expected|due|supposed|scheduled|set|planned|likely|about) to)\b"
    r"|^(?!.*\b(?:did|was|were|had|happened)\b).*\bnext\b"
)
_SAYS_AHEAD = re.compile(
    r"\b(?:will|won['’]t|shall|would|may|might|could|going to|to be|due|set to|next|until|soon"
    r"|later|future|ahead|(?:up)?coming|likely|once|(?:expect|plan|schedul|intend|aim|propos|hop"
    r"|want|promis|pledg|vow|invit)\w*)\b|\w['’]ll\b",
    re.IGNORECASE,
)
# What is so at present: of a year that is named it is not.
_ASKS_NOW = re.compile(
    r"\b(?:now(?:adays)?|to(?:day|night|morrow)|yesterday|current(?:ly)?|presently|recent(?:ly)?"
    r"|latest|newest|so far|these days|upcoming|ongoing|(?:this|last|past|next|coming) (?:few )?"
    r"(?:days?|weeks?|weekend|months?|quarter|years?|season|spring|summer|fall|autumn|winter"
    r"|morning|afternoon|evening))\b",
    re.IGNORECASE,
)
_NAMED_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_SAYS_TIME = re.compile(
    r"\d|\b(?:january|february|march|april|june|july|august|september|october|november|december"
    r"|spring|summer|autumn|winter|century|decade|year|month|week|day|morning|evening|night|ago)s?\b",
    re.IGNORECASE,
)
_NUMBER = (
    r"(?:[$€£]\s?)?\d[\d,.]*|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven"
    r"|twelve|dozens?|hundreds?|thousands?|millions?|billions?|half|third|quarter|double|twice|once"
    r"|no|none)\b"
)
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d$")
_NUMBERS = re.compile(_NUMBER, re.IGNORECASE)
# Of what kind a number must be, by the word behind "how" or for "what percentage": what stands
# next to it.
_TIME_UNIT = (
    r"(?:seconds?|minutes?|hours?|days?|nights?|weeks?|months?|years?|decades?|centur(?:y|ies))"
)
_LENGTH = (
    r"(?:miles?|kilomet(?:er|re)s?|km|(?:centi|milli)?met(?:er|re)s?|m|feet|foot|ft|inch(?:es)?"
    r"|yards?)"
)
_UNITS = {
    "old": r"(?:years?|months?|weeks?|days?)(?:[ -]old)?",
    "long": rf"(?:{_TIME_UNIT}|{_LENGTH})",
    "often": r"(?:times?|a|per|every)",
    "late": _TIME_UNIT,
    "soon": _TIME_UNIT,
    "fast": r"(?:mph|km/h|miles|kilomet(?:er|re)s?|knots|per)",
    "hot": r"(?:degrees?|°)",
    "cold": r"(?:degrees?|°)",
    "sure": r"(?:%|percent|per cent)",
    "certain": r"(?:%|percent|per cent)",
    "percentage": r"(?:%|percent|per cent)",
    "percent": r"(?:%|percent|per cent)",
    "share": r"(?:%|percent|per cent)",
    "strong": r"(?:magnitude|on the|mph|km/h|points?|percent|%)",
    "powerful": r"(?:magnitude|on the|mph|km/h)",
    "heavy": r"(?:pounds?|lbs?|kilo(?:gram)?s?|kg|tons?|tonnes?|stone|grams?)",
    "much": r"(?:%|percent|per cent|dollars?|euros?|pounds?|rubles?|yuan|yen|million|billion"
    r"|trillion|tons?|tonnes?|barrels?|points?|times)",
} | dict.fromkeys(("tall", "far", "high", "deep", "wide"), _LENGTH)
_MONEY = re.compile(r"[$€£¥]")
_HOW = re.compile(r"\b(?:how|what) (?P<asked>\w+)", re.IGNORECASE)
_AGED = re.compile(r"\b[Aa]ged? \d+|[A-Za-z.], \d{1,3},|\d-year-old")
# A place that has a name, or is one by its nature.
_AT = r"\b(?:in|at|near|to|from|outside|inside|across|off|through|around|on|into|over)\s+"
_NAMED_PLACE = re.compile(
    rf"{_AT}(?:(?:the|an?|its|his|her|their)\s+)?(?:[a-z-]+\s+){{0,2}}(?=[^\W\d_a-z])"
)
_PLACE_NOUN = re.compile(
    rf"{_AT}(?:(?:the|an?|its|his|her|their)\s+)?(?:[\w'’-]+\s+){{0,2}}(?:airport|apartment|bank|bar|"
    r"base|beach|border|bridge|building|camp|capital|center|centre|church|city|coast|court|"
    r"courthouse|factory|field|forest|garden|gym|harbou?r|home|hospital|hotel|house|island|jail|lake|lobby|"
    r"mall|market|mosque|mountains?|museum|office|park|plant|port|prison|restaurant|river|road|room|"
    r"school|sea|shop|stadium|station|store|street|suburb|square|theat(?:er|re)|town|university|"
    r"village|warehouse)s?\b",
    re.IGNORECASE,
)


def statement_asked(question: str) -> str | None:
    """What a question asks to be told is so or is not, as a statement; None of another question."""
    asked = _YES_NO.match(question)
    if asked is None or _NO_YES_NO.search(question):
        return None
    rest = asked["rest"].rstrip("?？ ")
    return f"{rest[:1].upper()}{rest[1:]}."


def speaker_asked(question: str) -> str | None:
    """Whose words a question asks for, as it tells them; None of another question."""
    asked = _SPEAKER.match(question)
    return asked["who"] if asked else None


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


def offers(question: str, sentence: str, published: date | None, article: str = "") -> float:
    """How far a sentence has what the question asks for, a time, an amount, a place or a name: 1 if
    it has, -1 if not, between them what may be one; 0 where it asks for nothing of the kind, or
    for an outlet, which is known of the article. What is still to come is not told by a sentence
    that has no word for that, nor the last word of the question: that may have come by now.

    `article` is the text around the sentence, which tells a name at its beginning.
    """
    if asks_outlet(question):
        return 0.0
    if _behind_time(question, sentence):
        return -1.0
    if asks_when(question):
        day = day_of(sentence, published)
        if day is not None:
            return 1.0 if day.date else 0.5
        return 1.0 if _SAYS_TIME.search(sentence) else -1.0
    if _AMOUNT.search(question):
        return _amount_offered(question, sentence)
    if _PLACE.search(question):
        return 1.0 if _has_place(question, sentence) else -1.0
    if asks_name(question):
        return 1.0 if names_offered(question, sentence, article) else -1.0
    return 0.0


def _behind_time(question: str, sentence: str) -> bool:
    """Whether what is still to come is asked for, by the last of the question's sentences, and a
    sentence does not tell of it.
    """
    asked = re.split(r"[.!?]\s+", question.strip())[-1]
    if not _ASKS_AHEAD.search(asked) or _SAYS_AHEAD.search(sentence):
        return False
    telling = [stem(word) for word in words(asked) if word not in STOP_WORDS]
    return not telling or telling[-1] not in stems(sentence)


def asks_of_now(question: str) -> bool:
    """Whether a question is on what is so, or came about, at the time when it is asked."""
    return bool(_ASKS_NOW.search(question)) and not _NAMED_YEAR.search(question)


def outdated(question: str, behind: int) -> float:
    """How much too old an article is that is `behind` the newest one by so many days: the logarithm
    of years, 0 for a question that is not on the present.
    """
    return log1p(behind / 365) if asks_of_now(question) else 0.0


def answers_of_kind(question: str, sentence: str) -> frozenset[str]:
    """What of a sentence may be the answer where a time, an amount, a place or a name is asked for:
    its numbers or its names, as words, that the question does not have.
    """
    if _AMOUNT.search(question):
        found = [one[0] for one in _amounts(sentence)]
    elif asks_when(question):
        found = [one[0] for one in _NUMBERS.finditer(sentence)]
        found += [word for word in words(sentence) if word in _DATES]
    elif asks_name(question) or _PLACE.search(question):
        found = [one[0] for one in _CAPITALS.finditer(sentence)]
    else:
        return frozenset()
    told = {word for one in found for word in words(one)}
    return frozenset(told - set(words(question)) - STOP_WORDS)


def _amounts(sentence: str) -> Iterator[re.Match[str]]:
    """The numbers of a sentence that are not years."""
    return (one for one in _NUMBERS.finditer(sentence) if not _YEAR.match(one[0].rstrip(",.")))


def _amount_offered(question: str, sentence: str) -> float:
    """1 for a number of what is counted, or with a measure where an amount of another kind is asked
    for; less for a number of something else.
    """
    numbers = list(_amounts(sentence))
    if not numbers:
        return -1.0
    counted = _COUNTED.search(question)
    if counted:
        nouns = {stem(word) for word in words(counted[1]) if word not in STOP_WORDS}
        near = (words(sentence[one.end() : one.end() + 60])[:COUNTED_WITHIN] for one in numbers)
        fits = any(nouns & {stem(word) for word in behind} for behind in near)
    else:
        how = _HOW.search(question)
        asked = how["asked"].lower() if how else ""
        unit = _UNITS.get(asked)
        fits = unit is None or any(
            re.match(
                rf"[\s-]*(?:more |full )?{unit}(?![a-z])", sentence[one.end() :], re.IGNORECASE
            )
            for one in numbers
        )
        fits = fits or (asked == "much" and bool(_MONEY.search(sentence)))
        fits = fits or (asked == "old" and bool(_AGED.search(sentence)))
    return 1.0 if fits else OTHER_NUMBER


def _has_place(question: str, sentence: str) -> bool:
    asked = set(words(question))
    for one in _NAMED_PLACE.finditer(sentence):
        name = _CAPITALS.match(sentence, one.end())
        if name and set(words(name[0])) - asked - _DATES:
            return True
    return any(words(one[0])[-1] not in asked for one in _PLACE_NOUN.finditer(sentence))


def names_offered(question: str, sentence: str, article: str) -> list[str]:
    """What a sentence names that the question does not, and that can be what it asks for: a
    country where it asks for one, none where it asks for a company or a person.
    """
    asked = set(words(question)) | _DATES
    named = [one for one in _names(sentence, article) if set(words(one)) - asked]
    if _COUNTRY.search(question):
        return [one for one in named if _has_country(one)]
    if _NO_COUNTRY.search(question):
        return [one for one in named if " ".join(words(one)) not in _countries()]
    return named


def _names(sentence: str, article: str) -> Iterator[str]:
    """The capitalised words of a sentence that do not have their capital from its beginning."""
    for one in _CAPITALS.finditer(sentence):
        opens = not one.start() or re.search(r"[.?!:]\W*$|^\W*$", sentence[: one.start()])
        first, _, rest = one[0].partition(" ")
        if not opens or is_name(first, article):
            yield one[0]
        elif rest:
            yield rest


def is_name(word: str, article: str) -> bool:
    """Whether a word that may begin a sentence is a name: a country's, or one that the article
    never writes small and writes with a capital inside a sentence too.
    """
    small = word.lower()
    if small in STOP_WORDS:
        return False
    if _has_country(word):
        return True
    return not re.search(rf"\b{re.escape(small)}\b", article) and bool(
        re.search(rf"[\w,] {re.escape(word)}\b", article)
    )


def is_country(name: str) -> bool:
    """Whether a name is a country's."""
    return " ".join(words(name)) in _countries()


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
