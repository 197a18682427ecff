"""Makes a follow-up question stand alone, by rules: pronouns get their nouns, ellipses their verbs.

Works on English questions and leaves others as they are; without a language model it is better to
search for what was asked than for a wrong guess.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from qa.asking import is_country

_OPENING = re.compile(r"^(?:and|but|so|also|then|ok|okay|well)\b[\s,]*", re.IGNORECASE)
_ABOUT = re.compile(r"^(?:what|how)?\s*(?:about|of|regarding|concerning)\s+(?P<topic>.+)$", re.I)
_AGAIN = re.compile(
    r"^(?:who|what|where|which|anything|anyone|anybody|something)(?:\s+\w+)?\s+else\b.{0,25}$"
    r"|\b(?:the|any)\s+other\s+(?:article|outlet|source|report|agency|paper|one)s?\b",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"^(?:please\s+)?(?:(?:tell|say|give)(?:\s+(?:me|us))?\s+more|(?:any\s+)?more(?:\s+details?)?"
    r"|go on|continue|anything more|what more)\b.{0,20}$",
    re.IGNORECASE,
)
# What is asked in full begins so; what begins otherwise behind "and" only names another topic.
_ASKING = re.compile(
    r"^(?:who|whom|whose|what|when|where|why|how|is|are|was|were|do|does|did|has|have|had|can|could"
    r"|will|would|should|may|might|must|name|list|tell|say|in what|(?:[a-z]+ )?which)\b",
    re.IGNORECASE,
)
_FEW_WORDS = 6
# Of what is one of these the earlier question may name another.
_ONE_KIND = tuple(
    re.compile(rf"\b(?:{kind})\b", re.IGNORECASE)
    for kind in (
        "(?:mon|tues|wednes|thurs|fri|satur|sun)day",
        "january|february|march|april|may|june|july|august|september|october|november|december",
        r"(?:1[5-9]|20)\d\d",
    )
)
# A place spoken of before, not "there is".
_PLACE = re.compile(
    r"\bthere\W*$|(?<!\bis )(?<!\bare )(?<!\bwas )(?<!were )(?<!\bbe )(?<!been )\bthere\b"
    r"(?! (?:is|are|was|were|has|have|had|will|be)\b)",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"^(?P<word>why|when|where|how|who|how (?:many|much|long|often))( not| so)?$", re.I
)
_PERSON = re.compile(r"\b(he|him|his|she|her|hers|himself|herself)\b", re.IGNORECASE)
_THING = re.compile(
    r"\b(it|its|itself|this one|that one)\b|(?<=was )(this|that)$|(?<=is )(this|that)$",
    re.IGNORECASE,
)
# What was done or came about, as a whole.
_DOING = re.compile(
    r"\b(?:do|does|doing|did|done) (?:it|so|that|this)\W*$"
    r"|\b(?:do|does|did|will|would|can|could|may|might|should) (?:that|this)"
    r" (?:mean|happen|work|change|affect|help|matter|cost|take|come|apply|follow)\b",
    re.IGNORECASE,
)
# "How many of them?" has no verb.
_OF_THEM = re.compile(r"^(?:\w+ ){1,3}of (?:them|these|those)\W*$", re.IGNORECASE)
_MANY = re.compile(r"\b(they|them|their|theirs|both|these|those)\b(?=\s|$)", re.IGNORECASE)
_POSSESSIVE = {"his", "her", "hers", "its", "their", "theirs"}

_ROLES = frozenset(
    "ambassador analyst author ceo chairman chairwoman chancellor chief coach commander director "
    "doctor envoy expert founder general governor head judge king lawyer leader mayor minister "
    "official officer player pope president prince princess professor queen reporter scientist "
    "secretary senator speaker spokesman spokesperson spokeswoman suspect teacher man woman".split()
)
_NAME_STOPS = frozenset(
    "who what when where which why how whose whom did does do is are was were will would can could "
    "should has have had in on at to the a an and or but if of for from with by about i".split()
)
_WORD_STOPS = _NAME_STOPS | frozenset(
    "say said tell told think want plan raise raised meet met visit make made take give gave "
    "get go come came call see use happen mean attend announce describe promise discuss "
    "discussed during after before between into that this these those there it he she they "
    "his her their its not than as be been being may might must shall mention mentioned "
    "praise criticise criticize according against under over through per cooperate agree sign "
    "win lose die live work start begin end stay leave become show find found open close "
    "build buy sell pay cause help need ask benefit affect include involve cost last name "
    "named propose offer accept reject support oppose stress warn expect hope believe claim "
    "insist respond reply react like sold bought built won lost paid made took gave went came left "
    "died began opened closed caused let".split()
)
_DETERMINER = re.compile(r"\b(?:which|what|the|a|an|this|that)\s+", re.IGNORECASE)
_MAX_PHRASE_WORDS = 5
# Who is asked for by what somebody did or is: "Who opened the pier?", "Who is the mayor of Norvik?"
_WHO = re.compile(
    r"^who (?:else )?(?P<verb>(?!(?:do|does|did|has|have|had|can|could|will|would|should|may|might"
    r"|must)\b)\w+)\b(?P<rest>.*)$",
    re.IGNORECASE,
)
_IS, _ARE = {"is", "was"}, {"are", "were"}
_SOMEBODY = re.compile(r"(?:the|an?|his|her|its|their|[A-Z][\w.-]*['’]s) ")
# "the head" of "the head of the Norvik Pilots"
_OF_NAME = re.compile(r" of (?:the )?[A-Z][\w'’.-]*(?: [A-Z][\w'’.-]*)*")
_BARE_PLURAL = re.compile(r"(?<!\bwho )\b[a-z]{3,}s\b")
_NAME = re.compile(r"\b[A-Z][\w'’.-]*(?:\s+(?:(?:al|bin|de|der|van|von|of)[\s-])?[A-Z][\w'’.-]*)*")


@dataclass(frozen=True, slots=True)
class _Mention:
    phrase: str
    person: bool
    plural: bool
    asked_for: bool = False


_PRONOUNS: tuple[tuple[re.Pattern[str], tuple[Callable[[_Mention], bool], ...]], ...] = (
    (_PERSON, (lambda m: m.person and not m.plural,)),
    (_THING, (lambda m: not m.person and not m.plural, lambda m: not m.person)),
    (_MANY, (lambda m: m.person and m.plural and not m.asked_for, lambda m: m.plural)),
)


def standalone_question(question: str, history: Sequence[str]) -> str:
    """The question so that it can be understood without the earlier ones, oldest first.

    Returns it as it is when it stands alone already or no earlier question explains it.
    """
    asked = " ".join(question.split())
    if not history:
        return asked
    before: list[str] = []
    for index, earlier in enumerate(history):
        before.append(standalone_question(earlier, history[:index]) if index < 8 else earlier)
    core = _OPENING.sub("", asked).rstrip("?？! .")
    previous = before[-1].rstrip("?？! .")
    if not core or _AGAIN.search(core) or _MORE.match(core):
        return previous + "?"
    if bare := _BARE.match(core):
        return _bare(bare["word"], previous)
    if (about := _ABOUT.match(core)) and not re.match(r"(?:what|how)\s+of\b", core, re.I):
        return _about(about["topic"], previous)
    if _OPENING.match(asked) and not _ASKING.match(core) and len(core.split()) <= _FEW_WORDS:
        return _about(core, previous)
    resolved, open_ends = _resolve(core, before)
    if open_ends:
        return f"{resolved[:1].upper()}{resolved[1:]} ({previous})?"
    if resolved == core and core == asked.rstrip("?？! ."):
        return asked
    return resolved[:1].upper() + resolved[1:] + "?"


def _bare(word: str, previous: str) -> str:
    """A lone question word asks it of the previous question's statement."""
    rest = re.sub(r"^(?:who|what|when|where|why|how)\b\s*", "", previous, flags=re.IGNORECASE)
    return f"{word.capitalize()} {rest[:1].lower()}{rest[1:]}?"


