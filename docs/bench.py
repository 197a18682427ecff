"""Measures the product beside the plain LangChain tutorial pipeline, in one run, on local data.

usage: python docs/bench.py [--data ../shared] [--articles N]

`docs/bench_speed.py` measures indexing and waiting; `make bench` runs both.

The tutorial pipeline: RecursiveCharacterTextSplitter 1000/200, Chroma.from_documents, the same
weights by HuggingFaceEmbeddings (torch, fp32), the best 4 chunks, the best one as the answer. The
data are not part of the project: a folder with `articles/` and `gold/meeting.jsonl`, and
`bench/time/` with `corpus.jsonl.gz` and `queries.jsonl`. What is missing is left out, saying so.
"""

import argparse
import gzip
import json
import math
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from index.embedding import PackagedEmbedder, packaged_model
from index.indexing import update_index
from index.searching import Index
from qa.answering import Question, open_answerer
from qa.evaluating import evaluate, gold_questions
from qa.judging import Judge
from qa.ranking import ranked_articles

TOP = 20


class Tutorial:
    """The plain pipeline that tutorials show."""

    def __init__(self, articles: dict[str, str], folder: Path) -> None:
        from langchain_chroma import Chroma
        from langchain_core.documents import Document
        from langchain_huggingface import HuggingFaceEmbeddings
        from langchain_text_splitters import RecursiveCharacterTextSplitter

        model = HuggingFaceEmbeddings(
            model_name=str(packaged_model()), model_kwargs={"device": "cpu"}
        )
        splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
        whole = [Document(text, metadata={"name": name}) for name, text in articles.items()]
        model.embed_query("ready")
        started = time.perf_counter()
        chunks = splitter.split_documents(whole)
        self.passages = len(chunks)
        self._store = Chroma.from_documents(chunks, model, persist_directory=str(folder))
        self.seconds = time.perf_counter() - started

    def search(self, query: str) -> list[str]:
        chunks = self._store.similarity_search(query, k=5 * TOP)
        return list(dict.fromkeys(chunk.metadata["name"] for chunk in chunks))[:TOP]

    def ask(self, question: str) -> tuple[str, str]:
        """The name and the text of the best of the 4 chunks."""
        best, *_ = self._store.similarity_search(question, k=4)
        return best.metadata["name"], best.page_content


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, default=Path("../shared"))
    options.add_argument("--articles", type=int, help="Only so many articles of a collection.")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        for measure in (meeting, collection):
            print_table(*measure(given.data, Path(scratch), given.articles))


def meeting(data: Path, scratch: Path, _: int | None) -> tuple[str, list[dict[str, Any]]]:
    """Answers on the questions about one meeting."""
    title = "Questions on two articles of one meeting"
    gold = data / "gold" / "meeting.jsonl"
    if not gold.is_file():
        return f"{title}: left out, {gold} is not here", []
    questions = gold_questions(gold.read_text(encoding="utf-8").splitlines(), str(gold))
    index, _ = our_index(data / "articles", scratch / "ours-meeting")
    answerer = open_answerer(index)
    seconds = [timed(lambda q=q: answerer.ask(Question(q.question, q.history))) for q in questions]
    figures, _missed = evaluate(questions, answerer)
    files = sorted((data / "articles").glob("*.txt"))
    tutorial = Tutorial(
        {path.name: path.read_text(encoding="utf-8") for path in files}, scratch / "t-meeting"
    )
    right = hit = 0
    for one in questions:
        name, said = tutorial.ask(one.question)
        flat = " ".join(said.split())
        wanted = one.evidence.get(Path(name).stem, ())
        held = any(" ".join(text.split()) in flat for text in wanted)
        hit += held
        shown = not one.contains or any(word.lower() in flat.lower() for word in one.contains)
        right += one.answerable and held and shown
    answerable = sum(one.answerable for one in questions)
    return title, [
        {
            "": "Meeting QA",
            "accuracy": figures.accuracy,
            "refused": figures.refused,
            "cite hit": figures.cite_hit,
            "cite precision": figures.cite_precision,
            "quote chars": figures.quote_chars,
            "ms median": 1000 * statistics.median(seconds),
        },
        {
            "": "LangChain tutorial",
            "accuracy": right / len(questions),
            "refused": 0.0,
            "cite hit": hit / answerable,
            "cite precision": hit / answerable,
            "quote chars": statistics.mean(len(tutorial.ask(q.question)[1]) for q in questions),
            "ms median": 1000
            * statistics.median(timed(lambda q=q: tutorial.ask(q.question)) for q in questions),
        },
    ]


