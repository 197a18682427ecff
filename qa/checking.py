"""Checks a statement: what each article says to it, or whether one text supports it."""

import re
from dataclasses import dataclass
from itertools import pairwise

from index.articles import Article, Span
from index.searching import Snapshot
from index.splitting import split_article
from qa.agreeing import Embed, Finding, Sentence, SupportModel, find_verdicts
from qa.copying import original_of
from qa.differing import missing_numbers
from qa.errors import BadQuestion
from qa.judging import Judge, log_odds, probability
from qa.naming import spelt_out
from qa.replies import Citation, Searched, cite
from qa.words import missing_names, stem, stems, telling_stems, words

MAX_STATEMENT_CHARS = 2_000
PASSAGES = 10
# Of a source, so many sentences that share words with the statement are compared in meaning, and so
# many of those read, each with its neighbours; what their shared words count in that choice.
NEAR = 24
WINDOWS = 6
WORDS_SHARE = 0.5
SENTENCE_CHARS = 600

# "[2]" and "[1, 3]" tell where something was read, as answers do here, and are no part of what is
# said.
_MARKS = re.compile(r"\s*\[\d{1,3}(?:\s*[,–-]\s*\d{1,3})*\]")
_ORDER = {"supports": 0, "differs": 1, "silent": 2}


@dataclass(frozen=True, slots=True)
class ArticleCheck:
    """What one article says to a statement, with the quote that shows it where there is one.

    `copy_of` names the article whose text this one carries.
    """

    article: Article
    finding: Finding
    citation: Citation | None
    copy_of: str | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """A statement and the verdict of every article that comes near it, supporting ones first.

    `score` is how far an article supports it, 0..1.
    """

    statement: str
    articles: tuple[ArticleCheck, ...]
    score: float
    searched: Searched

    @property
    def supported(self) -> bool:
        return any(one.finding.verdict == "supports" for one in self.articles)


def check(statement: str, snapshot: Snapshot, embed: Embed, model: SupportModel) -> Check:
    """What the articles nearest to a statement say to it.

    Raises BadQuestion when the statement is empty or too long.
    """
    check_length(statement)
    statement = _without_marks(statement)
    sentences: dict[str, list[Sentence]] = {}
    for hit in snapshot.search(statement, top=PASSAGES):
        sentences.setdefault(hit.article.name, []).extend(
            Sentence(hit.article, hit.passage, span) for span in hit.passage.sentences
        )
    vectors = embed([statement, *(one.read for theirs in sentences.values() for one in theirs)])
    cosines = iter((vectors[1:] @ vectors[0]).tolist())
    asked = [(statement, theirs, [next(cosines) for _ in theirs]) for theirs in sentences.values()]
    findings = find_verdicts(asked, model)
    findings.sort(key=lambda one: (_ORDER[one.verdict], -one.score, -one.nearest, one.article))
    articles = {name: theirs[0].article for name, theirs in sentences.items()}
    copies = original_of(list(articles.values()))
    checked, quoted = [], 0
    for finding in findings:
        citation = None
        if finding.sentence:
            quoted += 1
            citation = cite(quoted, finding.sentence.article, finding.sentence.span)
        checked.append(
            ArticleCheck(articles[finding.article], finding, citation, copies.get(finding.article))
        )
    return Check(
        statement,
        tuple(checked),
        max((one.score for one in findings), default=0.0),
        Searched(snapshot.generation, snapshot.article_count, snapshot.passage_count),
    )


def check_length(statement: str) -> None:
    """Raises BadQuestion when a statement is empty or too long."""
    if not statement.strip():
        raise BadQuestion("the statement is empty; type what you want to check")
    if len(statement) > MAX_STATEMENT_CHARS:
        raise BadQuestion(
            f"the statement has {len(statement):,} characters; shorten it to "
            f"{MAX_STATEMENT_CHARS:,} or fewer"
        )


@dataclass(frozen=True, slots=True)
class SourceCheck:
    """How far one text supports a statement, 0..1; `quoted` is its sentence that does so best."""

    supported: bool
    score: float
    quoted: Span | None


def check_against(statement: str, source: str, embed: Embed, judge: Judge) -> SourceCheck:
    """Whether a text by itself supports a statement. Raises BadQuestion."""
    check_length(statement)
    measures, best = measured(_without_marks(statement), source, embed, judge)
    score = probability(judge.calibration.supported, measures)
    return SourceCheck(score >= 0.5, score, best)


def measured(
    statement: str, source: str, embed: Embed, model: SupportModel
) -> tuple[dict[str, float], Span | None]:
    """What speaks for a statement in a text, and the sentence that speaks for it most.

    The log-odds of support by the best window, a sentence with its neighbours, and of its
    contradicting; the best share of
    the statement's words, and of its pairs of words, in a window; the highest cosine of a sentence;
    and how many of its numbers and names the text lacks.
    """
    lacking = {
        "missing numbers": float(min(2, len(missing_numbers(statement, source)))),
        "missing names": float(min(2, missing_names(statement, source))),
    }
    sentences = [span for one in split_article(source, None, None) for span in one.sentences]
    if not sentences:
        return {
            "window": log_odds(0.0),
            "against": 0.0,
            "words": 0.0,
            "pairs": 0.0,
            "cosine": 0.0,
            **lacking,
        }, None
    asked = telling_stems(statement)
    read = [_without_marks(spelt_out(source, span)) for span in sentences]
    shared = [len(asked & stems(text)) / max(1, len(asked)) for text in read]
    near = sorted(range(len(sentences)), key=lambda at: (-shared[at], at))[:NEAR]
    vectors = embed([statement, *(read[at][:SENTENCE_CHARS] for at in near)])
    cosines = dict(zip(near, (vectors[1:] @ vectors[0]).tolist(), strict=True))
    near.sort(key=lambda at: -cosines[at] - WORDS_SHARE * shared[at])
    windows = [" ".join(read[max(0, at - 1) : at + 2]) for at in near[:WINDOWS]]
    told = model.support(statement, windows)
    best = max(range(len(windows)), key=lambda at: told[at][0])
    measures = {
        "window": log_odds(told[best][0]),
        "against": log_odds(told[best][1]),
        "words": max(len(asked & stems(text)) / max(1, len(asked)) for text in windows),
        "pairs": max(_pairs_shared(statement, text) for text in windows),
        "cosine": max(cosines.values()),
    }
    return measures | lacking, sentences[near[best]]


def _without_marks(text: str) -> str:
    """A text without marks of sources, unless it is nothing else, and without breaks of lines."""
    return " ".join((_MARKS.sub("", text).strip() or text).split())


def _pairs_shared(statement: str, text: str) -> float:
    """The share of a statement's pairs of neighbouring words that a text has too."""
    mine, theirs = ([stem(word) for word in words(one)] for one in (statement, text))
    pairs = set(pairwise(mine))
    return len(pairs & set(pairwise(theirs))) / len(pairs) if pairs else 0.0
