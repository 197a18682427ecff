"""Whom and what a question speaks of, as far as a later one may mean them by a pronoun."""

import re
from dataclasses import dataclass
from functools import lru_cache

from qa.asking import is_country
from qa.naming import ROLES as OFFICES

ROLES = OFFICES | frozenset("doctor expert man official player professor woman".split())
# The others also stand in front of nouns: "the general election", "the head office".
_ONE_ROLE = ROLES - {"chief", "general", "head", "official"}
# What people do or are tells by its ending, not surely: also a motor does.
_MAY_BE_PERSON = re.compile(r"(?:[eo]r|ist|ian|ee|ant|man|woman|person)$")
# Of what acts like several people "they" is said: "What does the bank say? How do they know?"
_BODIES = frozenset(
    "administration agency airline army association band bank board brand broadcaster bureau "
    "cabinet chain charity church club committee community company congress corporation council "
    "country couple court department family firm government group house jury league magazine maker "
    "ministry network newspaper office organisation organization outlet paper parliament party "
    "police public school senate startup state store studio team union university".split()
)
_PLACES = frozenset(
    "airport area bar beach capital castle church city club country county district hospital hotel "
    "island lake museum neighborhood neighbourhood park place port prison province region resort "
    "restaurant river school shop site stadium state store street suburb town university venue "
    "village".split()
)
_TIMES = frozenset(
    "afternoon century date day decade evening fall hour minute moment month morning night period "
    "season second spring summer time week weekend winter year".split()
)
_NAME_STOPS = frozenset(
    "who what when where which why how whose whom did does do is are was were will would can could "
    "should has have had in on at to the a an and or but if of for from with by about i".split()
)
WORD_STOPS = _NAME_STOPS | frozenset(
    "say said tell told think want plan raise raised meet met visit make made take give gave "
    "get go come came call see use happen mean attend announce describe promise discuss "
    "discussed during after before between into that this these those there it he she they "
    "his her their its not than as be been being may might must shall mention mentioned "
    "praise criticise criticize according against under over through per cooperate agree sign "
    "win lose die live work start begin end stay leave become show find found open close "
    "build buy sell pay cause help need ask benefit affect include involve cost last name "
    "named propose offer accept reject support oppose stress warn expect hope believe claim "
    "insist respond reply react like sold bought built won lost paid made took gave went came left "
    "died began opened closed caused let now near here again ever never already still".split()
)
# In front of a noun that is spoken of as a whole: "many workers".
_QUANTIFIERS = frozenset(
    "all any few many more most no other several some two three four five six seven eight nine ten "
    "away back down off out up".split()
)
_DATED = re.compile(
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|may|june|july|august"
    r"|september|october|november|december",
    re.IGNORECASE,
)
_DETERMINER = re.compile(r"\b(?:which|what|the|a|an|this|that)\s+", re.IGNORECASE)
_MAX_PHRASE_WORDS = 5
# Only somebody does this: "Which backer said so?"
_SPEAKING = frozenset(
    "argued believes called claimed explained has insisted praised promised said says thinks told "
    "urged wants warned wrote".split()
)
# What has a name but is nobody: "What is the Gridline?"
_WHAT_IS = re.compile(r"^\W*what (?:is|are|was|were)\b", re.IGNORECASE)
# "Is the mayor coming?"
_BEING = re.compile(r"\b(?:is|are|was|were)\s+$", re.IGNORECASE)
_CONTRACTED = re.compile(r"\b(who|what|where|when|why|how|that|it|there)['’]s\b", re.IGNORECASE)
# Who is asked for by what somebody did or is: "Who opened the pier?", "Who is the mayor of Norvik?"
_WHO = re.compile(
    r"^who (?:else )?(?P<verb>(?!(?:do|does|did|has|have|had|can|could|will|would|should|may|might"
    r"|must)\b)\w+(?:-\w+)*)\b(?P<rest>.*)$",
    re.IGNORECASE,
)
# "What was found on the pier?"
_WHAT_WAS = re.compile(
    r"^what (?:is|was) (?:\w+(?:ed|en)|built|found|lost|made|said|sold|told)\b.*", re.IGNORECASE
)
_IS, _ARE = {"is", "was"}, {"are", "were"}
_SOMEBODY = re.compile(
    r"(?:the|an?|his|her|its|their|(?:[A-Z][\w.-]* )*[A-Z][\w.-]*(?:['’]s|s['’])) "
)
# "the head" of "the head of the Norvik Pilots"
_OF_NAME = re.compile(r" of (?:the )?[A-Z][\w'’.-]*(?: [A-Z][\w'’.-]*)*")
_PLURAL = re.compile(r"(?:^|(?<=\s))(?P<before>[\w'’-]+ )?(?P<noun>[a-z]{3,}s)\b")
NAME = re.compile(r"\b[A-Z][\w'’.-]*(?:\s+(?:(?:al|bin|de|der|van|von|of)[\s-])?[A-Z][\w'’.-]*)*")


@dataclass(frozen=True, slots=True)
class Mention:
    """A phrase for somebody or something; `asked_for` is who or what the answer names."""

    phrase: str
    person: bool
    plural: bool
    asked_for: bool = False
    name: bool = False

    @property
    def may_be_person(self) -> bool:
        return bool(_MAY_BE_PERSON.search(self.phrase))

    @property
    def place(self) -> bool:
        """Whether "there" may be said of it."""
        return self.phrase.split()[-1].lower() in _PLACES

    @property
    def body(self) -> bool:
        """Whether "they" may be said of it though it is one."""
        return self.name or self.phrase.split()[-1].lower() in _BODIES


