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

from qa.training.batching import MAX_TOKENS, NO_LABEL, Pair, batches
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
# What the small one is taught with: it knows the tasks already.
TAUGHT_PASSES = 2
TAUGHT_ENCODER_RATE = 6e-5
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
    of a sentence-transformers folder. They learn from `learned` first.
    """
    rng = random.Random(seed)
    told = []
    for learn, tell in zip(learned, told_of, strict=True):
        teacher, reading = new_judge(folder, KEPT_LAYERS), tokenizer_of(folder)
        order = list(batches(some(learn, reading, LEARNED_TOKENS, rng), reading, rng))
        fit(teacher, order, seed=seed, encoder_rate=ENCODER_RATE, head_rate=HEAD_RATE)
        told.append(told_by(teacher, some(tell, reading, TOLD_TOKENS, rng), reading, rng))
        log.info("%d pairs told", len(told[-1]))
    fit(
        judge,
        [batch for _ in range(TAUGHT_PASSES) for batch in mixed(told, tokenizer, rng)],
        seed=seed,
        encoder_rate=TAUGHT_ENCODER_RATE,
        head_rate=TAUGHT_HEAD_RATE,
        out=out,
    )


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
