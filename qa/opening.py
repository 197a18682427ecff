"""The short answer in front of the quotes, where more than the quoted words is asked for: which
outlet, which day, yes or no. It says no more than the cited sentence and the article's own data.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from index.articles import Article, Span
from index.dating import find_day
from index.splitting import split_article
from qa.agreeing import SupportModel
from qa.asking import asks_outlet, asks_when, statement_asked
from qa.days import day_of
from qa.evidence import Evidence

# From this judgement on a sentence is taken to answer yes or no.
ENTAILED = 0.8

_WEEKDAY_ASKED = re.compile(r"day of the week|which weekday|what weekday", re.IGNORECASE)
_AHEAD = re.compile(r"\b(?:next|will|coming|until|by)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Opening:
    """A short answer, the sentence it comes from, and where the article says its date if that
    is needed too.
    """

    text: str
    evidence: Evidence
    dated: Span | None = None


def opening(
    question: str, chosen: Sequence[Evidence], model: SupportModel | None
) -> Opening | None:
    """The short answer from the chosen sentences, best first; None where the quote is it."""
    if asks_outlet(question):
        return _outlet(chosen[0])
    if asks_when(question) and not _WEEKDAY_ASKED.search(question):
        return next((day for one in chosen if (day := _day(one))), None)
    if model and (asked := statement_asked(question)):
        return _yes_or_no(asked, chosen[0], model)
    return None


def _outlet(best: Evidence) -> Opening | None:
    if best.article.outlet is None:
        return None
    derived = "outlet" in best.article.derived
    worked_out = " (worked out from the article's text)" if derived else ""
    return Opening(f"{best.article.outlet}{worked_out}", best)


def _day(best: Evidence) -> Opening | None:
    """The day that a sentence's "Monday" or "today" means, counted from the article's date."""
    published = best.article.published
    if published is None or find_day(best.text) is not None or _AHEAD.search(best.text):
        return None
    found = day_of(best.text, published)
    if found is None or found.date is None:
        return None
    day = found.date
    told = f"{day:%A} {day.day} {day:%B %Y}"
    return Opening(
        f"{told}, counted from the article's date", best, _dated(best.article, published)
    )


def _dated(article: Article, published: date) -> Span | None:
    """The sentence near the beginning in which an article says its date."""
    for passage in split_article(article.text[:2000], article.language, article.title):
        for span in passage.sentences:
            if find_day(span.of(article.text)) == published:
                return span
    return None


def _yes_or_no(statement: str, best: Evidence, model: SupportModel) -> Opening | None:
    start = best.passage.start
    context = best.article.text[start : best.span.end]
    (supports, contradicts, _), *_ = model.support(statement, [context])
    if supports >= ENTAILED:
        return Opening("Yes", best)
    if contradicts >= ENTAILED:
        return Opening("No", best)
    return None