def collection(data: Path, scratch: Path, articles: int | None) -> tuple[str, list[dict[str, Any]]]:
    """Retrieval and indexing speed on the TIME collection."""
    title = "Retrieval on the TIME news collection"
    folder = data / "bench" / "time"
    if not folder.is_dir():
        return f"{title}: left out, {folder} is not here", []
    rows = list(read_rows(folder / "corpus.jsonl.gz"))[:articles]
    queries = [row for row in read_rows(folder / "queries.jsonl") if row["gold"]]
    corpus = scratch / "time"
    write_corpus(rows, corpus)
    index, report = our_index(corpus, scratch / "ours-time")
    judge = Judge()

    def ours(query: str) -> list[str]:
        with index.reading() as snapshot:
            return [hit.article.name for hit in ranked_articles(query, snapshot, judge, TOP)]

    tutorial = Tutorial({file_name(row["id"]): row["text"] for row in rows}, scratch / "t-time")
    return title, [
        {"": "Meeting QA"}
        | ranking(ours, queries)
        | {"passages": report.passages, "passages a second": report.passages / report.seconds},
        {"": "LangChain tutorial"}
        | ranking(tutorial.search, queries)
        | {
            "passages": tutorial.passages,
            "passages a second": tutorial.passages / tutorial.seconds,
        },
    ]


def write_corpus(rows: Sequence[Any], corpus: Path) -> None:
    """Writes each article into a file that says what is known of it."""
    for row in rows:
        path = corpus / file_name(row["id"])
        path.parent.mkdir(parents=True, exist_ok=True)
        known = [k for k in ("title", "outlet", "published", "url") if row.get(k)]
        head = "".join(f"{k}: {json.dumps(row[k], ensure_ascii=False)}\n" for k in known)
        path.write_text(f"---\n{head}---\n\n{row['text']}\n", encoding="utf-8")


def ranking(search: Callable[[str], list[str]], queries: Sequence[Any]) -> dict[str, Any]:
    """nDCG@10 and hit@5 over article names, and milliseconds a query."""
    gains, hits, seconds = [], [], []
    for row in queries:
        gold = {file_name(name) for name in row["gold"]}
        started = time.perf_counter()
        found = search(row["question"])
        seconds.append(time.perf_counter() - started)
        ideal = sum(1 / math.log2(at + 2) for at in range(min(10, len(gold))))
        gain = sum(1 / math.log2(at + 2) for at, name in enumerate(found[:10]) if name in gold)
        gains.append(gain / ideal)
        hits.append(bool(gold & set(found[:5])))
    return {
        "nDCG@10": statistics.mean(gains),
        "hit@5": statistics.mean(hits),
        "ms median": 1000 * statistics.median(seconds),
    }


def our_index(corpus: Path, folder: Path) -> tuple[Index, Any]:
    embedder = PackagedEmbedder()
    embedder.embed(["ready"])
    report = update_index(corpus, folder, embedder)
    return Index(folder, embedder), report


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def read_rows(path: Path) -> Iterator[Any]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def file_name(name: str) -> str:
    return re.sub(r"[^\w./-]", "_", name).strip("/") + ".md"


def print_table(title: str, rows: Sequence[dict[str, Any]]) -> None:
    print(f"\n{title}\n")
    if not rows:
        return
    print("| " + " | ".join(rows[0]) + " |")
    print("|" + "---|" * len(rows[0]))
    for row in rows:
        told = (f"{v:.3g}" if isinstance(v, float) else str(v) for v in row.values())
        print("| " + " | ".join(told) + " |", flush=True)


if __name__ == "__main__":
    main()
