"""An index whose vectors are on a Chroma server: `chroma run`, at a loopback port."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from index.errors import (
    IdentityMismatch,
    IndexDamaged,
    IndexingError,
    IndexLocked,
    IndexMissing,
    ServerError,
)
from index.homes import FOLDER_HOME, choose_home
from index.indexing import update_index
from index.inspecting import verify
from index.publishing import published
from index.searching import Index, rank_articles
from index.server import Manifest, Server
from index.server_lock import LOCK
from index.serving import ServerHome
from index.storing import Store

PROJECT = Path(__file__).parent.parent
CHROMA = Path(sys.executable).with_name("chroma")
pytestmark = pytest.mark.slow


MAIN = "from qa.command_line import main; main()"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Running:
    """A Chroma server of our own that can be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        where = ["--path", str(self.folder), "--host", "127.0.0.1", "--port", str(self.port)]
        self.process = subprocess.Popen(
            [str(CHROMA), "run", *where], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise AssertionError("the Chroma server did not start")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)


@pytest.fixture
def server(tmp_path):
    running = Running(tmp_path / "chroma")
    yield running
    running.stop()


@pytest.fixture
def home(server):
    return ServerHome(server.url)


def told(folder: Path, embedder, home, query: str) -> list[tuple[str, str, int]]:
    """What a search finds, its quotes held against the article's text."""
    found = []
    with Index(folder, embedder, home).reading() as snapshot:
        for hit in snapshot.search(query):
            text = snapshot.article(hit.article.name).text
            quote = hit.passage.sentences[0].of(text)
            assert quote
            assert text[hit.passage.sentences[0].start :].startswith(quote)
            found.append((hit.article.name, quote, hit.passage.start))
    return found


@pytest.fixture(params=["folder", "server"])
def kept(request):
    """Each of the places that vectors are kept in: what holds of one holds of the other."""
    if request.param == "folder":
        return FOLDER_HOME
    return ServerHome(request.getfixturevalue("server").url)


# The contract of a home


def test_every_passage_is_nearest_to_its_own_vector(corpus, folder, embedder, kept):
    update_index(corpus, folder, embedder, home=kept)
    kept.catch_up(folder)
    what = published(folder)
    with (
        closing(Store(folder / what.store)) as store,
        kept.held(folder, what) as held,
        closing(kept.open(folder, what, store, held)) as vectors,
    ):
        living = store.living_passages(what.generation)
        for at, _, name in living:
            query = store.vectors([name])[0]
            best, cosine = vectors.nearest(query, 1)[0]
            assert (best, round(cosine, 4)) == (at, 1.0)
            others = [other for other, _, _ in living if other != at]
            assert at not in dict(vectors.nearest(query, 5, others))
            assert len(vectors.nearest(query, 5, others)) == len(others)
        assert vectors.nearest(query, 5, []) == []


def test_a_generation_holds_what_is_new_and_nothing_that_is_gone(corpus, folder, embedder, kept):
    update_index(corpus, folder, embedder, home=kept)
    (corpus / "trams.txt").unlink()
    (corpus / "pier.txt").write_text("The pier of Oldmarket opens in May.", encoding="utf-8")
    update_index(corpus, folder, embedder, home=kept)
    names = {name for name, _, _ in told(folder, embedder, kept, "night trams pier harbour")}
    assert names == {"harbour.md", "pier.txt"}
    assert verify(folder, kept) == ()


def test_a_reader_keeps_its_generation_while_the_next_is_published(corpus, folder, embedder, kept):
    update_index(corpus, folder, embedder, home=kept)
    index = Index(folder, embedder, kept)
    with index.reading() as before:
        harbour = corpus / "harbour.md"
        told = harbour.read_text(encoding="utf-8").replace("six weeks", "nine weeks")
        harbour.write_text(told, encoding="utf-8")
        update_index(corpus, folder, embedder, home=kept)
        texts = [hit.article.text for hit in before.search("harbour dredging weeks")]
        assert any("six weeks" in text for text in texts)
        assert not any("nine weeks" in text for text in texts)
    with index.reading() as after:
        texts = [hit.article.text for hit in after.search("harbour dredging weeks")]
        assert any("nine weeks" in text for text in texts)
        assert not any("six weeks" in text for text in texts)


def test_a_rebuild_is_the_next_generation_and_keeps_earlier_texts(corpus, folder, embedder, kept):
    update_index(corpus, folder, embedder, home=kept)
    (corpus / "trams.txt").write_text("The trams stay in the depot.", encoding="utf-8")
    update_index(corpus, folder, embedder, home=kept)
    assert update_index(corpus, folder, embedder, rebuild=True, home=kept).generation == 3
    with Index(folder, embedder, kept).reading() as snapshot:
        assert len(snapshot.versions("trams.txt")) == 2
    assert verify(folder, kept) == ()


