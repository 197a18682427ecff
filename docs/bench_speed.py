"""Measures how fast articles are indexed, beside the plain LangChain tutorial pipeline, and how
long a person waits for the commands that follow.

usage: python docs/bench_speed.py [--data ../shared] [--limit N] [--sample N]

The articles are the first N of `bench/news/corpus.jsonl.gz` below the data folder. The tutorial
gets the first `--sample` of them: its time grows with the passages, so a share tells its speed.
Both are measured with their models loaded and on all cores. Commands are processes of their own.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from bench import Tutorial, file_name, our_index, print_table, read_rows, write_corpus

COMMAND = Path(sys.executable).with_name("meeting-qa")
TIMES = 3
NEW = """---
title: The clock of Oldmarket strikes again
published: 2024-05-0{number}
---

The clock of Oldmarket was repaired on day {number}. It strikes at noon, said its keeper Ines Falk.
"""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, default=Path("../shared"))
    options.add_argument("--limit", type=int, help="Only so many articles.")
    options.add_argument("--sample", type=int, default=100, help="So many for the tutorial.")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        speed(given.data, Path(scratch), given.limit, given.sample)


def speed(data: Path, scratch: Path, limit: int | None, sample: int) -> None:
    """Prints the tables of indexing and of waiting."""
    rows = data / "bench" / "news" / "corpus.jsonl.gz"
    if not rows.is_file():
        print_table(f"Indexing speed: left out, {rows} is not here", [])
        return
    articles = list(islice(read_rows(rows), limit))
    corpus, index = scratch / "news", scratch / "ours-news"
    write_corpus(articles, corpus)
    _, report = our_index(corpus, index)
    ours = told("Meeting QA", articles, report.passages, report.seconds)
    some = articles[:sample]
    texts = {file_name(row["id"]): row["text"] for row in some}
    tutorial = Tutorial(texts, scratch / "t-news")
    theirs = told("LangChain tutorial", some, tutorial.passages, tutorial.seconds)
    ratio = ours["passages a second"] / theirs["passages a second"]
    print_table(f"Indexing news articles: {ratio:.1f} times as many passages", [ours, theirs])
    print_table(f"Waiting, with {report.passages:,} passages indexed", waiting(corpus, index))


def told(who: str, rows: Sequence[Any], passages: int, seconds: float) -> dict[str, Any]:
    return {
        "": who,
        "articles": len(rows),
        "passages": passages,
        "seconds": seconds,
        "passages a second": passages / seconds,
        "characters a second": round(sum(len(row["text"]) for row in rows) / seconds),
    }


def waiting(corpus: Path, index: Path) -> list[dict[str, Any]]:
    """Whole processes: one new article, a question, the help."""
    where = ["--corpus", str(corpus), "--index", str(index)]

    def new(number: int) -> list[str]:
        path = corpus / f"new-{number}.md"
        path.write_text(NEW.format(number=number), encoding="utf-8")
        return [*where, "index", "--json"]

    return [
        {"": "index, one new article"} | processes([new] * TIMES),
        {"": "ask, cold"} | processes([lambda n: [*where, "ask", "Who keeps the clock?"]] * TIMES),
        {"": "--help"} | processes([lambda n: ["--help"]] * TIMES),
    ]


def processes(commands: Sequence[Any]) -> dict[str, Any]:
    runs = [run(make(number)) for number, make in enumerate(commands, 1)]
    return {
        "seconds, median": statistics.median(one["seconds"] for one in runs),
        "seconds, each": ", ".join(f"{one['seconds']:.2f}" for one in runs),
        "processor seconds": statistics.median(one["processor"] for one in runs),
    }


def run(arguments: Sequence[str]) -> dict[str, Any]:
    """What a command took: seconds, those of the processor, peak memory; and what it printed."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [str(COMMAND), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"HF_HUB_OFFLINE": "1"},
    )
    assert process.stdout
    printed = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    if process.returncode is None:
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(arguments)} ended with {process.returncode}")
    return {
        "seconds": time.perf_counter() - started,
        "processor": used.ru_utime + used.ru_stime,
        "peak_mb": round(used.ru_maxrss / 1024),
        "printed": printed.decode(),
    }


if __name__ == "__main__":
    main()
