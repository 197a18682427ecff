"""Embeds with many processes, on one machine or several, by Ray Data.

Every worker loads the model once for a run. Ray starts processes here unless RAY_ADDRESS names a
cluster, whose machines then need this product installed.
"""

import logging
import os
from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec
from typing import Any

import numpy as np

from index.compiling import Progress
from index.embedding import Embedder, Vectors, choose_embedder
from index.errors import IndexingError

# A run starts its workers anew, so it is worth their while.
AT_ONCE = 50_000
BATCH = 256


class WorkersMissing(IndexingError):
    """Workers were asked for, and what runs them is not there."""


def choose_workers(asked: str, model: str | None) -> "RayEmbedder":
    """The embedder of a model in the workers that were asked for: `ray`, or `ray:4` for so many.

    Raises WorkersMissing when Ray is not installed or something else was asked for.
    """
    kind, _, count = asked.partition(":")
    if kind != "ray" or (count and not (count.isdigit() and int(count))):
        raise WorkersMissing(f"there are no workers {asked!r}; give --workers ray, or ray:4 for 4")
    if find_spec("ray") is None:
        raise WorkersMissing(
            "--workers ray needs Ray, which is not installed; run `pip install 'meeting-qa[ray]'`, "
            "or leave the option out"
        )
    return RayEmbedder(partial(choose_embedder, model, threads=1), int(count) if count else None)


class RayEmbedder:
    """Gives the vectors of another embedder, one of which is made in each of Ray's workers.

    `workers` is their number; without it there is one for every processor that Ray has.
    """

    def __init__(self, make: Callable[[], Embedder], workers: int | None = None) -> None:
        self._make = make
        self._embedder = make()
        self._workers = workers

    @property
    def identity(self) -> str:
        return self._embedder.identity

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        if len(texts) <= BATCH:
            # Workers that start for so few would be slower.
            return self._embedder.embed(texts, progress)
        processors = _start()
        import ray.data
        from ray.exceptions import RayError

        workers = self._workers or processors
        rows = ray.data.from_items(
            [{"at": at, "text": text} for at, text in enumerate(texts)],
            override_num_blocks=max(workers, len(texts) // BATCH),
        )
        done = rows.map_batches(
            _Worker,
            fn_constructor_kwargs={"make": self._make},
            concurrency=workers,
            batch_size=BATCH,
            num_cpus=1,
        )
        vectors: Vectors | None = None
        try:
            for batch in done.iter_batches(batch_size=None, batch_format="numpy"):
                if vectors is None:
                    shape = len(texts), batch["vector"].shape[1]
                    vectors = np.empty(shape, dtype=np.float32)
                vectors[batch["at"]] = batch["vector"]
                if progress:
                    progress(len(batch["at"]))
        except RayError as cause:
            raise IndexingError(
                f"Ray's workers could not embed ({_first_line(cause)}); see that this product is "
                "installed on every machine of the cluster, then run `meeting-qa index` again; "
                "what was embedded is kept"
            ) from cause
        assert vectors is not None
        return vectors


class _Worker:
    """What runs in a worker's process."""

    def __init__(self, make: Callable[[], Embedder]) -> None:
        self._embedder = make()

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        return {"at": batch["at"], "vector": self._embedder.embed(list(batch["text"]))}


def _start() -> int:
    """Connects to RAY_ADDRESS, or starts Ray here; returns how many processors it has.

    Raises WorkersMissing when there is nothing at RAY_ADDRESS.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    import ray
    import ray.data

    if not ray.is_initialized():
        logging.getLogger("ray.data").setLevel(logging.ERROR)
        ray.data.DataContext.get_current().enable_progress_bars = False
        try:
            ray.init(include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
        except (ConnectionError, RuntimeError, ValueError) as cause:
            where = os.environ.get("RAY_ADDRESS", "this machine")
            raise WorkersMissing(
                f"Ray cannot be used on {where} ({_first_line(cause)}); mend RAY_ADDRESS, or leave "
                "--workers out"
            ) from cause
    found: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
    return max(1, int(found.get("CPU", 1)))


def _first_line(cause: Exception) -> str:
    return (str(cause).strip().splitlines() or [type(cause).__name__])[0][:200]
