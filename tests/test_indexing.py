import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing, nullcontext
from pathlib import Path

import numpy as np
import pytest

from index.errors import CorpusError, IdentityMismatch, IndexDamaged, IndexLocked, IndexMissing
from index.indexing import update_index
from index.publishing import published, writing
from index.renewing import check_found
from index.searching import Index
from index.storing import Store
from index.vectors import ChromaVectors


def names(index: Index) -> list[str]:
    with index.reading() as snapshot:
        return [article.name for article in snapshot.articles()]


def test_a_first_run_indexes_every_article_and_a_second_changes_nothing(corpus, folder, embedder):
    first = update_index(corpus, folder, embedder)
    assert first.added == ("harbour.md", "trams.txt")
    assert first.generation == 1
    assert first.embedded == first.passages > 0
    again = update_index(corpus, folder, embedder)
    assert (again.generation, again.unchanged, again.embedded) == (1, 2, 0)


def test_only_what_a_changed_article_says_anew_is_embedded(corpus, folder, embedder):
    before = update_index(corpus, folder, embedder)
    harbour = corpus / "harbour.md"
    text = harbour.read_text(encoding="utf-8")
    harbour.write_text(text + "\n" + "The pier reopens in May. " * 30, encoding="utf-8")
    report = update_index(corpus, folder, embedder)
    assert report.changed == ("harbour.md",)
    assert 0 < report.embedded < before.passages


def test_a_file_that_nothing_touched_is_not_read_again(corpus, folder, embedder, monkeypatch):
    hashed = []

    def file_digest(file, name):
        hashed.append(Path(file.name).name)
        return hashlib.new(name, file.read())

    monkeypatch.setattr("index.stamping.hashlib.file_digest", file_digest)
    update_index(corpus, folder, embedder)
    hashed.clear()
    update_index(corpus, folder, embedder)
    assert hashed == ["harbour.md", "trams.txt"], "they were written just before they were read"
    monkeypatch.setattr("index.stamping.RACY_NS", 0)
    update_index(corpus, folder, embedder)
    hashed.clear()
    assert update_index(corpus, folder, embedder).unchanged == 2
    assert hashed == []


def test_nothing_is_kept_of_files_that_are_gone(corpus, folder, embedder, monkeypatch):
    monkeypatch.setattr("index.stamping.RACY_NS", 0)
    update_index(corpus, folder, embedder)
    (corpus / "trams.txt").unlink()
    report = update_index(corpus, folder, embedder)
    with closing(Store(folder / published(folder).store)) as store:
        assert set(store.stamps()) == {"harbour.md"}
    assert report.removed == ("trams.txt",)


def test_a_change_is_seen_whatever_size_and_time_the_file_is_given(
    corpus, folder, embedder, monkeypatch
):
    monkeypatch.setattr("index.stamping.RACY_NS", 0)
    trams = corpus / "trams.txt"
    text, about = trams.read_text(encoding="utf-8"), trams.stat()
    update_index(corpus, folder, embedder)
    trams.write_text(text.replace("a", "e"), encoding="utf-8")
    os.utime(trams, ns=(about.st_atime_ns, about.st_mtime_ns))
    assert trams.stat().st_size == about.st_size
    assert update_index(corpus, folder, embedder).changed == ("trams.txt",)


def test_a_removed_article_is_found_no_more(corpus, folder, embedder):
    update_index(corpus, folder, embedder)
    (corpus / "trams.txt").unlink()
    assert update_index(corpus, folder, embedder).removed == ("trams.txt",)
    index = Index(folder, embedder)
    assert names(index) == ["harbour.md"]
    with index.reading() as snapshot:
        assert {hit.article.name for hit in snapshot.search("night trams")} == {"harbour.md"}


def test_a_reader_keeps_its_generation_and_the_next_one_sees_the_new(corpus, folder, embedder):
    update_index(corpus, folder, embedder)
    index = Index(folder, embedder)
    with index.reading() as before:
        for name in ("a.txt", "b.txt", "c.txt"):
            (corpus / name).write_text(f"The museum {name} opens on Sunday.", encoding="utf-8")
            update_index(corpus, folder, embedder)
        assert before.generation == 1
        assert before.article_count == 2
        assert before.search("harbour dredging")[0].article.name == "harbour.md"
        with index.reading() as now:
            assert (now.generation, now.article_count) == (4, 5)
    with index.reading() as later:
        assert later.generation == 4


def test_old_generations_go_when_no_reader_is_on_them(corpus, folder, embedder):
    for name in ("a.txt", "b.txt", "c.txt"):
        (corpus / name).write_text(f"The museum {name} opens on Sunday.", encoding="utf-8")
        update_index(corpus, folder, embedder)
    kept = [path for path in (folder / "generations").iterdir() if path.is_dir()]
    assert [path.name[:6] for path in kept] == ["000003"]


