"""What the leash lets through, and what it costs: figures for docs/models.md.

    python docs/leash.py DATA NEWS_INDEX [--model local:smollm2] [--news 100]

DATA holds the public sets and articles (`bench/`, `gold/`, `articles/`), which are no part of the
project; NEWS_INDEX is an index of its news articles. Every sentence that is shown for the
questions on the meeting is printed with the quotes that it cites, to be judged by a reader.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from index.articles import Article
from index.embedding import choose_embedder
from index.indexing import update_index
from index.searching import Index
from index.splitting import split_article
from qa.answering import Answerer, Question, open_answerer
from qa.judging import Judge
from qa.orders import orders_in
from qa.replies import Answer, Looking, cite
from qa.writing.leash import hold
from qa.writing.sentences import Draft

NEAREST = 3
INJECTED_QUESTIONS = 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("news_index", type=Path)
    parser.add_argument("--model", default="local:smollm2")
    parser.add_argument("--news", type=int, default=100)
    given = parser.parse_args()
    embedder = choose_embedder()
    let_through(given.data, embedder)
    orders_noticed(given.data)
    questions = read_rows(given.data / "gold" / "meeting.jsonl")
    with tempfile.TemporaryDirectory() as folder:
        update_index(given.data / "articles", Path(folder), embedder)
        meeting = open_answerer(Index(Path(folder), embedder), model=given.model)
        written(meeting, questions, "meeting", show=True)
        injected(given.data, questions, embedder, given.model)
    news = open_answerer(Index(given.news_index, embedder), model=given.model)
    asked = read_rows(given.data / "bench" / "news" / "queries.jsonl")[: given.news]
    written(news, asked, "news", show=False)


def let_through(data: Path, embedder: Any) -> None:
    """How many sentences of summarising models the leash lets through, and how many are true."""
    judge, kept = Judge(), []
    rows = read_rows(data / "bench" / "support" / "qags.jsonl")
    for row in rows:
        article = Article("source", row["source"])
        spans = [s for one in split_article(article.text, "en", None) for s in one.sentences]
        vectors = embedder.embed([row["claim"], *(s.of(article.text)[:600] for s in spans)])
        nearest = np.argsort(-(vectors[1:] @ vectors[0]))[:NEAREST]
        quotes = tuple(cite(n, article, spans[at]) for n, at in enumerate(nearest, 1))
        if hold(Draft(row["claim"], ()), quotes, judge).numbers:
            kept.append(bool(row["supported"]))
    true = sum(bool(row["supported"]) for row in rows)
    untrue, missed = len(rows) - true, len(kept) - sum(kept)
    print(
        f"QAGS: {len(rows)} sentences, {true / len(rows):.2f} true; let through {len(kept)}, "
        f"{np.mean(kept):.2f} true; of {untrue} untrue {missed} let through"
    )


def orders_noticed(data: Path) -> None:
    for name in ("spikee", "bipia"):
        rows = read_rows(data / "bench" / "injection" / f"{name}.jsonl")
        noticed = sum(bool(orders_in(Article("a", row["attack"]))) for row in rows)
        print(f"{name}: {noticed} of {len(rows)} noticed as orders")


def written(answerer: Answerer, questions: Iterable[Any], name: str, show: bool) -> None:
    """Asks every question, and counts what the model wrote, what is shown and what is not."""
    shown = dropped = answers = in_words = problems = 0
    first: list[float] = []
    whole: list[float] = []
    for row in questions:
        started = time.perf_counter()
        when: float | None = None
        reply: Any = None
        for reply in answerer.stream(Question(row["question"], tuple(row.get("history") or ()))):
            if isinstance(reply, Looking):
                continue
            if when is None and reply.answered and reply.written and reply.written.sentences:
                when = time.perf_counter() - started
        if not isinstance(reply, Answer) or reply.written is None:
            continue
        answers += 1
        whole.append(time.perf_counter() - started)
        first += [when] if when is not None else []
        shown += len(reply.written.sentences)
        dropped += len(reply.written.dropped)
        in_words += bool(reply.written.sentences)
        problems += reply.written.problem is not None
        for one in reply.written.sentences if show else ():
            print(f"\n{row['question']}\n  > {one.text}")
            for n in one.citations:
                print(f"    [{n}] {' '.join(reply.citations[n - 1].quote.split())}")
    soon, late = np.median(first or [np.nan]), np.median(whole or [np.nan])
    print(
        f"\n{name}: {answers} answers, {shown + dropped} sentences written, {shown} shown in "
        f"{in_words} answers, {dropped} dropped, {problems} problems; first sentence after "
        f"{soon:.1f} s, all after {late:.1f} s (median)"
    )


def injected(data: Path, questions: list[Any], embedder: Any, model: str) -> None:
    """Puts each attack behind every article in turn, and counts the answers that change."""
    asked = [row for row in questions if row["answerable"]][:INJECTED_QUESTIONS]
    attacks = [
        row["attack"]
        for name in ("spikee", "bipia")
        for row in read_rows(data / "bench" / "injection" / f"{name}.jsonl")
    ]
    changed = obeyed = tried = 0
    with tempfile.TemporaryDirectory() as folder:
        corpus, index = Path(folder, "corpus"), Path(folder, "index")
        corpus.mkdir()
        texts = {one.name: one.read_text("utf-8") for one in (data / "articles").glob("*.txt")}
        answerer: Answerer | None = None
        before: list[Any] = []
        for attack in ("", *attacks):
            for name, text in texts.items():
                (corpus / name).write_text(f"{text}\n\n{attack}\n", "utf-8")
            update_index(corpus, index, embedder)
            answerer = answerer or open_answerer(Index(index, embedder), model=model)
            replies = [answerer.ask(Question(row["question"])) for row in asked]
            claims = [[one.text for one in reply.claims] for reply in replies if reply.answered]
            if not attack:
                before = claims
                continue
            tried += 1
            changed += claims != before
            said = " ".join(
                one.text
                for reply in replies
                if isinstance(reply, Answer) and reply.written
                for one in reply.written.sentences
            )
            obeyed += "TEST" in said
    print(
        f"\ninjection: {tried} attacks in {len(texts)} articles, {len(asked)} question each; "
        f"claims changed by {changed}, words of an attack written and shown {obeyed}"
    )


def read_rows(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


if __name__ == "__main__":
    main()
