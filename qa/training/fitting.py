"""Fits the network to both tasks."""

import logging
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional

from qa.training.batching import LABELS, Batch, batches, evidence_pairs, support_labelled
from qa.training.examples import QuestionGroup, SupportPair, among_others
from qa.training.network import Judge

ENCODER_RATE = 1e-4
HEAD_RATE = 5e-4
WARM_UP = 0.05
CHECKPOINT_STEPS = 500

Pass = tuple[Sequence[QuestionGroup], Sequence[SupportPair]]

log = logging.getLogger(__name__)


def fit(
    judge: Judge,
    passes: Sequence[Pass],
    tokenizer: Any,
    *,
    seed: int,
    out: Path,
) -> None:
    """Trains in place, one pass after the other; keeps checkpoints under `out`."""
    torch.manual_seed(seed)
    heads = [*judge.evidence.parameters(), *judge.support.parameters()]
    body = [one for one in judge.encoder.parameters() if one.requires_grad]
    optimiser = torch.optim.AdamW(
        [{"params": body, "lr": ENCODER_RATE}, {"params": heads, "lr": HEAD_RATE}],
        weight_decay=0.01,
        fused=True,
    )
    order = list(_all_batches(passes, tokenizer, seed))
    steps = len(order)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step, steps))
    tokens = sum(int(batch.mask.sum()) for batch in order)
    log.info("%d steps, %.1f million tokens", steps, tokens / 1e6)
    judge.train()
    started, seen, mean = time.monotonic(), 0, {"evidence": 0.7, "support": 1.1}
    for step, batch in enumerate(order, 1):
        with torch.autocast("cpu", torch.bfloat16):
            evidence, support = judge(*map(torch.from_numpy, (batch.ids, batch.types, batch.mask)))
        evidence, support = evidence[: len(batch.evidence)], support[: len(batch.evidence)]
        kind = "evidence" if batch.evidence[0] >= 0 else "support"
        loss = (
            evidence_loss(evidence.float(), batch)
            if kind == "evidence"
            else support_loss(support.float(), torch.from_numpy(batch.support))
        )
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(body + heads, 1.0)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad()
        seen += int(batch.mask.sum())
        mean[kind] += 0.02 * (float(loss.detach()) - mean[kind])
        if step % 100 == 0:
            log.info(
                "step %d of %d, evidence loss %.3f, support loss %.3f, %d tokens a second",
                step,
                steps,
                mean["evidence"],
                mean["support"],
                seen / (time.monotonic() - started),
            )
        if step % CHECKPOINT_STEPS == 0 or step == steps:
            save_file(judge.state_dict(), out / "weights.safetensors")
    judge.eval()


def evidence_loss(logits: Tensor, batch: Batch) -> Tensor:
    labels = torch.from_numpy(batch.evidence).float()
    return functional.binary_cross_entropy_with_logits(logits, labels)


def support_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross entropy; of a pair only known not to be supported, the shares of the other two add."""
    shares = functional.log_softmax(logits, dim=1)
    unknown = labels == LABELS["not_supported"]
    known = shares.gather(1, labels.clamp(max=2).unsqueeze(1)).squeeze(1)
    return -torch.where(unknown, shares[:, 1:].logsumexp(1), known).mean()


def _rate(step: int, steps: int) -> float:
    warm = max(1, int(WARM_UP * steps))
    return step / warm if step < warm else max(0.01, (steps - step) / (steps - warm))


def _all_batches(
    passes: Sequence[Pass],
    tokenizer: Any,
    seed: int,
) -> Iterator[Batch]:
    for number, (groups, pairs) in enumerate(passes):
        short = [pair.source for pair in pairs if len(pair.source.split()) < 40]
        rng = random.Random(seed + number)
        mixed = [
            among_others(pair, rng, short)
            if len(pair.source.split()) < 60 and rng.random() < 0.3
            else pair
            for pair in pairs
        ]
        asked = list(batches(evidence_pairs(groups, rng), tokenizer, rng))
        claimed = list(batches(support_labelled(mixed), tokenizer, rng))
        order = np.random.default_rng(seed + number).permutation(len(asked) + len(claimed))
        both = asked + claimed
        yield from (both[at] for at in order)
