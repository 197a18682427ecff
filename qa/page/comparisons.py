"""A comparison as an HTML table: a row a claim, a column an article, a quote behind each cell."""

from collections.abc import Mapping, Sequence
from typing import Literal, cast

from index.articles import Article
from qa.comparing import Comparison
from qa.page.checks import SIGNS
from qa.page.marking import DERIVED_NOTE, against, day, known, language, text_of, title
from qa.page.picturing import matrix
from qa.page.rendering import problem, waiting
from qa.page.shelving import article_view
from qa.page.turns import Problem
from qa.page.working import Hint
from qa.replies import ArticleVerdict, Citation, Claim
from qa.wording import VERDICTS, agreement, counted, name_of

Articles = Mapping[str, Article]


def outcome(what: str | Comparison | Hint | Problem | None) -> str:
    """What is being done, the table, or why there is none; at first what there will be."""
    if what is None:
        return (
            '<p class="hint">The claims of the articles appear here side by side: which article '
            "says each, which says otherwise, and which does not mention it. Without a topic all "
            "are compared.</p>"
        )
    if isinstance(what, str):
        return waiting(what)
    if isinstance(what, Hint):
        return _told("Name a topic", what.message[:1].upper() + what.message[1:] + ".")
    if isinstance(what, Problem):
        return problem(what)
    return _comparison(what)


def opened(what: object, n: int) -> str:
    """The article of the `n`-th citation of a comparison to read, its quote marked."""
    if not isinstance(what, Comparison):
        return ""
    found = next((one for one in what.citations if one.n == n), None)
    return article_view(found.article, found.span) if found else ""


def _told(heading: str, message: str) -> str:
    return (
        f'<div class="reply refusal"><p class="said">{text_of(heading)}</p>'
        f'<p dir="auto">{text_of(message)}</p></div>'
    )


def _comparison(what: Comparison) -> str:
    searched = f"Searched {counted(what.searched.articles, 'article')}."
    if not what.articles:
        return _told("No article is about this", searched)
    if not what.claims:
        return _told("There is nothing to compare", f"No sentence makes a claim. {searched}")
    articles = {one.name: one for one in what.articles}
    numbered = {one.n: one for one in what.citations}
    copies = {
        one.article: one.copy_of for claim in what.claims for one in claim.articles if one.copy_of
    }
    heads = "".join(_head(one, copies.get(one.name), articles) for one in what.articles)
    rows = "".join(_row(claim, articles, numbered) for claim in what.claims)
    hints = [f"* {DERIVED_NOTE}."] if "*</abbr>" in heads else []
    if 'class="other"' in rows:
        hints.insert(0, "An empty cell: the article is about another event.")
    groups = [who(claim) for claim in what.claims]
    topic = f" on “{what.topic}”" if what.topic else ""
    text = f"{counted(len(what.claims), 'claim')} in {counted(len(articles), 'article')}{topic}"
    return (
        f'<section class="compared"><h2 class="headline" dir="auto">{text_of(text)}</h2>'
        f'<p class="about">{searched} Disagreements come first; a cell opens its quote.</p>'
        f"{_timeline(what.articles)}{_narrowing(groups)}"
        '<div class="scroll" tabindex="0" role="region" aria-label="Claims by article">'
        f'<table class="claims"><thead><tr><th scope="col">Claim</th>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
        f"{_pictured(what)}" + "".join(f'<p class="hint">{one}</p>' for one in hints) + "</section>"
    )


Who = Literal["all", "one", "differ", "some"]


def who(claim: Claim) -> Who:
    """Whether all of the articles on its event say a claim, one alone, or some say otherwise."""
    saying = sum(one.verdict == "supports" for one in claim.articles)
    if any(one.verdict == "differs" for one in claim.articles):
        return "differ"
    if saying == len(claim.articles) > 1:
        return "all"
    return "one" if saying == 1 else "some"