def written_out(question: str) -> str:
    """A question with "who is" for "who's", and the like."""
    return _CONTRACTED.sub(r"\1 is", question)


@lru_cache(maxsize=1000)
def mentions(question: str) -> list[Mention]:
    """What a question speaks of, the likeliest to be meant by a pronoun first."""
    question = written_out(question)
    found: list[tuple[int, Mention]] = [(-1, one) for one in _asked_for(question)]
    taken: list[tuple[int, int]] = []
    for match in _DETERMINER.finditer(question):
        determiner = match[0].split()[0].lower()
        asked_for = determiner in {"which", "what"}
        being = bool(_BEING.search(question[: match.start()]))
        words = _noun_phrase(question[match.end() :], asked_for, being)
        if not words or (determiner in {"this", "that"} and words[-1].lower() in _TIMES):
            continue
        last = words[-1].lower()
        person = last in ROLES or last.removesuffix("s") in ROLES or words[0].lower() in ROLES
        phrase = "the " + " ".join(words)
        end = match.end() + len(" ".join(words))
        if of := _OF_NAME.match(question, end):
            phrase += of[0].rstrip("?,.;: ")
            end = of.end()
        taken.append((match.start(), end))
        verb = re.match(r"\s+(\w+)", question[end:])
        if asked_for and last not in _BODIES:
            person = person or bool(verb and verb[1].lower() in _SPEAKING - {"has"})
        found.append((match.start(), Mention(phrase, person, _is_plural(last), asked_for)))
    for match in NAME.finditer(question):
        first, *rest = match[0].split()
        name = " ".join(rest) if first.lower() in _NAME_STOPS else match[0]
        at = match.end() - len(name)
        inside = any(start <= at < end for start, end in taken)
        if name and not inside and not _DATED.fullmatch(name):
            name = re.sub(r"['’]s?$", "", name)
            # A name may be a person's or a thing's; the verb would tell, a rule cannot.
            thing = is_country(name) or _WHAT_IS.match(question)
            found.append((at, Mention(name, not thing, False, name=True)))
    for match in _PLURAL.finditer(question):
        at, noun = match.start("noun"), match["noun"]
        inside = any(start <= at < end for start, end in taken)
        # "year olds" and "test images" are only the end of what is spoken of.
        before = (match["before"] or "the").strip().lower()
        alone = before in (WORD_STOPS | _QUANTIFIERS) - {"who"} or before.endswith(("ed", "ing"))
        if alone and not inside and _is_plural(noun) and noun not in WORD_STOPS:
            found.append((at, Mention(noun, False, True)))
    return [mention for _, mention in sorted(found, key=lambda pair: pair[0])]


def _noun_phrase(behind: str, asked_for: bool, being: bool) -> list[str]:
    """The words behind a determiner up to a verb or whatever else ends the phrase."""
    phrase: list[str] = []
    following = behind.split()
    for word, after in zip(following, [*following[1:], ""], strict=True):
        bare = re.sub(r"['’]s?$", "", word.rstrip("?,.;:)"))
        if _ends_phrase(bare, after, phrase, asked_for, being) or len(phrase) == _MAX_PHRASE_WORDS:
            break
        phrase.append(bare)
        if bare != word:
            break
    # "the senator spoke"
    role = next((n for n, one in enumerate(phrase) if one.lower() in _ONE_ROLE), len(phrase))
    behind_role = phrase[role + 1 : role + 2]
    return phrase if behind_role and behind_role[0].lower() in ROLES else phrase[: role + 1]


def _ends_phrase(word: str, after: str, phrase: list[str], asked_for: bool, being: bool) -> bool:
    """Whether a word is no part of the noun phrase before it: it says nothing, or is a verb as its
    ending or what follows tells, or another name: "the plan Reed rejected".
    """
    small = word.lower()
    if small in WORD_STOPS or word.startswith(("$", "€", "£")):
        return True
    last = not after or after.lower() in WORD_STOPS or after[:1].isupper()
    if not phrase:
        return asked_for and last and small.endswith("ed")
    if small.endswith("ed"):
        return last or phrase[-1].endswith("s")
    if small in _SPEAKING or (being and small.endswith("ing")):
        return True
    if asked_for and small.removesuffix("s") in WORD_STOPS:
        return True
    return len(phrase) > 1 and word[0].isupper() and not any(one[0].isupper() for one in phrase)


def _asked_for(question: str) -> list[Mention]:
    """Who or what a question asks for by what is told of it, one or many."""
    question = question.partition(" (")[0].rstrip("?？! .")
    if what := _WHAT_WAS.match(question):
        return [Mention(what[0][:1].lower() + what[0][1:], False, False, True)]
    asked = _WHO.match(question)
    if asked is None:
        return []
    verb, rest = asked["verb"].lower(), asked["rest"].strip()
    one, many = f"the one who {verb} {rest}".rstrip(), f"those who {verb} {rest}".rstrip()
    if verb in _IS | _ARE:
        if _SOMEBODY.match(rest):
            one = many = rest
        elif rest[:1].isupper():
            return []  # Of "Who is Ines Falk?" the name is told.
    found = [] if verb in _ARE else [Mention(one, True, False, True)]
    return found if verb in _IS else [*found, Mention(many, True, True, True)]


def _is_plural(noun: str) -> bool:
    return noun.lower().endswith("s") and not noun.lower().endswith(("ss", "us", "is", "ics"))
