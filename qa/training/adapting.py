"""Adapting: a large encoder learns to read closely, by changes of low rank that are small enough to
ship beside the packages that bring its weights.

All weights of its upper layers learn first, for each task by itself. What both changed is added up,
reduced to a low rank, and goes on to learn both tasks, from what the two tell of other pairs and
from labels. Then it is refined on events, whose questions and statements narrowly miss.
"""

import hashlib
import logging
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from index.compiling import computes_bfloat16
from qa.preparing import add_learned
from qa.training.batching import LABELS, MAX_TOKENS, NO_LABEL, Pair, batches
from qa.training.fitting import fit, mixed
from qa.training.network import Judge, new_judge

# Each task is learned by itself from so many tokens; each then tells of so many others.
LEARNED_TOKENS = 4_800_000
TOLD_TOKENS = 2_400_000
# Longer pairs take its time and tell little more.
MOST_WORDS = 110
KEPT_LAYERS = 4
ENCODER_RATE = 5e-5
HEAD_RATE = 3e-4
RANK = 96
# What each task's changes count where both are added up.
SHARE = 0.6
BOTH_LABELLED_TOKENS = 1_000_000
BOTH_ENCODER_RATE = 1e-4
BOTH_HEAD_RATE = 2e-4
# Then it goes on with events, in smaller steps, in turn with pairs of the kinds known before.
REFINING_RATE = 5e-5
REFINING_TOKENS = 1_600
KNOWN_SHARE = 1 / 3
# Of what that changes so much is kept, so that little of what was known before is forgotten.
REFINED_SHARE = 0.6

log = logging.getLogger(__name__)


class LowRank(nn.Module):
    """A linear layer that stays as it is, and a change of low rank that learns."""

    def __init__(self, linear: nn.Linear, change: Tensor, rank: int) -> None:
        super().__init__()
        self.linear = linear
        linear.weight.requires_grad_(False)
        left, values, right = torch.linalg.svd(change, full_matrices=False)
        root = values[:rank].sqrt()
        self.up = nn.Parameter((left[:, :rank] * root).contiguous())
        self.down = nn.Parameter((root[:, None] * right[:rank]).contiguous())

    def forward(self, hidden: Tensor) -> Tensor:
        changed = functional.linear(functional.linear(hidden, self.down), self.up)
        return self.linear(hidden) + changed  # type: ignore[no-any-return]


def adapt(
    folder: Path,
    learned: Sequence[Sequence[Pair]],
    told_of: Sequence[Sequence[Pair]],
    *,
    seed: int,
    out: Path,
) -> Judge:
    """The network, made of the encoder of a sentence-transformers folder, after it has learned;
    `learned` and `told_of` hold the pairs of each task. Keeps checkpoints under `out`.
    """
    rng = random.Random(seed)
    tokenizer = tokenizer_of(folder)
    ones: list[Judge] = []
    told, labelled = [], []
    for learn, tell in zip(learned, told_of, strict=True):
        one = new_judge(folder, KEPT_LAYERS)
        order = list(batches(some(learn, tokenizer, LEARNED_TOKENS, rng), tokenizer, rng))
        fit(one, order, seed=seed, encoder_rate=ENCODER_RATE, head_rate=HEAD_RATE)
        ones.append(one)
        # A statement that was changed keeps its label: a network is often unsure of the change.
        unchanged = [pair for pair in tell if pair.support != LABELS["not_supported"]]
        told.append(told_by(one, some(unchanged, tokenizer, TOLD_TOKENS, rng), tokenizer, rng))
        labelled.append(some(tell, tokenizer, BOTH_LABELLED_TOKENS, rng))
        log.info("%d pairs told", len(told[-1]))
    of_evidence, of_support = ones
    both = joined(folder, of_evidence, of_support)
    order = mixed([*told, *labelled], tokenizer, rng)
    fit(
        both,
        order,
        seed=seed,
        encoder_rate=BOTH_ENCODER_RATE,
        head_rate=BOTH_HEAD_RATE,
        out=out,
    )
    return both


