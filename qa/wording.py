"""Says in a few words how the articles on an event stand to a claim."""

from collections.abc import Mapping
from typing import Literal

from index.articles import Article
from qa.replies import Answer, Claim, Verdict

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


def writing_notes(answer: Answer) -> list[str]:
    """What a reader is told of a language model's part in an answer: what of it is not shown, and
    what went wrong. Nothing where all went well, or none was asked.
    """
    written = answer.written
    if written is None or not written.complete:
        return []
    notes = [written.problem[:1].upper() + written.problem[1:] + "."] if written.problem else []
    if not written.sentences:
        why = " No quote supports what it wrote." if written.dropped else ""
        notes.append(f"Not put into words by {written.by}: these are the quotes.{why}")
    elif written.dropped:
        are, they = ("is", "it") if len(written.dropped) == 1 else ("are", "them")
        told = counted(len(written.dropped), "sentence")
        notes.append(f"{told} by {written.by} {are} not shown: no quote supports {they}.")
    return notes


def counted(count: int, thing: str) -> str:
    """`1 article`, `4,758 articles`."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"
