import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from qa.command_line import main

PROJECT = Path(__file__).parents[1]


@pytest.fixture
def run(corpus, folder):
    """Runs a command on the two small articles; `indexed` first brings the index in line."""

    def run(*arguments: str, indexed: bool = True) -> Result:
        where = ["--corpus", str(corpus), "--index", str(folder)]
        if indexed and not (folder / "current.json").exists():
            assert CliRunner().invoke(main, [*where, "index", "--json"]).exit_code == 0
        return CliRunner().invoke(main, [*where, *arguments])

    return run


def told(result: Result) -> dict:
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_index_reports_what_it_did(run):
    report = told(run("index", "--json", indexed=False))
    assert report["added"] == ["harbour.md", "trams.txt"]
    assert report.keys() >= {
        "generation", "added", "changed", "removed", "unchanged", "skipped", "passages", "seconds"
    }  # fmt: skip


def test_the_folders_may_be_named_after_the_command(corpus, folder):
    arguments = ["index", "--json", "--corpus", str(corpus), "--index", str(folder)]
    assert told(CliRunner().invoke(main, arguments))["generation"] == 1


def test_the_folders_may_be_named_in_the_environment(corpus, folder, monkeypatch):
    monkeypatch.setenv("MEETING_QA_CORPUS", str(corpus))
    monkeypatch.setenv("MEETING_QA_INDEX", str(folder))
    assert told(CliRunner().invoke(main, ["index", "--json"]))["generation"] == 1


def test_ask_answers_in_the_shape_of_the_contract(run):
    reply = told(run("ask", "--json", "How much does a ticket cost?"))
    assert reply["answered"] is True
    assert reply["standalone"] == "How much does a ticket cost?"
    assert reply["index"] == {
        "generation": 1,
        "articles": 2,
        "passages": reply["index"]["passages"],
    }
    citation = reply["citations"][0]
    text = told(run("show", "--json", citation["article"]))["text"]
    assert citation["quote"] == text[citation["start"] : citation["end"]]
    assert reply["claims"][0]["citations"] == [1]
    assert {"article": "trams.txt", "verdict": "supports", "citation": 1} in reply["claims"][0][
        "articles"
    ]


def test_ask_refuses_in_the_shape_of_the_contract(run):
    reply = told(run("ask", "--json", "Who wrote the opera about whales?"))
    assert (reply["answered"], reply["claims"], reply["citations"]) == (False, [], [])
    assert reply["closest"][0].keys() >= {
        "n",
        "article",
        "outlet",
        "title",
        "quote",
        "start",
        "end",
    }


def test_a_batch_is_answered_line_by_line_in_order(run, tmp_path):
    batch = tmp_path / "questions.jsonl"
    rows = [
        {"id": "b", "question": "How much does a ticket cost?", "history": []},
        {
            "id": "a",
            "question": "When will they run again?",
            "history": ["What is new with the night trams?"],
        },
    ]
    batch.write_text("\n".join(map(json.dumps, rows)) + "\n\n", encoding="utf-8")
    result = run("ask", "--json", "--batch", str(batch))
    replies = [json.loads(line) for line in result.stdout.splitlines()]
    assert [reply["id"] for reply in replies] == ["b", "a"]
    assert replies[1]["standalone"] == "When will the night trams run again?"


def test_search_ranks_every_article_once(run, tmp_path):
    results = told(run("search", "--json", "night trams", "--top", "5"))["results"]
    assert [one["article"] for one in results] == ["trams.txt", "harbour.md"]
    batch = tmp_path / "queries.jsonl"
    batch.write_text(json.dumps({"id": 7, "query": "dredging"}), encoding="utf-8")
    found = told(run("search", "--json", "--batch", str(batch)))
    assert (found["id"], found["results"][0]["article"]) == (7, "harbour.md")


def test_check_tells_what_each_article_says(run):
    found = told(run("check", "--json", "A ticket costs two crowns."))
    assert found["supported"] is True
    assert 0.5 < found["score"] <= 1
    first, *others = found["articles"]
    assert (first["article"], first["verdict"], first["note"]) == ("trams.txt", "supports", None)
    text = told(run("show", "--json", "trams.txt"))["text"]
    assert first["quote"] == text[first["start"] : first["end"]] == "A ticket costs two crowns."
    assert [(one["verdict"], one["quote"], one["start"]) for one in others] == [
        ("silent", None, None)
    ]


def test_check_names_what_differs(run):
    found = told(run("check", "--json", "A ticket costs nine crowns."))
    assert found["supported"] is False
    trams = next(one for one in found["articles"] if one["article"] == "trams.txt")
    assert (trams["verdict"], trams["note"]) == ("differs", "says 2 crowns, not 9 crowns")
    shown = run("check", "A ticket costs nine crowns.").stdout
    assert "0 of 2 articles say this." in shown
    assert "says otherwise" in shown


