from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from index.embedding import Embedder
from index.indexing import update_index
from index.searching import Index, Scope, Snapshot
from qa.errors import BadQuestion
from qa.scoping import scope_from, scope_json, scope_text

ARTICLES = {
    "bridge.md": ("Gazette", "2024-05-02", "The bridge opened on Thursday, the mayor said."),
    "ferry.md": ("Courier", "2024-05-09", "The bridge makes the ferry needless, its captain said."),
    "tram.md": ("Courier", None, "The tram will cross the bridge as well, a driver said."),
}


@pytest.fixture
def snapshot(tmp_path: Path, embedder: Embedder) -> Iterator[Snapshot]:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for name, (outlet, day, text) in ARTICLES.items():
        dated = f"published: {day}\n" if day else ""
        (corpus / name).write_text(f"---\noutlet: {outlet}\n{dated}---\n\n{text}\n")
    update_index(corpus, tmp_path / "index", embedder)
    with Index(tmp_path / "index", embedder).reading() as whole:
        yield whole


@pytest.mark.parametrize(
    ("scope", "found"),
    [
        (Scope(), {"bridge.md", "ferry.md", "tram.md"}),
        (Scope(("Courier",)), {"ferry.md", "tram.md"}),
        (Scope(("Courier", "Gazette"), last=date(2024, 5, 2)), {"bridge.md"}),
        (Scope(first=date(2024, 5, 2), last=date(2024, 5, 9)), {"bridge.md", "ferry.md"}),
        (Scope(("Nobody",)), set()),
    ],
)
def test_only_the_articles_of_a_scope_are_found_and_counted(
    snapshot: Snapshot, scope: Scope, found: set[str]
) -> None:
    narrowed = snapshot.within(scope)
    hits = narrowed.search("the bridge")
    assert {hit.article.name for hit in hits} == found
    assert narrowed.article_count == narrowed.passage_count == len(found)
    assert snapshot.article_count == 3


def test_the_range_of_days_is_that_of_the_scope(snapshot: Snapshot) -> None:
    assert snapshot.published_range() == (date(2024, 5, 2), date(2024, 5, 9))
    courier = snapshot.within(Scope(("Courier",)))
    assert courier.published_range() == (date(2024, 5, 9), date(2024, 5, 9))
    assert snapshot.within(Scope(("Nobody",))).published_range() is None


def test_the_order_within_a_scope_is_that_of_the_whole(
    snapshot: Snapshot, make_embedder: Callable[[str], Embedder]
) -> None:
    whole = [hit.article.name for hit in snapshot.search("ferry captain bridge")]
    narrowed = [
        hit.article.name
        for hit in snapshot.within(Scope(("Courier",))).search("ferry captain bridge")
    ]
    assert narrowed == [name for name in whole if name != "bridge.md"]


@pytest.mark.parametrize(
    ("scope", "told"),
    [
        (Scope(), None),
        (Scope(("A", "B")), "of A or B"),
        (Scope(("A",), first=date(2024, 5, 2)), "of A from 2024-05-02 on"),
        (Scope(last=date(2024, 5, 2)), "up to 2024-05-02"),
        (Scope((), date(2024, 5, 1), date(2024, 5, 2)), "from 2024-05-01 to 2024-05-02"),
    ],
)
def test_a_scope_is_told_in_words(scope: Scope, told: str | None) -> None:
    assert scope_text(scope) == told
    assert scope_from(scope_json(scope)) == scope


@pytest.mark.parametrize(
    "told", [{"first": "soon"}, {"outlets": "Gazette"}, {"outlets": [1]}, ["x"], "x"]
)
def test_a_filter_that_cannot_be_read_is_an_error_and_no_wider_search(told: Any) -> None:
    with pytest.raises(BadQuestion, match="filter cannot be read"):
        scope_from(told)
