"""What the page fetches of an index at a click: an article to read, or its file to save."""

import base64

from index.errors import IndexingError, UnknownArticle
from qa.page import rendering, shelving
from qa.page.desk import Desk
from qa.page.turns import Chat, Problem, advice


def source_view(desk: Desk, chat: Chat, key: str) -> str:
    """The article of a source as it was when it was cited, the turn's quotes marked.

    `key` names turn and source; what names none gives nothing.
    """
    n, _, source = key.partition("-")
    turn = chat.turn(int(n))
    found = rendering.cited(turn, source) if turn else None
    if not turn or not found:
        return ""
    return shelving.article_view(
        found.article,
        found.span,
        rendering.quotes_in(turn, found.article),
        desk.versions(found.article.name),
    )


def article_view(desk: Desk, name: str, number: int | None = None) -> str:
    """An article as it is indexed now, or its version of that number."""
    try:
        versions = desk.versions(name)
        if number is None:
            found = desk.article(name)
        elif 1 <= number <= len(versions):
            found = versions[number - 1].article
        else:
            raise UnknownArticle(f"{name} has no version {number}; open the article anew")
    except IndexingError as cause:
        return shelving.problem_view(Problem("The article cannot be shown", advice(cause)))
    return shelving.article_view(found, versions=versions)


def original_file(desk: Desk, name: str) -> dict[str, str]:
    """An article's file for the browser to save. Raises an IndexingError or an OSError."""
    data = base64.b64encode(desk.original(name)).decode("ascii")
    return {"name": name.rpartition("/")[2], "type": "application/octet-stream", "data": data}
