"""Outlets knows how a news page names who published it: datelines, site addresses, mastheads."""

import re

from index.boilerplate import is_menu_word

# Agencies whose names do not look like one (capitals in the middle or all through).
_AGENCY_NAMES = """
    Reuters|Xinhua|Tasnim|Tasnim News|Mehr|Mehr News|Fars|Fars News|Interfax|Sputnik|Bloomberg
    Anadolu|Anadolu Agency|Yonhap|Kyodo|Kyodo News|Jiji|Jiji Press|Antara|Bernama|Ukrinform
    Armenpress|Azertac|Azertag|Trend|Belta|BelTA|Agerpres|Efe|Ansa|Lusa|Tanjug|Hina|Belga
    Ritzau|Petra|Wafa|Saba|Sana|CNN|CNN Business|BBC|BBC News|Press TV|Al Jazeera|Tass
    Ria Novosti|Novosti|Dpa|Afp|Ap|Upi|Pti|Ani|Ians|Irna|Isna|Imna|Mna|Fna|Iqna|Ilna|Ibna
    Shana|Ifp|Cbsn|The Associated Press|Associated Press|Agence France-Presse|Tehran Times
    The Canadian Press|Canadian Press|Deutsche Welle|Euronews
"""
_AGENCIES = {
    name.strip().casefold(): name.strip() for name in _AGENCY_NAMES.replace("\n", "|").split("|")
}
_PLACE = r"[^\W\d_][\w .'’/\[\]-]{1,40}"
_WHEN = (
    r"(?:,?\s*(?:on\s+)?(?:\w{3,9}\.?\s+\d{1,2}|\d{1,2}\.?\s+\w{3,9}\.?)"
    r"(?:,?\s*\d{4})?)"
)
_AGENCY = r"[^\W\d_][\w.&' -]{1,24}"
_IN_BRACKETS = re.compile(
    rf"^(?:(?P<place>{_PLACE})(?:,\s*{_PLACE}){{0,2}})?(?P<when>{_WHEN})?\s*,?\s*"
    rf"\((?P<agency>{_AGENCY})\)\s*(?P<dash>[-–—:]{{0,2}})\s*"
)
_BETWEEN_STROKES = re.compile(rf"^(?:{_PLACE}{_WHEN}?[.,]?\s*)?/(?P<agency>{_AGENCY})/")
_AFTER_PLACE = re.compile(
    rf"^(?:{_PLACE})(?:,\s*{_PLACE})?{_WHEN}?\s*[,/]\s*(?P<agency>[A-Z]{{2,10}})\s*[-–—:.]{{1,2}}\s"
)
_ALONE = re.compile(rf"^(?:{_PLACE}\s+)??(?P<agency>CNN(?: Business)?)\s*[—–-]")
_LEADING = re.compile(r"^(?P<agency>[A-Z]{3,8})\s*[-–—/]{1,2}\s")
_MASTHEAD = re.compile(
    r"^(?:the\s+)?(?:[\w.&'’-]+\s+){1,4}(?:news|news agency|agency|times|post"
    r"|tribune|herald|gazette|guardian|telegraph|daily|journal|press|today|online|english|radio|tv|network|media|observer|chronicle)"
    r"(?:\s+(?:online|english|agency|network|service|world))?$",
    re.IGNORECASE,
)
_NOT_MASTHEAD = re.compile(
    r"^(?:special|for|to|by|from|in|latest|top|more|related|breaking|all|other|good|bad|fake|no)\b",
    re.IGNORECASE,
)
_SECOND_LEVEL = frozenset({"co", "com", "org", "net", "gov", "ac", "edu"})


def outlet_in_dateline(line: str) -> str | None:
    """The agency that the dateline at the beginning of `line` names, as it is written there."""
    start = line[:160]
    if found := _IN_BRACKETS.match(start):
        agency = found["agency"].strip()
        if _is_known(agency):
            return agency
        place = (found["place"] or "").strip()
        settled = bool(found["dash"]) and (bool(found["when"]) or place.isupper() or not place)
        if _looks_like_agency(agency) and (settled or (found["dash"] and len(place) <= 25)):
            return agency
    for pattern in (_BETWEEN_STROKES, _AFTER_PLACE, _ALONE, _LEADING):
        if found := pattern.match(start):
            agency = found["agency"].strip()
            if _is_known(agency) or (pattern is _BETWEEN_STROKES and _looks_like_agency(agency)):
                return agency
    return None


def _is_known(agency: str) -> bool:
    return agency.casefold() in _AGENCIES


def _looks_like_agency(agency: str) -> bool:
    letters = [character for character in agency if character.isalpha()]
    capitals = sum(character.isupper() for character in letters)
    one_word = " " not in agency and 3 <= len(letters) <= 14
    return (one_word and capitals >= 2) or bool(re.search(r"\b(?:News|Press|Agency)\b", agency))


def outlet_of_host(host: str, text: str) -> str:
    """The name in a site's address: `www.irna.ir` is IRNA, `www.mehrnews.com` is Mehrnews.

    Written in capitals where it is short, or where the text writes it so.
    """
    labels = [label for label in host.split(":")[0].split(".") if label]
    labels = labels[:-1] or labels
    if len(labels) > 1 and labels[-1] in _SECOND_LEVEL:
        labels = labels[:-1]
    label = labels[-1] if labels else host
    if len(label) <= 4 or re.search(rf"\b{re.escape(label.upper())}\b", text):
        return label.upper()
    return label[:1].upper() + label[1:]


def is_masthead(line: str) -> bool:
    """Whether the line is the name of a paper or agency and no more."""
    return outlet_of_masthead(line) is not None


def outlet_of_masthead(line: str) -> str | None:
    said = " ".join(line.split())
    named = said.split(" | ")[0].strip()
    if _NOT_MASTHEAD.match(named) or is_menu_word(named.rsplit(" ", 1)[0]):
        return None
    if _is_known(named) or (len(named.split()) <= 5 and _MASTHEAD.match(named)):
        return _AGENCIES.get(named.casefold(), named) if named.islower() else named
    return None
