"""Makes a follow-up question stand alone, by rules: pronouns get their nouns, ellipses their verbs.

Works on English questions and leaves others as they are; without a language model it is better to
search for what was asked than for a wrong guess.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache

from qa.eliding import AUXILIARY, PREPOSITION, asked_anew, exchanged, others_asked
from qa.mentioning import WORD_STOPS, Mention, mentions, written_out
from qa.words import stem, stems, telling_stems

# The name that answers a question which asks for one, if it is known.
Answered = Callable[[str], str | None]

_OPENING = re.compile(r"^(?:and|but|so|also|then|ok|okay|well)\b[\s,]*", re.IGNORECASE)
_ABOUT = re.compile(r"^(?:what|how)?\s*(?:about|of|regarding|concerning)\s+(?P<topic>.+)$", re.I)
_ELSE = re.compile(
    r"^(?:who|what|where|which|anything|anyone|anybody|something)(?:\s+\w+)?\s+else\b",
    re.IGNORECASE,
)
_OTHER_SOURCE = re.compile(
    r"\b(?:the|any)\s+other\s+(?:article|outlet|source|report|agency|paper|one)s?\b", re.IGNORECASE
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
# So many questions before the last are understood by the answers to those before them.
RECENT = 6
# "In Norway?"
_PHRASE = re.compile(rf"^{PREPOSITION}(?: (?!{AUXILIARY}\b)[\w'’-]+){{1,3}}$", re.IGNORECASE)
# A place spoken of before, not "there is".
_PLACE = re.compile(
    r"\bthere\W*$|(?<!\bis )(?<!\bare )(?<!\bwas )(?<!were )(?<!\bbe )(?<!been )\bthere\b"
    r"(?! (?:is|are|was|were|has|have|had|will|be|been)\b)",
    re.IGNORECASE,
)
_PERSON = re.compile(r"\b(he|him|his|she|her|hers|himself|herself)\b", re.IGNORECASE)
_THING = re.compile(
    r"\b(it|its|itself|this one|that one)\b|(?<=was )(this|that)$|(?<=is )(this|that)$",
    re.IGNORECASE,
)
# What was done or came about, as a whole, or the time of it.
_DOING = re.compile(
    r"\b(?:do|does|doing|did|done) (?:it|so|that|this)\W*$"
    r"|\b(?:do|does|did|will|would|can|could|may|might|should) (?:that|this)"
    r" (?:mean|happen|work|change|affect|help|matter|cost|take|come|apply|follow)\b",
    re.IGNORECASE,
)
_THAT = re.compile(
    r"\b(?:about|after|before|for|from|in|of|on|since|to|with) that\b(?! \w+\b)|\bthen\W*$"
    r"|(?<!\bis)(?<!\bwas)(?<!\bsay)(?<!\bsaid)(?<!\bsaying) that\W*$"
    r"|\bthat (?:day|week|month|year|season|time|night)\b",
    re.IGNORECASE,
)
_THAT_ONE = re.compile(r"\b(?:that|those|these) (?P<noun>\w+)", re.IGNORECASE)
# "How many of them?" has no verb, "How many were hurt?" no noun.
_OF_THEM = re.compile(
    r"^(?:\w+ ){1,3}of (?:them|these|those)\W*$"
    r"|^how many (?:are|was|were|did|do|does|has|have|had|will|would|can|could)\b",
    re.IGNORECASE,
)
_MANY = re.compile(r"\b(they|them|their|theirs|both|these|those)\b(?=\s|$)", re.IGNORECASE)
# Who is asked for does it, and "they" are the same.
_OF_SUBJECT = {"they", "their"}
_WHO_ASKED = re.compile(r"^(?:who|which)\b(?!.*\b(?:did|do|does)\b)", re.IGNORECASE)
_POSSESSIVE = {"his", "her", "hers", "its", "their", "theirs"}
_OBJECT = {"him", "them"}

_PRONOUNS: tuple[tuple[re.Pattern[str], tuple[Callable[[Mention], bool], ...]], ...] = (
    (_PERSON, (lambda m: m.person and not m.plural, lambda m: m.may_be_person and not m.plural)),
    (_THING, (lambda m: not m.person and not m.plural,)),
    (
        _MANY,
        (
            lambda m: m.person and m.plural and not m.asked_for,
            lambda m: m.plural,
            lambda m: m.body and not m.plural,
        ),
    ),
)


def _unknown(question: str) -> str | None:
    return None


def standalone_question(
    question: str,
    history: Sequence[str],
    answered: Answered = _unknown,
    as_written: Callable[[str], str] = str,
) -> str:
    """The question so that it can be understood without the earlier ones, oldest first.

    Returns it as it is when it stands alone already or no earlier question explains it. Who or what
    an earlier question asked for is called by name where `answered` tells the name that answers it;
    `as_written` gives the words of another topic the capitals that names have.
    """
    # Both take a search, so each is asked once for one thing, and not for what is long past.
    answered, as_written = cache(answered), cache(as_written)
    before: list[str] = []
    for earlier in history[:-RECENT]:
        before.append(_alone(earlier, before, _unknown, str))
    for earlier in history[-RECENT:]:
        before.append(_alone(earlier, before, answered, as_written))
    return _alone(question, before, answered, as_written)


def _alone(
    question: str, before: Sequence[str], answered: Answered, as_written: Callable[[str], str]
) -> str:
    """The same, behind questions that stand alone."""
    asked = " ".join(question.split())
    if not before:
        return asked
    core = _OPENING.sub("", asked).rstrip("?？! .")
    previous = before[-1].rstrip("?？! .")
    if not core or _MORE.match(core) or _OTHER_SOURCE.search(core):
        return previous + "?"
    others = _ELSE.match(core)
    if others and telling_stems(core[others.end() :]) <= stems(previous):
        return others_asked(core, previous)
    if anew := asked_anew(core, previous):
        return anew
    if (about := _ABOUT.match(core)) and not re.match(r"(?:what|how)\s+of\b", core, re.I):
        return exchanged(as_written(about["topic"]), previous)
    topic = _OPENING.match(asked) or _PHRASE.match(core)
    if topic and not _ASKING.match(core) and len(core.split()) <= _FEW_WORDS:
        return exchanged(as_written(core), previous)
    resolved, open_ends = _resolve(written_out(core), before, answered)
    if open_ends or others:
        return _with_context(resolved, previous)
    if resolved == written_out(core) and core == asked.rstrip("?？! ."):
        return asked
    return resolved[:1].upper() + resolved[1:] + "?"


def _with_context(core: str, previous: str) -> str:
    """A question with the previous one beside it, unless it has all of that already."""
    if telling_stems(previous) <= stems(core):
        return f"{core[:1].upper()}{core[1:]}?"
    return f"{core[:1].upper()}{core[1:]} ({previous})?"


def _resolve(core: str, before: Sequence[str], answered: Answered) -> tuple[str, bool]:
    """The question with its pronouns replaced, and whether one was left without a noun."""

    def said() -> Iterator[tuple[Mention, str]]:
        return ((one, earlier) for earlier in reversed(before) for one in mentions(earlier))

    asked = core
    doing = bool(_DOING.search(core))
    if _PLACE.search(core):
        place = next((one for one in said() if one[0].place and one[0].asked_for), None)
        if place and (name := answered(place[1])):
            core = _PLACE.sub(f"in {name}", core, count=1)
    open_ends = doing or any(one.search(core) for one in (_PLACE, _THAT, _OF_THEM))
    named = {stem(one["noun"].lower()) for one in _THAT_ONE.finditer(core)}
    open_ends = open_ends or bool(named & telling_stems(before[-1]))
    for pattern, wanted in _PRONOUNS:
        pronoun = pattern.search(asked)
        if not pronoun or (doing and pattern is _THING):
            continue
        if pronoun[0].lower() in _OF_SUBJECT and _WHO_ASKED.match(asked):
            continue
        inside = mentions(asked[: pronoun.start()])
        told = any(wanted[0](one) and not one.asked_for for one in inside)
        if told and not _is_object(pronoun):
            continue
        found = next((one for want in wanted for one in said() if want(one[0])), None)
        if found is None:
            open_ends = open_ends or pattern is not _MANY
            continue
        mention, earlier = found
        if mention.phrase.lower() not in core.lower():
            name = answered(earlier) if mention.asked_for and not mention.plural else None
            core = _put(core, pattern, name or mention.phrase)
    return core, open_ends


def _put(core: str, pattern: re.Pattern[str], phrase: str) -> str:
    """Puts the phrase for the first pronoun; later ones then have their noun in the sentence."""

    def noun(match: re.Match[str]) -> str:
        possessive = match[0].lower() in _POSSESSIVE and not _is_object(match)
        return phrase + ("'s" if possessive and not phrase.endswith("'s") else "")

    return pattern.sub(noun, core, count=1)


def _is_object(pronoun: re.Match[str]) -> bool:
    """Whether it is never the one who does what its question tells: "What did Reed accuse him of?"
    "Her" is, unless a noun follows.
    """
    word = pronoun[0].lower()
    following = pronoun.string[pronoun.end() :].split()
    before_noun = bool(following) and following[0].lower() not in WORD_STOPS
    return word in _OBJECT or (word == "her" and not before_noun)