def _about(topic: str, previous: str) -> str:
    """Another topic for the same question: a day, month or year for another, or the last `about …`
    is exchanged, or the topic added.
    """
    for kind in _ONE_KIND:
        if (new := kind.search(topic)) and kind.search(previous):
            return kind.sub(new[0], previous, count=1) + "?"
    head, found, _ = previous.rpartition(" about ")
    return f"{head} about {topic}?" if found else f"{previous} regarding {topic}?"


def _resolve(core: str, before: Sequence[str]) -> tuple[str, bool]:
    """The question with its pronouns replaced, and whether one was left without a noun."""
    said = [mention for earlier in reversed(before) for mention in _mentions(earlier)]
    doing = bool(_DOING.search(core))
    open_ends = doing or bool(_PLACE.search(core) or _OF_THEM.search(core))
    for pattern, wanted in _PRONOUNS:
        pronoun = pattern.search(core)
        if not pronoun or (doing and pattern is _THING):
            continue
        inside = _mentions(core[: pronoun.start()])
        if any(wanted[0](m) and not m.asked_for for m in inside):
            continue
        found = next((m for want in wanted for m in said if want(m)), None)
        if found is None:
            open_ends = open_ends or pattern is not _MANY
        elif found.phrase.lower() not in core.lower():
            core = _put(core, pattern, found.phrase)
    return core, open_ends


