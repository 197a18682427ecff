"""The packaged evidence model: reads a question or claim together with a text.

Every pair is read by itself, so that a score never depends on what else is scored.
"""

import json
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import exp, log
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from index.compiling import Network
from qa.errors import EvidenceModelError
from qa.preparing import load_network

if TYPE_CHECKING:
    from tokenizers import Tokenizer

FOLDER = Path(__file__).parent / "model"
LEARNED = "evidence.safetensors"
SETTINGS = "evidence.json"
MAX_TOKENS = 320
REMEMBERED_PAIRS = 20_000

Shares = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Calibration:
    """The thresholds that belong to these weights, chosen on sets they were not trained on.

    How likely a sentence answers is the logistic function of `answers` applied to what
    `qa.evidence` measures, how likely a text supports a statement, of `supported` applied to what
    `qa.checking` measures: a weight for each measure by its name, and one for `always`. `articles`
    ranks articles so by what `qa.ranking` measures.

    A sentence is offered as an answer from log-odds of `answered_from` on; for every tenfold of
    passages that are searched, more of what only looks like an answer is found, and
    `answered_per_tenfold` more is asked for.
    """

    answers: Mapping[str, float]
    answered_from: float
    answered_per_tenfold: float
    supports_from: float
    contradicts_from: float
    supported: Mapping[str, float]
    articles: Mapping[str, float]


class Judge:
    """The network and its calibration, from a folder with what it learned and the hash of that.

    Raises EvidenceModelError when a file is missing or is not the one that was published; never
    does without it in silence.
    """

    def __init__(self, folder: Path = FOLDER, threads: int | None = None) -> None:
        self._folder = folder
        self._threads = threads
        self._lock = threading.Lock()
        self._loaded: tuple[Tokenizer, Network] | None = None
        self._known: OrderedDict[tuple[str, str], Shares] = OrderedDict()
        self._sha256, self.calibration = _settings(folder / SETTINGS)

    def shares(self, pairs: Sequence[tuple[str, str]]) -> Shares:
        """(pairs, 4): how likely the second text answers the first; and how likely it supports it,
        contradicts it, or does neither, which sum to 1.
        """
        if not pairs:
            return np.empty((0, 4))
        with self._lock:
            tokenizer, network = self._loaded or self._load()
            told = {pair: self._known[pair] for pair in pairs if pair in self._known}
        # Not under the lock: what several threads ask is read side by side.
        new = [pair for pair in dict.fromkeys(pairs) if pair not in told]
        if new:
            read = network.read(tokenizer.encode_batch(new)).astype(np.float64)
            told.update(zip(new, read, strict=True))
        with self._lock:
            self._known.update((pair, told[pair]) for pair in new)
            while len(self._known) > REMEMBERED_PAIRS:
                self._known.popitem(last=False)
        return np.stack([told[pair] for pair in pairs])

    def load_ahead(self) -> None:
        """Starts to load the network while other things are done; what goes wrong with that is told
        when it is first asked.
        """

        def load() -> None:
            with suppress(Exception), self._lock:
                if self._loaded is None:
                    self._load()

        threading.Thread(target=load).start()

    @property
    def supports_from(self) -> float:
        return self.calibration.supports_from

    @property
    def contradicts_from(self) -> float:
        return self.calibration.contradicts_from

    def support(self, claim: str, sources: Sequence[str]) -> list[tuple[float, float, float]]:
        """(supports, contradicts, neither) of each source."""
        told = self.shares([(claim, source) for source in sources])[:, 1:].tolist()
        return [(supports, contradicts, neither) for supports, contradicts, neither in told]

    def _load(self) -> "tuple[Tokenizer, Network]":
        learned = self._folder / LEARNED
        self._loaded = load_network(learned, self._sha256, self._threads, MAX_TOKENS)
        return self._loaded


def _settings(path: Path) -> tuple[str, Calibration]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        values = told["calibration"]
        return str(told["sha256"]), Calibration(
            answers={name: float(weight) for name, weight in values["answers"].items()},
            answered_from=float(values["answered_from"]),
            answered_per_tenfold=float(values["answered_per_tenfold"]),
            supports_from=float(values["supports_from"]),
            contradicts_from=float(values["contradicts_from"]),
            supported={name: float(weight) for name, weight in values["supported"].items()},
            articles={name: float(weight) for name, weight in values["articles"].items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as cause:
        raise _unusable(path, cause) from cause


def probability(weights: Mapping[str, float], measures: Mapping[str, float]) -> float:
    """The logistic function of the weighed measures."""
    return share_of(weights["always"] + sum(weights[name] * measures[name] for name in measures))


def share_of(odds: float) -> float:
    """The share of a logit."""
    return 1 / (1 + exp(-odds))


def log_odds(share: float) -> float:
    """The logit of a share, kept within what 32-bit numbers can tell."""
    share = min(max(share, 1e-4), 1 - 1e-4)
    return log(share / (1 - share))


def _unusable(path: Path, why: object) -> EvidenceModelError:
    return EvidenceModelError(
        f"the evidence model {path} cannot be used: {why}; reinstall the package, or restore "
        "the file from the repository"
    )
