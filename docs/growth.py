"""Measures how time, memory and disk grow with the number of articles; writes docs/growth.md and
docs/growth.svg.

usage: python docs/growth.py [--data ../shared] [--sizes 2 500 2000 …] [--out docs]

The articles are the first ones of `bench/news/corpus.jsonl.gz` below the data folder. Above their
number all articles are generated: sentences of random words of a small list, labelled so; from
20,000 on they are short, a headline and a paragraph each, so that a size takes minutes. Every
command is a process of its own; its peak memory is what the system says of it.
"""

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from bench import read_rows, write_corpus
from bench_speed import NEW, run

WORDS = (
    "harbour tram council bridge ferry museum mayor budget school library market island storm "
    "railway theatre hospital election festival factory garden road ticket winter summer museum "
    "opens closes reports plans sells buys repairs delays welcomes refuses counts elects the a "
    "of in for with after before under near old new small large northern southern"
).split()
LONG, SHORT = (8, 5), (1, 4)
"""Paragraphs of a generated article and their sentences."""
SHORT_FROM = 20_000
LENGTH = 16
COLUMNS = {
    "articles": "articles",
    "text": "text",
    "passages": "passages",
    "seconds": "first index, s",
    "rate": "passages a second",
    "peak_mb": "its peak memory, MB",
    "disk_mb": "disk, MB",
    "again": "one new article, s",
    "again_mb": "its peak memory, MB",
    "ask": "ask, cold, s",
    "ask_mb": "its peak memory, MB",
}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, default=Path("../shared"))
    options.add_argument("--sizes", type=int, nargs="+", default=[2, 500, 2000])
    options.add_argument("--out", type=Path, default=Path(__file__).parent)
    given = options.parse_args()
    rows: list[dict[str, Any]] = []
    for size in sorted(given.sizes):
        with tempfile.TemporaryDirectory() as scratch:
            rows.append(measure(size, given.data, Path(scratch)))
        write(rows, given.out)
        print(rows[-1], flush=True)


def measure(size: int, data: Path, scratch: Path) -> dict[str, Any]:
    """What one size takes."""
    corpus, index = scratch / "corpus", scratch / "index"
    archive = data / "bench" / "news" / "corpus.jsonl.gz"
    articles = list(islice(read_rows(archive), size)) if archive.is_file() else []
    text = "news"
    if len(articles) < size:
        short = size >= SHORT_FROM
        articles = list(generated(size, *(SHORT if short else LONG)))
        text = "generated, short" if short else "generated"
    write_corpus(articles, corpus)
    where = ["--corpus", str(corpus), "--index", str(index)]
    first = run([*where, "index", "--json"])
    told = json.loads(first["printed"])
    (corpus / "new.md").write_text(NEW.format(number=1), encoding="utf-8")
    again = run([*where, "index", "--json"])
    ask = run([*where, "ask", "Who keeps the clock?"])
    size_on_disk = sum(path.stat().st_size for path in index.rglob("*") if path.is_file())
    return {
        "articles": size,
        "text": text,
        "passages": told["passages"],
        "seconds": first["seconds"],
        "rate": told["passages"] / told["seconds"],
        "peak_mb": first["peak_mb"],
        "disk_mb": size_on_disk / 1e6,
        "again": again["seconds"],
        "again_mb": again["peak_mb"],
        "ask": ask["seconds"],
        "ask_mb": ask["peak_mb"],
    }


def generated(
    size: int, paragraphs: int = LONG[0], sentences: int = LONG[1]
) -> Iterable[dict[str, Any]]:
    """Articles that nobody wrote: the same ones for the same number."""
    for number in range(size):
        chance = random.Random(number)

        def sentence(chance: random.Random = chance) -> str:
            return " ".join(chance.choices(WORDS, k=LENGTH)).capitalize() + "."

        told = (" ".join(sentence() for _ in range(sentences)) for _ in range(paragraphs))
        yield {
            "id": f"generated/{number % 100:02}/{number:06}",
            "title": f"Report {number}: {' '.join(chance.choices(WORDS, k=5))}",
            "published": date.fromordinal(738_000 + number % 1000).isoformat(),
            "text": "\n\n".join(told),
        }


def write(rows: Sequence[dict[str, Any]], out: Path) -> None:
    """The table and the plot of what has been measured so far."""
    head = "| " + " | ".join(COLUMNS.values()) + " |\n|" + "---|" * len(COLUMNS)
    lines = ["| " + " | ".join(shown(row[name]) for name in COLUMNS) + " |" for row in rows]
    sizes = " ".join(str(row["articles"]) for row in rows)
    (out / "growth.md").write_text(
        f"# How an index grows\n\nWritten by `python docs/growth.py --sizes {sizes}` on "
        f"{time.strftime('%Y-%m-%d')}, with {os.cpu_count()} cores and Python "
        f"{sys.version.split()[0]}. Other work on\nthe machine counts into the seconds: read how "
        "they grow, not what they are.\n\n"
        + "\n".join([head, *lines])
        + "\n\n![Time, memory and disk by the number of passages](growth.svg)\n",
        encoding="utf-8",
    )
    plot(rows, out / "growth.svg")


def shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.1f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def plot(rows: Sequence[dict[str, Any]], path: Path) -> None:
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "growth"
    from matplotlib import pyplot

    passages = [row["passages"] for row in rows]
    figure, axes = pyplot.subplots(1, 3, figsize=(10, 3), layout="constrained")
    for axis, name, label, names in (
        (axes[0], "seconds", "seconds", ("seconds", "again", "ask")),
        (axes[1], "peak memory", "MB", ("peak_mb", "again_mb", "ask_mb")),
        (axes[2], "disk", "MB", ("disk_mb",)),
    ):
        for one, line in zip(names, ("first index", "one new article", "ask"), strict=False):
            axis.plot(passages, [row[one] for row in rows], marker="o", label=line)
        axis.set(title=name, xlabel="passages", ylabel=label, xscale="log", yscale="log")
        axis.grid(alpha=0.3)
    axes[0].legend()
    figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    main()
