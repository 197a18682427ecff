"""Holds a sentence against the quotes that it cites: is there support for all that it says?

The model of support judges, and what can be compared without judgement is compared: numbers, days,
names and their order, negation, words. In doubt a sentence is not supported: the quotes say it too.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa.agreeing import SupportModel
from qa.differing import difference, missing_numbers, other_agent
from qa.naming import spelt_out
from qa.replies import Citation
from qa.words import names, stem, stems, telling_stems, unknown_parts, words
from qa.writing.sentences import Draft, has_address

# What the model of support must make of it, and the share of a sentence's words that its quotes
# must have. Of sentences written about other texts by summarising models (the public set QAGS),
# `docs/leash.py` prints how many are let through and how many of those are true.
SUPPORTED = 0.7
CONTRADICTED = 0.25
WORDS = 0.75
# Shorter is no statement.
MIN_WORDS = 4

_NEGATION = re.compile(
    r"\b(?:no|not|never|none|nobody|nothing|neither|nor|without|cannot|refus\w+|den(?:y|ied|ies)"
    r"|fail(?:s|ed|ing)?|lack(?:s|ed|ing)?|reject\w*|hardly|unable)\b|n['’]t\b",
    re.IGNORECASE,
)
# What makes less of a statement: whose it is, that it is past, possible, asked for or only tried.
# A sentence that leaves it out says more than its quote.
_LESS = re.compile(
    r"\b(?P<attributed>said|says|say|saying|told|tells|claim(?:s|ed|ing)?|according|stat(?:ed|es)"
    r"|stress(?:ed|es)|add(?:ed|s)|announced|argued|warned|believ(?:es?|ed)|thinks?|thought"
    r"|alleg(?:es?|ed|edly)|accus(?:es?|ed|ing)|reported(?:ly)?|described|called"
    r"|conclud(?:es?|ed)|declar(?:es?|ed)|emphasi[sz](?:es?|ed)|explain(?:s|ed)|insist(?:s|ed)"
    r"|not(?:es|ed)|point(?:s|ed) out|replied|repl(?:y|ies)|testified|tweeted"
    r"|in (?:his|her|their) (?:view|account)|writes?|wrote)\b"
    r"|\b(?P<past>former(?:ly)?|once|previously|used to|no longer)\b"
    r"|\b(?P<possible>may|might|could|would|should|if|unless|whether|perhaps|possibl[ey]|likely"
    r"|unlikely|potential(?:ly)?|expected|planned|plans?|hop(?:es?|ed|ing)|want(?:s|ed)?"
    r"|promis(?:es?|ed)|propos(?:es?|ed)|urged?|called for|suspected|appear(?:s|ed)?"
    r"|seem(?:s|ed)?)\b"
    r"|\b(?P<tried>tr(?:y|ies|ied|ying)|attempt(?:s|ed)?|nearly|almost)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Held:
    """The quotes that support a sentence, by number, or why none does."""

    numbers: tuple[int, ...]
    why: str | None = None


def hold(draft: Draft, citations: Sequence[Citation], model: SupportModel) -> Held:
    """Which of the quotes that a sentence cites support all of it; of all, where it cites none."""
    cited = [one for one in citations if one.n in draft.cites]
    if draft.cites and not cited:
        return Held((), "it cites a number that was not given")
    if has_address(draft.text):
        return Held((), "it has an address")
    if draft.text.endswith("?") or len(words(draft.text)) < MIN_WORDS:
        return Held((), "it states nothing")
    why: str | None = None
    for one in cited or citations:
        refused = _refused(draft.text, one, model)
        if refused is None:
            return Held((one.n,))
        why = why or refused
    return Held((), why)


def _refused(statement: str, citation: Citation, model: SupportModel) -> str | None:
    """Why a quote does not support a statement; None where it does."""
    article, quote = citation.article, citation.quote
    read = spelt_out(article.text, citation.span, article.language)
    about = " ".join(filter(None, (article.outlet, article.title)))
    if article.published:
        about += f" {article.published:%A} {article.published.day} {article.published:%B %Y}"
    known = f"{read} {quote} {about}"
    if missing_numbers(statement, known):
        return "it has a number or a day that the quote has not"
    if unknown_parts(statement, known):
        return "it names what the quote does not"
    if found := difference(statement, read):
        return f"the quote {found.note}"
    if other_agent(statement, read) or not _in_order(statement, read):
        return "the quote tells it of others"
    if bool(_NEGATION.search(statement)) != bool(_NEGATION.search(quote)):
        return "one denies what the other says"
    if _made_less(quote) - _made_less(statement):
        return "it leaves out what makes less of it"
    asked = telling_stems(statement)
    if len(asked & stems(known)) < WORDS * len(asked):
        return "it says more than the quote"
    # That the outlet says so is known of the article, and no part of what its quote says.
    outlet = re.escape(article.outlet or "-")
    stated = re.sub(rf"^According to (?:the )?{outlet}, ", "", statement, flags=re.IGNORECASE)
    (supports, contradicts, _), *_ = model.support(stated[:1].upper() + stated[1:], [read])
    if supports < SUPPORTED or contradicts > CONTRADICTED:
        return "the quote does not support it"
    return None


def _made_less(text: str) -> set[str]:
    """The ways in which a text makes less of what it states."""
    return {one.lastgroup for one in _LESS.finditer(text) if one.lastgroup}


def _in_order(statement: str, text: str) -> bool:
    """Whether the names of a statement come in the order in which a text has them: who does it
    to whom may else have been exchanged.
    """
    there = [stem(word) for word in words(text)]
    places = []
    for name in names(statement):
        at = [there.index(stem(part)) for part in name.split() if stem(part) in there]
        places += [min(at)] if at else []
    return places == sorted(places)
