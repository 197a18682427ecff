"""Writes out who is meant where an article's sentence only says "he" or "the president".

By rules, for English articles, for what is read and compared; quotes stay as they are. It goes by
what the article itself says: names beside roles ("Prime Minister Ines Falk", "Ines Falk, the
prime minister,"), and the person that the sentences before speak of. In doubt nothing is changed.
"""

import re
from functools import cached_property, lru_cache

from index.articles import Span

ROLES = frozenset(
    "ambassador analyst archbishop author bishop cardinal ceo chairman chairwoman chancellor chief "
    "coach commander commissioner congressman congresswoman dictator director doctor economist "
    "emperor envoy founder general governor head judge justice king lawyer leader lawmaker manager "
    "mayor minister monarch officer owner pope premier president prince princess principal "
    "professor prosecutor queen rector reporter scientist secretary senator sheriff singer speaker "
    "spokesman spokesperson spokeswoman sultan superintendent suspect teacher".split()
)
# How far is looked back for whom a pronoun means: three or four sentences.
LOOK_BACK_CHARS = 600
# So many letters tell one place or body from another whatever the ending: Norway, Norwegian.
_ROOT = 5

_UPPER = "".join(filter(str.isupper, map(chr, range(0x250))))
_CAPITAL = rf"[{_UPPER}][\w'’-]*[\w]"
_TITLE = r"(?:Mr|Mrs|Ms|Dr|Sir|Lord|Lady|Sheikh|Ayatollah|Imam|Cardinal|Bishop|Judge|Justice)\.?"
_PARTICLE = r"(?:(?:al|wal|el|ul|bin|ibn|abu|de|der|van|von|da|del|di|la|le)[ -])"
_NAME = rf"{_CAPITAL}(?: {_PARTICLE}?{_CAPITAL})*"
_FULL_NAME = rf"{_CAPITAL}(?: {_PARTICLE}?{_CAPITAL})+"
# Spares most words of an article the comparison with every role.
_BEFORE_CAPITAL = rf"(?=[A-Za-z]+ [{_UPPER}])"
_BEFORE_COMMA = rf"(?=[A-Za-z]+(?: (?:of|for) [^,]{{1,120}})?, [{_UPPER}])"
_ANY_ROLE = rf"(?:{'|'.join(sorted(ROLES | {role.capitalize() for role in ROLES}))})"
_OF = (
    rf"(?P<more> (?:of|for) (?:the )?(?:{_CAPITAL}|(?!(?:an?|his|her|its|their)\b)[a-z]+)"
    rf"(?: {_CAPITAL})*)?"
)
# "Belarusian President Mr Falk", "foreign minister Ines Falk"; what stands before says of whom.
_ROLE_NAME = re.compile(
    rf"\b{_BEFORE_CAPITAL}(?P<role>{_ANY_ROLE}) (?:{_TITLE} )?(?P<name>{_NAME})"
)
# "Ines Falk, the Norwegian prime minister,", "Ines Falk, leader of the opposition,"
_NAME_ROLE = re.compile(
    rf"(?P<name>{_NAME}), (?:who is )?(?:the |a |an )?(?P<of>(?:[\w'’-]+ ){{0,4}}?)"
    rf"(?P<role>{_ANY_ROLE}){_OF}[,.;)]"
)
# "the minister of justice, Ines Falk," and "its chairman, Tomas Reed."
_ROLE_THEN_NAME = re.compile(
    rf"\b{_BEFORE_COMMA}(?P<role>{_ANY_ROLE}){_OF}, (?P<name>{_FULL_NAME})"
    r"(?=[,.;:)]| (?:has|had|was|is|and)\b)"
)
# "Ines Falk, who led it,", "Ines Falk, 47,", "a courier named Ines Falk"
_NAMED = re.compile(
    rf"(?P<name>{_FULL_NAME})(?=, (?:who|whose|\d{{1,3}})\b)|(?<=\bnamed )(?P<called>{_FULL_NAME})"
)
# "the president", "the president of Norway", "the Norwegian president", "Norway's president"
_ROLE_ALONE = re.compile(
    rf"\b(?:[Tt]he (?P<of>(?:[\w'’-]+ ){{0,3}}?)|(?P<demonym>{_CAPITAL}) )(?P<role>{_ANY_ROLE})\b"
    rf"{_OF}(?! (?:{_TITLE} )?{_CAPITAL})(?! {_ANY_ROLE}\b)(?!['’-])"
)
_SAYS = (
    r"(?:said|says|told|tells|stated|states|added|adds|stressed|announced|explained|warned|argued"
    r"|insisted|noted|emphasi[sz]ed|declared|concluded|replied|wrote|asked|called|promised|denied"
    r"|confirmed|expressed|praised|criticised|criticized|claimed|vowed|urged|testified|tweeted)"
)
_SPEAKER = re.compile(
    rf"(?<!of )(?<!of the )\b(?P<name>{_FULL_NAME})(?:, [^,]{{3,60}},)? (?:also |has )?{_SAYS}\b"
)
_SAID_BY = re.compile(
    rf"\b{_BEFORE_CAPITAL}{_SAYS} (?:{_TITLE} )?(?P<name>{_FULL_NAME})"
    r"(?=[,.;:]|$| (?:of|from|at|in|who|as|after)\b)"
)
_TITLED = re.compile(rf"\b{_TITLE} (?P<name>{_NAME})")
_PRONOUN = re.compile(r"\b(?:He|She|he|she)\b(?= [a-z]|['’]s? )")
# Begins a sentence, or names no person though it has capitals.
_NO_PERSON = re.compile(
    r"^(?:The|This|That|These|Those|It|He|She|They|We|But|And|In|On|At|As|For|If|When|While|After"
    r"|Before|January|February|March|April|May|June|July|August|September|October|November"
    r"|December|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b"
    r"|\b(?:Agency|Airlines|Army|Association|Bank|Center|Centre|Coast|College|Commission|Committee"
    r"|Company|Congress|Corp|Council|Court|Department|East|Federation|Force|Forces|Foundation"
    r"|Government|Group|Guard|Hospital|House|Inc|Institute|International|Journal|League|Ministry"
    r"|National|Nations|News|North|Office|Parliament|Party|Police|Post|Press|School|Senate|Service"
    r"|South|State|States|Street|Team|Times|Union|United|University|West)\b"
)
_SENTENCE_END = re.compile(rf"(?<=[.!?”\"])\s+(?=[{_UPPER}“\"])")
_QUOTATION = re.compile(r"\s*[“\"][^“”\"]*[”\"]?\s*")
_SOMEBODY = re.compile(_FULL_NAME)
_FILLING = frozenset("the a an his her their its our new former late then by of for and".split())
# What only names in passing: "with Falk", ", which Falk attended,".
_RELATIVE = re.compile(r", (?:which|who|whose|where|whom)\b[^,]*,")
_BEHIND = re.compile(
    r"\b(?:with|to|of|by|from|for|on|about|against|between|at|in|like|than|met|told|and) $"
)


