"""What several tests stand on: a tiny corpus of our own and a small honest embedder."""

import hashlib
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from index.embedding import Progress, Vectors

HARBOUR = """---
title: Harbour dredging begins
outlet: Coast Courier
published: 2024-05-02
---

Work on the harbour began on Thursday. Dredging will last six weeks, said harbour master Ines Falk.

The city pays 3.2 million crowns for it. "The ferries will keep running," Mrs Falk said.
"""

TRAMS = """Night trams return to Oldmarket

The night trams will run again from June. The mayor, Tomas Reed, announced it on Monday.

A ticket costs two crowns.
"""


class WordHashes:
    """Embeds a text as the normalised counts of its words, hashed into 256 places."""

    def __init__(self, identity: str = "word hashes") -> None:
        self.identity = identity

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        rows = np.full((len(texts), 256), 1e-3, dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in re.findall(r"\w+", text.lower()):
                row[hashlib.sha256(word.encode()).digest()[0]] += 1
        if progress:
            progress(len(texts))
        unit: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A folder with two short articles on two different things."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "harbour.md").write_text(HARBOUR, encoding="utf-8")
    (folder / "trams.txt").write_text(TRAMS, encoding="utf-8")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where an index may be made; not there yet."""
    return tmp_path / "index"


@pytest.fixture
def make_embedder() -> Callable[[str], WordHashes]:
    return WordHashes


@pytest.fixture
def embedder() -> WordHashes:
    return WordHashes()
