"""Embedding in the workers of Ray. Ray talks by the machine's own address, which tests may not, so
it runs in a process of its own."""

import os
import subprocess
import sys
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from index import spreading
from index.embedding import choose_embedder
from index.inspecting import verify
from index.publishing import published
from index.spreading import WorkersMissing, choose_workers
from index.storing import Store

PROJECT = Path(__file__).parent.parent
MAIN = "from qa.command_line import main; main()"


def indexed(corpus: Path, folder: Path, *options: str) -> None:
    """Runs the command that indexes."""
    where = ["--corpus", str(corpus), "--index", str(folder)]
    done = subprocess.run(
        [sys.executable, "-c", MAIN, *where, "index", *options],
        cwd=PROJECT,
        env={name: value for name, value in os.environ.items() if name != "RAY_ADDRESS"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.skipif(find_spec("ray") is None, reason="ray is not installed")
def test_two_workers_make_the_same_index_as_one_process(tmp_path):
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number in range(spreading.BATCH + 20):
        told = f"Tram {number} of Oldmarket stops at pier {number % 7}. " * (1 + number % 3)
        (corpus / f"{number:03}.txt").write_text(told, encoding="utf-8")
    indexed(corpus, tmp_path / "one")
    indexed(corpus, tmp_path / "two", "--workers", "ray:2")
    rows, vectors = [], []
    for folder in (tmp_path / "one", tmp_path / "two"):
        with closing(Store(folder / published(folder).store)) as store:
            living = store.living_passages(1)
            rows.append((living, store.passages([at for at, _, _ in living])))
            vectors.append(store.vectors([name for _, _, name in living]))
    assert len(rows[0][0]) > spreading.BATCH
    assert rows[0] == rows[1]
    assert np.allclose(*vectors, rtol=0, atol=1e-6)
    assert verify(tmp_path / "two") == ()


def test_workers_without_ray_are_an_error_that_names_the_extra(monkeypatch):
    monkeypatch.setattr(spreading, "find_spec", lambda name: None)
    with pytest.raises(WorkersMissing, match=r"meeting-qa\[ray\]"):
        choose_workers("ray", None)


@pytest.mark.parametrize("asked", ["threads", "ray:none", "ray:0"])
def test_other_workers_are_refused(asked):
    with pytest.raises(WorkersMissing, match="--workers ray"):
        choose_workers(asked, None)


def test_a_few_texts_are_embedded_without_starting_workers():
    few = ["The trams run again."]
    spread = spreading.RayEmbedder(choose_embedder, 2)
    assert spread.identity == choose_embedder().identity
    assert np.array_equal(spread.embed(few), choose_embedder().embed(few))
    assert "ray" not in sys.modules
