"""Finds questions to begin with: drawn from what is indexed, and only such as it answers."""

import re
from collections.abc import Iterator, Sequence
from itertools import chain, zip_longest

from index.articles import Article
from index.searching import STOP_WORDS, Index
from qa.answering import Answerer, Question
from qa.replies import Answer

EXAMPLES = 4
# So many articles are read for questions, spread over all of them, and so many questions tried.
ARTICLES = 24
TRIES = 16

_NAME = r"[A-Z][\w’'-]+(?:\s+(?:al-|de\s+|van\s+)?[A-Z][\w’'-]+){0,2}"
_SAYING = re.compile(
    rf"(?:^|[,;:”\"]\s+)(?P<who>{_NAME})\s+(?:also\s+)?(?:said|stressed|added|announced|told|argued|warned|noted)\b"
)
_DOING = re.compile(
    rf"^(?P<who>{_NAME})\s+(?:has\s+|have\s+|had\s+)?(?P<done>opened|visited|received|met|won|"
    r"signed|announced|left|joined|bought|sold|closed|began|launched|rejected|approved)\s+"
    r"(?P<what>(?:the|a|an)\s+[a-z][\w-]+(?:\s+(?!\w{1,3}\b)(?!with\b|from\b|into\b|after\b)[a-z][\w-]+)?)"
)
_BASE = {
    "opened": "open", "visited": "visit", "received": "receive", "met": "meet", "won": "win",
    "signed": "sign", "announced": "announce", "left": "leave", "joined": "join", "bought": "buy",
    "sold": "sell", "closed": "close", "began": "begin", "launched": "launch",
    "rejected": "reject", "approved": "approve",
}  # fmt: skip
VAGUE = frozenset("others things years months weeks hours minutes times ways parts".split())
# A plural is likely a noun, and what a sentence is about.
_WORD = re.compile(r"\b[a-z]{4,}(?:[^ius]s)\b")


def find_examples(index: Index, answerer: Answerer) -> tuple[str, ...]:
    """A few questions drawn from the articles, each answered from the one that it was drawn from.

    None where the articles suggest none that they answer.
    """
    with index.reading() as snapshot:
        articles = snapshot.articles()
    step = max(1, len(articles) // ARTICLES)
    found: list[str] = []
    drawn = [list(questions_from(one)) for one in articles[::step][:ARTICLES]]
    tried = [one for one in chain.from_iterable(zip_longest(*drawn)) if one]
    for question, article in list(dict(tried).items())[:TRIES]:
        reply = answerer.ask(Question(question), drafting=False)
        if isinstance(reply, Answer) and any(
            one.article.name == article for one in reply.citations
        ):
            found.append(question)
        if len(found) == EXAMPLES:
            break
    return tuple(found)


def questions_from(article: Article) -> Iterator[tuple[str, str]]:
    """Questions that sentences of an article suggest, each beside the article's name."""
    sentences = re.split(r"(?<=[.?!])\s+|\n+", article.text)
    common = _common(sentences)
    for sentence in sentences:
        if doing := _DOING.search(sentence):
            who = re.sub(r"^The\b", "the", doing["who"])
            what = f"{who} {_BASE[doing['done']]} {doing['what']}"
            yield f"When did {what}?", article.name
        if saying := _SAYING.search(sentence):
            who = re.sub(r"^The\b", "the", saying["who"])
            about = next(
                (
                    word
                    for word in common
                    if re.search(rf"\b{word}\b", sentence[saying.end() :])
                    and word not in who.lower()
                ),
                None,
            )
            if who.lower() not in STOP_WORDS and about:
                yield f"What did {who} say about {about}?", article.name
    if article.title:
        yield f"What do the articles say about “{article.title.strip(' .…')}”?", article.name


def _common(sentences: Sequence[str]) -> list[str]:
    """The words that several sentences have, those that most have first."""
    counts: dict[str, int] = {}
    for sentence in sentences:
        for word in set(_WORD.findall(sentence)) - STOP_WORDS - VAGUE:
            counts[word] = counts.get(word, 0) + 1
    return sorted((word for word, n in counts.items() if n > 1), key=lambda word: -counts[word])
