"""What other programs can ask: the same desk as the page's, in the shapes of the command line."""

from collections.abc import Callable
from typing import Any

from qa.answering import Question
from qa.contract import check_json, hit_json, reply_json, sources_json
from qa.errors import BadQuestion
from qa.page.desk import Desk
from qa.replies import Answer, Refusal
from qa.scoping import scope_from

MAX_HITS = 100

Json = dict[str, Any]


def endpoints(desk: Desk) -> tuple[Callable[..., Json], ...]:
    """Functions whose signatures and docstrings are what other programs are told of them.

    They raise an IndexingError or a QuestionError.
    """

    def ask(
        question: str,
        history: list[str] | None = None,
        outlets: list[str] | None = None,
        first: str | None = None,
        last: str | None = None,
    ) -> Json:
        """Answer a question from the articles, in their own words, with a citation for every claim.
        `answered` is false where the articles do not say.

        Args:
            question: What is asked, in a sentence.
            history: Earlier questions of the same chat, oldest first, that it may point at.
            outlets: Only articles of these outlets are searched; of any where none is named.
            first: Only articles of this day or later are searched, as 2024-05-31.
            last: Only articles of this day or earlier are searched, as 2024-05-31.
        """
        scope = scope_from({"outlets": outlets, "first": first, "last": last})
        *_, reply = desk.stream(Question(question, tuple(history or ()), scope))
        assert isinstance(reply, Answer | Refusal)
        return reply_json(reply)

    def check(statement: str) -> Json:
        """Say which articles support a statement, say otherwise, or do not mention it, with their
        quotes; of a paragraph sentence by sentence, in `checks`.

        Args:
            statement: A sentence or a paragraph.
        """
        return {"checks": [check_json(one) for one in desk.check(statement, lambda _: None)]}

    def search(query: str, top: int = 10) -> Json:
        """Rank the articles that a query finds, the best passage of each with its offsets.

        Args:
            query: What to search for.
            top: How many articles at most, 1 to 100.
        """
        if not query.strip():
            raise BadQuestion("the query is empty; say what to search for")
        if not 1 <= top <= MAX_HITS:
            raise BadQuestion(f"top is {top}; name a number from 1 to {MAX_HITS}")
        return {
            "results": [
                hit_json(hit) | {"text": hit.passage.span.of(hit.article.text)}
                for hit in desk.search(query, top)
            ]
        }

    def list_articles() -> Json:
        """List the indexed articles with what is known of each, and the files that were skipped."""
        with desk.reading() as snapshot:
            return sources_json(snapshot)

    return ask, check, search, list_articles
