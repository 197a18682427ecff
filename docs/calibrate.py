"""Chooses the weights and thresholds that stand in `qa/model/evidence.json` beside the hash.

    python docs/calibrate.py DATA INDEX EVENTS

reads the sets in DATA (`bench/`, `train/`), which are not part of the project, an index of the news
articles among them, and questions on events: folders in EVENTS, each with `articles/` and a gold
set of `meeting-qa eval`, `questions.jsonl`. It prints the `calibration`, and on stderr how well it
does. Questions on the event of the shipped articles play no part.
"""

import argparse
import json
import random
import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from math import log10
from pathlib import Path
from typing import Any

import numpy as np
from bench import file_name, read_rows, write_corpus
from sklearn.linear_model import LogisticRegression
from tqdm import tqdm

from index.articles import Article, Passage, Span
from index.embedding import choose_embedder
from index.indexing import update_index
from index.searching import Hit, Index, rank_articles
from qa.answering import PASSAGES
from qa.checking import measured
from qa.evaluating import gold_questions
from qa.evidence import FEWEST, TrainedEvidence
from qa.following import standalone_question
from qa.judging import Judge, log_odds, probability
from qa.ranking import CLOSE
from qa.ranking import measured as ranking_measures
from qa.spelling import respelt
from qa.training.measuring import auroc

SEED = 1
# So many questions of each set that is kept back from training, and what a set counts in the fit.
QUESTIONS = 150
NEWS, UNANSWERED, CONTRADICTED, KEPT_BACK, EVENTS = 1.0, 0.5, 0.5, 0.3, 3.0
# Of the answerable questions, on the news and on few articles, this share must be answered.
ANSWERED = 0.94
CLAIMS = 400
# How little the weights of articles are held back from being large.
FIRM = 0.3
SUPPORT = ("qags", "wice", "attribution-dev")

Measures = dict[str, float]
# What speaks for each text, whether it is a right one, and what its set counts.
Rows = list[tuple[Measures, bool, float]]


def main(data: Path, news_index: Path, events: Path) -> None:
    judge, embedder = Judge(), choose_embedder()
    news = Index(news_index, embedder)
    evidence = TrainedEvidence(judge)
    answers, answered_from, answered_per_tenfold = fit_answers(data, news, events, evidence)
    supported = fit_support(data, news, judge)
    articles = fit_articles(data, news, judge)
    told = {
        "answers": answers,
        "answered_from": answered_from,
        "answered_per_tenfold": answered_per_tenfold,
        "supports_from": judge.calibration.supports_from,
        "contradicts_from": judge.calibration.contradicts_from,
        "supported": supported,
        "articles": articles,
    }
    print(json.dumps(told, indent=2))


def fit_answers(
    data: Path, news: Index, events: Path, evidence: TrainedEvidence
) -> tuple[dict[str, float], float, float]:
    """The weights, and the log-odds from which on to answer: so that ANSWERED of the answerable
    questions are, to the many news articles and to the few on an event or that contradict each
    other.
    """
    asked = list(read_rows(data / "bench" / "news" / "queries.jsonl"))
    answerable = [row for row in asked if row["answer_in_gold"]]
    unanswerable = [row for row in asked if not row["answer_in_corpus"]]
    by_question: list[tuple[str, Rows]] = []
    for row in tqdm(answerable, desc="news, answerable", disable=None):
        told = by_search(evidence, news, row["question"], row["answers"], NEWS)
        by_question.append(("news", told))
    for row in tqdm(unanswerable, desc="news, not answerable", disable=None):
        by_question.append(("none", by_search(evidence, news, row["question"], [], UNANSWERED)))
    with tempfile.TemporaryDirectory() as folder:
        contradicted = conflict_index(data, Path(folder), news)
        few_passages = passages_of(contradicted)
        for answerable, rows in on_events(events, Path(folder), news, evidence):
            by_question.append(("events" if answerable else "events, none", rows))
        for row in tqdm(
            list(read_rows(data / "bench" / "conflicts" / "rgb.jsonl")), desc="rgb", disable=None
        ):
            right = [row["answer"], row["false_answer"]]
            told = by_search(evidence, contradicted, row["question"], right, CONTRADICTED)
            by_question.append(("rgb", told))
    for name in ("trecqa", "multirc", "wikiqa", "multispanqa"):
        for question, sentences in tqdm(kept_back(data, name), desc=name, disable=None):
            hit = as_hit(question, [text for text, _ in sentences], news)
            right = {text for text, label in sentences if label}
            rows = [
                (measures, one.text in right, KEPT_BACK)
                for one, measures in evidence.measured(question, [hit])
                if measures
            ]
            by_question.append((name, rows))
    weights = fit([rows for _, rows in by_question])
    scores = {
        name: [
            [(probability(weights, measures), right) for measures, right, _ in rows]
            for of, rows in by_question
            if of == name and rows
        ]
        for name, _ in by_question
    }
    for name, questions in scores.items():
        first = [max(rows)[1] for rows in questions if any(right for _, right in rows)]
        print(f"{name}: right sentence first {np.mean(first or [np.nan]):.3f}", file=sys.stderr)
    best = [max(rows)[0] for rows in scores["news"]]
    none = [max(rows)[0] for rows in scores["none"]]
    threshold = float(np.quantile(best, 1 - ANSWERED))
    labels = [True] * len(best) + [False] * len(none)
    print(
        f"answerable from not, AUROC {auroc(best + none, labels):.3f}; "
        f"refused at that threshold {np.mean(np.array(none) < threshold):.3f}",
        file=sys.stderr,
    )
    many, few = log10(passages_of(news)), log10(max(FEWEST, few_passages))
    from_few = [max(rows)[0] for name in ("rgb", "events") for rows in scores[name]]
    few_from = log_odds(np.quantile(from_few, 1 - ANSWERED))
    per_tenfold = (log_odds(threshold) - few_from) / (many - few)
    return weights, round(few_from - per_tenfold * few, 3), round(per_tenfold, 3)


