import json
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from index.errors import UnknownArticle
from index.indexing import preview, update_index
from index.inspecting import status, verify
from index.publishing import published
from index.searching import Index
from index.watching import rested_changes
from qa.adding import add, remove
from qa.command_line import main

PROJECT = Path(__file__).parents[1]


def test_a_changed_article_keeps_its_earlier_text_and_says_what_became_of_it(
    corpus, folder, embedder
):
    update_index(corpus, folder, embedder)
    with Index(folder, embedder).reading() as snapshot:
        quote = "A ticket costs two crowns."
        start = snapshot.article("trams.txt").text.index(quote)
    (corpus / "trams.txt").write_text("Buses replace the trams of Oldmarket.", encoding="utf-8")
    update_index(corpus, folder, embedder)
    with Index(folder, embedder).reading() as snapshot:
        first, second = snapshot.versions("trams.txt")
        assert (first.state, second.state) == ("changed since", "current")
        assert first.until == second.since
        assert snapshot.quoted("trams.txt", quote, start) == first
    (corpus / "trams.txt").unlink()
    update_index(corpus, folder, embedder)
    update_index(corpus, folder, embedder, rebuild=True)
    with Index(folder, embedder).reading() as snapshot:
        assert [one.state for one in snapshot.versions("trams.txt")] == ["removed since"] * 2
        assert snapshot.quoted("trams.txt", quote, start).article.text == first.article.text
        assert [one.state for one in snapshot.versions("harbour.md")] == ["current"]
        with pytest.raises(UnknownArticle, match="quoted"):
            snapshot.quoted("trams.txt", "Nobody said this.", 0)


def test_one_text_under_two_names_is_one_article_with_two_places(corpus, folder, embedder):
    shutil.copy(corpus / "trams.txt", corpus / "z-trams.txt")
    update_index(corpus, folder, embedder)
    with Index(folder, embedder).reading() as snapshot:
        assert [one.name for one in snapshot.articles()] == ["harbour.md", "trams.txt"]
        assert snapshot.places() == {"trams.txt": ("z-trams.txt",)}
        assert snapshot.article("z-trams.txt").name == "trams.txt"
    (corpus / "trams.txt").unlink()
    report = update_index(corpus, folder, embedder)
    assert (report.removed, report.embedded) == (("trams.txt",), 0)
    with Index(folder, embedder).reading() as snapshot:
        assert [one.name for one in snapshot.articles()] == ["harbour.md", "z-trams.txt"]
        assert snapshot.places() == {}


def test_a_text_that_another_article_carries_is_shown_as_a_copy(corpus, folder, embedder):
    text = (corpus / "harbour.md").read_text(encoding="utf-8")
    (corpus / "wire.md").write_text(
        text.replace("Coast Courier", "Wire Post").replace("2024-05-02", "2024-05-03")
        + "\nMore follows.\n",
        encoding="utf-8",
    )
    update_index(corpus, folder, embedder)
    with Index(folder, embedder).reading() as snapshot:
        assert snapshot.near_copies() == {"wire.md": "harbour.md"}


def test_a_moved_file_is_told_and_embeds_nothing(corpus, folder, embedder):
    update_index(corpus, folder, embedder)
    (corpus / "trams.txt").rename(corpus / "moved.txt")
    planned = preview(corpus, folder, embedder)
    report = update_index(corpus, folder, embedder)
    assert planned.moved == report.moved == (("trams.txt", "moved.txt"),)
    assert (planned.generation, report.generation, report.embedded) == (1, 2, 0)
    with Index(folder, embedder).reading() as snapshot:
        assert snapshot.versions("trams.txt")[0].moved_to == "moved.txt"


def test_a_file_that_is_still_written_counts_as_it_was(corpus, folder, embedder):
    update_index(corpus, folder, embedder)
    (corpus / "trams.txt").write_text("Half a sent", encoding="utf-8")
    (corpus / "new.txt").write_text("Half a", encoding="utf-8")
    writing = {corpus / "trams.txt", corpus / "new.txt"}
    assert update_index(corpus, folder, embedder, unfinished=writing).generation == 1
    assert update_index(corpus, folder, embedder).changed == ("trams.txt",)


def test_the_watch_names_files_that_do_not_rest_yet_and_ends_when_told(tmp_path):
    folder = tmp_path / "watched"
    folder.mkdir()
    stop = threading.Event()
    seen = rested_changes(folder, stop)
    assert next(seen) == frozenset()
    (folder / "a.txt").write_text("one", encoding="utf-8")
    assert next(seen) == frozenset()
    shutil.rmtree(folder)
    assert next(seen) == frozenset()
    folder.mkdir()
    assert next(seen) == frozenset()
    stop.set()
    assert list(seen) == []