# What many machines share


def test_a_fresh_folder_answers_as_the_folder_that_was_indexed(
    corpus, folder, embedder, home, tmp_path
):
    update_index(corpus, folder, embedder)
    alone = told(folder, embedder, FOLDER_HOME, "night trams harbour ticket")
    update_index(corpus, tmp_path / "writer", embedder, home=home)
    fresh = told(tmp_path / "fresh", embedder, home, "night trams harbour ticket")
    assert fresh == alone
    with (
        Index(folder, embedder).reading() as here,
        Index(tmp_path / "fresh", embedder, home).reading() as there,
    ):
        assert there.articles() == here.articles()
        assert there.passage_counts() == here.passage_counts()
        assert [hit.article for hit in rank_articles("trams", there, 5)] == [
            hit.article for hit in rank_articles("trams", here, 5)
        ]
    assert verify(tmp_path / "fresh", home) == ()


def test_an_index_of_a_folder_moves_to_a_server_and_back_without_embedding_anew(
    corpus, folder, embedder, home
):
    update_index(corpus, folder, embedder)
    there = update_index(corpus, folder, embedder, home=home)
    assert (there.generation, there.embedded) == (2, 0)
    with (
        pytest.raises(IndexDamaged, match="MEETING_QA_CHROMA_URL"),
        Index(folder, embedder).reading(),
    ):
        pass
    back = update_index(corpus, folder, embedder)
    assert (back.generation, back.embedded) == (3, 0)
    assert told(folder, embedder, FOLDER_HOME, "night trams")


def test_another_machine_goes_on_indexing_with_what_the_first_embedded(
    corpus, folder, embedder, home, tmp_path
):
    update_index(corpus, folder, embedder, home=home)
    (corpus / "pier.txt").write_text("The pier of Oldmarket opens in May.", encoding="utf-8")
    report = update_index(corpus, tmp_path / "second", embedder, home=home)
    assert (report.generation, report.added, report.embedded) == (2, ("pier.txt",), 1)
    assert "pier.txt" in {name for name, _, _ in told(folder, embedder, home, "pier")}


ASKING = """
import sys, time
sys.path[:0] = [{project!r}, {project!r} + "/tests"]
from pathlib import Path
from conftest import WordHashes
from index.searching import Index
from index.serving import ServerHome

index = Index(Path(sys.argv[1]), WordHashes(), ServerHome(sys.argv[2]))
print("ready", flush=True)
seen = set()
until = Path(sys.argv[3])
asked = 0
while not until.exists() or not asked:
    with index.reading() as snapshot:
        hits = snapshot.search("clock of Oldmarket strikes")
        says = {{hit.article.text.split()[-1] for hit in hits if hit.article.name[0] == "n"}}
        assert says == {{f"{{snapshot.generation}}."}}, (says, snapshot.generation)
        assert sum(hit.article.name[0] == "n" for hit in hits) == 3
        seen.add(snapshot.generation)
    asked += 1
print(asked, len(seen))
"""


