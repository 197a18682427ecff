"""Takes a pasted text apart into the sentences that are checked one by one."""

from index.splitting import split_article
from qa.checking import check_length
from qa.errors import BadQuestion

MAX_SENTENCES = 20
MAX_TEXT_CHARS = 20_000


def sentences_of(text: str) -> list[str]:
    """The sentences of a text in order; a text without an end is one.

    Raises BadQuestion when there is none, one is too long, or there are too many.
    """
    if len(text) > MAX_TEXT_CHARS:
        raise BadQuestion(
            f"the text has {len(text):,} characters; check {MAX_TEXT_CHARS:,} or fewer at a time"
        )
    if not text.strip():
        check_length(text)
    passages = split_article(text, None, None)
    sentences = [span.of(text) for passage in passages for span in passage.sentences] or [text]
    if len(sentences) > MAX_SENTENCES:
        raise BadQuestion(
            f"the text has {len(sentences)} sentences; check {MAX_SENTENCES} or fewer at a time"
        )
    for sentence in sentences:
        check_length(sentence)
    return sentences
