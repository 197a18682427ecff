"""Says in a few words how the articles on an event stand to a claim."""

from collections.abc import Mapping
from typing import Literal

from index.articles import Article
from qa.replies import Claim, Verdict

Tone = Literal["agree", "alone", "differ"]
Articles = Mapping[str, Article]

VERDICTS: dict[Verdict, str] = {
    "supports": "says so",
    "silent": "does not mention it",
    "differs": "says otherwise",
}


def agreement(claim: Claim, articles: Articles) -> tuple[Tone, str] | None:
    """How many of the compared articles say it; None where none was compared.

    `articles` are those known by name. A claim's verdicts list only articles on the same event.
    """
    total = len(claim.articles)
    saying = [one.article for one in claim.articles if one.verdict == "supports"]
    texts = len(saying) - sum(one.copy_of in saying for one in claim.articles)
    differing = sum(one.verdict == "differs" for one in claim.articles)
    if not total or not saying:
        return ("differ", "they differ") if differing else None
    if differing and total == 2:
        return "differ", "they differ"
    if differing:
        rest = "1 differs" if differing == 1 else f"{differing} differ"
        say = "says" if len(saying) == 1 else "say"
        return "differ", f"{len(saying)} of {total} articles {say} this, {rest}"
    if len(saying) > 1:
        copied = "" if texts == len(saying) else f", in {counted(texts, 'independent text')}"
        copied = ", the same wire text" if texts == 1 else copied
        return (
            "agree" if texts > 1 else "alone",
            f"{len(saying)} of {total} articles say this{copied}",
        )
    article = articles.get(saying[0])
    outlet = article.outlet if article else None
    if total == 1:
        return "alone", f"{outlet or 'one article'} says this"
    return (
        "alone",
        f"only {outlet} says this" if outlet else f"only 1 of {total} articles says this",
    )


def name_of(name: str, articles: Articles) -> str:
    """What an article is called in a list: its outlet and title, else its file."""
    article = articles.get(name)
    told = [value for value in (article.outlet, article.title) if value] if article else []
    return ", ".join(told) or name


def counted(count: int, thing: str) -> str:
    """`1 article`, `4,758 articles`."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"