def passages_of(index: Index) -> int:
    with index.reading() as snapshot:
        return snapshot.passage_count


def by_search(
    evidence: TrainedEvidence, index: Index, question: str, answers: Sequence[Any], weight: float
) -> Rows:
    with index.reading() as snapshot:
        hits = snapshot.search(question, top=PASSAGES)
    told = evidence.measured(question, hits)
    return [(measures, holds(one.text, answers), weight) for one, measures in told if measures]


def on_events(
    events: Path, folder: Path, news: Index, evidence: TrainedEvidence
) -> Iterator[tuple[bool, Rows]]:
    """For every question on an event whether its articles answer it, and what was read for it."""
    for event in tqdm(sorted(events.iterdir()), desc="events", disable=None):
        update_index(event / "articles", folder / event.name, news.embedder)
        index = Index(folder / event.name, news.embedder)
        lines = (event / "questions.jsonl").read_text(encoding="utf-8").splitlines()
        for gold in gold_questions(lines, event.name):
            with index.reading() as snapshot:
                asked, *history = (
                    respelt(one, snapshot.has_word) for one in (gold.question, *gold.history)
                )
                question = standalone_question(asked, history)
                told = evidence.measured(question, snapshot.search(question, top=PASSAGES))
            yield (
                bool(gold.answerable),
                [
                    (measures, gold.held_by(one.article.name, one.text), EVENTS)
                    for one, measures in told
                    if measures
                ],
            )


def conflict_index(data: Path, folder: Path, news: Index) -> Index:
    corpus = folder / "corpus"
    corpus.mkdir()
    for row in read_rows(data / "bench" / "conflicts" / "rgb.jsonl"):
        for side in ("true", "false"):
            for text in row[side][:1]:
                (corpus / f"{row['id']}-{side}.md").write_text(
                    f"---\ntitle: {json.dumps(row['question'])}\n---\n\n{text}\n", encoding="utf-8"
                )
    update_index(corpus, folder / "index", news.embedder)
    return Index(folder / "index", news.embedder)


def kept_back(data: Path, name: str) -> list[tuple[str, list[tuple[str, bool]]]]:
    groups = defaultdict(list)
    for row in read_rows(data / "train" / "judge" / f"{name}.evidence.jsonl.gz"):
        groups[row["answerable_group"]].append(row)
    chosen = random.Random(SEED).sample(sorted(groups), min(QUESTIONS, len(groups)))
    return [
        (
            groups[one][0]["question"],
            [(" ".join(row["sentence"].split()), bool(row["label"])) for row in groups[one][:30]],
        )
        for one in chosen
    ]


def as_hit(question: str, sentences: Sequence[str], index: Index) -> Hit:
    """Sentences as if they were one passage that a search found."""
    spans, at = [], 0
    for text in sentences:
        spans.append(Span(at, at + len(text)))
        at += len(text) + 1
    article = Article("article.txt", " ".join(sentences))
    vectors = index.embed([question, article.text[:1000]])
    return Hit(article, Passage(tuple(spans)), 1.0, float(vectors[0] @ vectors[1]), 1.0)


