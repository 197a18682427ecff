"""Completes questions that leave out what the one before said: "Why?", "And in Texas?"."""

import re

from qa.mentioning import NAME, WORD_STOPS, written_out

PREPOSITION = (
    r"(?:about|after|against|at|before|between|by|during|for|from|in|of|on|over|since|than|to"
    r"|under|until|with|without)"
)
AUXILIARY = (
    r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|must)"
)
# "Why?", "Why not?", "From where?", "In which court?", "Which ones?", but not "Which team lost?".
_BARE = re.compile(
    rf"^(?P<word>(?:{PREPOSITION} )?(?:why|when|where|whom?|whose|what(?: for)?"
    r"|how(?: \w+)?)"
    rf"|which(?: ones?)?|{PREPOSITION} (?:which|what)(?: [\w'’-]+){{0,2}})"
    r"(?P<not> not)?(?: so)?$",
    re.IGNORECASE,
)
# What a question asks by, in front of its verb.
_ASKED_BY = re.compile(
    rf"^(?:(?:{PREPOSITION} )?"
    r"(?:(?:which|what|whose|how (?:many|much))(?P<noun>(?: [\w'’-]+){0,4}?)"
    rf"|how(?P<degree> \w+)?|whom?|when|where|why) )?(?={AUXILIARY}\b)",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"^(how many )\w+s\b", re.IGNORECASE)
_PLURAL = re.compile(r"[a-z]+s")
_THERE_IS = re.compile(r"^(is|are|was|were) there (?:an?|any)\b", re.IGNORECASE)
_NOT = "n't"
_NEGATED = {"can": "can't", "will": "won't"}
_TIMES = re.compile(r"^(?:date|day|month|time|weekday|year)s?$", re.IGNORECASE)
_SUBJECT = re.compile(rf"^(?i:{AUXILIARY}) (?:{NAME.pattern}) (?P<rest>.+)$")
_ELSE = re.compile(
    rf"^(?:who|anyone|anybody)\b.*?\belse\b(?: {AUXILIARY})?"
    rf"(?P<where>(?: (?:among|{PREPOSITION}) .+)?)$",
    re.IGNORECASE,
)
# Of what is one of these the earlier question may name another.
_TIME_KINDS = (
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day",
    "january|february|march|april|may|june|july|august|september|october|november|december",
    r"(?:1[5-9]|20)\d\d",
)
_ONE_KIND = tuple(
    re.compile(rf"\b(?:{kind})\b", re.IGNORECASE)
    for kind in (
        *_TIME_KINDS,
        r"(?:most|least) \w+|(?!(?:interest|request|protest|contest|forest|arrest|invest|guest|west"
        r"|rest|test|best-seller)\b)\w{2,}est",
        "first|second|third|fourth|fifth|last|next|other",
    )
)
_ON_TIME = re.compile(rf"\b(?:{'|'.join(_TIME_KINDS)})\b", re.IGNORECASE)


def asked_anew(core: str, previous: str) -> str | None:
    """A lone question word asks it of what the previous question is on; None of other questions."""
    asked = _BARE.match(core)
    if asked is None:
        return None
    rest = written_out(previous)
    by = _ASKED_BY.match(rest)
    if asked["not"] and not (by and by.end() == 0):
        return f"Why not ({previous})?"
    if by is None:
        rest = re.sub(r"^(?:who|what|when|where|why|how)\b\s*", "", rest, flags=re.IGNORECASE)
    else:
        rest = _THERE_IS.sub(r"\1 the", rest[by.end() :])
        rest = _with_noun(rest, by["noun"])
        if by["degree"] and asked["word"].lower() == "why":
            rest += f" so{by['degree']}"
    if asked["not"]:
        verb, _, behind = rest.partition(" ")
        rest = f"{_NEGATED.get(verb.lower()) or verb + _NOT} {behind}"
    word = "for what" if asked["word"].lower() == "what for" else asked["word"]
    return f"{word[:1].upper()}{word[1:]} {rest[:1].lower()}{rest[1:]}?"


