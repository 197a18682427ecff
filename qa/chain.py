"""The product as LangChain sees it: a retriever over the index and a runnable chain to a reply.

LangChain's own types stop here.
"""

from collections.abc import Iterator
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableConfig

from index.searching import Index
from qa.answering import Answerer, Question
from qa.replies import Looking, Reply


class PassageRetriever(BaseRetriever):
    """Finds passages by meaning and words, as LangChain documents.

    A document's text is exactly the article's text from `start` to `end`; its metadata names the
    article, outlet, title, published date and the score (0..1, higher is better).
    """

    index: Any
    top: int = 10

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        index: Index = self.index
        with index.reading() as snapshot:
            return [
                Document(
                    page_content=hit.passage.span.of(hit.article.text),
                    metadata={
                        "article": hit.article.name,
                        "outlet": hit.article.outlet,
                        "title": hit.article.title,
                        "published": hit.article.published and hit.article.published.isoformat(),
                        "start": hit.passage.start,
                        "end": hit.passage.end,
                        "score": hit.score,
                    },
                )
                for hit in snapshot.search(query, top=self.top)
            ]


class QuestionChain(Runnable[dict[str, Any], Any]):
    """A Runnable from `{"question": str, "history": [str, …]}` to a Reply.

    `stream` gives `Looking` steps first and the reply last; `invoke`, `batch` and the async forms
    give the reply.
    """

    def __init__(self, answerer: Answerer) -> None:
        self._answerer = answerer

    def invoke(
        self, input: dict[str, Any], config: RunnableConfig | None = None, **kwargs: Any
    ) -> Reply:
        reply: Reply = self._call_with_config(self._reply, input, config)
        return reply

    def _reply(self, asked: dict[str, Any]) -> Reply:
        return self._answerer.ask(_question(asked))

    def stream(
        self, input: dict[str, Any], config: RunnableConfig | None = None, **kwargs: Any
    ) -> Iterator[Looking | Reply]:
        yield from self._answerer.stream(_question(input))


def _question(asked: dict[str, Any]) -> Question:
    return Question(asked["question"], tuple(asked.get("history") or ()))
