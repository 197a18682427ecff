"""Turns chosen sentences into claims: what several articles say becomes one claim with a citation
each, and the verdict of every article on the same event is found.
"""

from collections.abc import Sequence
from dataclasses import replace

from index.embedding import Vectors
from qa.agreeing import Embed, Finding, Sentence, SupportModel, find_verdicts
from qa.copying import original_of
from qa.differing import difference
from qa.events import same_event
from qa.evidence import Evidence
from qa.opening import opening
from qa.replies import ArticleVerdict, Citation, Claim, cite
from qa.words import stems, telling_stems

MAX_CLAIMS = 3
# Sentences of different articles this much alike make the same claim, unless they differ. Likeness
# alone is a poor judge: at .8 three of four pairs of public test sets do say the same, at .55 half.
SAME_CLAIM_COSINE = 0.8
# What is that much alike shares as much of the words; likeness takes longer to tell.
SHARED_WORDS = 0.25
# An article is silent when no sentence of it comes this near; between the two nobody knows.
SILENT_BELOW_COSINE = 0.4
# With the support model the one only need support the other, and be on the same matter.
SUPPORTED_CLAIM_COSINE = 0.5
# Other articles whose verdict is looked for, those with the best evidence first, and how many of
# an article's best sentences are read for it.
OTHERS = 3
SENTENCES = 3
# What says a claim, or says it otherwise, answers the question too: a sentence that is less likely
# to do so speaks of something else, whatever the support model takes it for.
SPEAKS_FROM = 0.45


def write(
    question: str,
    chosen: Sequence[Evidence],
    evidence: Sequence[Evidence],
    model: SupportModel | None,
    embed: Embed,
) -> tuple[Claim | None, tuple[Claim, ...], tuple[Citation, ...]]:
    """A short answer where one is called for, claims in the articles' words, the best first, and
    their numbered citations.

    `evidence` are all scored sentences, best first: the articles that are not chosen are asked for
    their verdicts through them.
    """
    around = _around(chosen, evidence)
    row = _vectors(chosen, embed)
    groups = _grouped(chosen, row, model)
    citations: list[Citation] = []
    numbers: dict[tuple[str, int], int] = {}
    for group in groups:
        for one in group:
            citations.append(cite(len(citations) + 1, one.article, one.span))
            numbers[_place(one)] = len(citations)
    told = [
        (
            group,
            [ArticleVerdict(one.article.name, "supports", numbers[_place(one)]) for one in group],
        )
        for group in groups
    ]
    near = []
    for group, verdicts in told:
        for theirs in _others(group, around):
            speaking = [one for one in theirs if one.score >= SPEAKS_FROM or not model]
            if speaking and _may_compare(group[0], speaking):
                near.append((group[0], speaking, verdicts))
            elif not speaking and same_event(group[0].article, theirs[0].article):
                verdicts.append(ArticleVerdict(theirs[0].article.name, "silent"))
    row |= _vectors([one for _, theirs, _ in near for one in theirs], embed)
    compared = [one for one in near if _comparable(one[0], one[1], row)]
    asked = [_asked(first, theirs, row) for first, theirs, _ in compared]
    for (_, _, verdicts), finding in zip(compared, find_verdicts(asked, model), strict=True):
        # Without a model nobody knows what a sentence says that comes this near.
        if model or finding.verdict != "silent" or finding.nearest < SILENT_BELOW_COSINE:
            verdicts.append(_verdict(finding, citations, numbers))
    for group, verdicts in told:
        verdicts[len(group) :] = sorted(verdicts[len(group) :], key=lambda one: one.article)
    named = {one.article for _, verdicts in told for one in verdicts}
    articles = {one.article.name: one.article for one in around if one.article.name in named}
    copies = original_of(list(articles.values()))
    claims = [
        Claim(
            group[0].text,
            tuple(numbers[_place(one)] for one in group),
            tuple(replace(one, copy_of=copies.get(one.article)) for one in verdicts),
        )
        for group, verdicts in told
    ]
    first = _opening(question, [group[0] for group in groups], numbers, citations, model)
    return first, tuple(claims), tuple(citations)


def _opening(
    question: str,
    chosen: Sequence[Evidence],
    numbers: dict[tuple[str, int], int],
    citations: list[Citation],
    model: SupportModel | None,
) -> Claim | None:
    short = opening(question, chosen, model)
    if short is None:
        return None
    cited = [numbers[_place(short.evidence)]]
    if short.dated:
        article = short.evidence.article
        place = article.name, short.dated.start
        if place not in numbers:
            citations.append(cite(len(citations) + 1, article, short.dated))
            numbers[place] = len(citations)
        cited.append(numbers[place])
    return Claim(short.text, tuple(dict.fromkeys(cited)))


