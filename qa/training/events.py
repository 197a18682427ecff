"""Invented news events, written for training: two reports of each, questions that they answer or
narrowly do not, and statements that they support, contradict or narrowly do not make.
"""

import gzip
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from index.reading import from_text
from index.splitting import split_article
from qa.agreeing import Sentence
from qa.training.batching import LABELS, Pair
from qa.training.measuring import Score
from qa.words import missing_names, names, stems, telling_stems

EVENTS = Path(__file__).parent / "events.jsonl.gz"
# Of the sentences that do not answer, so many that share most words with a question are read, and
# so many of those that the network takes for answers most are learned from.
NEAR_QUESTION = 9
MISTAKEN = 4
# An unmarked sentence that is so surely an answer to an answerable question may be one.
TOO_SURE = 0.95
MOST_ANSWERS = 3
NEAR_STATEMENT = 5
# Of the sentences of other events, so many that share most words with a question that names someone
# whom their article never names are read, and the one most taken for an answer is learned from.
STRANGE = 4


@dataclass(frozen=True, slots=True)
class Event:
    """The texts by the names of their outlets; questions and statements with the snippets of each
    text that answer, support or contradict.
    """

    name: str
    articles: Mapping[str, str]
    questions: Sequence[Mapping[str, Any]]
    claims: Sequence[Mapping[str, Any]]


def read_events(path: Path = EVENTS) -> list[Event]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [Event(**json.loads(line)) for line in lines]


def event_pairs(event: Event, judged: Score, rng: random.Random) -> list[Pair]:
    """What is to be learned from an event: what answers, supports or contradicts, and beside it
    what `judged` takes for that most and is not. Others with every `rng`.
    """
    sentences = {outlet: _sentences(outlet, text) for outlet, text in event.articles.items()}
    pairs = [
        pair for asked in event.questions for pair in _question_pairs(asked, sentences, judged, rng)
    ]
    for claim in event.claims:
        for outlet, label in claim["labels"].items():
            shown = claim["evidence"].get(outlet, ())
            pairs += _claim_pairs(claim["claim"], label, shown, sentences[outlet], judged, rng)
    return pairs


def _sentences(outlet: str, text: str) -> list[Sentence]:
    article = from_text(text, f"{outlet}.txt")
    passages = split_article(article.text, article.language, article.title)
    return [Sentence(article, one, span) for one in passages for span in one.sentences]


@cache
def _told(outlet: str, text: str) -> list[tuple[Sentence, str, frozenset[str]]]:
    """The sentences of a text as they are read, with the stems of that."""
    return [(one, read, stems(read)) for one in _sentences(outlet, text) for read in [one.read]]


def _question_pairs(
    asked: Mapping[str, Any],
    sentences: Mapping[str, Sequence[Sentence]],
    judged: Score,
    rng: random.Random,
) -> Iterator[Pair]:
    question: str = asked["question"]
    answers: list[str] = []
    others: list[str] = []
    for outlet, theirs in sentences.items():
        snippets = asked["evidence"].get(outlet, ())
        for one in theirs:
            (answers if _holds(one, snippets) else others).append(one.read)
    near = _nearest(question, others, NEAR_QUESTION, rng)
    surely = judged([(question, text) for text in near])[:, 0]
    order = sorted(range(len(near)), key=lambda at: -surely[at])
    if answers:
        order = [at for at in order if surely[at] < TOO_SURE]
    most = MISTAKEN - bool(answers)
    chosen = order[:most] + rng.sample(order[most:], min(1, len(order[most:])))
    for text in rng.sample(answers, min(MOST_ANSWERS, len(answers))):
        yield Pair(question, text, evidence=1)
    for at in chosen:
        yield Pair(question, near[at], evidence=0)


def _claim_pairs(
    claim: str,
    label: str,
    shown: Sequence[str],
    sentences: Sequence[Sentence],
    judged: Score,
    rng: random.Random,
) -> Iterator[Pair]:
    """Of a text that tells of a claim, the sentences that do and one that does not; of one that
    does not, the two most taken for it.
    """
    telling = [at for at, one in enumerate(sentences) if _holds(one, shown)]
    told = LABELS["supports" if label == "supports" else "contradicts"]
    for at in telling[:2]:
        yield Pair(claim, sentences[at].in_context, support=told)
    # The sentence behind a telling one is read with it.
    others = [
        one.in_context
        for at, one in enumerate(sentences)
        if at not in telling and at - 1 not in telling
    ]
    near = _nearest(claim, others, NEAR_STATEMENT, rng)
    surely = judged([(claim, text) for text in near])[:, 1:3].max(axis=1)
    order = sorted(range(len(near)), key=lambda at: -surely[at])
    chosen = order[:2] if label == "silent" else rng.sample(order[1:], min(1, len(order[1:])))
    for at in chosen:
        yield Pair(claim, near[at], support=LABELS["neutral"])


def stranger_pairs(
    asked_of: Sequence[Event], among: Sequence[Event], judged: Score, rng: random.Random
) -> list[Pair]:
    """What is to be learned from questions on one event beside the sentences of others."""
    told = [
        (event.name, *one)
        for event in among
        for outlet, text in event.articles.items()
        for one in _told(outlet, text)
    ]
    pairs = []
    for event in asked_of:
        for asked in event.questions:
            question: str = asked["question"]
            telling = telling_stems(question)
            if not names(question) or not telling:
                continue
            near = sorted(
                (
                    (len(telling & known) / len(telling) + 0.2 * rng.random(), at)
                    for at, (name, _, _, known) in enumerate(told)
                    if name != event.name and telling & known
                ),
                reverse=True,
            )[: 3 * STRANGE]
            strange = [
                told[at][2] for _, at in near if missing_names(question, told[at][1].article.text)
            ][:STRANGE]
            if strange:
                surely = judged([(question, text) for text in strange])[:, 0]
                pairs.append(Pair(question, strange[int(surely.argmax())], evidence=0))
    return pairs


def _holds(sentence: Sentence, snippets: Sequence[str]) -> bool:
    said = " ".join(sentence.text.split())
    return any(" ".join(snippet.split()) in said for snippet in snippets)


def _nearest(asked: str, texts: Sequence[str], most: int, rng: random.Random) -> list[str]:
    """The texts with most of the words, not always the same."""
    telling = telling_stems(asked)
    shares = {
        text: len(telling & stems(text)) / max(1, len(telling)) + 0.3 * rng.random()
        for text in texts
    }
    return sorted(shares, key=lambda text: -shares[text])[:most]