def _put(core: str, pattern: re.Pattern[str], phrase: str) -> str:
    """Puts the phrase for the first pronoun; later ones then have their noun in the sentence."""

    def noun(match: re.Match[str]) -> str:
        possessive = match[0].lower() in _POSSESSIVE
        if match[0].lower() == "her":
            # "her" before a noun is possessive, else an object.
            possessive = bool(re.match(r"\s+\w", core[match.end() :]))
        return phrase + ("'s" if possessive and not phrase.endswith("'s") else "")

    return pattern.sub(noun, core, count=1)


def _mentions(question: str) -> list[_Mention]:
    """What a question speaks of, the likeliest to be meant by a pronoun first."""
    found: list[tuple[int, _Mention]] = [(-1, one) for one in _asked_for(question)]
    taken: list[tuple[int, int]] = []
    for match in _DETERMINER.finditer(question):
        words = []
        for word in question[match.end() :].split()[:_MAX_PHRASE_WORDS]:
            bare = word.rstrip("?,.;:")
            if bare.lower() in _WORD_STOPS:
                break
            words.append(bare)
            if bare != word:
                break
        if not words:
            continue
        last = words[-1].lower()
        person = last in _ROLES or last.removesuffix("s") in _ROLES or words[0].lower() in _ROLES
        phrase = "the " + " ".join(words)
        end = match.end() + len(" ".join(words))
        if of := _OF_NAME.match(question, end):
            phrase += of[0].rstrip("?,.;: ")
            end = of.end()
        taken.append((match.start(), end))
        asked_for = match[0].lower().startswith("wh")
        found.append((match.start(), _Mention(phrase, person, _is_plural(last), asked_for)))
    for match in _NAME.finditer(question):
        first, *rest = match[0].split()
        name = " ".join(rest) if first.lower() in _NAME_STOPS else match[0]
        at = match.end() - len(name)
        if name and not any(start <= at < end for start, end in taken):
            name = re.sub(r"['’]s$", "", name)
            # A name may be a person's or a thing's; the verb would tell, a rule cannot.
            found.append((at, _Mention(name, not is_country(name), False)))
    for match in _BARE_PLURAL.finditer(question):
        inside = any(start <= match.start() < end for start, end in taken)
        if not inside and _is_plural(match[0]) and match[0] not in _WORD_STOPS:
            found.append((match.start(), _Mention(match[0], False, True)))
    return [mention for _, mention in sorted(found, key=lambda pair: pair[0])]


def _asked_for(question: str) -> list[_Mention]:
    """Whoever a question asks for, one or many."""
    asked = _WHO.match(question.rstrip("?？! ."))
    if asked is None or "(" in question:
        return []
    verb, rest = asked["verb"].lower(), asked["rest"].strip()
    one, many = f"the one who {verb} {rest}".rstrip(), f"those who {verb} {rest}".rstrip()
    if verb in _IS | _ARE:
        if _SOMEBODY.match(rest):
            one = many = rest
        elif rest[:1].isupper():
            return []  # Of "Who is Ines Falk?" the name is told.
    found = [] if verb in _ARE else [_Mention(one, True, False, True)]
    return found if verb in _IS else [*found, _Mention(many, True, True, True)]


def _is_plural(noun: str) -> bool:
    return noun.lower().endswith("s") and not noun.lower().endswith(("ss", "us", "is", "ics"))