def test_files_that_are_no_articles_are_skipped_with_their_reasons(corpus, folder, embedder):
    (corpus / "empty.txt").write_bytes(b"")
    (corpus / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(200))
    (corpus / "song.mp3").write_bytes(b"ID3")
    report = update_index(corpus, folder, embedder)
    assert report.added == ("harbour.md", "trams.txt")
    assert {one.file for one in report.skipped} == {"empty.txt", "picture.txt", "song.mp3"}
    assert all(one.reason for one in report.skipped)
    with Index(folder, embedder).reading() as snapshot:
        assert snapshot.skipped() == report.skipped


def test_a_file_too_large_to_be_an_article_is_skipped_unread(corpus, folder, embedder):
    with (corpus / "dump.txt").open("wb") as file:
        file.truncate(100_000_000)
    report = update_index(corpus, folder, embedder)
    assert [one.file for one in report.skipped] == ["dump.txt"]
    assert "MB" in report.skipped[0].reason


@pytest.mark.parametrize("ruin", ["missing", "empty", "nothing readable"])
def test_a_corpus_without_an_article_is_an_error_and_the_index_stays(
    corpus, folder, embedder, ruin
):
    update_index(corpus, folder, embedder)
    shutil.rmtree(corpus)
    if ruin != "missing":
        corpus.mkdir()
    if ruin == "nothing readable":
        (corpus / "empty.txt").write_bytes(b"")
    with pytest.raises(CorpusError, match=str(corpus)):
        update_index(corpus, folder, embedder)
    assert names(Index(folder, embedder)) == ["harbour.md", "trams.txt"]


def test_another_embedding_model_is_refused_until_a_rebuild(
    corpus, folder, embedder, make_embedder
):
    update_index(corpus, folder, embedder)
    other = make_embedder("another model")
    with pytest.raises(IdentityMismatch, match="--rebuild"):
        update_index(corpus, folder, other)
    with pytest.raises(IdentityMismatch, match="--rebuild"), Index(folder, other).reading():
        pass
    report = update_index(corpus, folder, other, rebuild=True)
    assert (report.generation, len(report.added)) == (2, 2)
    assert names(Index(folder, other)) == ["harbour.md", "trams.txt"]


def test_a_second_writer_is_told_who_writes(corpus, folder, embedder):
    script = (
        "import sys, time; from pathlib import Path; from index.publishing import writing\n"
        "with writing(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", script, str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[1],
    )
    try:
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        with pytest.raises(IndexLocked, match=str(other.pid)), writing(folder, wait_seconds=0.1):
            pass
    finally:
        other.kill()
        other.communicate()
    update_index(corpus, folder, embedder)


def test_a_run_that_died_before_publishing_leaves_no_trace(corpus, folder, embedder):
    update_index(corpus, folder, embedder)
    store = Store(folder / published(folder).store, writable=True)
    manifest = store.manifest(1)
    store.begin_generation(2, [])
    store.remove_articles([manifest["trams.txt"].id], 2)
    store.commit()
    store.close()
    assert names(Index(folder, embedder)) == ["harbour.md", "trams.txt"]
    (corpus / "harbour.md").write_text("The harbour is closed.", encoding="utf-8")
    report = update_index(corpus, folder, embedder)
    assert (report.generation, report.changed, report.removed) == (2, ("harbour.md",), ())
    assert names(Index(folder, embedder)) == ["harbour.md", "trams.txt"]


def test_an_interrupted_first_run_does_not_embed_twice(corpus, folder, embedder):
    class Dying:
        identity = embedder.identity

        def embed(self, texts, progress=None):
            embedder.embed(texts, progress)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        update_index(corpus, folder, Dying())
    with pytest.raises(IndexMissing), Index(folder, embedder).reading():
        pass
    assert update_index(corpus, folder, embedder).passages > 0


def test_torn_vectors_are_named_and_made_again_from_the_store(corpus, folder, embedder):
    update_index(corpus, folder, embedder)
    torn = folder / published(folder).vectors / "chroma.sqlite3"
    torn.write_bytes(torn.read_bytes()[:1000])
    with pytest.raises(IndexDamaged, match="--rebuild"), Index(folder, embedder).reading():
        pass
    (corpus / "new.txt").write_text("The library lends umbrellas.", encoding="utf-8")
    report = update_index(corpus, folder, embedder)
    assert report.embedded == 1
    with Index(folder, embedder).reading() as snapshot:
        assert snapshot.search("harbour dredging")[0].article.name == "harbour.md"


def test_a_damaged_store_is_named_and_a_rebuild_mends_it(corpus, folder, embedder):
    update_index(corpus, folder, embedder)
    (folder / published(folder).store).write_bytes(b"not a database at all")
    with pytest.raises(IndexDamaged, match="--rebuild"), Index(folder, embedder).reading():
        pass
    update_index(corpus, folder, embedder, rebuild=True)
    assert names(Index(folder, embedder)) == ["harbour.md", "trams.txt"]


def test_a_lost_pointer_says_that_there_is_no_index(folder, embedder):
    with pytest.raises(IndexMissing, match="meeting-qa index"), Index(folder, embedder).reading():
        pass