def _with_noun(rest: str, noun: str | None) -> str:
    """What is left of "How many boats did Falk sell" with its "boats", which is no time: behind
    what is done with them, or in front of what they did.
    """
    noun = (noun or "").strip()
    if not noun or _TIMES.match(noun):
        return rest
    done = re.match(r"\w+ (?=\w+(?:ed|en)\b)", rest)
    return f"{done[0]}{noun} {rest[done.end() :]}" if done else f"{rest} {noun}"


def others_asked(core: str, previous: str) -> str:
    """The previous question once more, for whoever else: "Did Reed vote?" "Who else?"."""
    whole, others = _SUBJECT.match(previous), _ELSE.match(core)
    if whole and others:
        return f"Who else {whole['rest']}{others['where']}?"
    return previous + "?"


def exchanged(topic: str, previous: str) -> str:
    """The previous question with another topic: a day, a name, a phrase of the same make for the
    one that it has, or the topic added.
    """
    previous, opens, context = previous.partition(" (")
    return _exchanged(topic, previous) + opens + context + "?"


def _exchanged(topic: str, previous: str) -> str:
    """The same, of a question without the context in parentheses."""
    for kind in _ONE_KIND:
        if (new := kind.search(topic)) and kind.search(previous):
            return kind.sub(new[0], previous, count=1)
    counted = _COUNTED.match(previous)
    if counted and _PLURAL.fullmatch(topic):
        return f"{counted[1]}{topic}{previous[counted.end() :]}"
    if topic.startswith("those "):
        return f"{previous} regarding {topic}"
    if named := _name_exchanged(topic, previous):
        return named
    head, found, _ = previous.rpartition(" about ")
    if found:
        return f"{head} about {topic.removeprefix('about ')}"
    if led := re.match(rf"{PREPOSITION}(?= )", topic):
        return _phrase_exchanged(led[0].lower(), topic, previous)
    return _noun_exchanged(topic, previous) or f"{previous} regarding {topic}"


def _phrase_exchanged(preposition: str, topic: str, previous: str) -> str:
    """With the topic for the last phrase that has its preposition, a time for a time: "in Norway"
    for "in Sweden".
    """
    phrases = re.finditer(rf"\b{preposition} .+?(?= {PREPOSITION} |$)", previous, re.IGNORECASE)
    on_time = bool(_ON_TIME.search(topic))
    alike = [one for one in phrases if bool(_ON_TIME.search(one[0])) == on_time]
    if not alike:
        return f"{previous} {topic}"
    return previous[: alike[-1].start()] + topic + previous[alike[-1].end() :]


def _noun_exchanged(topic: str, previous: str) -> str | None:
    """With the topic for what is of the same kind: "the long bridge" for "the short bridge"."""
    if numbered := re.fullmatch(r"(\w+) \d+", topic):
        kind = re.compile(rf"\b{numbered[1]} \d+", re.IGNORECASE)
        return kind.sub(topic, previous, count=1) if kind.search(previous) else None
    words = [word for word in topic.split() if word.lower() not in WORD_STOPS]
    if len(words) < 2:
        return None
    before = previous.split()
    at = next((n for n, word in enumerate(before) if word.lower() == words[-1].lower()), None)
    if at is None:
        return None
    if not at or before[at - 1].lower() in WORD_STOPS:
        return None
    return " ".join([*before[: at - 1], *words, *before[at + 1 :]])


def _name_exchanged(topic: str, previous: str) -> str | None:
    """With a name for the last name, and for whose something is."""
    name = re.sub(r"['’]s?$", "", topic)
    if not NAME.fullmatch(name) or name in previous:
        return None
    # Not the first word, nor "Race" of "Race 2".
    found = (one for one in NAME.finditer(previous) if one.start())
    names = [one for one in found if not re.match(r" \d", previous[one.end() :])]
    if not names:
        return None
    last = names[-1]
    owned = re.search(r"['’]s?$", last[0])
    return previous[: last.start()] + name + (owned[0] if owned else "") + previous[last.end() :]
