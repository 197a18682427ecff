"""Turns examples into batches of token ids of about equal size and length."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from qa.training.examples import QuestionGroup, SupportPair

MAX_TOKENS = 320
BATCH_TOKENS = 6_144
# Batches come in these lengths only: matrix kernels are made anew for each shape.
LENGTHS = (24, 32, 40, 48, 56, 64, 72, 80, 96, 112, 128, 160, 192, 224, 256, 288, MAX_TOKENS)
# The label of a row whose other task is asked.
NO_LABEL = -1
LABELS = {"supports": 0, "contradicts": 1, "neutral": 2, "not_supported": 3}
NEGATIVES = 2
MINED = 2

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts to read together, and what is known of them for one task or the other; `told` are
    the logits of a teacher for that task, if one was asked.
    """

    first: str
    second: str
    evidence: int = NO_LABEL
    support: int = NO_LABEL
    told: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """Pairs as arrays (rows, tokens) of ids, types and mask, their labels (pairs,), and what a
    teacher told of them (pairs, logits), without logits where none was asked; the rows behind the
    last pair are filling.
    """

    pairs: tuple[Pair, ...]

    ids: Ints
    types: Ints
    mask: Ints
    evidence: Ints
    support: Ints
    told: Floats


def evidence_pairs(groups: Sequence[QuestionGroup], rng: random.Random) -> list[Pair]:
    """The pairs of each question, with negatives drawn anew."""
    pairs = []
    strangers = [group.others[0] for group in groups if group.others]
    for group in groups:
        answers = rng.sample(group.answers, min(2, len(group.answers)))
        # What does not answer, drawn from near to far.
        others = rng.sample(group.others, min(NEGATIVES, len(group.others)))
        others += rng.sample(group.mined, min(MINED, len(group.mined)))
        if len(others) < 2 or rng.random() < 0.15:
            others.append(rng.choice(strangers))
        pairs += [Pair(group.question, text, evidence=1) for text in answers]
        pairs += [Pair(group.question, text, evidence=0) for text in others]
    return pairs


def support_labelled(pairs: Sequence[SupportPair]) -> list[Pair]:
    return [Pair(one.claim, one.source, support=LABELS[one.label]) for one in pairs]


def batches(
    pairs: Sequence[Pair], tokenizer: Any, rng: random.Random, most_tokens: int | None = None
) -> Iterator[Batch]:
    """The pairs in random order, those of like length together."""
    by_length: dict[int, list[tuple[Pair, Any]]] = {length: [] for length in LENGTHS}
    encoded = tokenizer.encode_batch([(pair.first, pair.second) for pair in pairs])
    for pair, tokens in zip(pairs, encoded, strict=True):
        fitting = next(length for length in LENGTHS if length >= len(tokens.ids))
        by_length[fitting].append((pair, tokens))
    made = []
    for length, rows in by_length.items():
        rng.shuffle(rows)
        most = (most_tokens or BATCH_TOKENS) // length
        made += [_batch(rows[at : at + most], most, length) for at in range(0, len(rows), most)]
    rng.shuffle(made)
    yield from made


def _batch(rows: Sequence[tuple[Pair, Any]], most: int, length: int) -> Batch:
    ids = np.zeros((most, length), dtype=np.int64)
    types, mask = np.zeros_like(ids), np.zeros_like(ids)
    mask[:, 0] = 1
    for at, (_, tokens) in enumerate(rows):
        ids[at, : len(tokens.ids)] = tokens.ids
        types[at, : len(tokens.ids)] = tokens.type_ids
        mask[at, : len(tokens.ids)] = 1
    return Batch(
        tuple(pair for pair, _ in rows),
        ids,
        types,
        mask,
        np.array([pair.evidence for pair, _ in rows]),
        np.array([pair.support for pair, _ in rows]),
        np.array([pair.told for pair, _ in rows], dtype=np.float32).reshape(len(rows), -1),
    )
