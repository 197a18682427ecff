"""What can go wrong with a question, each error naming the thing, the cause and the next step.

QuestionError
├── BadQuestion           empty, or too long to be a question or a statement
├── BadGold               a gold set cannot be read
├── TooMuchToCompare      more articles than can be read side by side
├── EvidenceModelError    the evidence model is missing, damaged, or cannot be loaded
└── WriterError           a language model cannot be had, or did not write

A refusal is no error: it is an answer about the news.
"""


class QuestionError(Exception):
    """A question cannot be dealt with; the message says what to do next."""


class BadQuestion(QuestionError):
    """The text cannot be searched for: it is empty or too long."""


class BadGold(QuestionError):
    """A gold set cannot be read; the message names the line and what is wrong with it."""


class TooMuchToCompare(QuestionError):
    """There are more articles than can be read side by side, and no topic narrows them."""


class EvidenceModelError(QuestionError):
    """The evidence model is missing, damaged, or cannot be loaded."""


class WriterError(QuestionError):
    """A language model is not to be had, or did not write; the quotes answer without it."""
