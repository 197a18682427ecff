"""Tells the name that an earlier question was answered with, for a pronoun may mean that one:
"Who won?" "How old is she?".
"""

import re

from index.searching import STOP_WORDS
from qa.agreeing import SupportModel
from qa.asking import names_offered
from qa.evidence import Evidence
from qa.mentioning import written_out
from qa.words import words

# From this judgement on a name is taken for the answer; else the question's own words stand.
SURELY_NAMED = 0.8

# "Who did so?", "Which team will do so?": with a name for the first words it is a statement.
_DOING = re.compile(
    r"^\W*(?:who|(?:which|what) (?!(?:did|do|does)\b)\w.*?)"
    r"(?= (?:is|are|was|were|has|have|had|will|would|can|could|may|might|must|should)\b"
    r"| (?!did\b|does\b)\w+(?:ed|s)\b"
    r"| (?:beat|became|began|bought|broke|built|came|cut|found|gave|got|held|hit|led|left|lost|made"
    r"|met|put|ran|said|saw|sold|set|took|told|went|won|wrote)\b)"
    r"(?P<rest> .+)$",
    re.IGNORECASE,
)
# "Which shop did she open?"
_DONE = re.compile(
    r"^\W*(?:which|what) (?P<kind>\w.*?) (?:did|do|does) (?P<rest>.+)$", re.IGNORECASE
)


def name_asked(question: str, best: Evidence, model: SupportModel) -> str | None:
    """The name in a sentence that answers a question for one, for which the sentence and the one
    before it support most surely what is asked; None where they support it for none.
    """
    asked = written_out(question).rstrip("?？ .")
    doing, done = _DOING.match(asked), _DONE.match(asked)
    if done:
        rest = f" is the {done['kind']} that {done['rest']}"
    elif doing:
        rest = doing["rest"]
    else:
        return None
    told = [
        name
        for name in dict.fromkeys(names_offered(question, best.text, best.article.text))
        # What the question has in short is not what it asks for.
        if not STOP_WORDS.issuperset(words(name)) and _initials(name) not in words(question)
    ]
    source = best.sentence.in_context
    chances = {name: model.support(f"{name}{rest}.", [source])[0][0] for name in told}
    likeliest = max(told, key=lambda name: chances[name], default=None)
    if likeliest is None or chances[likeliest] < SURELY_NAMED:
        return None
    return _whole(likeliest, best.text)


def _whole(name: str, sentence: str) -> str:
    """A name with the capitalised words right before it, if a sentence begins with them."""
    begun = re.match(rf"((?:[^\W\d_a-z][\w'’-]* )+){re.escape(name)}\b", sentence)
    if begun is None or not STOP_WORDS.isdisjoint(words(begun[1])):
        return name
    return begun[1] + name


def _initials(name: str) -> str:
    return "".join(word[0] for word in words(name))
