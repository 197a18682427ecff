"""Finds passages: dense and keyword search over one published generation, their scores fused."""

import re
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from copy import copy
from dataclasses import dataclass, replace
from datetime import date
from math import log
from pathlib import Path

import numpy as np

from index.articles import Article, Passage
from index.copies import near_copies
from index.embedding import Embedder, Vectors
from index.errors import IndexDamaged, UnknownArticle
from index.history import Version, quoted_version, versions_of
from index.homes import FOLDER_HOME, Home
from index.indexing import check_identity
from index.publishing import Published, published
from index.schema import Skipped, StoredPassage
from index.storing import Store

CANDIDATES = 50
REMEMBERED_TEXTS = 5_000
DENSE_WEIGHT = 0.6
# What an article's second best passage counts beside its best one.
SECOND_WEIGHT = 0.2
# What the logarithm of an article\'s words takes off its score.
LENGTH_WEIGHT = 0.03
MAX_QUERY_WORDS = 64

# Words that say nothing of a topic; matching them costs fifteen times the time and finds nothing.
STOP_WORDS = frozenset(
    "a about after all also an and any are as at be because been before being but by can could did "
    "do does during for from had has have he her here hers him his how i if in into is it its just "
    "me might more most much must my no nor not of off on once only or other our out over own said "
    "same say says shall she should so some such than that the their them then there these they "
    "this those through to too under until up upon very was we were what when where which while "
    "who whom whose why will with would you your".split()
)


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found. `score`, `cosine` and `words` are 0..1, higher is better.

    `words` is the passage's BM25 score as a share of the best one of the query. `behind` is by how
    many days the article is older than the newest that is searched; 0 where it has no date.
    """

    article: Article
    passage: Passage
    score: float
    cosine: float
    words: float
    behind: int = 0


@dataclass(frozen=True, slots=True)
class Scope:
    """The articles that are searched: of some outlets (of any, if none is named), from one day to
    another. Articles without a date are in it only where no day is named.
    """

    outlets: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None

    def __bool__(self) -> bool:
        return bool(self.outlets or self.first or self.last)


EVERYWHERE = Scope()


class Snapshot:
    """One published generation, open for reading. Whatever is written meanwhile, it stays.

    Raises IndexDamaged when one of its files is gone or cannot be read.
    """

    def __init__(
        self, folder: Path, what: Published, embedder: Embedder, home: Home = FOLDER_HOME
    ) -> None:
        check_identity(home.name(folder), what, embedder)
        self.generation = what.generation
        self.published = what
        self._embedder = embedder
        with ExitStack() as opened:
            held = opened.enter_context(home.held(folder, what))
            self._store = opened.enter_context(closing(Store(folder / what.store)))
            self._vectors = home.open(folder, what, self._store, held)
            opened.callback(self._vectors.close)
            self.article_count, self.passage_count = self._store.counts(self.generation)
            self._opened = opened.pop_all()
        self._among: frozenset[int] | None = None
        self._published = self._store.published_range(self.generation)

    def within(self, scope: Scope) -> "Snapshot":
        """The same generation with nothing but the articles of a scope to be searched and counted.

        It lasts as long as this one does.
        """
        if not scope:
            return self
        found = self._store.articles_within(self.generation, scope.outlets, scope.first, scope.last)
        narrowed = copy(self)
        narrowed._among = frozenset(found)
        narrowed.article_count = len(found)
        narrowed._published = self._store.published_range(self.generation, narrowed._among)
        narrowed.passage_count = len(self._store.passages_among(found))
        return narrowed

    def close(self) -> None:
        self._opened.close()

    def passage_counts(self) -> dict[str, int]:
        """The number of passages by article name."""
        return self._store.passage_counts(self.generation, self._among)

    def skipped(self) -> tuple[Skipped, ...]:
        return self._store.skipped(self.generation)

    def published_range(self) -> tuple[date, date] | None:
        """The first and the last day of the articles that have a date."""
        return self._published

    def languages(self) -> set[str | None]:
        """The languages of the articles; None among them where one is not known."""
        return self._store.languages(self.generation)

    def articles(self) -> list[Article]:
        """Every article, in the order of their names."""
        return list(self._store.articles(self.generation).values())

    def article(self, name: str) -> Article:
        """The article of that name, or the one that lies under that name too.

        Raises UnknownArticle.
        """
        row = self._row(name)
        return self._store.articles_by_id([row])[row]

    def passages_of(self, name: str) -> list[Passage]:
        """The passages of an article in the order of its text. Raises UnknownArticle."""
        return [stored.passage for stored in self._store.passages_of(self._row(name))]

    def _row(self, name: str) -> int:
        place = self._store.places(self.generation).get(name)
        found = self._store.row_of(place.article if place else name, self.generation)
        if found is not None:
            return found
        raise UnknownArticle(
            f"no article {name!r} is indexed; `meeting-qa sources` lists those that are"
            + (
                ", and `meeting-qa show --versions` its earlier texts"
                if versions_of(self._store, name, self.generation)
                else ""
            )
        )

    def places(self) -> dict[str, tuple[str, ...]]:
        """By article name, the names of other files that hold the very same article."""
        found: dict[str, tuple[str, ...]] = {}
        for place in self._store.places(self.generation).values():
            found[place.article] = (*found.get(place.article, ()), place.name)
        return found

    def near_copies(self) -> dict[str, str]:
        """By name of each article that carries the text of another: that other article's name."""
        return near_copies(self.articles(), self._store.sketches(self.generation))

    def versions(self, name: str) -> tuple[Version, ...]:
        """Every text that was indexed under a name, the oldest first. Raises UnknownArticle."""
        found = versions_of(self._store, name, self.generation)
        if not found:
            # Perhaps a second place of an article.
            found = versions_of(self._store, self.article(name).name, self.generation)
        return found

    def quoted(self, name: str, quote: str, start: int) -> Version:
        """The newest version of an article in which a quote stands at its place, so that an old
        citation opens the text that it quoted. Raises UnknownArticle.
        """
        found = quoted_version(self.versions(name), quote, start)
        if found is None:
            raise UnknownArticle(
                f"no text of the article {name!r} holds this quote at its place; it was quoted "
                "from another index"
            )
        return found

    def nearness(self, query: str, articles: Sequence[Article]) -> list[tuple[float, float]]:
        """For each article, the cosine of its nearest passage with a query, and that of all of it,
        as the mean of its passages' vectors.
        """
        vector = self._embedder.embed([query])[0]
        told = []
        for article in articles:
            row = self._store.row_of(article.name, self.generation)
            assert row is not None
            passages = self._store.vectors([one.vector for one in self._store.passages_of(row)])
            cosines, mean = passages @ vector, passages.mean(axis=0)
            told.append((float(cosines.max()), float(cosines.mean() / np.linalg.norm(mean))))
        return told

    def rarity(self, word: str) -> float:
        """The logarithm of how many passages there are to each that has a word or its stem."""
        return self._store.rarity(word)

    def has_word(self, word: str) -> bool:
        """Whether any article has a word, or another of its stem."""
        return self._store.has_word(word, self.generation)

    def search(self, query: str, top: int = 10, candidates: int = CANDIDATES) -> list[Hit]:
        """The passages nearest to a query in meaning and words, best first."""
        if self._among is not None and not self.passage_count:
            return []
        vector = self._embedder.embed([query])[0]
        among = None if self._among is None else self._store.passages_among(self._among)
        near = self._vectors.nearest(vector, min(candidates, max(1, self.passage_count)), among)
        dense = dict(near)
        expression = match_expression(query)
        matched = (
            self._store.match(expression, self.generation, candidates, self._among)
            if expression
            else []
        )
        words = dict(matched)
        found = self._store.passages(list(dense.keys() | words.keys()))
        cosines = self._cosines(vector, found, dense)
        best_words = max(words.values(), default=0.0) or 1.0
        low = min(cosines.values(), default=0.0)
        high = max(cosines.values(), default=1.0)
        hits = []
        articles = self._store.articles_by_id(list({stored.article for stored in found}))
        for stored in found:
            cosine = cosines[stored.id]
            share = max(0.0, words.get(stored.id, 0.0)) / best_words
            nearness = (cosine - low) / (high - low) if high > low else 1.0
            score = DENSE_WEIGHT * nearness + (1 - DENSE_WEIGHT) * share
            article = articles[stored.article]
            behind = self._behind(article)
            hits.append(Hit(article, stored.passage, score, max(0.0, cosine), share, behind))
        hits.sort(key=lambda hit: (-hit.score, hit.article.name, hit.passage.start))
        return hits[:top]

    def _behind(self, article: Article) -> int:
        if article.published is None or self._published is None:
            return 0
        return (self._published[1] - article.published).days

    def _cosines(
        self, query: Vectors, found: Sequence[StoredPassage], known: dict[int, float]
    ) -> dict[int, float]:
        """Every found passage's cosine: Chroma's, or from the stored vector where it has none."""
        rest = [stored for stored in found if stored.id not in known]
        if not rest:
            return known
        products = self._store.vectors([stored.vector for stored in rest]) @ query
        return known | {
            stored.id: float(cosine) for stored, cosine in zip(rest, products, strict=True)
        }


