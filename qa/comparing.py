"""Lays the claims of articles on one event side by side: who says it, who does not, who differs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.articles import Article
from index.searching import Snapshot, rank_articles
from qa.agreeing import Embed, Finding, Sentence, SupportModel, find_verdicts
from qa.copying import original_of
from qa.errors import TooMuchToCompare
from qa.events import same_event
from qa.replies import ArticleVerdict, Citation, Claim, Searched, cite

# More columns nobody reads, and each is held against every other.
MAX_ARTICLES = 8
# Of what a topic finds, articles that score at least this share of the best one's score.
ON_TOPIC = 0.5
MIN_WORDS = 5
# Sentences that support each other and are this much alike are one claim, not two.
SAME_CLAIM_COSINE = 0.55
SENTENCES = 2


@dataclass(frozen=True, slots=True)
class Comparison:
    """Claims against articles. A claim's verdicts are those of the articles on its own event."""

    topic: str | None
    articles: tuple[Article, ...]
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    searched: Searched


@dataclass(frozen=True, slots=True)
class _Row:
    sentence: Sentence
    findings: tuple[Finding, ...]

    @property
    def rank(self) -> tuple[bool, int]:
        """Disagreements first, then what most articles say."""
        return (
            all(one.verdict != "differs" for one in self.findings),
            -sum(one.verdict == "supports" for one in self.findings),
        )


Progress = Callable[[int], None]


def compare(
    snapshot: Snapshot,
    topic: str | None,
    embed: Embed,
    model: SupportModel,
    start: Callable[[str, int], Progress] | None = None,
) -> Comparison:
    """The claims of all articles, or of those on a topic, event by event.

    `start` begins a step of so many sentences and gives what is told of each. Raises
    TooMuchToCompare when there are more articles than can be read side by side and no topic.
    """
    articles = _chosen(snapshot, topic)
    events = _events(articles)
    sentences = {one.name: _sentences(snapshot, one) for one in articles}
    total = sum(len(theirs) for theirs in sentences.values())
    told = start("comparing", total) if start else lambda _: None
    rows = []
    for event in events:
        rows += _rows([sentences[one.name] for one in event], embed, model, told)
    claims, citations = _claims(rows, original_of(articles))
    searched = Searched(snapshot.generation, snapshot.article_count, snapshot.passage_count)
    return Comparison(topic, tuple(articles), claims, citations, searched)


def _chosen(snapshot: Snapshot, topic: str | None) -> list[Article]:
    if topic and topic.strip():
        hits = rank_articles(topic, snapshot, MAX_ARTICLES)
        return [hit.article for hit in hits if hit.score >= ON_TOPIC * hits[0].score]
    if snapshot.article_count > MAX_ARTICLES:
        raise TooMuchToCompare(
            f"{snapshot.article_count:,} articles cannot be read side by side; name a topic, and "
            f"the {MAX_ARTICLES} nearest to it are compared"
        )
    return snapshot.articles()


def _events(articles: Sequence[Article]) -> list[list[Article]]:
    """The articles grouped by event, the largest group first."""
    events: list[list[Article]] = []
    for article in articles:
        event = next((e for e in events if all(same_event(article, one) for one in e)), None)
        if event is None:
            events.append([article])
        else:
            event.append(article)
    return sorted(events, key=lambda event: -len(event))


def _sentences(snapshot: Snapshot, article: Article) -> list[Sentence]:
    return [
        Sentence(article, passage, span)
        for passage in snapshot.passages_of(article.name)
        if not passage.heading
        for span in passage.sentences
        if len(span.of(article.text).split()) >= MIN_WORDS
    ]


def _rows(
    articles: Sequence[Sequence[Sentence]], embed: Embed, model: SupportModel, told: Progress
) -> list[_Row]:
    """A row for every claim; a sentence that says what a row says already makes none."""
    articles = [theirs for theirs in articles if theirs]
    vectors = [embed([one.read for one in theirs]) for theirs in articles]
    told_already: set[tuple[str, int]] = set()
    rows = []
    for at, theirs in enumerate(articles):
        for number, sentence in enumerate(theirs):
            told(1)
            if _place(sentence) in told_already:
                continue
            asked = [
                (sentence.read, rest, (vectors[other] @ vectors[at][number]).tolist())
                for other, rest in enumerate(articles)
                if other != at
            ]
            others = find_verdicts(asked, model, SENTENCES)
            for found, (_, rest, cosines) in zip(others, asked, strict=True):
                if found.sentence and _one_claim(sentence, found, cosines, rest, model):
                    told_already.add(_place(found.sentence))
            own = Finding(sentence.article.name, "supports", sentence, None, 1.0, 1.0)
            rows.append(_Row(sentence, (own, *others)))
    return sorted(rows, key=lambda row: row.rank)


def _one_claim(
    sentence: Sentence,
    found: Finding,
    cosines: Sequence[float],
    theirs: Sequence[Sentence],
    model: SupportModel,
) -> bool:
    """Whether what was found says no more than the sentence itself, or the same otherwise."""
    assert found.sentence
    if found.verdict == "differs":
        return True
    cosine = cosines[[_place(one) for one in theirs].index(_place(found.sentence))]
    if cosine < SAME_CLAIM_COSINE:
        return False
    (back, _, _), *_ = model.support(found.sentence.read, [sentence.in_context])
    return back >= model.supports_from


def _claims(
    rows: Sequence[_Row], copies: dict[str, str]
) -> tuple[tuple[Claim, ...], tuple[Citation, ...]]:
    citations: list[Citation] = []
    numbers: dict[tuple[str, int], int] = {}

    def number(sentence: Sentence) -> int:
        place = _place(sentence)
        if place not in numbers:
            citations.append(cite(len(citations) + 1, sentence.article, sentence.span))
            numbers[place] = len(citations)
        return numbers[place]

    claims = []
    for row in rows:
        verdicts = []
        for one in row.findings:
            n = number(one.sentence) if one.sentence else None
            copy_of = copies.get(one.article)
            verdicts.append(ArticleVerdict(one.article, one.verdict, n, one.note, copy_of))
        cited = tuple(
            one.citation
            for one in verdicts
            if one.verdict == "supports" and one.citation is not None
        )
        claims.append(Claim(row.sentence.text, cited, tuple(verdicts)))
    return tuple(claims), tuple(citations)


def _place(one: Sentence) -> tuple[str, int]:
    return one.article.name, one.span.start
