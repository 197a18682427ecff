"""Judges the network by sets it has not seen: the figures of the model card."""

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from qa.training.examples import JUDGE_EVIDENCE, JUDGE_SUPPORT, rows_of, set_path

QUESTIONS = 120
CLAIMS = 300

Floats = npt.NDArray[np.float64]
# Pairs of texts to (pairs, 4): answers, supports, contradicts, neither.
Score = Callable[[Sequence[tuple[str, str]]], Floats]


def auroc(scores: Sequence[float] | Floats, labels: Sequence[bool]) -> float:
    """The chance that a true one scores above a false one, ties counting half."""
    order = np.argsort(np.asarray(scores), kind="stable")
    ranks = np.empty(len(order))
    values = np.asarray(scores)[order]
    at = 0
    while at < len(order):
        end = at
        while end < len(order) and values[end] == values[at]:
            end += 1
        ranks[order[at:end]] = (at + 1 + end) / 2
        at = end
    truth = np.asarray(labels, dtype=bool)
    yes, no = int(truth.sum()), int((~truth).sum())
    if not yes or not no:
        return float("nan")
    return float((ranks[truth].sum() - yes * (yes + 1) / 2) / (yes * no))


def evidence_figures(score: Score, folder: Path, seed: int) -> dict[str, dict[str, float]]:
    """By set: how often the right sentence comes first, and the AUROC between the best sentence
    of answerable and of unanswerable questions.
    """
    figures = {}
    for name in JUDGE_EVIDENCE:
        groups: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
        for row in rows_of(set_path(folder, name, "evidence")):
            groups[row["answerable_group"]].append((row["question"], row["sentence"], row["label"]))
        chosen = random.Random(seed).sample(sorted(groups), min(QUESTIONS, len(groups)))
        first, best, answerable, every, labels = [], [], [], [], []
        for group in chosen:
            rows = groups[group]
            found = score([(question, sentence) for question, sentence, _ in rows])[:, 0]
            told = [label for *_, label in rows]
            best.append(float(found.max()))
            answerable.append(any(told))
            every += found.tolist()
            labels += [bool(label) for label in told]
            if any(told) and not all(told):
                first.append(told[int(found.argmax())])
        figures[name] = {
            "right_first": float(np.mean(first)),
            "sentences_auroc": auroc(every, labels),
            "questions_auroc": auroc(best, answerable),
            "questions": len(chosen),
        }
    return figures


def support_figures(score: Score, folder: Path, seed: int) -> dict[str, dict[str, float]]:
    """By set: the AUROC of support, and of contradiction where it is labelled."""
    figures = {}
    for name in JUDGE_SUPPORT:
        rows = rows_of(set_path(folder, name, "support"))
        chosen = random.Random(seed).sample(rows, min(CLAIMS, len(rows)))
        shares = score([(row["claim"], row["source"]) for row in chosen])
        labels = [row["label"] for row in chosen]
        figures[name] = {
            "supports_auroc": auroc(shares[:, 1], [label == "supports" for label in labels]),
            "contradicts_auroc": auroc(shares[:, 2], [label == "contradicts" for label in labels]),
            "claims": len(chosen),
        }
    return figures
