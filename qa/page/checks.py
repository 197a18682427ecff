"""Checked statements as HTML: the verdict of each article, with the quote that shows it."""

from collections.abc import Mapping, Sequence

from index.articles import Article
from qa.checking import ArticleCheck, Check
from qa.page.marking import DERIVED_NOTE, known, language, quoted, text_of, title
from qa.page.rendering import problem, waiting
from qa.page.shelving import article_view
from qa.page.turns import Problem
from qa.replies import ArticleVerdict, Claim, Verdict
from qa.wording import VERDICTS, agreement, counted, name_of

SIGNS: dict[Verdict, str] = {"supports": "✓", "differs": "✗", "silent": "–"}


def outcome(what: str | Sequence[Check] | Problem | None) -> str:
    """What is being done, the verdicts, or what went wrong; at first what there will be."""
    if what is None:
        return (
            '<p class="hint">Each article that comes near the statement appears here: it supports '
            "it, says otherwise, or does not mention it. Of a paragraph every sentence is checked."
            "</p>"
        )
    if isinstance(what, str):
        return waiting(what)
    if isinstance(what, Problem):
        return problem(what)
    if len(what) == 1:
        return _check(what[0])
    return _paragraph(what)


def opened(what: object, n: int) -> str:
    """The `n`-th article to read, counted through all checks, its quote marked."""
    if not isinstance(what, tuple):
        return ""
    articles = [one for check in what for one in check.articles]
    if not 1 <= n <= len(articles):
        return ""
    one = articles[n - 1]
    return article_view(one.article, one.citation.span if one.citation else None)


def headline(check: Check) -> tuple[str, str]:
    """How the articles that were read stand to the statement, with its tone."""
    verdicts = [one.finding.verdict for one in check.articles]
    if check.supported:
        claim = Claim(
            check.statement,
            tuple(one.citation.n for one in check.articles if one.citation),
            tuple(
                ArticleVerdict(
                    one.article.name,
                    one.finding.verdict,
                    one.citation.n if one.citation else None,
                    one.finding.note,
                    one.copy_of,
                )
                for one in check.articles
            ),
        )
        told = agreement(claim, _named(check))
        assert told
        tone, text = told
        return tone, text[:1].upper() + text[1:]
    if differing := verdicts.count("differs"):
        say = "says" if differing == 1 else "say"
        return "differ", f"No article says this, {differing} {say} otherwise"
    return "none", "No article says this"


def _named(check: Check) -> dict[str, Article]:
    return {one.article.name: one.article for one in check.articles}


def _paragraph(checks: Sequence[Check]) -> str:
    """Sentence by sentence, those that an article says otherwise or none says opened."""
    supported = sum(one.supported for one in checks)
    differing = sum(headline(one)[0] == "differ" for one in checks)
    heading = f"{supported} of {counted(len(checks), 'sentence')} supported"
    heading += f", {differing} said otherwise" if differing else ""
    parts, first = [], 1
    for check in checks:
        tone, text = headline(check)
        unsure = " open" if tone in {"differ", "none"} else ""
        parts.append(
            f'<details class="sentence {tone}"{unsure}><summary><span class="of" dir="auto">'
            f'{text_of(check.statement)}</span><span class="told {tone}">{text_of(text)}</span>'
            f"</summary>{_cards(check, first)}</details>"
        )
        first += len(check.articles)
    searched = counted(checks[0].searched.articles, "article")
    return (
        f'<section class="checked" aria-label="Verdicts"><h2 class="headline">{heading}</h2>'
        f'<p class="about">{searched} searched.</p>{"".join(parts)}</section>'
    )


def _cards(check: Check, first: int) -> str:
    cards = "".join(
        _card(n, one, check.statement, _named(check)) for n, one in enumerate(check.articles, first)
    )
    if not cards:
        return '<p class="hint">No article comes near it.</p>'
    return cards + (f'<p class="hint">* {DERIVED_NOTE}.</p>' if "*</abbr>" in cards else "")


def _check(check: Check) -> str:
    tone, text = headline(check)
    searched = counted(check.searched.articles, "article")
    scope = f"{searched} searched"
    if not check.articles:
        scope += ", none comes near it"
    elif len(check.articles) < check.searched.articles:
        scope += f", the {len(check.articles)} nearest shown"
    cards = _cards(check, 1) if check.articles else ""
    return (
        f'<section class="checked" aria-label="Verdicts"><h2 class="headline {tone}">'
        f'{text_of(text)}</h2><p class="of" dir="auto">{text_of(check.statement)}</p>'
        f'<p class="about">{scope}.</p>{cards}</section>'
    )


def _card(n: int, one: ArticleCheck, statement: str, articles: Mapping[str, Article]) -> str:
    article, verdict = one.article, one.finding.verdict
    note = (
        f'<p class="note" dir="auto">{text_of(one.finding.note)}</p>'
        if one.finding.note and one.finding.note != VERDICTS[verdict]
        else ""
    )
    copy = (
        f'<p class="copy">Carries the text of <span dir="auto">'
        f"{text_of(name_of(one.copy_of, articles))}</span></p>"
        if one.copy_of
        else ""
    )
    quote = (
        f'<blockquote dir="auto"{language(article)}>'
        f"{quoted(one.citation, statement if verdict == 'differs' else None)}</blockquote>"
        if one.citation
        else ""
    )
    return (
        f'<article class="source {verdict}"><p class="verdict"><span aria-hidden="true">'
        f"{SIGNS[verdict]}</span> {VERDICTS[verdict].capitalize()}</p>{note}"
        f'<p class="from">{known(article)}</p><h3 dir="auto">{title(article)}</h3>{copy}{quote}'
        f'<p class="acts"><button type="button" class="plain" data-open="{n}" '
        f'aria-label="Open article: that of {text_of(name_of(article.name, articles))}">'
        "Open article</button></p></article>"
    )
