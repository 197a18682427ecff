"""What several tests stand on: a tiny corpus of our own, a small honest embedder, and a browser."""

import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

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


PROJECT = Path(__file__).parent.parent
FLAGS = (
    "--no-sandbox --headless --disable-gpu --disable-quic --no-first-run --disable-sync "
    "--disable-background-networking --disable-component-update"
).split()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Headless Chromium; skips where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    if found is None:
        pytest.skip("no chromium is installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


# What Gradio says of the streams that a page leaves behind.
CUT_OFF = (
    "AbortError: signal is aborted",
    "AbortError: BodyStreamBuffer was aborted",
    "Unexpected error Connection errored out",
)


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """A browser page that fails the test on a console error or a request to another host."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(90_000)
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda m: wrong.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", lambda dialog: wrong.append(f"a dialog: {dialog.message}"))
    page.on(
        "request",
        lambda told: (
            None
            if told.url.startswith(("http://127.0.0.1:", "data:", "blob:"))
            else wrong.append(f"a request to {told.url}")
        ),
    )
    reload = page.reload

    def reloaded() -> None:
        before = len(wrong)
        reload()
        wrong[before:] = [one for one in wrong[before:] if not one.startswith(CUT_OFF)]

    page.reload = reloaded
    yield page
    context.close()
    assert not wrong


@pytest.fixture(scope="module")
def run() -> Iterator[Callable[..., str]]:
    """Runs Python with arguments that serve the page; gives the address that it tells."""
    servers: list[subprocess.Popen[str]] = []

    def start(*arguments: object) -> str:
        server = subprocess.Popen(
            [sys.executable, *map(str, arguments)],
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        servers.append(server)
        assert server.stdout
        for line in server.stdout:
            if line.startswith("Meeting QA is at "):
                return line.split()[-1]
        raise AssertionError(f"the page did not start: exit {server.wait()}")

    yield start
    for server in servers:
        server.terminate()
        server.communicate(timeout=30)


class ScriptedSupport:
    """A support model that knows its judgements beforehand; what it was not told is neither."""

    def __init__(self, told: dict[tuple[str, str], tuple[float, float, float]]) -> None:
        self.told = told
        self.supports_from = 0.5
        self.contradicts_from = 0.5

    def support(self, claim: str, sources: Sequence[str]) -> list[tuple[float, float, float]]:
        def judged(source: str) -> tuple[float, float, float]:
            for (said, within), shares in self.told.items():
                if said == claim and within in source:
                    return shares
            return (0.0, 0.0, 1.0)

        return [judged(source) for source in sources]


SUPPORTS = (0.9, 0.05, 0.05)
CONTRADICTS = (0.05, 0.9, 0.05)


@pytest.fixture
def scripted() -> Callable[[dict[tuple[str, str], tuple[float, float, float]]], ScriptedSupport]:
    return ScriptedSupport