# A pronoun whose sentence names nobody else before it: at its beginning, or behind a comma.
_LEADING = re.compile(r"(?:^|[,;:”\"] |^(?:[A-Z][a-z]+ )?(?:and|but|But|And|when|When) )$")


def spelt_out(text: str, span: Span, language: str | None = None) -> str:
    """A sentence of a text with names written out where it only tells roles or pronouns."""
    return _reader(text).spelt_out(span) if language in (None, "en") else span.of(text)


def holders(text: str, role: str, language: str | None = None) -> list[str] | None:
    """The last names of those to whom a text gives a role, such as `the president of Norway`; None
    of what is no role.
    """
    return _reader(text).holders(role) if language in (None, "en") else None


@lru_cache(maxsize=512)
def _reader(text: str) -> "_Reader":
    return _Reader(text)


class _Reader:
    """One article's text and the people it names, with the roles it gives them."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._roles = _people(text)

    @cached_property
    def _known(self) -> re.Pattern[str]:
        """By last name, with the names in front of it, wherever somebody known is named."""
        known = "|".join(map(re.escape, sorted(self._roles, key=len, reverse=True)))
        return re.compile(rf"(?:{_TITLE} )?(?:{_CAPITAL} )*\b(?P<name>{known})\b")

    def spelt_out(self, span: Span) -> str:
        read = self._roles_named(span.of(self._text))
        pronoun = _PRONOUN.search(read)
        if pronoun and _LEADING.search(read[: pronoun.start()]):
            who = self._meant(span.start)
            if who:
                read = read[: pronoun.start()] + who + read[pronoun.end() :]
        return read

    def _meant(self, start: int) -> str | None:
        """Whom a pronoun at the beginning of a sentence means: whom the sentence before it speaks
        of, looking back over those that go on with a pronoun or are wholly quoted.
        """
        before = _SENTENCE_END.split(self._text[max(0, start - LOOK_BACK_CHARS) : start].rstrip())
        for said in reversed(before):
            pronoun = _PRONOUN.search(said)
            if _QUOTATION.fullmatch(said) or (pronoun and _LEADING.search(said[: pronoun.start()])):
                continue
            return self._subject(said)
        return None

    def _subject(self, said: str) -> str | None:
        """Whom a sentence speaks of first: a person by name, or by a role where nobody known has
        it. Who is only named in passing does not count. None where that may be somebody else.
        """
        places: dict[int, str | None] = {
            one.start(): None for one in _SOMEBODY.finditer(said) if not _NO_PERSON.search(one[0])
        }
        places |= {one.start(): one["name"] for one in self._known.finditer(said) if one["name"]}
        for found in _ROLE_ALONE.finditer(said):
            if found["demonym"] is None:
                role = found[0].removesuffix(found["more"] or "")
                places[found.start()] = self._holder(found) or role
        aside = [found.span() for found in _RELATIVE.finditer(said)]
        for place, who in sorted(places.items()):
            in_passing = any(start <= place < end for start, end in aside)
            if not in_passing and not _BEHIND.search(said[:place]):
                return who
        return None

    def _roles_named(self, said: str) -> str:
        """A sentence with the names of those of whom it only tells the role."""

        def named(found: re.Match[str]) -> str:
            name = self._holder(found)
            return found[0] if name is None or name in said else f"{found[0]} {name}"

        return _ROLE_ALONE.sub(named, said)

    def holders(self, role: str) -> list[str] | None:
        told = _ROLE_ALONE.search(role)
        return self._fitting(told) if told else None

    def _holder(self, found: re.Match[str]) -> str | None:
        """The one person who has a role; None where it may be several, or nobody is known to."""
        fitting = self._fitting(found)
        return fitting[0] if len(fitting) == 1 else None

    def _fitting(self, found: re.Match[str]) -> list[str]:
        """Everybody who has a role."""
        kind = _kind(f"{found['of'] or ''} {found['demonym'] or ''} {found['more'] or ''}")
        role = found["role"].lower()
        return [
            name
            for name, roles in self._roles.items()
            if any(held == role and (of & kind or not kind) for held, of in roles)
        ]


def _people(text: str) -> dict[str, list[tuple[str, frozenset[str]]]]:
    """By last name: the roles that a text gives somebody, with what they are roles of."""
    people: dict[str, list[tuple[str, frozenset[str]]]] = {}
    patterns = (_ROLE_NAME, _NAME_ROLE, _ROLE_THEN_NAME, _NAMED, _SPEAKER, _SAID_BY, _TITLED)
    for pattern in patterns:
        for found in pattern.finditer(text):
            told = found.groupdict()
            name = told["name"] or told["called"]
            last = re.sub(r"['’]s?$", "", name.split()[-1])
            if _NO_PERSON.search(name) or last.lower() in ROLES:
                continue
            roles = people.setdefault(last, [])
            if pattern in (_ROLE_NAME, _ROLE_THEN_NAME):
                before = text[max(0, found.start() - 40) : found.start()].split("\n")[-1]
                of = f"{' '.join(before.split()[-3:])} {told.get('more') or ''}"
                roles.append((told["role"].lower(), _kind(of)))
            elif pattern is _NAME_ROLE:
                roles.append((told["role"].lower(), _kind(f"{told['of']} {told['more'] or ''}")))
    return people


def _kind(words: str) -> frozenset[str]:
    """What a role is a role of: the beginnings of the words around it."""
    found = re.findall(r"[A-Za-z]{3,}", words)
    return frozenset(one.lower()[:_ROOT] for one in found if one.lower() not in _FILLING)
