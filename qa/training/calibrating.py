"""Chooses the weights and thresholds that turn the network's judgements into the product's, on
sets that it was not trained on.
"""

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from qa.checking import measured
from qa.judging import Judge
from qa.training.examples import JUDGE_SUPPORT, rows_of, set_path

CLAIMS = 300
# Keeps the weights small where the sets say little.
RIDGE = 1.0
STEPS = 30

Floats = npt.NDArray[np.float64]


def supported_weights(judge: Judge, folder: Path, seed: int) -> list[float]:
    """The weights of what `qa.checking.measured` measures, every set counting the same."""
    features: list[tuple[float, ...]] = []
    labels: list[bool] = []
    for name in JUDGE_SUPPORT:
        rows = rows_of(set_path(folder, name, "support"))
        for row in random.Random(seed).sample(rows, min(CLAIMS, len(rows))):
            features.append((1.0, *measured(row["claim"], row["source"], judge)[0]))
            labels.append(row["label"] == "supports")
    return [float(one) for one in logistic(np.array(features), labels)]


def logistic(features: Floats, labels: Sequence[bool]) -> Floats:
    """Weights of a ridge logistic regression by Newton's method; the first column is constant."""
    truth = np.asarray(labels, dtype=np.float64)
    weights = np.zeros(features.shape[1])
    ridge = np.eye(features.shape[1]) * RIDGE
    ridge[0, 0] = 0.0
    for _ in range(STEPS):
        shares = 1 / (1 + np.exp(-features @ weights))
        slope = features.T @ (truth - shares) - ridge @ weights
        curve = (features * (shares * (1 - shares))[:, None]).T @ features + ridge
        weights = weights + np.linalg.solve(curve, slope)
    return weights
