from collections.abc import Sequence

import pytest

from index.articles import Article
from index.splitting import split_article
from qa.evidence import Evidence
from qa.recalling import SURELY_NAMED, name_asked


class Supporting:
    """Supports the statements it is given, and nothing else."""

    supports_from = contradicts_from = 0.7

    def __init__(self, **likely: float) -> None:
        self._likely = {name.replace("_", " "): share for name, share in likely.items()}
        self.asked: list[str] = []

    def support(self, claim: str, sources: Sequence[str]) -> list[tuple[float, float, float]]:
        self.asked.append(claim)
        share = next((self._likely[name] for name in self._likely if claim.startswith(name)), 0.0)
        return [(share, 0.0, 1.0 - share) for _ in sources]


TEXT = "The mayor praised Ines Falk and Tomas Reed of the Norvik Boat Club (NBC)."


def evidence() -> Evidence:
    article = Article("pier.txt", TEXT)
    (passage,) = split_article(TEXT, "en", None)
    return Evidence(article, passage, passage.sentences[0], 0.9)


@pytest.mark.parametrize(
    ("question", "statement"),
    [
        ("Who won the race?", "Ines Falk won the race."),
        ("Who's the head of the club?", "Ines Falk is the head of the club."),
        ("Which sailor was praised?", "Ines Falk was praised."),
        ("Which sailor did the mayor praise?", "Ines Falk is the sailor that the mayor praise."),
    ],
)
def test_a_name_answers_when_the_sentence_supports_what_is_asked_of_it(question, statement):
    model = Supporting(Ines_Falk=0.9, Tomas_Reed=SURELY_NAMED)
    assert name_asked(question, evidence(), model) == "Ines Falk"
    assert statement in model.asked


def test_where_no_name_is_sure_none_is_told():
    assert name_asked("Who won?", evidence(), Supporting(Ines_Falk=SURELY_NAMED - 0.01)) is None


@pytest.mark.parametrize("question", ["When did it begin?", "Did Reed win?", "What is a pier?"])
def test_a_question_that_asks_for_no_name_has_none(question):
    assert name_asked(question, evidence(), Supporting(Ines_Falk=1, Tomas_Reed=1)) is None


def test_what_the_question_has_in_short_is_not_what_it_asks_for():
    model = Supporting(Norvik_Boat_Club=1.0)
    assert name_asked("Which club did NBC beat?", evidence(), model) is None
    assert name_asked("Which club beat Halden?", evidence(), model) == "Norvik Boat Club"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Patrick Falk, the head of the club, said so.", "Patrick Falk"),
        ("The Norvik Pilots said so.", "Norvik Pilots"),
    ],
)
def test_a_name_with_which_a_sentence_begins_is_told_whole(text, name):
    article = Article("pier.txt", text)
    (passage,) = split_article(text, "en", None)
    best = Evidence(article, passage, passage.sentences[0], 0.9)
    model = Supporting(Falk=1.0, Norvik_Pilots=1.0)
    assert name_asked("Who said so?", best, model) == name
