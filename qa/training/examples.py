"""Reads the training sets into examples, and makes more of them: hard negatives, changed claims
and questions, statements turned into yes-or-no questions.
"""

import gzip
import json
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from qa.training.altering import (
    CONTRADICTING,
    QUESTION_CHANGES,
    altered,
    change_name,
    change_roles,
    names_in,
)

Label = Literal["supports", "contradicts", "neutral", "not_supported"]

EVIDENCE_SETS = ("squad-nqg", "unansq", "unansq.twins", "selqa", "qed")
# Rows taken of each set, all where none is named.
SUPPORT_SETS: dict[str, int | None] = {
    "fever-eraser": None,
    "fever-symmetric": None,
    "fever-rte": None,
    "mnli": None,
    "fm2": None,
    "conjnli": 3_000,
    "snli": 5_000,
    "help": 800,
    "summedits": None,
}
NON_COMMERCIAL = "samsum"
# Passages drawn for claims made of their sentences.
PASSAGES = 20_000
# Whole sets kept back to judge by.
JUDGE_EVIDENCE = ("wikiqa", "multirc", "trecqa", "multispanqa")
JUDGE_SUPPORT = (
    "news-summaries",
    "healthver",
    "climate-fever",
    "rte",
    "add-one-rte",
    "covidfact",
    "multirc.qa",
)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[\"“'(]?\w)")
_BE_FIRST = re.compile(
    r"^(?P<who>(?:\S+ ){1,6}?)(?P<be>is|are|was|were|has|had|can|will)\b(?P<rest>.*?)\.?$"
)


@dataclass(frozen=True, slots=True)
class QuestionGroup:
    """A question with texts that answer it and texts that do not, sentences or short passages.

    `mined` are further texts that do not, found by search.
    """

    question: str
    answers: tuple[str, ...]
    others: tuple[str, ...]
    mined: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SupportPair:
    """A claim, a source and whether the source supports it."""

    claim: str
    source: str
    label: Label