def fit_support(data: Path, index: Index, judge: Judge) -> dict[str, float]:
    rows: list[Rows] = []
    names: list[str] = []
    for name in SUPPORT:
        for row in tqdm(
            list(read_rows(data / "bench" / "support" / f"{name}.jsonl")), desc=name, disable=None
        ):
            measures, _ = measured(row["claim"], row["source"], index.embed, judge)
            rows.append([(measures, bool(row["supported"]), 1.0)])
            names.append(name)
    claims = list(read_rows(data / "train" / "judge" / "news-summaries.support.jsonl.gz"))
    for row in tqdm(
        random.Random(SEED).sample(claims, CLAIMS), desc="news-summaries", disable=None
    ):
        measures, _ = measured(row["claim"], row["source"], index.embed, judge)
        rows.append([(measures, row["label"] == "supports", 1.0)])
        names.append("news-summaries")
    sizes = {name: names.count(name) for name in names}
    weighed = [
        [(measures, right, 1 / sizes[name]) for measures, right, _ in one]
        for one, name in zip(rows, names, strict=True)
    ]
    weights = fit(weighed)
    for name in sizes:
        told = [one[0] for one, of in zip(rows, names, strict=True) if of == name]
        scores = [probability(weights, measures) for measures, *_ in told]
        print(
            f"{name}: AUROC {auroc(scores, [right for _, right, _ in told]):.3f}", file=sys.stderr
        )
    return weights


def fit_articles(data: Path, news: Index, judge: Judge) -> dict[str, float]:
    """The weights that put the right articles in front: logistic regression on what tells each
    right article of a query from each wrong one, every query counting alike.
    """
    with tempfile.TemporaryDirectory() as folder:
        times = collection_index(data, Path(folder), news)
        queries = [
            (index, row["question"], {file_name(name) for name in row["gold"]})
            for index, name in ((times, "time"), (news, "news"))
            for row in read_rows(data / "bench" / name / "queries.jsonl")
            if row["gold"]
        ]
        compared, counts, right_ones = [], [], []
        for index, query, gold in tqdm(queries, desc="articles", disable=None):
            with index.reading() as snapshot:
                hits = rank_articles(query, snapshot, CLOSE)
                measures = ranking_measures(query, hits, snapshot, judge)
            names = list(measures[0])
            values = np.array([[one[name] for name in names] for one in measures])
            right = np.array([hit.article.name in gold for hit in hits])
            if right.any() and not right.all():
                differences = values[right][:, None] - values[~right][None]
                compared.append(differences.reshape(-1, len(names)))
                counts.append(np.full(len(compared[-1]), 1 / len(compared[-1])))
                right_ones.append(values[right])
    differences, weights = np.vstack(compared), np.concatenate(counts)
    spread = differences.std(axis=0) + 1e-9
    model = LogisticRegression(fit_intercept=False, C=FIRM, max_iter=2000)
    model.fit(
        np.vstack([differences, -differences]) / spread,
        [True] * len(differences) + [False] * len(differences),
        np.concatenate([weights, weights]),
    )
    told = model.coef_[0] / spread
    # Half is what right articles reach in the mean.
    always = -float((np.vstack(right_ones) @ told).mean())
    return {
        "always": round(always, 3),
        **{name: round(float(weight), 3) for name, weight in zip(names, told, strict=True)},
    }


def collection_index(data: Path, folder: Path, news: Index) -> Index:
    corpus = folder / "corpus"
    write_corpus(read_rows(data / "bench" / "time" / "corpus.jsonl.gz"), corpus)
    update_index(corpus, folder / "index", news.embedder)
    return Index(folder / "index", news.embedder)


def fit(by_question: Sequence[Rows]) -> dict[str, float]:
    """Logistic regression; every question counts alike, and right and wrong texts alike."""
    names = list(next(rows for rows in by_question if rows)[0][0])
    told = [
        (measures, right, weight / len(rows))
        for rows in by_question
        for measures, right, weight in rows
    ]
    values = np.array([[measures[name] for name in names] for measures, *_ in told])
    spread = values.std(axis=0) + 1e-9
    counts = np.array([weight for *_, weight in told])
    model = LogisticRegression(max_iter=3000, class_weight="balanced")
    model.fit(values / spread, [right for _, right, _ in told], counts / counts.mean())
    weights = dict(zip(names, model.coef_[0] / spread, strict=True))
    weights = {"always": float(model.intercept_[0])} | weights
    return {name: round(float(weight), 3) for name, weight in weights.items()}


def holds(text: str, answers: Sequence[Any]) -> bool:
    """Whether a text has one of the answers, which may be lists of spellings, as whole words."""
    flat = f" {flattened(text)} "
    return any(
        holds(text, one) if isinstance(one, list) else f" {flattened(str(one))} " in flat
        for one in answers
    )


def flattened(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text.lower()).strip()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("data", "index", "events"):
        parser.add_argument(name, type=Path)
    given = parser.parse_args()
    main(given.data, given.index, given.events)
