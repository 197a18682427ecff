"""Teaching: a larger network learns each task first, and the small one learns from what it tells.

The larger one is too slow and too big to ship. What it says of a pair, unsure where it is unsure,
teaches more than a label does, and right where a label is wrong.
"""

import logging
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from qa.training.batching import LABELS, MAX_TOKENS, NO_LABEL, Batch, Pair, batches
from qa.training.fitting import fit, mixed
from qa.training.network import Judge, new_judge

# Of each task the teacher learns from so many tokens, and tells of so many others.
LEARNED_TOKENS = 2_300_000
TOLD_TOKENS = 2_400_000
# Longer pairs take its time and tell little more.
MOST_WORDS = 110
KEPT_LAYERS = 4
ENCODER_RATE = 5e-5
HEAD_RATE = 3e-4
# What the small one is taught with: it knows the tasks already, and goes on with labelled pairs.
TAUGHT_PASSES = 2
LABELLED_TOKENS = 3_200_000
TAUGHT_ENCODER_RATE = 8e-5
TAUGHT_HEAD_RATE = 2e-4

log = logging.getLogger(__name__)


def teach(
    judge: Judge,
    folder: Path,
    learned: Sequence[Sequence[Pair]],
    told_of: Sequence[Sequence[Pair]],
    tokenizer: Any,
    *,
    seed: int,
    out: Path,
) -> None:
    """Trains in place on pairs that larger networks tell of, one for each task, made of the encoder
    of a sentence-transformers folder. They learn from `learned` first, and the small one goes on
    with these labels beside what it is told.
    """
    rng = random.Random(seed)
    told, labelled = [], []
    for learn, tell in zip(learned, told_of, strict=True):
        teacher, reading = new_judge(folder, KEPT_LAYERS), tokenizer_of(folder)
        order = list(batches(some(learn, reading, LEARNED_TOKENS, rng), reading, rng))
        fit(teacher, order, seed=seed, encoder_rate=ENCODER_RATE, head_rate=HEAD_RATE)
        # A statement that was changed keeps its label: a teacher is often unsure of the change.
        unchanged = [one for one in tell if one.support != LABELS["not_supported"]]
        told.append(told_by(teacher, some(unchanged, reading, TOLD_TOKENS, rng), reading, rng))
        labelled.append(some(learn, tokenizer, LABELLED_TOKENS, rng))
        log.info("%d pairs told", len(told[-1]))
    fit(
        judge,
        taught_batches(told, labelled, tokenizer, rng),
        seed=seed,
        encoder_rate=TAUGHT_ENCODER_RATE,
        head_rate=TAUGHT_HEAD_RATE,
        out=out,
    )


def taught_batches(
    told: Sequence[Sequence[Pair]],
    labelled: Sequence[Sequence[Pair]],
    tokenizer: Any,
    rng: random.Random,
) -> list[Batch]:
    """What was told several times over and what is labelled once, in random order."""
    order = mixed(labelled, tokenizer, rng)
    for _ in range(TAUGHT_PASSES):
        order += mixed(told, tokenizer, rng)
    rng.shuffle(order)
    return order


def tokenizer_of(folder: Path) -> Any:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer


def some(pairs: Sequence[Pair], tokenizer: Any, tokens: int, rng: random.Random) -> list[Pair]:
    """As many of the shorter pairs, drawn at random, as have so many tokens together."""
    short = [one for one in pairs if len(f"{one.first} {one.second}".split()) <= MOST_WORDS]
    rng.shuffle(short)
    chosen: list[Pair] = []
    for pair, encoded in zip(
        short, tokenizer.encode_batch([(one.first, one.second) for one in short]), strict=True
    ):
        tokens -= len(encoded.ids)
        if tokens < 0:
            break
        chosen.append(pair)
    return chosen


def told_by(
    teacher: Judge, pairs: Sequence[Pair], tokenizer: Any, rng: random.Random
) -> list[Pair]:
    """The pairs with what the teacher tells of them."""
    told: list[Pair] = []
    teacher.eval()
    for batch in batches(pairs, tokenizer, rng):
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
            evidence, support = teacher(
                *map(torch.from_numpy, (batch.ids, batch.types, batch.mask))
            )
        of_support = batch.pairs[0].evidence == NO_LABEL
        logits = support.float() if of_support else evidence.float().unsqueeze(1)
        told += [
            replace(pair, told=tuple(row))
            for pair, row in zip(batch.pairs, logits.tolist(), strict=False)
        ]
    return told
