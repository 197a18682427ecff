"""Ranks the articles that a query finds, by what can be measured only of a few of them."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import pairwise
from math import log
from typing import Any

from index.articles import Article
from index.searching import STOP_WORDS, Hit, Snapshot, rank_articles
from qa.asking import outdated
from qa.judging import Judge, probability
from qa.words import stem, words

# So many of the articles that the search ranks best are looked at more closely, and the best
# passages of so many of these are read.
CLOSE = 30
READ = 5
# Okapi BM25 on whole articles: how soon a word said again counts less, how far a long article is
# held to say more by chance, and the words of an article of usual length.
K1, B, USUAL_WORDS = 1.2, 0.75, 700
# A topic is not answered, so what reads answers has no say in it.
_QUESTION = re.compile(
    r"\?|^\W*(?:who|whom|whose|what|which|when|where|why|how|is|are|was|were|do|does|did|has|have"
    r"|had|can|could|will|would|should)\b",
    re.IGNORECASE,
)


def ranked_articles(query: str, snapshot: Snapshot, judge: Judge, top: int) -> list[Hit]:
    """The best hit of every article that a query finds, best first, with scores, 0..1, that say
    how far the articles speak to it.
    """
    hits = rank_articles(query, snapshot, max(top, CLOSE))
    close, rest = hits[:CLOSE], hits[CLOSE:]
    weights = judge.calibration.articles
    scored = [
        replace(hit, score=probability(weights, measures))
        for hit, measures in zip(close, measured(query, close, snapshot, judge), strict=True)
    ]
    scored.sort(key=lambda hit: (-hit.score, hit.article.name))
    # What was not looked at keeps its order behind what was.
    lowest = scored[-1].score if scored else 0.0
    return [*scored, *(replace(hit, score=min(hit.score, lowest)) for hit in rest)][:top]


def measured(
    query: str, hits: Sequence[Hit], snapshot: Snapshot, judge: Judge
) -> list[dict[str, float]]:
    """What speaks for the article of each hit, in the order of `rank_articles`.

    The score of its search; the cosines of its nearest passage and of it as a whole; how much too
    old it is; the logarithm of its words; BM25 of its whole text, as a share of what the query's
    words weigh; the shares of the query's words in its title, and of the query's neighbouring words
    that are neighbours there too, each weighed by how rare they are; and, of the first few and of a
    question alone, how likely its best passage answers.
    """
    told = [word for word in words(query) if word not in STOP_WORDS]
    rarity = {stem(word): snapshot.rarity(word) for word in dict.fromkeys(told)}
    asked = [stem(word) for word in told]
    pairs = {pair: sum(rarity[one] for one in pair) for pair in pairwise(asked)}
    asks = bool(_QUESTION.search(query))
    read = hits[: READ if asks else 0]
    answers = judge.shares([(query, hit.passage.span.of(hit.article.text)) for hit in read])[:, 0]
    shares = answers.tolist() + [0.0] * (len(hits) - len(read))
    nearness = snapshot.nearness(query, [hit.article for hit in hits])
    return [
        {
            "score": hit.score,
            "cosine": nearest,
            "whole": whole,
            "outdated": outdated(query, hit.behind),
            "length": log(1 + hit.article.text.count(" ")),
            "evidence": share,
        }
        | _words_shared(hit.article, rarity, pairs)
        for hit, share, (nearest, whole) in zip(hits, shares, nearness, strict=True)
    ]


def _words_shared(
    article: Article, rarity: Mapping[str, float], pairs: Mapping[tuple[str, str], float]
) -> dict[str, float]:
    title = [stem(word) for word in words(article.title or "")]
    text = [*title, *(stem(word) for word in words(article.text))]
    said = Counter(one for one in text if one in rarity)
    again = K1 * (1 - B + B * len(text) / USUAL_WORDS)
    bm25 = sum(rarity[one] * (K1 + 1) * times / (times + again) for one, times in said.items())
    return {
        "bm25": bm25 / (sum(rarity.values()) or 1.0),
        "titled": _share(rarity, set(title)),
        "phrases": _share(pairs, set(pairwise(text))),
    }


def _share(weights: Mapping[Any, float], there: AbstractSet[Any]) -> float:
    """The weight of what is there, as a share of all."""
    return sum(weights[one] for one in weights.keys() & there) / (sum(weights.values()) or 1.0)
