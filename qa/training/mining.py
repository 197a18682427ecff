"""Finds hard negatives: sentences a search brings up for a question that do not answer it."""

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from qa.training.examples import QuestionGroup

FOUND = 24
BATCH = 32
# Sentences searched, drawn from all.
POOL = 30_000
# Nearer than this to an answer, a sentence may be one too.
SAME_AS_ANSWER_COSINE = 0.8

Vectors = npt.NDArray[np.float32]


def embed(encoder: Any, tokenizer: Any, texts: Sequence[str]) -> Vectors:
    """Unit vectors (texts, width), means over tokens as the packaged model makes them."""
    vectors = np.empty((len(texts), 384), dtype=np.float32)
    order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
    for start in range(0, len(order), BATCH):
        rows = order[start : start + BATCH]
        tokens = tokenizer.encode_batch([texts[at] for at in rows])
        # In steps of 16: each new shape costs time.
        longest = -(-max(len(one.ids) for one in tokens) // 16) * 16
        ids = torch.zeros((len(rows), longest), dtype=torch.long)
        mask = torch.zeros_like(ids)
        for at, one in enumerate(tokens):
            ids[at, : len(one.ids)] = torch.tensor(one.ids)
            mask[at, : len(one.ids)] = 1
        with torch.inference_mode():
            hidden = encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        weights = mask.unsqueeze(-1).float()
        means = functional.normalize((hidden.float() * weights).sum(1) / weights.sum(1))
        vectors[rows] = means.numpy()
    return vectors


def mined(
    groups: Sequence[QuestionGroup], folder: Path, tokenizer: Any, seed: int
) -> list[QuestionGroup]:
    """The groups with the sentences of other questions that search by the packaged model in
    `folder` finds for theirs.
    """
    from transformers import AutoModel

    # Unlike in training, the fused kernel is the faster one.
    encoder = AutoModel.from_pretrained(str(folder), dtype=torch.bfloat16).eval()
    every = sorted({text for group in groups for text in (*group.answers, *group.others)})
    pool = random.Random(seed).sample(every, min(POOL, len(every)))
    row = {text: at for at, text in enumerate(pool)}
    vectors = embed(encoder, tokenizer, pool)
    asked = embed(encoder, tokenizer, [group.question for group in groups])
    result = []
    for start in range(0, len(groups), 512):
        cosines = torch.from_numpy(asked[start : start + 512] @ vectors.T)
        nearest = cosines.topk(min(FOUND, len(pool))).indices.tolist()
        for group, rows in zip(groups[start : start + 512], nearest, strict=True):
            own = {*group.answers, *group.others}
            answers = [row[text] for text in group.answers if text in row]
            known = vectors[answers] if answers else None
            found = []
            for at in rows:
                if pool[at] in own:
                    continue
                if known is not None and float((known @ vectors[at]).max()) > SAME_AS_ANSWER_COSINE:
                    continue
                found.append(pool[at])
            result.append(replace(group, mined=tuple(found)))
    return result
