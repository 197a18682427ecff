from datetime import date

import pytest

from qa.asking import answers_of_kind, offers

MONDAY = date(2023, 3, 13)


@pytest.mark.parametrize(
    ("question", "sentence", "published", "offered"),
    [
        ("When did it open?", "It opened on 2 March 2023.", None, 1.0),
        ("When did it open?", "It opened on Friday.", MONDAY, 1.0),
        ("When did it open?", "It opened on Friday.", None, 0.5),
        ("When did it open?", "It opened to much applause.", MONDAY, -1.0),
        ("How many came?", "Twelve hundred guests came.", None, 1.0),
        ("How many came?", "Guests came from afar.", None, -1.0),
        ("Who opened the pier?", "The pier was opened by Ines Falk.", None, 1.0),
        ("Who opened Norvik pier?", "The Norvik pier was opened yesterday.", None, -1.0),
        ("Which shipping company pays?", "Most of it is paid by Coastline.", None, 1.0),
        ("Which shipping company pays?", "Most of it is paid by a firm.", None, -1.0),
        ("Which shipping company pays?", "Most of it is paid by Norway.", None, -1.0),
        ("Who pays?", "Most of it is paid on Monday.", None, -1.0),
        ("Which country pays?", "Most of it is paid by Norway.", None, 1.0),
        ("Which country pays?", "Most of it is paid by Iranian firms.", None, 1.0),
        ("Which country pays?", "Most of it is paid by Ines Falk.", None, -1.0),
        ("Where is it built?", "It is built in Norway.", None, 1.0),
        ("Why did it close?", "It closed for repairs.", None, 0.0),
        ("Which newspaper reported it?", "It closed for repairs.", None, 0.0),
    ],
)
def test_a_sentence_offers_the_kind_of_thing_that_is_asked_for(
    question, sentence, published, offered
):
    assert offers(question, sentence, published) == offered


def test_what_may_be_the_answer_is_named_by_the_sentence_and_not_by_the_question():
    said = "Ines Falk opened the pier in Norvik in 2019."
    assert answers_of_kind("Who opened the pier in Norvik?", said) == {"ines", "falk", "2019"}
    assert answers_of_kind("Why was the pier opened?", said) == set()
