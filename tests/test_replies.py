from dataclasses import replace

import pytest

from index.articles import Article, Span
from qa.replies import Answer, ArticleVerdict, Citation, Claim, Refusal, Searched, cite

ARTICLE = Article("harbour.md", "The pier is closed. It reopens in May.")
SEARCHED = Searched(generation=1, articles=1, passages=1)


def test_a_citation_copies_its_quote_from_the_article():
    assert cite(1, ARTICLE, Span(0, 19)).quote == "The pier is closed."


@pytest.mark.parametrize(
    "quote", ["The pier is shut.", "the pier is closed.", "The pier is closed"]
)
def test_a_citation_that_is_not_the_articles_text_cannot_exist(quote):
    with pytest.raises(ValueError, match="not what harbour"):
        Citation(1, ARTICLE, Span(0, 19), quote)


def test_a_quote_that_runs_past_the_text_cannot_exist():
    with pytest.raises(ValueError, match="not what"):
        Citation(1, ARTICLE, Span(20, 90), ARTICLE.text[20:] + " " * 51)


def test_a_claim_without_a_citation_cannot_exist():
    with pytest.raises(ValueError, match="without a citation"):
        Claim("The pier is closed.", ())


def test_support_without_a_citation_cannot_exist():
    with pytest.raises(ValueError, match="without a citation"):
        ArticleVerdict("harbour.md", "supports")


def answer(claims, citations):
    return Answer("q?", "q?", None, tuple(claims), tuple(citations), SEARCHED, "quotes", 0.0)


def test_an_answer_cites_only_what_it_gives():
    with pytest.raises(ValueError, match="cited but not given"):
        answer([Claim("It is closed.", (2,))], [cite(1, ARTICLE, Span(0, 19))])


def test_an_answer_that_says_nothing_cannot_exist():
    with pytest.raises(ValueError, match="refusal"):
        answer([], [])


def test_an_answer_writes_its_markers_behind_each_claim():
    said = answer([Claim("The pier is closed.", (1,))], [cite(1, ARTICLE, Span(0, 19))])
    assert said.text == "The pier is closed. [1]"


def test_a_refusal_says_how_much_was_searched():
    refusal = Refusal("q?", "q?", (), SEARCHED, None, "quotes", 0.0)
    assert refusal.text == "The articles do not say. Searched 1 article."
    asked_in_danish = replace(refusal, asked_in="Danish")
    assert asked_in_danish.text.endswith(
        "be in Danish, and none of them is; ask in the language of the articles."
    )
