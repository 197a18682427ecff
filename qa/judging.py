"""The packaged evidence model: reads a question or claim together with a text, in onnxruntime.

Pairs are scored one at a time, so that a score never depends on what else is scored.
"""

import hashlib
import json
import os
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from qa.errors import EvidenceModelError

FOLDER = Path(__file__).parent / "model"
WEIGHTS = "evidence.onnx"
SETTINGS = "evidence.json"
MAX_TOKENS = 320
REMEMBERED_PAIRS = 20_000

Shares = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Calibration:
    """The thresholds that belong to these weights, chosen on sets they were not trained on.

    The likeliness of an answer is the logistic function of `answers` applied to (1, logit of the
    network, cosine, share of the question's words); that of support in a source, of `supported`
    applied to what `qa.checking` measures.
    """

    answers: tuple[float, ...]
    answered_from: float
    supports_from: float
    contradicts_from: float
    supported: tuple[float, ...]


class Judge:
    """The network and its calibration, from a folder with the weights and their hash.

    Raises EvidenceModelError when a file is missing or is not the one that was published; never
    does without it in silence.
    """

    def __init__(self, folder: Path = FOLDER, threads: int | None = None) -> None:
        self._folder = folder
        self._threads = threads or len(os.sched_getaffinity(0))
        self._lock = threading.Lock()
        self._session: Any = None
        self._tokenizer: Any = None
        self._known: OrderedDict[tuple[str, str], Shares] = OrderedDict()
        self._sha256, self.calibration = _settings(folder / SETTINGS)

    def shares(self, pairs: Sequence[tuple[str, str]]) -> Shares:
        """(pairs, 4): how likely the second text answers the first; and how likely it supports it,
        contradicts it, or does neither, which sum to 1.
        """
        if not pairs:
            return np.empty((0, 4))
        with self._lock:
            if self._session is None:
                self._load()
            return np.stack([self._read(pair) for pair in pairs])

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

    def _read(self, pair: tuple[str, str]) -> Shares:
        known = self._known.get(pair)
        if known is None:
            tokens = self._tokenizer.encode(*pair)
            known = self._session.run(
                None,
                {
                    "input_ids": np.array([tokens.ids], dtype=np.int64),
                    "token_type_ids": np.array([tokens.type_ids], dtype=np.int64),
                    "attention_mask": np.array([tokens.attention_mask], dtype=np.int64),
                },
            )[0][0].astype(np.float64)
            self._known[pair] = known
            if len(self._known) > REMEMBERED_PAIRS:
                self._known.popitem(last=False)
        return known

    def _load(self) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        from index.embedding import packaged_model

        path = self._folder / WEIGHTS
        try:
            weights = path.read_bytes()
        except OSError as cause:
            raise _unusable(path, cause) from cause
        if hashlib.sha256(weights).hexdigest() != self._sha256:
            raise _unusable(path, "it is not the file that was published")
        tokenizer = Tokenizer.from_file(str(packaged_model() / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.enable_truncation(MAX_TOKENS)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        # The weights are scaled back once, when they are loaded, and not for every pair.
        options.add_session_config_entry("session.disable_quant_qdq", "1")
        self._session = onnxruntime.InferenceSession(
            weights, options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = tokenizer


def _settings(path: Path) -> tuple[str, Calibration]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        values = told["calibration"]
        return str(told["sha256"]), Calibration(
            answers=tuple(map(float, values["answers"])),
            answered_from=float(values["answered_from"]),
            supports_from=float(values["supports_from"]),
            contradicts_from=float(values["contradicts_from"]),
            supported=tuple(map(float, values["supported"])),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as cause:
        raise _unusable(path, cause) from cause


def log_odds(share: float) -> float:
    """The logit of a share, kept within what 32-bit numbers can tell."""
    share = min(max(share, 1e-4), 1 - 1e-4)
    return log(share / (1 - share))


def _unusable(path: Path, why: object) -> EvidenceModelError:
    return EvidenceModelError(
        f"the evidence model {path} cannot be used: {why}; reinstall the package, or restore "
        "the file from the repository"
    )
