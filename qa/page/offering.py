"""Finds questions to begin with: only such as the indexed articles answer."""

from index.searching import Index
from qa.answering import Answerer, Question
from qa.replies import Answer

EXAMPLES = 4
# Asked of whatever is indexed; only those that it answers are offered.
LIKELY_QUESTIONS = (
    "What did the Leader say about sanctions?",
    "Why did Lukashenko travel to Iran?",
    "Which corridor was brought up?",
    "What did Lukashenko say about true friends?",
)


def find_examples(index: Index, answerer: Answerer) -> tuple[str, ...]:
    """Of the likely questions those that are answered, else what a title is about."""

    def answers(question: str) -> bool:
        return isinstance(answerer.ask(Question(question)), Answer)

    with index.reading() as snapshot:
        titles = [one.title.strip(" .…") for one in snapshot.articles()[:EXAMPLES] if one.title]
    return tuple(filter(answers, LIKELY_QUESTIONS)) or tuple(
        filter(answers, [f"What do the articles say about “{one}”?" for one in titles])
    )