def _around(chosen: Sequence[Evidence], evidence: Sequence[Evidence]) -> list[Evidence]:
    """The best sentences of the chosen articles and of a few others with the best evidence."""
    cited = {one.article.name for one in chosen}
    others = [n for n in dict.fromkeys(one.article.name for one in evidence) if n not in cited]
    left = dict.fromkeys(cited.union(others[:OTHERS]), SENTENCES)
    around = list(chosen)
    for one in evidence:
        if left.get(one.article.name, 0) > 0:
            left[one.article.name] -= 1
            if one not in around:
                around.append(one)
    return around


def _grouped(
    chosen: Sequence[Evidence],
    row: dict[tuple[str, int], Vectors],
    model: SupportModel | None,
) -> list[list[Evidence]]:
    """The sentences by claim, as many claims as are shown; of one article there is one in each."""
    groups: list[list[Evidence]] = []
    left = list(chosen)
    while left and len(groups) < MAX_CLAIMS:
        first, *rest = left
        group, left = [first], []
        for one, same in zip(rest, _one_claim(first, rest, row, model), strict=True):
            apart = all(one.article.name != other.article.name for other in group)
            (group if apart and same else left).append(one)
        groups.append(group)
    return groups


def _others(group: Sequence[Evidence], around: Sequence[Evidence]) -> list[list[Evidence]]:
    """The sentences of each article that is not in the group, in the order of their names."""
    names = {one.article.name for one in around} - {one.article.name for one in group}
    return [[one for one in around if one.article.name == name] for name in sorted(names)]


def _vectors(some: Sequence[Evidence], embed: Embed) -> dict[tuple[str, int], Vectors]:
    if not some:
        return {}
    return dict(zip(map(_place, some), embed([one.sentence.read for one in some]), strict=True))


def _may_compare(first: Evidence, theirs: Sequence[Evidence]) -> bool:
    """Whether `_comparable` may hold, as far as it can be told without a vector."""
    asked = telling_stems(first.sentence.read)
    return same_event(first.article, theirs[0].article) or any(
        len(asked & stems(one.sentence.read)) >= SHARED_WORDS * len(asked) for one in theirs
    )


def _comparable(
    first: Evidence, theirs: Sequence[Evidence], row: dict[tuple[str, int], Vectors]
) -> bool:
    """Whether another article is on the claim's event, or has the claim in almost its own words."""
    return same_event(first.article, theirs[0].article) or any(
        float(row[_place(first)] @ row[_place(one)]) >= SAME_CLAIM_COSINE for one in theirs
    )


def _one_claim(
    first: Evidence,
    others: Sequence[Evidence],
    row: dict[tuple[str, int], Vectors],
    model: SupportModel | None,
) -> list[bool]:
    """Which of the sentences of other articles say what the first one says."""
    cosines = [float(row[_place(first)] @ row[_place(one)]) for one in others]
    alike = [cosine >= SAME_CLAIM_COSINE for cosine in cosines]
    asked = [
        at
        for at, one in enumerate(others)
        if SUPPORTED_CLAIM_COSINE <= cosines[at] < SAME_CLAIM_COSINE
        and one.article.name != first.article.name
    ]
    if model:
        told = model.support(first.sentence.read, [others[at].sentence.in_context for at in asked])
        for at, (supports, _, _) in zip(asked, told, strict=True):
            alike[at] = supports >= model.supports_from
    return [
        same and difference(first.text, one.text) is None
        for one, same in zip(others, alike, strict=True)
    ]


def _asked(
    first: Evidence, theirs: Sequence[Evidence], row: dict[tuple[str, int], Vectors]
) -> tuple[str, list[Sentence], list[float]]:
    """The claim, and the sentences of an article with their cosines, as a verdict is asked for."""
    cosines = [float(row[_place(first)] @ row[_place(one)]) for one in theirs]
    return first.sentence.read, [one.sentence for one in theirs], cosines


def _verdict(
    finding: Finding, citations: list[Citation], numbers: dict[tuple[str, int], int]
) -> ArticleVerdict:
    """The verdict with a citation; one is added where the sentence is not cited yet."""
    if finding.sentence is None:
        return ArticleVerdict(finding.article, finding.verdict, note=finding.note)
    place = finding.article, finding.sentence.span.start
    if place not in numbers:
        citations.append(cite(len(citations) + 1, finding.sentence.article, finding.sentence.span))
        numbers[place] = len(citations)
    return ArticleVerdict(finding.article, finding.verdict, numbers[place], finding.note)


def _place(one: Evidence) -> tuple[str, int]:
    return one.article.name, one.span.start