def test_every_passage_lies_in_its_article_and_has_its_vector(corpus, folder, embedder):
    update_index(corpus, folder, embedder)
    what = published(folder)
    store = Store(folder / what.store)
    vectors = ChromaVectors(folder / what.vectors)
    articles = store.articles(1)
    living = store.living_passages(1)
    assert {at for at, _, _ in living} == vectors.ids()
    for stored in store.passages([at for at, _, _ in living]):
        text = articles[stored.article].text
        assert stored.passage.span.of(text).strip() == stored.passage.span.of(text)
        vector = store.vectors([stored.vector])[0]
        assert vectors.nearest(vector, 1)[0][1] == pytest.approx(1.0, abs=1e-3)
    vectors.close()
    store.close()


def test_keywords_follow_an_article_that_changes_and_comes_back(corpus, folder, embedder):
    original = (corpus / "trams.txt").read_text(encoding="utf-8")
    for text in (original, "Buses replace them all.", original):
        (corpus / "trams.txt").write_text(text, encoding="utf-8")
        update_index(corpus, folder, embedder)
        with Index(folder, embedder).reading() as snapshot:
            found = {hit.article.name for hit in snapshot.search("trams") if hit.words > 0}
        assert found == ({"trams.txt"} if text == original else set())


def test_the_pointer_is_json_that_names_the_generation(corpus, folder, embedder):
    update_index(corpus, folder, embedder)
    told = json.loads((folder / "current.json").read_text(encoding="utf-8"))
    assert told["generation"] == 1
    assert sqlite3.connect(folder / told["store"]).execute("SELECT count(*) FROM articles")


def test_dense_search_agrees_with_exact_search(folder, embedder, tmp_path):
    corpus = tmp_path / "many"
    corpus.mkdir()
    for n in range(60):
        words = f"Report {n}: the town of number {n} counted {n * 7} herons and {n % 5} owls."
        (corpus / f"{n:03}.txt").write_text(words, encoding="utf-8")
    update_index(corpus, folder, embedder)
    what = published(folder)
    store = Store(folder / what.store)
    living = store.living_passages(1)
    matrix = store.vectors([vector for _, _, vector in living])
    query = embedder.embed(["herons in the town of number 12"])[0]
    exact = np.sort(matrix @ query)[::-1][:10]
    vectors = ChromaVectors(folder / what.vectors)
    found = [cosine for _, cosine in vectors.nearest(query, 10)]
    assert found == pytest.approx(exact.tolist(), abs=1e-4)
    vectors.close()
    store.close()


class Deaf:
    """Vectors of which some are out of reach until they were added so many times more."""

    def __init__(self, rows, lost, times):
        self.rows, self.lost, self.times, self.added = rows, lost, times, []

    def add(self, ids, vectors):
        self.added.append(list(ids))
        for at, vector in zip(ids, vectors, strict=True):
            assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-5)
            assert float(self.rows[at] @ vector) > 0.9999

    def nearest(self, query, top):
        within = {
            at: float(row @ query)
            for at, row in self.rows.items()
            if at not in self.lost or len(self.added) >= self.times
        }
        return sorted(within.items(), key=lambda one: -one[1])[:top]


@pytest.mark.parametrize(("times", "whole"), [(1, True), (3, True), (4, False)])
def test_a_passage_that_the_graph_leaves_out_of_reach_is_added_again(
    corpus, folder, embedder, times, whole
):
    update_index(corpus, folder, embedder)
    with closing(Store(folder / published(folder).store)) as store:
        added = store.added_passages(0, 1)
        rows = dict(zip(added, store.vectors(list(added.values())), strict=True))
        first = next(iter(added))
        vectors = Deaf(rows, {first}, times)
        with nullcontext() if whole else pytest.raises(IndexDamaged, match="cannot be found"):
            check_found(vectors, vectors.add, store, added)
        assert vectors.added == [[first]] * min(times, 3)


def test_what_two_generations_differ_in_is_told_from_the_store(corpus, folder, embedder):
    update_index(corpus, folder, embedder)
    (corpus / "trams.txt").unlink()
    (corpus / "ferry.txt").write_text("The ferry to Nyborg sails again.", encoding="utf-8")
    (corpus / "copy.txt").write_text("The ferry to Nyborg sails again.\n\nSo.", encoding="utf-8")
    update_index(corpus, folder, embedder)
    with closing(Store(folder / published(folder).store)) as store:
        before = {at: vector for at, _, vector in store.living_passages(1)}
        now = {at: vector for at, _, vector in store.living_passages(2)}
        added = store.added_passages(1, 2)
        assert added == {at: now[at] for at in now.keys() - before.keys()} != {}
        assert set(store.gone_passages(1, 2)) == before.keys() - now.keys() != set()
        assert store.counts(1) == (2, len(before))
        assert store.counts(2) == (len(store.articles(2)), len(now))
        assert store.added_passages(0, 2) == now
        kept = {now[at] for at in now.keys() & before.keys()}
        assert store.kept_vectors([*kept, *added.values()], 1, 2) == kept
