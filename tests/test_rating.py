import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from index.articles import Article, Span
from index.searching import Scope
from qa.answering import Question
from qa.errors import BadGold
from qa.evaluating import evaluate, gold_questions
from qa.rating import keep, rated, ratings_file
from qa.replies import Answer, Claim, Refusal, Reply, Searched, cite

TEXT = "The mill reopened on Sunday. It grinds 4 tonnes a day."
MILL = Article("mill.md", TEXT, outlet="Herald")
ASKED = Question("When did the mill reopen?")
SEARCHED = Searched(1, 2, 3)


REOPENED, GRINDS = Span(0, 28), Span(29, 54)


def an_answer(span: Span = REOPENED) -> Answer:
    claim = Claim(span.of(TEXT), (1,))
    return Answer(
        ASKED.text, ASKED.text, None, (claim,), (cite(1, MILL, span),), SEARCHED, "quotes", 0.1
    )


REFUSED = Refusal("Who painted it?", "Who painted it?", (), SEARCHED, None, "quotes", 0.1)


class Always:
    """Gives one reply to everything, and remembers what it was asked."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        self.asked: list[Question] = []

    def ask(self, question: Question) -> Reply:
        self.asked.append(question)
        return self.reply


def judged(lines: Sequence[dict[str, Any]], reply: Reply) -> float:
    gold = gold_questions([json.dumps(line) for line in lines], "ratings")
    answerer: Any = Always(reply)
    return evaluate(gold, answerer)[0].accuracy


def test_a_good_answer_is_gold_for_the_same_quotes() -> None:
    line = rated(an_answer(), ASKED, "good", "just so")
    assert judged([line], an_answer()) == 1
    assert judged([line], an_answer(GRINDS)) == 0
    assert judged([line], REFUSED) == 0


def test_a_good_refusal_is_gold_for_refusing() -> None:
    line = rated(REFUSED, Question("Who painted it?"), "good")
    assert judged([line], REFUSED) == 1
    assert judged([line], an_answer()) == 0


def test_after_a_bad_reply_any_other_is_better() -> None:
    line = rated(an_answer(), ASKED, "bad", "that is not what I asked")
    assert judged([line], an_answer()) == 0
    assert judged([line], REFUSED) == 1


def test_the_last_rating_of_a_reply_counts_and_one_taken_back_does_not() -> None:
    good, bad = (rated(an_answer(), ASKED, rating) for rating in ("good", "bad"))
    assert judged([good, bad], an_answer()) == 0
    assert judged([bad, good], an_answer()) == 1
    taken_back = rated(an_answer(), ASKED, None)
    other = rated(REFUSED, Question("Who painted it?"), "good")
    assert judged([bad, taken_back, other], REFUSED) == 1
    with pytest.raises(BadGold):
        judged([bad, taken_back], REFUSED)


def test_a_rating_is_asked_again_of_the_same_articles_with_the_same_history() -> None:
    question = replace(ASKED, history=("And the mill?",), scope=Scope(("Herald",)))
    line = rated(an_answer(), question, "good")
    answerer: Any = Always(an_answer())
    evaluate(gold_questions([json.dumps(line)], "ratings"), answerer)
    assert answerer.asked == [question]


def test_ratings_are_kept_beside_the_index_a_line_each(tmp_path: Path) -> None:
    file = ratings_file(tmp_path / "index")
    assert file == tmp_path / "index-ratings.jsonl"
    for rating in ("good", "bad"):
        keep(rated(an_answer(), ASKED, rating, " why\nnot "), file)  # type: ignore[arg-type]
    lines = file.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["rating"] for line in lines] == ["good", "bad"]
    assert json.loads(lines[0])["reason"] == "why\nnot"
