"""A checked statement as HTML: the verdict of each article, with the quote that shows it."""

from collections.abc import Mapping

from index.articles import Article
from qa.checking import ArticleCheck, Check
from qa.page.marking import DERIVED_NOTE, known, language, quoted, text_of, title
from qa.page.rendering import problem, waiting
from qa.page.shelving import article_view
from qa.page.turns import Problem
from qa.replies import ArticleVerdict, Claim, Verdict
from qa.wording import VERDICTS, agreement, counted, name_of

SIGNS: dict[Verdict, str] = {"supports": "✓", "differs": "✗", "silent": "–"}


def outcome(what: str | Check | Problem | None) -> str:
    """What is being done, the verdicts, or what went wrong; at first what there will be."""
    if what is None:
        return (
            '<p class="hint">Each article that comes near the statement appears here: it supports '
            "it, says otherwise, or does not mention it.</p>"
        )
    if isinstance(what, str):
        return waiting(what)
    if isinstance(what, Problem):
        return problem(what)
    return _check(what)


def opened(what: object, n: int) -> str:
    """The `n`-th article of a check to read, its quote marked."""
    if not isinstance(what, Check) or not 1 <= n <= len(what.articles):
        return ""
    one = what.articles[n - 1]
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


def _check(check: Check) -> str:
    tone, text = headline(check)
    searched = counted(check.searched.articles, "article")
    scope = f"{searched} searched"
    if not check.articles:
        scope += ", none comes near it"
    elif len(check.articles) < check.searched.articles:
        scope += f", the {len(check.articles)} nearest shown"
    cards = "".join(_card(n, one, _named(check)) for n, one in enumerate(check.articles, 1))
    derived = f'<p class="hint">* {DERIVED_NOTE}.</p>' if "*</abbr>" in cards else ""
    return (
        f'<section class="checked" aria-label="Verdicts"><h2 class="headline {tone}">'
        f'{text_of(text)}</h2><p class="of" dir="auto">{text_of(check.statement)}</p>'
        f'<p class="about">{scope}.</p>{cards}{derived}</section>'
    )


def _card(n: int, one: ArticleCheck, articles: Mapping[str, Article]) -> str:
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
        f'<blockquote dir="auto"{language(article)}>{quoted(one.citation)}</blockquote>'
        if one.citation
        else ""
    )
    return (
        f'<article class="source {verdict}"><p class="verdict"><span aria-hidden="true">'
        f"{SIGNS[verdict]}</span> {VERDICTS[verdict].capitalize()}</p>{note}"
        f'<p class="from">{known(article)}</p><h3 dir="auto">{title(article)}</h3>{copy}{quote}'
        f'<p class="acts"><button type="button" class="plain" data-open="{n}" '
        f'aria-label="Open the article of {text_of(name_of(article.name, articles))}">'
        "Open article</button></p></article>"
    )
