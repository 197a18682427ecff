"""Fits the network to both tasks."""

import logging
import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional

from index.compiling import computes_bfloat16
from qa.training.batching import LABELS, Batch, Pair, batches, evidence_pairs, support_labelled
from qa.training.examples import QuestionGroup, SupportPair, among_others
from qa.training.network import Judge

ENCODER_RATE = 1e-4
HEAD_RATE = 5e-4
WARM_UP = 0.05
CHECKPOINT_STEPS = 500
# This share of the short sources is read among other texts, as they stand in articles.
AMONG_OTHERS = 0.3

# What the label counts where a teacher told of a pair too.
LABEL_SHARE = 0.3

Pass = tuple[Sequence[QuestionGroup], Sequence[SupportPair]]

log = logging.getLogger(__name__)


def fit(
    judge: Judge,
    order: Sequence[Batch],
    *,
    seed: int,
    encoder_rate: float = ENCODER_RATE,
    head_rate: float = HEAD_RATE,
    out: Path | None = None,
) -> None:
    """Trains in place, on one batch after the other; keeps checkpoints under `out`."""
    torch.manual_seed(seed)
    heads = [*judge.evidence.parameters(), *judge.support.parameters()]
    body = [one for one in judge.encoder.parameters() if one.requires_grad]
    optimiser = torch.optim.AdamW(
        [{"params": body, "lr": encoder_rate}, {"params": heads, "lr": head_rate}],
        weight_decay=0.01,
        fused=True,
    )
    steps = len(order)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step, steps))
    tokens = sum(int(batch.mask.sum()) for batch in order)
    log.info("%d steps, %.1f million tokens", steps, tokens / 1e6)
    native = computes_bfloat16()
    judge.train()
    started, seen, mean = time.monotonic(), 0, {"evidence": 0.7, "support": 1.1}
    for step, batch in enumerate(order, 1):
        with torch.autocast("cpu", torch.bfloat16, enabled=native):
            evidence, support = judge(*map(torch.from_numpy, (batch.ids, batch.types, batch.mask)))
        evidence, support = evidence[: len(batch.evidence)], support[: len(batch.evidence)]
        kind = "evidence" if batch.evidence[0] >= 0 else "support"
        loss = (
            evidence_loss(evidence.float(), batch)
            if kind == "evidence"
            else support_loss(support.float(), batch)
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
        if out and (step % CHECKPOINT_STEPS == 0 or step == steps):
            save_file(judge.state_dict(), out / "weights.safetensors")
    judge.eval()


def evidence_loss(logits: Tensor, batch: Batch) -> Tensor:
    labels = torch.from_numpy(batch.evidence).float()
    loss = functional.binary_cross_entropy_with_logits(logits, labels)
    if not batch.told.size:
        return loss
    told = torch.from_numpy(batch.told)[:, 0].sigmoid()
    taught = functional.binary_cross_entropy_with_logits(logits, told)
    return LABEL_SHARE * loss + (1 - LABEL_SHARE) * taught


def support_loss(logits: Tensor, batch: Batch) -> Tensor:
    """Cross entropy; of a pair only known not to be supported, the shares of the other two add."""
    labels = torch.from_numpy(batch.support)
    shares = functional.log_softmax(logits, dim=1)
    unknown = labels == LABELS["not_supported"]
    known = shares.gather(1, labels.clamp(max=2).unsqueeze(1)).squeeze(1)
    loss = -torch.where(unknown, shares[:, 1:].logsumexp(1), known).mean()
    if not batch.told.size:
        return loss
    taught = -(torch.from_numpy(batch.told).softmax(1) * shares).sum(1).mean()
    return LABEL_SHARE * loss + (1 - LABEL_SHARE) * taught


def _rate(step: int, steps: int) -> float:
    warm = max(1, int(WARM_UP * steps))
    return step / warm if step < warm else max(0.01, (steps - step) / max(1, steps - warm))


def mixed(tasks: Sequence[Sequence[Pair]], tokenizer: Any, rng: random.Random) -> list[Batch]:
    """The batches of the pairs of each task, in random order."""
    made = [batch for pairs in tasks for batch in batches(pairs, tokenizer, rng)]
    rng.shuffle(made)
    return made


def pairs_of(one: Pass, rng: random.Random) -> tuple[list[Pair], list[Pair]]:
    """The pairs of a pass for each task, some sources among other texts."""
    groups, pairs = one
    short = [pair.source for pair in pairs if len(pair.source.split()) < 40]
    among = [
        among_others(pair, rng, short)
        if len(pair.source.split()) < 60 and rng.random() < AMONG_OTHERS
        else pair
        for pair in pairs
    ]
    return evidence_pairs(groups, rng), support_labelled(among)