def _narrowing(groups: Sequence[Who]) -> str:
    """Buttons that leave some of the rows; the browser does it."""
    labels = {"every": "All claims", "all": "Said by all", "one": "Only by one", "differ": "Differ"}
    buttons = ""
    for name, label in labels.items():
        count = len(groups) if name == "every" else groups.count(cast("Who", name))
        buttons += (
            f'<button type="button" data-narrow="{name}" '
            f'aria-pressed="{str(name == "every").lower()}"{"" if count else " disabled"}>'
            f"{label} <span>{count:,}</span></button>"
        )
    return f'<div class="narrowing" role="group" aria-label="Which claims">{buttons}</div>'


def _timeline(articles: Sequence[Article]) -> str:
    """The articles in the order of their days, where several have one."""
    dated = sorted(
        (one for one in articles if one.published), key=lambda one: (one.published, one.name)
    )
    if not dated or len(articles) < 2:
        return ""
    rows, before = "", None
    for one in dated:
        assert one.published
        later = (one.published - before).days if before else 0
        gap = f'<span class="gap">{counted(later, "day")} later</span>' if later else ""
        before = one.published
        rows += (
            f'<li>{gap}<time datetime="{one.published.isoformat()}">{day(one.published)}</time> '
            f'<span class="outlet" dir="auto">{text_of(one.outlet or one.name)}</span></li>'
        )
    undated = len(articles) - len(dated)
    rest = (
        f'<li class="unknown">{counted(undated, "article")} without a date</li>' if undated else ""
    )
    return f'<ol class="timeline" aria-label="The articles by date">{rows}{rest}</ol>'


def _pictured(what: Comparison) -> str:
    return (
        '<details class="pictured"><summary>As a picture</summary>'
        f'<div class="canvas" tabindex="0" role="region" aria-label="Picture">{matrix(what)}</div>'
        '<p class="acts"><button type="button" class="plain" data-picture="1">Save the picture '
        "(SVG)</button></p></details>"
    )


def _head(article: Article, copy_of: str | None, articles: Articles) -> str:
    copy = (
        '<p class="copy">Carries the text of '
        f'<span dir="auto">{text_of(name_of(copy_of, articles))}</span></p>'
        if copy_of
        else ""
    )
    return (
        f'<th scope="col"><p class="from">{known(article)}</p>'
        f'<p class="title" dir="auto">{title(article)}</p>{copy}</th>'
    )


def _row(claim: Claim, articles: Articles, numbered: Mapping[int, Citation]) -> str:
    verdicts = {one.article: one for one in claim.articles}
    cells = "".join(_cell(claim, verdicts.get(name), articles, numbered) for name in articles)
    told = agreement(claim, articles)
    line = f'<p class="agreeing {told[0]}" dir="auto">{text_of(told[1])}</p>' if told else ""
    return (
        f'<tr data-who="{who(claim)}"><th scope="row"><p dir="auto">{text_of(claim.text)}</p>'
        f"{line}</th>{cells}</tr>"
    )


def _cell(
    claim: Claim,
    one: ArticleVerdict | None,
    articles: Articles,
    numbered: Mapping[int, Citation],
) -> str:
    if one is None:
        return '<td class="other"></td>'
    wording = VERDICTS[one.verdict]
    sign = f'<span class="sign" aria-hidden="true">{SIGNS[one.verdict]}</span>'
    # The dash alone says it to the eye, and a table full of the words would say nothing else.
    shown = f'<span class="unseen">{wording}</span>' if one.verdict == "silent" else wording
    note = (
        f'<span class="note" dir="auto">{text_of(one.note)}</span>'
        if one.note and one.note != wording
        else ""
    )
    citation = numbered.get(one.citation) if one.citation else None
    if citation is None:
        return f'<td class="{one.verdict}">{sign} {shown}{note}</td>'
    article = citation.article
    quote = (
        against(claim.text, citation.quote) if one.verdict == "differs" else text_of(citation.quote)
    )
    return (
        f'<td class="{one.verdict}"><details><summary>{sign} {shown}{note}</summary>'
        f'<blockquote dir="auto"{language(article)}>{quote}</blockquote>'
        f'<p class="acts"><button type="button" class="plain" data-open="{citation.n}" '
        f'aria-label="Open article: that of {text_of(name_of(article.name, articles))}">'
        "Open article</button></p></details></td>"
    )
