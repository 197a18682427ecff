"""What the product says: a Reply is an answer made of cited claims, or a refusal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from index.articles import Article, Span

Verdict = Literal["supports", "silent", "differs"]


@dataclass(frozen=True, slots=True)
class Citation:
    """The `n`-th source of a reply: a quote that is exactly the article's text at its offsets."""

    n: int
    article: Article
    span: Span
    quote: str

    def __post_init__(self) -> None:
        if self.n < 1:
            raise ValueError(f"citations count from 1, not {self.n}")
        if self.quote != self.article.text[self.span.start : self.span.end]:
            raise ValueError(f"not what {self.article.name} says at {self.span}: {self.quote!r}")


def cite(n: int, article: Article, span: Span) -> Citation:
    """The citation of a piece of an article, its quote copied by offset."""
    return Citation(n, article, span, span.of(article.text))


@dataclass(frozen=True, slots=True)
class ArticleVerdict:
    """What one article says to a claim, with the citation that shows it and a short note.

    `copy_of` names the compared article whose text this one carries: the two count as one.
    """

    article: str
    verdict: Verdict
    citation: int | None = None
    note: str | None = None
    copy_of: str | None = None

    def __post_init__(self) -> None:
        if self.verdict == "supports" and self.citation is None:
            raise ValueError(f"{self.article} supports a claim without a citation")


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that the answer says, the citations that back it, and every article's verdict."""

    text: str
    citations: tuple[int, ...]
    articles: tuple[ArticleVerdict, ...] = ()

    def __post_init__(self) -> None:
        if not self.citations:
            raise ValueError(f"a claim without a citation: {self.text!r}")


@dataclass(frozen=True, slots=True)
class Searched:
    """What a reply was drawn from: one published generation of the index.

    `within` says which of its articles were searched, where it was not all of them.
    """

    generation: int
    articles: int
    passages: int
    within: str | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What the language model `by` wrote of an answer's quotes: the sentences that they support,
    those that are not shown since they do not, and what went wrong with it, if something did.
    """

    by: str
    sentences: tuple[Claim, ...] = ()
    dropped: tuple[str, ...] = ()
    problem: str | None = None
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """What the articles say to a question. Every claim cites, and every citation is there.

    `opening` is a claim too: a short answer in our words, where the first quote alone is none.
    `written` is what a language model made of the quotes, where one was asked.
    `looked_at` are the other passages that were read for it, not offered as support.
    """

    question: str
    standalone: str
    opening: Claim | None
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    searched: Searched
    writer: str
    seconds: float
    looked_at: tuple[Citation, ...] = ()
    written: Written | None = None

    def __post_init__(self) -> None:
        if not self.claims:
            raise ValueError("an answer without a claim is a refusal")
        _check_numbers(self.citations)
        _check_numbers(self.looked_at)
        known = {citation.n for citation in self.citations}
        used = {n for claim in self.said for n in claim.citations}
        if not used <= known:
            raise ValueError(f"cited but not given: {sorted(used - known)}")

    @property
    def answered(self) -> bool:
        return True

    @property
    def said(self) -> tuple[Claim, ...]:
        """All that the answer says, in its order: the opening or what a language model wrote in its
        place, and the claims.
        """
        if self.written and self.written.sentences:
            return (*self.written.sentences, *self.claims)
        return (self.opening, *self.claims) if self.opening else self.claims

    @property
    def complete(self) -> bool:
        """Whether nothing more is being written."""
        return self.written is None or self.written.complete

    @property
    def text(self) -> str:
        """What is said with its `[n]` markers, a paragraph each."""
        return "\n\n".join(told(claim) for claim in self.said)


@dataclass(frozen=True, slots=True)
class Refusal:
    """The articles do not say. `closest` are the nearest passages, not offered as support.

    `asked_in` is the question's language, by its English name, where no article is in it.
    """

    question: str
    standalone: str
    closest: tuple[Citation, ...]
    searched: Searched
    published: tuple[date, date] | None
    writer: str
    seconds: float
    asked_in: str | None = None

    def __post_init__(self) -> None:
        _check_numbers(self.closest)

    @property
    def answered(self) -> bool:
        return False

    @property
    def text(self) -> str:
        return f"{REFUSAL} {self.scope}"

    @property
    def scope(self) -> str:
        """How much was searched, in a sentence, and whether it was asked in another language."""
        count = self.searched.articles
        text = f"Searched {count} article{'s' if count != 1 else ''}"
        text += f" {self.searched.within}" if self.searched.within else ""
        if self.published:
            first, last = self.published
            text += f", dated {first.isoformat()}"
            text += f" to {last.isoformat()}" if last != first else ""
        text += "."
        if self.asked_in:
            text += f" The question seems to be in {self.asked_in}, and none of them is; "
            text += "ask in the language of the articles."
        return text


Reply = Answer | Refusal

REFUSAL = "The articles do not say."


@dataclass(frozen=True, slots=True)
class Looking:
    """A step on the way to a reply: the question as it is searched for, in so many articles."""

    standalone: str
    articles: int


def told(claim: Claim) -> str:
    """A claim as it is written in the answer, with its markers behind it."""
    return claim.text + " " + "".join(f"[{n}]" for n in claim.citations)


def _check_numbers(citations: Sequence[Citation]) -> None:
    if [citation.n for citation in citations] != list(range(1, len(citations) + 1)):
        raise ValueError("citations are numbered from 1, in order")
