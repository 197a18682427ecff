"""Checks a statement: what each article says to it, or whether one text supports it."""

from dataclasses import dataclass
from math import exp

from index.articles import Article, Span
from index.searching import Snapshot
from index.splitting import split_article
from qa.agreeing import Embed, Finding, Sentence, SupportModel, find_verdict
from qa.copying import original_of
from qa.differing import missing_numbers
from qa.errors import BadQuestion
from qa.judging import Judge, log_odds
from qa.replies import Citation, Searched, cite
from qa.words import missing_names, stems, telling_stems

MAX_STATEMENT_CHARS = 2_000
PASSAGES = 10
# Of a source, so many of its likeliest sentences are read, each with its neighbours, and so many
# together.
WINDOWS = 4
TOGETHER = 4

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
    statement = " ".join(statement.split())
    sentences: dict[str, list[Sentence]] = {}
    for hit in snapshot.search(statement, top=PASSAGES):
        sentences.setdefault(hit.article.name, []).extend(
            Sentence(hit.article, hit.passage, span) for span in hit.passage.sentences
        )
    vectors = embed([statement, *(one.text for theirs in sentences.values() for one in theirs)])
    cosines = iter((vectors[1:] @ vectors[0]).tolist())
    findings = [
        find_verdict(statement, theirs, [next(cosines) for _ in theirs], model)
        for theirs in sentences.values()
    ]
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


def check_against(statement: str, source: str, judge: Judge) -> SourceCheck:
    """Whether a text by itself supports a statement. Raises BadQuestion."""
    check_length(statement)
    features, best = measured(statement, source, judge)
    weights = judge.calibration.supported
    score = 1 / (1 + exp(-sum(w * x for w, x in zip(weights, (1.0, *features), strict=True))))
    return SourceCheck(score >= 0.5, score, best)


def measured(
    statement: str, source: str, model: SupportModel
) -> tuple[tuple[float, ...], Span | None]:
    """What speaks for a statement in a text, and the sentence that speaks for it most.

    The log-odds of support by the best window and by the likeliest sentences together, the share
    of the statement's words, and how many of its numbers and names the text lacks.
    """
    sentences = [span for one in split_article(source, None, None) for span in one.sentences]
    asked = telling_stems(statement)
    everything = stems(source)
    covered = len(asked & everything) / len(asked) if asked else 0.0
    numbers = float(min(2, len(missing_numbers(statement, source))))
    names = float(min(2, missing_names(statement, source)))
    if not sentences:
        return (-6.0, -6.0, covered, numbers, names), None
    shares = [len(asked & stems(span.of(source))) for span in sentences]
    order = sorted(range(len(sentences)), key=lambda at: (-shares[at], at))
    windows = []
    for at in order[:WINDOWS]:
        first, last = max(0, at - 1), min(len(sentences) - 1, at + 1)
        windows.append(source[sentences[first].start : sentences[last].end])
    together = " ".join(sentences[at].of(source) for at in sorted(order[:TOGETHER]))
    *alone, joined = (log_odds(told[0]) for told in model.support(statement, [*windows, together]))
    best = max(range(len(alone)), key=lambda at: alone[at])
    return (alone[best], joined, covered, numbers, names), sentences[order[best]]