def test_one_indexes_while_two_other_processes_ask(tmp_path, embedder, server):
    """Every article says its generation, so an answer of two of them would show."""
    corpus, done = tmp_path / "corpus", tmp_path / "done"
    corpus.mkdir()

    def write(generation: int) -> None:
        for name in ("na", "nb", "nc"):
            (corpus / f"{name}.txt").write_text(
                f"The clock of Oldmarket strikes in {name} at {generation}.", encoding="utf-8"
            )
        report = update_index(corpus, tmp_path / "writer", embedder, home=ServerHome(server.url))
        assert report.generation == generation

    write(1)
    script = tmp_path / "asking.py"
    script.write_text(ASKING.format(project=str(PROJECT)), encoding="utf-8")
    asking = [
        subprocess.Popen(
            [sys.executable, script, tmp_path / f"reader{n}", server.url, done],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for n in (1, 2)
    ]
    for one in asking:
        assert one.stdout
        assert one.stdout.readline() == "ready\n"
    for generation in range(2, 12):
        write(generation)
    done.touch()
    for one in asking:
        out, err = one.communicate(timeout=120)
        assert one.returncode == 0, err
        asked, generations = map(int, out.split())
        assert asked >= generations > 1


def test_what_ended_is_deleted_from_the_server_when_no_reader_can_be_on_it(
    corpus, folder, embedder, server
):
    home = ServerHome(server.url, kept=timedelta(seconds=-1))
    update_index(corpus, folder, embedder, home=home)
    what = published(folder)
    with closing(Store(folder / what.store)) as store:
        ids = [at for at, _, _ in store.living_passages(1)]
    (corpus / "trams.txt").unlink()
    update_index(corpus, folder, embedder, home=home)
    edition = Server(server.url).manifest().edition
    held = Server(server.url).vectors(edition, ids)
    with closing(Store(folder / what.store)) as store:
        assert set(held) == {at for at, _, _ in store.living_passages(2)} < set(ids)
    update_index(corpus, folder, embedder, rebuild=True, home=home)
    now = Server(server.url)
    assert now.manifest().retired == ""
    assert {name.split("-")[2] for name in now._names()} == {"manifest", now.manifest().edition}


# What goes wrong


def test_a_writer_that_dies_before_the_manifest_leaves_the_last_generation(
    corpus, folder, embedder, home, tmp_path
):
    update_index(corpus, folder, embedder, home=home)
    (corpus / "pier.txt").write_text("The pier of Oldmarket opens in May.", encoding="utf-8")

    class Dying(ServerHome):
        def publish(self, folder, what, store):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        update_index(corpus, folder, embedder, home=Dying(home._server.url))
    fresh = Index(tmp_path / "fresh", embedder, home)
    with fresh.reading() as snapshot:
        assert [one.name for one in snapshot.articles()] == ["harbour.md", "trams.txt"]
        assert {hit.article.name for hit in snapshot.search("pier harbour trams")} == {
            "harbour.md",
            "trams.txt",
        }
    (corpus / "pier.txt").write_text("The old pier stays closed.", encoding="utf-8")
    assert update_index(corpus, tmp_path / "other", embedder, home=home).generation == 2
    with fresh.reading() as snapshot:
        assert "stays closed" in snapshot.article("pier.txt").text
    assert told(folder, embedder, home, "pier")[0][1] == "The old pier stays closed."
    assert verify(tmp_path / "fresh", home) == ()


def test_a_writer_that_is_killed_frees_its_right_to_write(corpus, folder, server):
    code = (
        "import sys, time; sys.path.insert(0, sys.argv[1])\n"
        "from index.server import Server\n"
        "with Server(sys.argv[2], beat_seconds=0.1).writing(): print('holds', flush=True);"
        " time.sleep(60)"
    )
    holding = subprocess.Popen(
        [sys.executable, "-c", code, PROJECT, server.url], stdout=subprocess.PIPE, text=True
    )
    with holding:
        assert holding.stdout
        assert holding.stdout.readline() == "holds\n"
        waiting = Server(server.url, wait_seconds=0.5, stale_seconds=2.0, beat_seconds=0.1)
        with pytest.raises(IndexLocked, match=f"process {holding.pid} on"), waiting.writing():
            pass
        os.kill(holding.pid, signal.SIGKILL)
    with waiting.writing():
        waiting.check_lock()
    assert LOCK not in waiting._names()


def test_a_writer_that_another_took_over_from_publishes_nothing(server):
    slow = Server(server.url, beat_seconds=60.0)
    quick = Server(server.url, stale_seconds=0.5, beat_seconds=0.1)
    with slow.writing():
        with quick.writing(), pytest.raises(IndexLocked, match="lost to another"):
            slow.publish(Manifest("a", 1, "b", "c"))
        assert slow.manifest() is None
    with quick.writing():
        quick.publish(Manifest("a", 1, "b", "c"))
    assert quick.manifest() == Manifest("a", 1, "b", "c")


def test_two_that_index_at_once_come_one_after_the_other(corpus, tmp_path, embedder, server):
    generations = []

    def index(number: int) -> None:
        home = ServerHome(server.url)
        report = update_index(corpus, tmp_path / str(number), embedder, True, home=home)
        generations.append(report.generation)

    threads = [threading.Thread(target=index, args=(number,)) for number in (1, 2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(generations) == [1, 2]


def test_a_lost_server_is_named_with_what_to_do_and_is_used_again_when_it_is_back(
    corpus, folder, embedder, server, home
):
    update_index(corpus, folder, embedder, home=home)
    index = Index(folder, embedder, home)
    with index.reading():
        pass
    server.stop()
    with pytest.raises(ServerError, match=rf"{server.url}.*chroma run"), index.reading():
        pass
    with pytest.raises(ServerError, match=server.url):
        update_index(corpus, folder, embedder, home=ServerHome(server.url))
    server.start()
    with index.reading() as snapshot:
        assert snapshot.search("harbour")


def test_a_server_that_lost_everything_is_filled_again_from_the_folder(
    corpus, folder, embedder, server, home, tmp_path
):
    update_index(corpus, folder, embedder, home=home)
    server.stop()
    shutil.rmtree(server.folder)
    server.start()
    with (
        pytest.raises(IndexMissing, match=server.url),
        Index(folder, embedder, home).reading(),
    ):
        pass
    report = update_index(corpus, folder, embedder, home=home)
    assert (report.generation, report.embedded) == (2, 0)
    assert told(tmp_path / "fresh", embedder, home, "night trams")


def test_a_server_with_another_models_vectors_is_refused(
    corpus, folder, embedder, home, make_embedder, tmp_path
):
    update_index(corpus, folder, embedder, home=home)
    other = make_embedder("another model")
    with (
        pytest.raises(IdentityMismatch, match=r"Chroma server at http.*another model"),
        Index(tmp_path / "fresh", other, home).reading(),
    ):
        pass
    with pytest.raises(IdentityMismatch, match="--rebuild"):
        update_index(corpus, tmp_path / "fresh", other, home=home)


def test_an_index_of_another_format_is_refused(server):
    one = Server(server.url)
    with one.writing():
        one.publish(Manifest("a", 1, "b", "c", format=99))
    with pytest.raises(ServerError, match="the format 99"):
        one.manifest()


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://there", "http://", "http://a:port"])
def test_what_is_no_url_is_said_to_be_none(url):
    with pytest.raises(ServerError, match="http://host:8000"):
        choose_home(url)


def test_passages_that_a_server_lost_are_found_by_verifying(corpus, folder, embedder, server, home):
    update_index(corpus, folder, embedder, home=home)
    one = Server(server.url)
    one.remove_vectors(one.manifest().edition, [1])
    assert [found.problem for found in verify(folder, home)] == [
        "1 passages have no vector on the server"
    ]


def test_a_log_that_lost_a_part_is_damage_that_a_rebuild_mends(
    corpus, folder, embedder, server, home, tmp_path
):
    update_index(corpus, folder, embedder, home=home)
    one = Server(server.url)
    manifest = one.manifest()
    one._changes(manifest.edition).delete(ids=[f"1-{manifest.token}-0"])
    with (
        pytest.raises(IndexDamaged, match=rf"{server.url} is damaged .*--rebuild"),
        Index(tmp_path / "fresh", embedder, home).reading(),
    ):
        pass
    update_index(corpus, tmp_path / "other", embedder, rebuild=True, home=home)
    assert told(tmp_path / "fresh", embedder, home, "night trams")


def test_the_commands_need_nothing_but_the_url(corpus, tmp_path, server):
    def run(index: str, *arguments: str) -> dict:
        done = subprocess.run(
            [sys.executable, "-c", MAIN, "--index", tmp_path / index, *arguments],
            cwd=PROJECT,
            env=os.environ | {"MEETING_QA_CHROMA_URL": server.url},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    assert run("writer", "--corpus", str(corpus), "index", "--json")["generation"] == 1
    answer = run("fresh", "ask", "How long will dredging last?", "--json")
    assert answer["answered"] is True
    for one in answer["citations"]:
        text = run("fresh", "show", one["article"], "--json")["text"]
        assert text[one["start"] : one["end"]] == one["quote"]
    assert run("fresh", "index", "--status", "--json")["generation"] == 1


def test_a_page_without_a_folder_of_articles_changes_nothing_that_all_share(
    corpus, folder, server, monkeypatch
):
    from qa.page.desk import Desk
    from qa.settings import Settings, follows_corpus

    monkeypatch.delenv("MEETING_QA_CORPUS", raising=False)
    assert not follows_corpus(None, server.url)
    assert follows_corpus(corpus, server.url)
    assert follows_corpus(None, None)
    desk = Desk(Settings(corpus, folder, chroma_url=server.url, follows_corpus=False))
    desk._load()
    for change in (desk.update, lambda: desk.take([corpus / "harbour.md"])):
        with pytest.raises(IndexingError, match="--corpus"):
            change()


def test_vectors_come_back_as_they_were_but_for_the_last_bit(server):
    one = Server(server.url)
    rows = np.random.default_rng(1).standard_normal((3, 8)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    with one.writing():
        one.add_vectors("edition", 1, [1, 2, 3], rows)
    held = one.vectors("edition", [1, 2, 3])
    assert all(np.allclose(held[at], rows[at - 1], rtol=0, atol=2e-7) for at in held)
    assert len(held) == 3
