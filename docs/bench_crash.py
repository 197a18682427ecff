"""Kills the indexing process again and again, and looks whether anything was lost.

usage: python docs/bench_crash.py [--kills 1000] [--seed 0] [--json]

Each round changes a small folder of articles, lets a process of its own bring the index in line and
ends it with SIGKILL at a random moment. Then, in another process, the last generation has to open,
to verify and to answer, holding just what its run was to hold; and the next run has to complete.
The embedder is a stand-in that counts words, so that the kills hit the writing and not the waiting.
"""

import argparse
import hashlib
import json
import os
import random
import re
import signal
import statistics
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

import numpy as np

from index.cleaning import find_language
from index.embedding import Progress, Vectors
from index.homes import FolderHome
from index.indexing import update_index
from index.inspecting import verify
from index.probing import disagreements
from index.publishing import published
from index.searching import Index
from index.splitting import split_article

PLACES = ("Oldmarket", "Saint Anna", "Westport", "Lindholm", "Three Mills", "Northgate")
THINGS = ("harbour", "night tram", "library", "bell tower", "museum", "ferry", "bridge", "school")


class CountedWords:
    """Embeds a text as the normalised counts of its words, hashed into 64 places."""

    identity = "counted words"

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        rows = np.full((len(texts), 64), 1e-3, dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in re.findall(r"\w+", text.lower()):
                row[hashlib.sha256(word.encode()).digest()[0] % 64] += 1
        if progress:
            progress(len(texts))
        unit: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--kills", type=int, default=1000)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    # The threads of a library are not there in a child, whose first use of it may wait for ever.
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        os.environ["OPENBLAS_NUM_THREADS"] = "1"
        os.execv(sys.executable, [sys.executable, *sys.argv])
    warm_up()
    # What a killed process wrote is kept by the system, so a folder in memory serves as well.
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as scratch:
        told = kill_again_and_again(Path(scratch), given.kills, random.Random(given.seed))
    if given.json:
        print(json.dumps(told))
    else:
        for name, value in told.items():
            print(f"{name:>22}  {value}")
    sys.exit(0 if told["survived"] == told["killed"] else 1)


def warm_up() -> None:
    """Loads once what every child needs, short of anything that starts a thread."""
    for name in ("chromadb", "chromadb.api.rust", "chromadb_rust_bindings", "filelock"):
        import_module(name)
    text = " ".join(
        f"The {thing} of {place} is open again." for thing in THINGS for place in PLACES
    )
    split_article(text, find_language(text), None)


def kill_again_and_again(scratch: Path, kills: int, chance: random.Random) -> dict[str, object]:
    """Kills so many runs; `survived` counts those after which everything held."""
    corpus, folder = scratch / "corpus", scratch / "index"
    corpus.mkdir()
    for _ in range(5):
        change(corpus, chance)
    in_a_child(lambda: update_index(corpus, folder, CountedWords()))
    run_seconds = statistics.median(one_run(corpus, folder, chance) for _ in range(5))
    killed = survived = published_yet = rounds = 0
    lost: list[str] = []
    started = time.perf_counter()
    while killed < kills:
        rounds += 1
        before, last = held_by(corpus), published(folder).generation
        change(corpus, chance)
        rebuild = chance.random() < 0.15
        child = os.fork()
        if not child:
            run_and_end(corpus, folder, rebuild)
        time.sleep(chance.uniform(0, 1.1 * run_seconds))
        os.kill(child, signal.SIGKILL)
        was_killed = os.WIFSIGNALED(os.waitpid(child, 0)[1])
        published_yet += was_killed and published(folder).generation > last
        try:
            in_a_child(lambda b=before: hold_and_go_on(corpus, folder, b))
        except AssertionError as cause:
            lost.append(f"round {rounds}: {cause}")
        else:
            survived += was_killed
        killed += was_killed
    return {
        "killed": killed,
        "survived": survived,
        "killed once published": published_yet,
        "ended before the kill": rounds - killed,
        "seconds": round(time.perf_counter() - started, 1),
        "lost": lost[:5],
    }


def one_run(corpus: Path, folder: Path, chance: random.Random) -> float:
    """The seconds of a run that nobody kills."""
    change(corpus, chance)
    return in_a_child(lambda: update_index(corpus, folder, CountedWords()))


def hold_and_go_on(corpus: Path, folder: Path, before: dict[str, str]) -> None:
    """Fails unless the last generation is whole, answers and is the one before or the one now, and
    the next run completes.
    """
    now = held_by(corpus)
    findings = verify(folder, FolderHome(disagreements))
    assert not findings, str(findings)
    look(folder, (before, now))
    update_index(corpus, folder, CountedWords())
    look(folder, (now,))


def look(folder: Path, allowed: Sequence[dict[str, str]]) -> None:
    """Fails unless the index answers and holds one of the allowed states."""
    with Index(folder, CountedWords()).reading() as snapshot:
        articles = snapshot.articles()
        held = {one.name: hashlib.sha256(one.text.encode()).hexdigest() for one in articles}
        assert held in allowed, "it holds neither what it held nor what it was to hold"
        title = articles[0].title or ""
        assert snapshot.search(title)[0].article.title == title, f"{title!r} is not found"


def held_by(corpus: Path) -> dict[str, str]:
    """The hash of each article's text by name; each file here is its article's text."""
    texts = {path.name: path.read_text(encoding="utf-8").strip() for path in corpus.iterdir()}
    return {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}


def change(corpus: Path, chance: random.Random) -> None:
    """Writes, changes or deletes an article."""
    there = sorted(corpus.iterdir())
    if len(there) > 8 or (len(there) > 4 and chance.random() < 0.3):
        chance.choice(there).unlink()
        return
    number = chance.randrange(10_000)
    thing, place = chance.choice(THINGS), chance.choice(PLACES)
    name = chance.choice(there).name if there and chance.random() < 0.4 else f"{number:04}.txt"
    body = " ".join(
        f"The {thing} of {place} was seen by {chance.randrange(900)} people on its day {day}."
        for day in range(chance.randrange(3, 40))
    )
    (corpus / name).write_text(f"The {thing} of {place} {number}\n\n{body}\n", encoding="utf-8")


def in_a_child(work: Callable[[], object]) -> float:
    """Does something in a process of its own; gives its seconds.

    Raises AssertionError with what went wrong there.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        with os.fdopen(writing, "w", encoding="utf-8") as out:
            started = time.perf_counter()
            try:
                work()
                json.dump(time.perf_counter() - started, out)
            except BaseException:  # noqa: BLE001 - it is told to the parent
                json.dump(traceback.format_exc()[-600:], out)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as told:
        text = told.read()
    status = os.waitpid(child, 0)[1]
    result = json.loads(text) if text else f"ended with {status}"
    if isinstance(result, str):
        raise AssertionError(result)
    return float(result)


def run_and_end(corpus: Path, folder: Path, rebuild: bool) -> None:
    """Brings the index in line and ends this process, whatever comes of it."""
    try:
        update_index(corpus, folder, CountedWords(), rebuild)
    finally:
        os._exit(0)


if __name__ == "__main__":
    main()