def test_a_batch_of_statements_may_bring_its_sources_and_then_needs_no_index(run, tmp_path):
    batch = tmp_path / "claims.jsonl"
    source = "The library lends umbrellas. It is closed on Sundays."
    rows = [
        {"id": "a", "claim": "The library lends umbrellas.", "source": source},
        {"id": "b", "claim": "Penguins raced through Lisbon.", "source": source},
    ]
    batch.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    result = run("check", "--json", "--batch", str(batch), indexed=False)
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(one["id"], one["supported"]) for one in found] == [("a", True), ("b", False)]
    assert found[0]["score"] > found[1]["score"]
    assert source[found[0]["start"] : found[0]["end"]] == "The library lends umbrellas."


def test_compare_lays_claims_beside_articles(run):
    found = told(run("compare", "--json"))
    assert found["articles"] == ["harbour.md", "trams.txt"]
    numbers = {one["n"]: one for one in found["citations"]}
    for claim in found["claims"]:
        says = [one for one in claim["articles"] if one["verdict"] == "supports"]
        assert claim["citations"] == [one["citation"] for one in says]
        assert any(numbers[n]["quote"] == claim["text"] for n in claim["citations"])
    assert "A ticket costs two crowns." in run("compare", "tickets for the night trams").stdout


def test_sources_tell_what_is_stated_and_what_is_derived(run):
    stated, derived = told(run("sources", "--json"))["sources"]
    assert (stated["outlet"], stated["published"], stated["derived"]) == (
        "Coast Courier",
        "2024-05-02",
        ["language"],
    )
    assert derived["published"] is None
    assert "title" in derived["derived"]
    assert derived["hash"].startswith("sha256:")


def test_without_json_the_answer_reads_well(run):
    shown = run("ask", "How much does a ticket cost?").stdout
    assert "A ticket costs two crowns. [1]" in shown
    assert "[1] Night trams return to Oldmarket* · trams.txt" in shown


def test_skipped_files_are_shown_and_strict_makes_them_count(run, corpus):
    (corpus / "song.mp3").write_bytes(b"ID3")
    assert "skipped song.mp3" in run("index", indexed=False).stdout
    assert run("index", "--strict").exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["ask", ""], "the question is empty"),
        (["ask", "why " * 5000], "20,000 characters"),
        (["search", " ", "--json"], "the query is empty"),
        (["show", "nothing.txt"], "meeting-qa sources"),
        (["ask", "--batch", "gone.jsonl", "--json"], "gone.jsonl cannot be read"),
        (["ask", "why?", "--embedding-model", "/no/such/model"], "--rebuild"),
        (["check", " ", "--json"], "the statement is empty"),
        (["check", "so " * 1000, "--json"], "3,000 characters"),
        (["ask", "why?", "--evidence-model", "/no/such/model"], "'/no/such/model' cannot be"),
        (["eval", "gone.jsonl"], "gone.jsonl cannot be read"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_2(run, arguments, says):
    result = run(*arguments)
    assert result.exit_code == 2
    assert says in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert result.stdout == ""


@pytest.mark.parametrize("line", ["{", "[]", '{"id": 1}', '{"question": "why?", "history": "x"}'])
def test_a_bad_line_in_a_batch_is_named_and_nothing_is_answered(run, tmp_path, line):
    batch = tmp_path / "questions.jsonl"
    batch.write_text("\n" + line, encoding="utf-8")
    result = run("ask", "--json", "--batch", str(batch))
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"{batch}:2: " in result.stderr


def test_asking_before_indexing_says_what_to_do(run):
    result = run("ask", "why?", indexed=False)
    assert result.exit_code == 2
    assert "run `meeting-qa index`" in result.stderr


def test_a_missing_corpus_is_named(folder, tmp_path):
    gone = tmp_path / "gone"
    result = CliRunner().invoke(main, ["--corpus", str(gone), "--index", str(folder), "index"])
    assert result.exit_code == 2
    assert str(gone) in result.stderr


def test_importing_the_product_loads_no_model_and_no_framework():
    script = (
        "import sys, index.indexing, index.searching, qa.answering, qa.command_line\n"
        "heavy = {'torch', 'chromadb', 'gradio', 'langchain_core', 'onnxruntime', 'trafilatura'}\n"
        "print(sorted(heavy & sys.modules.keys()))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert shown.stdout.strip() == "[]"


def test_watching_follows_the_folder_and_outlives_a_change_that_cannot_be_indexed(corpus, folder):
    command = [sys.executable, "-c", "from qa.command_line import main; main()"]
    where = ["--corpus", str(corpus), "--index", str(folder)]
    watching = subprocess.Popen(
        [*command, *where, "index", "--watch", "--json"],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    # Ends the reading below should nothing ever come.
    bound = threading.Timer(90, watching.kill)
    bound.start()
    try:
        assert watching.stdout
        assert watching.stderr
        assert json.loads(watching.stdout.readline())["generation"] == 1
        kept = {path: path.read_bytes() for path in corpus.iterdir()}
        for path in kept:
            path.unlink()
        assert "holds no article" in watching.stderr.readline()
        for path, content in kept.items():
            path.write_bytes(content)
        (corpus / "new.txt").write_text("The library lends umbrellas.", encoding="utf-8")
        report = json.loads(watching.stdout.readline())
        while "new.txt" not in report["added"]:
            report = json.loads(watching.stdout.readline())
    finally:
        bound.cancel()
        watching.kill()
        watching.communicate()