def rank_articles(query: str, snapshot: Snapshot, top: int) -> list[Hit]:
    """The best hit of every article that a query finds, best first.

    An article with a second passage on the matter ranks a little higher for it, and a long one,
    which has more passages to be found by chance, a little lower.
    """
    # An article may hold many of the best passages, so look further than `top`.
    hits = snapshot.search(query, top=10 * top, candidates=max(2 * CANDIDATES, 5 * top))
    best: dict[str, Hit] = {}
    second: dict[str, float] = {}
    for hit in hits:
        if hit.article.name in best:
            second.setdefault(hit.article.name, hit.score)
        else:
            best[hit.article.name] = hit
    ranked = [
        replace(
            hit,
            score=(hit.score + SECOND_WEIGHT * second.get(name, 0.0))
            / (1 + SECOND_WEIGHT)
            * max(0.0, 1 - LENGTH_WEIGHT * log(1 + hit.article.text.count(" "))),
        )
        for name, hit in best.items()
    ]
    ranked.sort(key=lambda hit: (-hit.score, hit.article.name))
    return ranked[:top]


def match_expression(query: str) -> str:
    """An FTS5 expression for any of the telling words of a query; empty when there is none."""
    words = [word.lower() for word in re.findall(r"\w+", query)]
    telling = [word for word in dict.fromkeys(words) if word not in STOP_WORDS]
    return " OR ".join(f'"{word}"' for word in telling[:MAX_QUERY_WORDS])