def test_adding_never_overwrites_another_text_and_removing_leaves_an_article(corpus, tmp_path):
    other = tmp_path / "more" / "deep" / "trams.txt"
    other.parent.mkdir(parents=True)
    other.write_text("The trams of Westport stand still today.", encoding="utf-8")
    before = (corpus / "trams.txt").read_bytes()
    taken = add([other, tmp_path / "more", tmp_path / "gone.txt"], corpus)
    assert [one.name for one in taken] == ["trams-2.txt", "more/deep/trams.txt", None]
    assert (corpus / "trams.txt").read_bytes() == before
    with pytest.raises(UnknownArticle, match=r"nothing\.txt"):
        remove(["trams.txt", "nothing.txt"], corpus)
    assert (corpus / "trams.txt").exists()
    remove(["trams.txt", "more/deep/trams.txt"], corpus)
    assert not (corpus / "trams.txt").exists()


def test_a_whole_index_verifies_and_tells_how_it_is(corpus, folder, embedder):
    update_index(corpus, folder, embedder)
    assert verify(folder) == ()
    told = status(folder)
    assert (told.generation, told.articles, told.writer) == (1, 2, None)
    assert told.last_run
    assert told.last_run["added"] == 2


@pytest.mark.parametrize("ruin", ["a text", "a word", "a vector", "a torn folder"])
def test_what_does_not_hold_is_found_and_a_rebuild_mends_it(corpus, folder, embedder, ruin):
    import sqlite3

    update_index(corpus, folder, embedder)
    what = published(folder)
    with sqlite3.connect(folder / what.store) as db:
        if ruin == "a text":
            db.execute("UPDATE articles SET text = 'X' || substr(text, 2) WHERE id = 1")
        if ruin == "a word":
            db.execute("INSERT INTO words (rowid, title, body) VALUES (999, 'ghost', 'ghost')")
        if ruin == "a vector":
            db.execute("DELETE FROM vectors")
    db.close()
    if ruin == "a torn folder":
        torn = folder / what.vectors / "chroma.sqlite3"
        torn.write_bytes(torn.read_bytes()[:1000])
    findings = verify(folder)
    assert findings
    assert all("--rebuild" in one.advice for one in findings)
    update_index(corpus, folder, embedder, rebuild=True)
    assert verify(folder) == ()


def test_an_index_folder_that_is_copied_elsewhere_answers_there(corpus, folder, embedder, tmp_path):
    update_index(corpus, folder, embedder)
    there = tmp_path / "elsewhere" / "index"
    shutil.copytree(folder, there)
    shutil.rmtree(folder)
    assert verify(there) == ()
    with Index(there, embedder).reading() as snapshot:
        assert snapshot.search("harbour dredging")[0].article.name == "harbour.md"


def test_eight_readers_get_whole_answers_while_it_is_rebuilt(corpus, folder, embedder):
    update_index(corpus, folder, embedder)
    index = Index(folder, embedder)
    done, wrong, answers = threading.Event(), [], []

    def read() -> None:
        while not done.is_set():
            try:
                with index.reading() as snapshot:
                    held = len(snapshot.articles())
                    hits = snapshot.search("harbour dredging")
                    assert held == snapshot.article_count
                    assert hits[0].article.name == "harbour.md"
                    answers.append(snapshot.generation)
            except Exception as cause:  # noqa: BLE001 - any failed answer fails the test
                wrong.append(repr(cause))

    readers = [threading.Thread(target=read) for _ in range(8)]
    for one in readers:
        one.start()
    for number in range(4):
        (corpus / f"{number}.txt").write_text(f"Museum {number} opens.", encoding="utf-8")
        update_index(corpus, folder, embedder, rebuild=number % 2 == 0)
    done.set()
    for one in readers:
        one.join()
    assert not wrong
    assert answers


@pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("mount"), reason="only root can mount a small disk"
)
def test_a_full_disk_is_named_and_the_last_generation_stays(corpus, tmp_path, embedder):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no small disk can be mounted here")
    try:
        command = ["--corpus", str(corpus), "--index", str(disk / "index")]
        update_index(corpus, disk / "index", embedder)
        (disk / "filling").write_bytes(bytes(_free(disk) - 16_384))
        (corpus / "new.txt").write_text("The library lends umbrellas. " * 2000, encoding="utf-8")
        with pytest.raises(Exception, match=r"cannot be written|read") as failed:
            update_index(corpus, disk / "index", embedder)
        assert str(disk) in str(failed.value)
        (disk / "filling").unlink()
        with Index(disk / "index", embedder).reading() as snapshot:
            assert (snapshot.generation, snapshot.article_count) == (1, 2)
        assert update_index(corpus, disk / "index", embedder).added == ("new.txt",)
        assert CliRunner().invoke(main, [*command, "index", "--status"]).exit_code == 0
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)


def _free(disk: Path) -> int:
    about = os.statvfs(disk)
    return about.f_bavail * about.f_frsize


@pytest.mark.slow
def test_nothing_is_lost_when_the_indexing_process_is_killed_at_any_moment():
    script = [sys.executable, "docs/bench_crash.py", "--json", "--kills", "200"]
    seed = ["--seed", str(int(time.time()))]
    done = subprocess.run(
        [*script, *seed], cwd=PROJECT, env=os.environ | {"PYTHONPATH": "."}, capture_output=True
    )
    told = json.loads(done.stdout)
    assert told["survived"] == told["killed"] == 200, f"{told} of {seed}"
