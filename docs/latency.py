"""Where the time of an answer goes: medians and 95th percentiles of its steps.

    python docs/latency.py INDEX QUESTIONS.jsonl [--limit N]

INDEX is an index folder, QUESTIONS a JSON Lines file with "question". Every question is asked once,
so nothing is remembered from an earlier one; the first few warm the models up and are not counted.
"""

import argparse
import json
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

from index.embedding import choose_embedder
from index.searching import Index
from qa.answering import PASSAGES, choose
from qa.claiming import write
from qa.evidence import TrainedEvidence
from qa.judging import Judge
from qa.spelling import respelt

WARM_UP = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("index", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--limit", type=int, default=100)
    given = parser.parse_args()
    lines = given.questions.read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines][: given.limit + WARM_UP]
    index, judge = Index(given.index, choose_embedder()), Judge()
    evidence = TrainedEvidence(judge)
    times: dict[str, list[float]] = defaultdict(list)

    def clock(step: str, since: float) -> float:
        now = time.perf_counter()
        times[step].append(1000 * (now - since))
        return now

    with index.reading() as snapshot:
        for question in questions:
            started = at = time.perf_counter()
            question = respelt(question, snapshot.has_word)
            at = clock("spelling", at)
            hits = snapshot.search(question, top=PASSAGES)
            at = clock("search", at)
            scored = evidence.score(question, hits)
            at = clock("evidence", at)
            chosen = choose(question, scored, evidence.threshold(snapshot.passage_count))
            if chosen:
                write(question, chosen, scored, judge, index.embed)
            clock("claims and verdicts", at)
            clock("all", started)
        print(f"{snapshot.passage_count:,} passages, {len(questions) - WARM_UP} questions\n")
    print("| step | median ms | 95th percentile ms |\n|---|---|---|")
    for step, taken in times.items():
        median, high = np.percentile(taken[WARM_UP:], [50, 95])
        print(f"| {step} | {median:.0f} | {high:.0f} |")


if __name__ == "__main__":
    main()