def rows_of(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def set_path(folder: Path, name: str, kind: str) -> Path:
    """The file of a set: `unansq.twins` is `unansq.evidence.twins.jsonl.gz`; the question-answer
    form of multirc is `multirc.support_qa.jsonl.gz`.
    """
    if name.endswith(".qa"):
        return folder / f"{name.removesuffix('.qa')}.{kind}_qa.jsonl.gz"
    first, _, rest = name.partition(".")
    return folder / ".".join(filter(None, (first, kind, rest, "jsonl.gz")))


def sentences_of(passage: str) -> list[str]:
    return [one for one in _SENTENCE_END.split(passage) if len(one.split()) >= 4]


def behind_neighbour(sentence: str, passage: str) -> str:
    """A sentence behind the one before it in its passage, as it is read where "he" needs a name."""
    before = passage.partition(sentence)[0] if sentence in passage else ""
    nearest = sentences_of(before)[-1:]
    return " ".join((*(one.strip() for one in nearest), sentence))


def question_groups(folder: Path, seed: int) -> list[QuestionGroup]:
    """One group a question of the sets that may be trained on, in a fixed order."""
    answers: dict[str, dict[str, str]] = defaultdict(dict)
    others: dict[str, dict[str, None]] = defaultdict(dict)
    for name in EVIDENCE_SETS:
        for row in rows_of(set_path(folder, name, "evidence")):
            question, sentence, passage = row["question"], row["sentence"], row["passage"]
            if row["label"]:
                answers[question][sentence] = passage
            else:
                others[question].setdefault(sentence)
            # The neighbours of a sentence are on its topic and seldom answer.
            if row["label"]:
                for near in sentences_of(passage):
                    if near not in sentence and sentence not in near:
                        others[question].setdefault(near)
    rng = random.Random(seed)
    names = sorted({name for question in others for name in names_in(question)})
    groups = []
    for question in dict.fromkeys([*answers, *others]):
        yes = answers.get(question, {})
        no = [text for text in others.get(question, {}) if text not in yes]
        groups.append(QuestionGroup(question, tuple(yes), tuple(no)))
        # Behind the sentence before it, and what does not answer behind another that does not.
        if rng.random() < 0.35:
            behind = [behind_neighbour(text, passage) for text, passage in yes.items()]
            paired = [f"{no[at - 1]} {text}" for at, text in enumerate(no) if at]
            groups.append(QuestionGroup(question, tuple(behind), tuple(paired[:6])))
        # As whole passages, for what reranks passages.
        if yes and rng.random() < 0.25:
            passage = next(iter(yes.values()))
            if len(passage.split()) > 40:
                groups.append(QuestionGroup(question, (passage,), ()))
        changed = altered(question, rng, rng.sample(names, min(20, len(names))), QUESTION_CHANGES)
        if yes and changed and changed not in others and rng.random() < 0.5:
            groups.append(QuestionGroup(changed, (), (*yes, *no[:2])))
    return groups


def as_question(claim: str) -> str | None:
    """ "X was born in Y." as "Was X born in Y?"; None where it is not that simple."""
    found = _BE_FIRST.match(claim)
    if not found or " not " in claim or re.search(r"\b(?:that|which|who)\b", found["who"]):
        return None
    return f"{found['be'].capitalize()} {found['who'].strip()}{found['rest']}?"


def statement_groups(pairs: Sequence[SupportPair], seed: int, most: int) -> list[QuestionGroup]:
    """Statements as what is asked: whether it is so, answered by what supports or contradicts it;
    and as the topic of a search.
    """
    rng = random.Random(seed)
    by_claim: dict[str, list[SupportPair]] = defaultdict(list)
    for pair in pairs:
        if len(pair.claim.split()) <= 20:
            by_claim[pair.claim].append(pair)
    groups = []
    for claim in rng.sample(sorted(by_claim), min(len(by_claim), most)):
        told = [p.source for p in by_claim[claim] if p.label in ("supports", "contradicts")]
        silent = [p.source for p in by_claim[claim] if p.label == "neutral"]
        question = as_question(claim)
        if question is None or rng.random() < 0.3:
            question = rng.choice(
                (claim, claim.lower().rstrip("."), f"Is it true that {claim.rstrip('.')}?")
            )
        groups.append(QuestionGroup(question, tuple(told), tuple(silent)))
    return groups


def support_pairs(folder: Path, seed: int) -> list[SupportPair]:
    """The sets that may be trained on, each row once."""
    rng = random.Random(seed)
    pairs: dict[tuple[str, str], SupportPair] = {}
    for name, most in SUPPORT_SETS.items():
        rows = rows_of(set_path(folder, name, "support"))
        rows = [row for row in rows if NON_COMMERCIAL not in row["src"]]
        for row in rng.sample(rows, min(len(rows), most or len(rows))):
            title = row.get("title")
            source = f"{title}. {row['source']}" if title and rng.random() < 0.7 else row["source"]
            pairs.setdefault(
                (row["claim"], row["source"]), SupportPair(row["claim"], source, row["label"])
            )
    return list(pairs.values())


def made_pairs(
    known: Sequence[SupportPair], passages: Sequence[str], seed: int
) -> list[SupportPair]:
    """The known pairs, and those made of them and of passages; others with every seed."""
    made = [*changed_pairs(known, seed), *passage_pairs(passages, seed, PASSAGES)]
    return [*known, *made]


def changed_pairs(pairs: Sequence[SupportPair], seed: int) -> Iterator[SupportPair]:
    """Supported claims with one thing changed, which their sources then no longer support."""
    rng = random.Random(seed)
    for pair in pairs:
        if pair.label == "supports" and rng.random() < 0.6:
            changed = changed_pair(pair, names_in(pair.source), rng)
            if changed:
                yield changed


def changed_pair(pair: SupportPair, names: Sequence[str], rng: random.Random) -> SupportPair | None:
    """A supported claim with another of the names, or with something its source then denies."""
    changed = change_roles(pair.claim) if rng.random() < 0.5 else None
    if changed:
        return SupportPair(changed, pair.source, "not_supported")
    changed = change_name(pair.claim, rng, names) if rng.random() < 0.4 else None
    if changed:
        return SupportPair(changed, pair.source, "not_supported")
    changed = altered(pair.claim, rng, names, CONTRADICTING)
    return SupportPair(changed, pair.source, "contradicts") if changed else None


def passage_pairs(passages: Sequence[str], seed: int, most: int) -> Iterator[SupportPair]:
    """Sentences of passages as claims: kept or shortened, changed, and against the passage without
    them.
    """
    rng = random.Random(seed)
    for passage in rng.sample(passages, min(len(passages), most)):
        sentences = sentences_of(passage)
        if len(sentences) < 3:
            continue
        claim = rng.choice(sentences)
        if not 8 <= len(claim.split()) <= 40:
            continue
        short = shortened(claim, rng)
        names = [name for one in sentences for name in names_in(one)]
        kind = rng.random()
        if kind < 0.35:
            yield SupportPair(short, passage, "supports")
        elif kind < 0.75:
            changed = changed_pair(SupportPair(short, passage, "supports"), names, rng)
            if changed:
                yield changed
        else:
            rest = " ".join(one for one in sentences if one != claim)
            yield SupportPair(short, rest, "neutral")


def shortened(sentence: str, rng: random.Random) -> str:
    """A sentence without its brackets, and at times without what follows a comma."""
    short = re.sub(r"\s*\([^)]*\)", "", sentence)
    head, comma, _ = short.rpartition(", ")
    if comma and len(head.split()) >= 7 and rng.random() < 0.5:
        short = head + "."
    lead, comma, rest = short.partition(", ")
    if comma and len(lead.split()) <= 5 and len(rest.split()) >= 7 and rng.random() < 0.4:
        short = rest[0].upper() + rest[1:]
    return short


def among_others(pair: SupportPair, rng: random.Random, more: Sequence[str]) -> SupportPair:
    """The pair with its source among sentences of other sources, as it stands in an article."""
    before = rng.sample(more, rng.randint(0, 2))
    after = rng.sample(more, rng.randint(0, 2))
    return SupportPair(pair.claim, " ".join((*before, pair.source, *after)), pair.label)