def joined(folder: Path, evidence: Judge, support: Judge, share: float = SHARE) -> Judge:
    """One network of two that learned one task each: the head of each, and so large a share of what
    each changed.
    """
    both = new_judge(folder)
    both.evidence.load_state_dict(evidence.evidence.state_dict())
    both.support.load_state_dict(support.support.state_dict())
    theirs = [one.encoder.state_dict() for one in (evidence, support)]
    with torch.no_grad():
        for name, weight in both.encoder.named_parameters():
            weight.requires_grad_(weight.ndim == 1)
            if weight.ndim == 1 or "relative" in name:
                weight.copy_((theirs[0][name] + theirs[1][name]) / 2)
    for number, layer in enumerate(both.encoder.encoder.layer):
        if number < KEPT_LAYERS:
            layer.requires_grad_(False)
            continue
        for name, linear in [*_linears(layer)]:
            place = f"encoder.layer.{number}.{name}.weight"
            change = sum(their[place] - linear.weight.data for their in theirs)
            parent, _, last = name.rpartition(".")
            setattr(layer.get_submodule(parent), last, LowRank(linear, share * change, RANK))
    both.encoder.embeddings.requires_grad_(False)
    return both


def resumed(folder: Path, learned: Path) -> Judge:
    """The network of `joined` as `save_learned` wrote it, to go on from there."""
    judge = new_judge(folder)
    with torch.no_grad():
        add_learned(judge, learned)
    return joined(folder, judge, judge, share=0.5)


def refine(
    judge: Judge, learned: Sequence[Pair], known: Sequence[Pair], tokenizer: Any, *, seed: int
) -> None:
    """Goes on with the learned pairs, every third step with known ones, and keeps the weights
    between those before and those after.
    """
    rng = random.Random(seed)
    short = [one for one in known if len(f"{one.first} {one.second}".split()) <= MOST_WORDS]
    rng.shuffle(short)
    new, old = (
        list(batches(pairs, tokenizer, rng, REFINING_TOKENS))
        for pairs in (learned, short[: len(learned)])
    )
    order = [*new, *old[: int(len(new) * KNOWN_SHARE / (1 - KNOWN_SHARE))]]
    rng.shuffle(order)
    before = {
        name: weight.detach().clone()
        for name, weight in judge.named_parameters()
        if weight.requires_grad
    }
    fit(judge, order, seed=seed, encoder_rate=REFINING_RATE, head_rate=REFINING_RATE)
    with torch.no_grad():
        for name, weight in judge.named_parameters():
            if name in before:
                weight.lerp_(before[name], 1 - REFINED_SHARE)


def _linears(layer: nn.Module) -> Iterator[tuple[str, nn.Linear]]:
    return ((n, one) for n, one in layer.named_modules() if isinstance(one, nn.Linear))


def save_learned(judge: Judge, path: Path) -> str:
    """Writes what a network of `joined` has learned, and returns the file's SHA-256.

    Matrices are kept in 8 bits with a scale for each row, the rest in 16.
    """
    from safetensors.torch import save_file

    matrices: dict[str, Tensor] = {}
    kept: dict[str, Tensor] = {}
    for name, parameter in judge.named_parameters():
        weight, place = parameter.detach(), name.rpartition(".")
        if place[2] in ("up", "down"):
            matrices[f"{place[0]}.weight.{place[2]}"] = weight
        elif "relative" in name or (parameter.requires_grad and weight.ndim == 1):
            kept[name.replace(".linear.bias", ".bias")] = weight
        elif parameter.requires_grad:
            matrices[name] = weight
    told = {name: weight.half().contiguous() for name, weight in kept.items()}
    for name, weight in matrices.items():
        scale = weight.abs().amax(dim=1).clamp(min=1e-12) / 127
        told[name] = (weight / scale[:, None]).round().to(torch.int8)
        told[f"{name}.scale"] = scale
    save_file(told, path)
    return hashlib.sha256(path.read_bytes()).hexdigest()


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
    native = computes_bfloat16()
    teacher.eval()
    for batch in batches(pairs, tokenizer, rng):
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=native):
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