class Index:
    """An index folder as readers see it: always its published generation, without a restart."""

    def __init__(self, folder: Path, embedder: Embedder, home: Home = FOLDER_HOME) -> None:
        self.folder = folder
        self.home = home
        self.embedder = embedder
        self._lock = threading.Lock()
        self._open: Snapshot | None = None
        self._readers: dict[int, int] = {}
        self._vectors: OrderedDict[str, Vectors] = OrderedDict()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of texts, one row each; those of the last few thousand are remembered."""
        with self._lock:
            known = {text: self._vectors[text] for text in texts if text in self._vectors}
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            known.update(zip(new, self.embedder.embed(new), strict=True))
        with self._lock:
            for text in new:
                self._vectors[text] = known[text]
            while len(self._vectors) > REMEMBERED_TEXTS:
                self._vectors.popitem(last=False)
        return np.stack([known[text] for text in texts])

    @contextmanager
    def reading(self) -> Iterator[Snapshot]:
        """One generation for as long as the block lasts; the newest when it begins.

        Raises IndexMissing, IdentityMismatch, IndexDamaged or ServerError when there is none to
        read.
        """
        snapshot = self._enter()
        try:
            yield snapshot
        finally:
            self._leave(snapshot)

    def _enter(self) -> Snapshot:
        with self._lock:
            for last_try in (False, True):
                self.home.catch_up(self.folder)
                what = published(self.folder)
                if self._open and self._open.published == what:
                    break
                try:
                    opened = Snapshot(self.folder, what, self.embedder, self.home)
                except IndexDamaged:
                    # A writer may have published and swept between our two looks.
                    if last_try or published(self.folder) == what:
                        raise
                    continue
                self._retire()
                self._open = opened
                break
            assert self._open is not None
            self._readers[id(self._open)] = self._readers.get(id(self._open), 0) + 1
            return self._open

    def _leave(self, snapshot: Snapshot) -> None:
        with self._lock:
            self._readers[id(snapshot)] -= 1
            if not self._readers[id(snapshot)] and snapshot is not self._open:
                del self._readers[id(snapshot)]
                snapshot.close()

    def _retire(self) -> None:
        old = self._open
        if old and not self._readers.get(id(old)):
            self._readers.pop(id(old), None)
            old.close()
