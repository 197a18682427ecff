"""Puts what a search found in a better order: the evidence model reads the best of it."""

from collections.abc import Sequence
from dataclasses import replace

from index.searching import Hit
from qa.judging import Judge

# So many of the best hits are read; the rest stay behind them in their order.
READ = 20
# What the reading counts beside the search's own score.
WEIGHT = 0.1


def rerank(query: str, hits: Sequence[Hit], judge: Judge) -> list[Hit]:
    """The hits, best first, with scores that say how far their passages speak to the query."""
    read, rest = hits[:READ], list(hits[READ:])
    told = judge.shares([(query, hit.passage.span.of(hit.article.text)) for hit in read])[:, 0]
    scored = [
        replace(hit, score=(hit.score + WEIGHT * share) / (1 + WEIGHT))
        for hit, share in zip(read, told.tolist(), strict=True)
    ]
    scored.sort(key=lambda hit: (-hit.score, hit.article.name))
    lowest = scored[-1].score if scored else 0.0
    # What was not read keeps its order behind what was.
    return scored + [replace(hit, score=min(hit.score, lowest)) for hit in rest]
