import os
import shutil
import sqlite3
import subprocess
import threading
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from index.connecting import ReadingConnection
from index.errors import CorpusError, IndexDamaged, IndexMissing, Unwritable
from index.indexing import update_index
from index.inspecting import status, verify
from index.noticing import notice
from index.publishing import POINTER, published
from index.searching import Index
from index.stamping import FileHashes
from index.storing import Store
from index.vectors import ChromaVectors
from qa.command_line import main


@pytest.fixture
def small_disk(tmp_path):
    """A disk of a few megabytes; skips where none can be mounted."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(disk)]
    if os.geteuid() or not shutil.which("mount"):
        pytest.skip("only root can mount a small disk")
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no small disk can be mounted here")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def fill(disk: Path, but: int = 0) -> Path:
    """Leaves so many bytes of a disk free; gives the file that takes the rest."""
    about = os.statvfs(disk)
    filling = disk / "filling"
    with filling.open("wb", buffering=0) as file, suppress(OSError):
        for _ in range(about.f_bavail - but // about.f_frsize):
            file.write(bytes(about.f_frsize))
    return filling


def read_only(disk: Path) -> None:
    # Chroma lets go of its files a moment after it was closed, and the disk is busy until then.
    mount = ["mount", "-o", "remount,ro", str(disk)]
    for _ in range(100):
        if not subprocess.run(mount, capture_output=True).returncode:
            return
        time.sleep(0.1)
    subprocess.run(mount, check=True)


def first_found(folder: Path, embedder) -> str:
    with Index(folder, embedder).reading() as snapshot:
        return snapshot.search("harbour dredging")[0].article.name


def test_a_full_disk_is_named_and_the_last_generation_stays(corpus, small_disk, embedder):
    folder = small_disk / "index"
    update_index(corpus, folder, embedder)
    filling = fill(small_disk, but=16_384)
    (corpus / "new.txt").write_text("The library lends umbrellas. " * 2000, encoding="utf-8")
    with pytest.raises(Unwritable, match=str(folder)):
        update_index(corpus, folder, embedder)
    filling.unlink()
    with Index(folder, embedder).reading() as snapshot:
        assert (snapshot.generation, snapshot.article_count) == (1, 2)
    assert update_index(corpus, folder, embedder).added == ("new.txt",)
    told = CliRunner().invoke(
        main, ["--corpus", str(corpus), "--index", str(folder), "index", "--status"]
    )
    assert told.exit_code == 0


@pytest.mark.parametrize("fault", ["full", "full in the middle of a run", "read-only"])
def test_the_last_generation_answers_where_nothing_can_be_written(
    corpus, small_disk, embedder, fault
):
    folder = small_disk / "index"
    update_index(corpus, folder, embedder)
    if fault == "full in the middle of a run":
        fill(small_disk, but=16_384)
        (corpus / "new.txt").write_text("The library lends umbrellas. " * 2000, encoding="utf-8")
        with pytest.raises(Unwritable):
            update_index(corpus, folder, embedder)
    if fault == "read-only":
        read_only(small_disk)
    else:
        (small_disk / "filling").unlink(missing_ok=True)
        fill(small_disk)
    assert first_found(folder, embedder) == "harbour.md"
    assert status(folder).articles == 2
    with pytest.raises(Unwritable, match="cannot be checked"):
        verify(folder)


def test_what_a_killed_writer_left_in_the_log_is_read_on_a_full_disk(
    corpus, folder, small_disk, embedder
):
    update_index(corpus, folder, embedder)
    store = Store(folder / published(folder).store, writable=True)
    store.set_setting("left", "in the log")
    for one in (store.path, store.path.with_name(store.path.name + "-wal")):
        shutil.copy(one, small_disk)
    store.close()
    fill(small_disk)
    copied = Store(small_disk / store.path.name)
    assert copied.setting("left") == "in the log"
    assert len(copied.articles(1)) == 2
    copied.close()


def test_a_reader_without_side_files_reads_again_what_was_written_meanwhile(
    corpus, folder, small_disk, embedder
):
    update_index(corpus, folder, embedder)
    path = small_disk / "articles.sqlite"
    shutil.copy(folder / published(folder).store, path)
    filling = fill(small_disk)
    reader = ReadingConnection(path)
    filling.unlink()
    writer = Store(path, writable=True)
    writer.set_setting("note", "one")
    writer.close()
    assert reader.fetch("SELECT value FROM settings WHERE name = 'note'")[0]["value"] == "one"
    reader.close()


@pytest.mark.parametrize("fault", ["a link to itself", "a folder"])
def test_an_article_that_cannot_be_opened_now_stays_as_it_was_and_is_told(
    corpus, folder, embedder, fault
):
    (corpus / "city").mkdir()
    (corpus / "trams.txt").rename(corpus / "city" / "trams.txt")
    update_index(corpus, folder, embedder)
    if fault == "a folder":
        # A folder that cannot be listed stands among the files itself.
        files = [("city", corpus / "city"), ("harbour.md", corpus / "harbour.md")]
        store = Store(folder / published(folder).store)
        hashes = FileHashes({})
        found = notice(
            corpus, files, store.manifest(1), {}, _unasked, hashes, (), lambda step, total: _NoBar()
        )
        store.close()
        assert not found
        assert [one.file for one in found.skipped] == ["city"]
        return
    lost = corpus / "city" / "trams.txt"
    lost.unlink()
    lost.symlink_to("trams.txt")
    report = update_index(corpus, folder, embedder)
    assert (report.removed, report.unchanged) == ((), 2)
    assert [one.file for one in report.skipped] == ["city/trams.txt"]
    assert "cannot be read" in report.skipped[0].reason
    assert "stays as it was" in report.skipped[0].reason
    with Index(folder, embedder).reading() as snapshot:
        assert snapshot.article("city/trams.txt").text.startswith("Night trams")
        assert snapshot.skipped() == report.skipped


class _NoBar:
    def update(self, n: int) -> None: ...


def _unasked(row: int):
    raise AssertionError(f"nobody needs row {row}")


@pytest.mark.parametrize("ruin", ["lost", "torn"])
def test_without_its_pointer_the_newest_whole_generation_is_found_again(
    corpus, folder, embedder, ruin
):
    update_index(corpus, folder, embedder)
    (corpus / "trams.txt").write_text("Buses replace the trams of Oldmarket.", encoding="utf-8")
    update_index(corpus, folder, embedder)
    was = published(folder)
    (folder / POINTER).unlink()
    if ruin == "torn":
        (folder / POINTER).write_text('{"generation": 2, "sto', encoding="utf-8")
    assert published(folder) == was
    assert first_found(folder, embedder) == "harbour.md"
    report = update_index(corpus, folder, embedder)
    assert (report.generation, report.embedded) == (2, 0)
    assert "current.json was lost" in report.notes[0]
    assert not update_index(corpus, folder, embedder).notes
    with Index(folder, embedder).reading() as snapshot:
        assert len(snapshot.versions("trams.txt")) == 2


def test_a_generation_that_is_not_whole_is_not_found_again(corpus, folder, embedder):
    update_index(corpus, folder, embedder)
    torn = folder / published(folder).vectors / "chroma.sqlite3"
    torn.write_bytes(torn.read_bytes()[:1000])
    (folder / POINTER).unlink()
    with pytest.raises(IndexMissing):
        published(folder)
    assert update_index(corpus, folder, embedder).passages > 0
    assert verify(folder) == ()


def test_a_clock_that_was_set_back_loses_no_change_and_no_version(corpus, folder, embedder):
    update_index(corpus, folder, embedder)
    with sqlite3.connect(folder / published(folder).store) as db:
        db.execute("UPDATE generations SET made = '2099-01-01T00:00:00+00:00'")
    db.close()
    (corpus / "trams.txt").write_text("Buses replace the trams of Oldmarket.", encoding="utf-8")
    os.utime(corpus / "trams.txt", (0, 0))
    assert update_index(corpus, folder, embedder).changed == ("trams.txt",)
    with Index(folder, embedder).reading() as snapshot:
        earlier, now = snapshot.versions("trams.txt")
        assert (earlier.state, now.state) == ("changed since", "current")
        assert now.article.text.startswith("Buses")
        assert datetime.fromisoformat(now.since) < datetime.fromisoformat(earlier.since)


def test_two_rebuilds_at_once_come_one_after_the_other(corpus, folder, embedder):
    update_index(corpus, folder, embedder)
    generations, failures = [], []

    def rebuild() -> None:
        try:
            generations.append(update_index(corpus, folder, embedder, rebuild=True).generation)
        except Exception as cause:  # noqa: BLE001 - any failure fails the test
            failures.append(repr(cause))

    both = [threading.Thread(target=rebuild) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert not failures
    assert sorted(generations) == [2, 3]
    assert verify(folder) == ()
    assert first_found(folder, embedder) == "harbour.md"


def test_an_index_of_the_first_schema_is_upgraded_in_place(corpus, folder, embedder):
    update_index(corpus, folder, embedder)
    with sqlite3.connect(folder / published(folder).store) as db:
        db.execute("DROP TABLE sketches")
        db.execute("ALTER TABLE generations DROP COLUMN places")
        db.execute("UPDATE settings SET value = '1' WHERE name = 'schema'")
    db.close()
    with pytest.raises(IndexDamaged, match="meeting-qa index"):
        Index(folder, embedder)._enter()
    text = (corpus / "trams.txt").read_text(encoding="utf-8")
    (corpus / "wire.txt").write_text(text + "\nMore follows.\n", encoding="utf-8")
    report = update_index(corpus, folder, embedder)
    assert (report.generation, report.added, report.unchanged) == (2, ("wire.txt",), 2)
    assert verify(folder) == ()
    with Index(folder, embedder).reading() as snapshot:
        assert snapshot.near_copies() == {"wire.txt": "trams.txt"}


def test_an_article_that_repeats_itself_hides_no_other(corpus, folder, embedder):
    text = "Timetable of the bay\n\n" + "The ferry sails at nine. " * 30_000
    (corpus / "z-timetable.txt").write_text(text, encoding="utf-8")
    for n in range(20):
        (corpus / f"{n}.txt").write_text(f"Museum {n} opens.\n\nIt shows clocks {n * 7}.\n")
    assert update_index(corpus, folder, embedder).passages > 900
    assert verify(folder) == ()
    what = published(folder)
    store, vectors = Store(folder / what.store), ChromaVectors(folder / what.vectors)
    living = {at: vector for at, _, vector in store.living_passages(1)}
    others = list(living)[:40]
    lost = [
        at
        for at, query in zip(others, store.vectors([living[at] for at in others]), strict=True)
        if vectors.nearest(query, 1)[0][1] < 0.999
    ]
    vectors.close()
    store.close()
    assert lost == []


def test_a_corpus_of_files_that_were_never_readable_is_an_error(tmp_path, folder, embedder):
    corpus = tmp_path / "links"
    corpus.mkdir()
    (corpus / "a.txt").symlink_to("a.txt")
    with pytest.raises(CorpusError, match="cannot be read"):
        update_index(corpus, folder, embedder)
