from collections.abc import Iterator
from pathlib import Path

import pytest

from index.embedding import Embedder
from index.indexing import update_index
from index.searching import Index, Snapshot, rank_articles
from qa.asking import asks_of_now, outdated
from qa.judging import Judge
from qa.ranking import measured, ranked_articles

ARTICLES = {
    "old.md": ("2014-03-01", "The ferry company named Ada Brook as its captain on Saturday."),
    "new.md": ("2024-03-01", "The ferry company named Bert Lowe as its captain on Friday."),
    "undated.md": (None, "A tram depot burned down in the harbour district of the town."),
    "harbour.md": ("2024-02-27", "The town of the district has a depot for harbour trams."),
}


@pytest.fixture
def snapshot(tmp_path: Path, embedder: Embedder) -> Iterator[Snapshot]:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for name, (day, text) in ARTICLES.items():
        dated = f"published: {day}\n" if day else ""
        (corpus / name).write_text(f"---\noutlet: Gazette\n{dated}---\n\n{text}\n")
    update_index(corpus, tmp_path / "index", embedder)
    with Index(tmp_path / "index", embedder).reading() as whole:
        yield whole


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge()


def measures_of(query: str, snapshot: Snapshot, judge: Judge) -> dict[str, dict[str, float]]:
    hits = rank_articles(query, snapshot, 10)
    told = measured(query, hits, snapshot, judge)
    return {hit.article.name: one for hit, one in zip(hits, told, strict=True)}


def test_of_what_is_new_the_newest_article_ranks_first(snapshot: Snapshot, judge: Judge) -> None:
    asked = "Who was named captain by the ferry company this week?"
    assert ranked_articles(asked, snapshot, judge, 4)[0].article.name == "new.md"
    told = measures_of(asked, snapshot, judge)
    assert told["old.md"]["outdated"] == pytest.approx(2.4, abs=0.1)
    assert told["new.md"]["outdated"] == told["undated.md"]["outdated"] == 0


def test_age_counts_only_where_the_present_is_asked_of(snapshot: Snapshot, judge: Judge) -> None:
    told = measures_of("Who was named captain by the ferry company?", snapshot, judge)
    assert {one["outdated"] for one in told.values()} == {0}


@pytest.mark.parametrize(
    ("question", "now"),
    [
        ("Which country saw its prime minister resign this week?", True),
        ("Who is the current mayor?", True),
        ("What are the latest figures?", True),
        ("Who resigned last month?", True),
        ("Who was mayor last year, in 2019?", False),
        ("Who resigned?", False),
        ("What happened that week?", False),
    ],
)
def test_whether_the_present_is_asked_of(question: str, now: bool) -> None:
    assert asks_of_now(question) is now
    assert (outdated(question, 400) > 0) is now


def test_words_that_stand_together_count(snapshot: Snapshot, judge: Judge) -> None:
    told = measures_of("tram depot burned", snapshot, judge)
    assert told["undated.md"]["phrases"] == pytest.approx(1)
    assert told["harbour.md"]["phrases"] == 0
    assert told["undated.md"]["bm25"] > told["harbour.md"]["bm25"] > told["new.md"]["bm25"]


def test_a_topic_is_not_read_as_a_question(snapshot: Snapshot, judge: Judge) -> None:
    topic = measures_of("captain of the ferry company", snapshot, judge)
    question = measures_of("Who is captain of the ferry company?", snapshot, judge)
    assert {one["evidence"] for one in topic.values()} == {0}
    assert question["new.md"]["evidence"] > 0.5


def test_scores_are_shares_and_in_order(snapshot: Snapshot, judge: Judge) -> None:
    scores = [hit.score for hit in ranked_articles("the ferry", snapshot, judge, 3)]
    assert len(scores) == 3
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_a_query_without_telling_words_finds_by_meaning_alone(
    snapshot: Snapshot, judge: Judge
) -> None:
    told = measures_of("who is it", snapshot, judge)
    assert {one["bm25"] for one in told.values()} == {0}


def test_a_rare_word_weighs_more_than_a_common_one(snapshot: Snapshot) -> None:
    assert snapshot.rarity("zeppelin") > snapshot.rarity("tram") > snapshot.rarity("ferry") - 1e-9
    assert snapshot.rarity("the") == pytest.approx(0)
