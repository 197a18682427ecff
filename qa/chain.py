"""The product as LangChain sees it: a retriever over the index and a runnable chain to a reply.

LangChain's own types stop here.
"""

from collections.abc import Iterator
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableConfig, RunnableGenerator

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


def question_chain(answerer: Answerer) -> Runnable[dict[str, Any], Any]:
    """A Runnable from `{"question": str, "history": [str, …]}` to a Reply.

    `stream` gives `Looking` steps first and the reply last; `invoke`, `batch` and their async
    forms give the reply alone.
    """

    def steps(inputs: Iterator[dict[str, Any]]) -> Iterator[Looking | Reply]:
        for asked in inputs:
            yield from answerer.stream(
                Question(asked["question"], tuple(asked.get("history") or ()))
            )

    return _LastOf(steps)


class _LastOf(RunnableGenerator[dict[str, Any], Any]):
    """A generator chain whose whole output is its last piece, not the sum of them."""

    def invoke(
        self, input: dict[str, Any], config: RunnableConfig | None = None, **kwargs: Any
    ) -> Any:
        *_, last = self.stream(input, config, **kwargs)
        return last

    async def ainvoke(
        self, input: dict[str, Any], config: RunnableConfig | None = None, **kwargs: Any
    ) -> Any:
        last = None
        async for last in self.astream(input, config, **kwargs):
            pass
        return last
