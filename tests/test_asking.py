from datetime import date

import pytest

from qa.asking import answers_of_kind, offers, speaker_asked, statement_asked

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
        ("Where is it built?", "It is built near the old harbour of the town.", None, 1.0),
        ("Where is it built?", "Ines Falk builds it.", None, -1.0),
        ("How many guests came?", "Twelve hundred guests came.", None, 1.0),
        ("How many guests came?", "It rained for 3 hours.", None, 0.3),
        ("How many guests came?", "In 2019 guests came.", None, -1.0),
        ("How old is she?", "Ines Falk, 49, builds it.", None, 1.0),
        ("How old is she?", "Ines Falk built 49 piers.", None, 0.3),
        ("How long did it last?", "It lasted 15 seconds.", None, 1.0),
        ("How long did it last?", "It cost 15 euros.", None, 0.3),
        ("How much did it cost?", "It cost €15.", None, 1.0),
        ("How sure is she?", "She is 99.9% sure.", None, 1.0),
        ("At what time did it open?", "It opened at 9 a.m.", None, 1.0),
        ("Which country pays?", "Iranian firms pay most of it.", None, 1.0),
        ("What is the ship called?", "The Solveig sailed.", None, 1.0),
        ("Which of the companies pays?", "Most of it is paid by Coastline.", None, 1.0),
        ("Which of the companies pays?", "Most of it is paid by a firm.", None, -1.0),
        ("What did the company promise?", "It will pay for all of it.", None, 0.0),
        ("What has the mayor of the city said?", "He will pay.", None, 0.0),
        ("Why did it close?", "It closed for repairs.", None, 0.0),
        ("Which newspaper reported it?", "It closed for repairs.", None, 0.0),
    ],
)
def test_a_sentence_offers_the_kind_of_thing_that_is_asked_for(
    question, sentence, published, offered
):
    assert offers(question, sentence, published) == offered


@pytest.mark.parametrize(
    ("question", "sentence", "offered"),
    [
        ("When will the store reopen?", "The fire began at 6 am on Sunday.", -1.0),
        ("When will the store reopen?", "It will open again at 6 am.", 1.0),
        ("When will the store reopen?", "It reopened at 6 am.", 1.0),
        ("Will the store reopen?", "The store was shut.", -1.0),
        ("The store burned. Where is it going to be built?", "It is planned in Leeds.", 1.0),
        ("What is the mayor expected to do?", "The mayor may resign.", 0.0),
        ("Who is the next mayor?", "Tomas Reed left.", -1.0),
        ("What did the mayor do next?", "The mayor left.", 0.0),
        ("What does Will Reed do?", "Will Reed is a baker.", 0.0),
    ],
)
def test_what_is_still_to_come_is_told_by_a_sentence_with_a_word_for_that(
    question, sentence, offered
):
    assert offers(question, sentence, None) == offered


def test_what_may_be_the_answer_is_named_by_the_sentence_and_not_by_the_question():
    said = "Ines Falk opened the pier in Norvik in 2019."
    assert answers_of_kind("Who opened the pier in Norvik?", said) == {"ines", "falk"}
    assert answers_of_kind("When was the pier in Norvik opened?", said) == {"2019"}
    assert answers_of_kind("Why was the pier opened?", said) == set()


def test_a_name_at_the_beginning_of_a_sentence_is_told_by_the_article():
    article = "Coastline pays. The ferries of Coastline are old. Guests came, and guests left."
    assert offers("Who pays?", "Coastline pays.", None, article) == 1.0
    assert offers("Who pays?", "Guests came.", None, article) == -1.0


@pytest.mark.parametrize(
    ("question", "statement"),
    [
        ("Did Falk open the pier?", "Falk open the pier."),
        ("is the pier open ?", "The pier open."),
        ("Did Falk say that the pier is open?", "Falk say that the pier is open."),
        ("Who opened the pier?", None),
        ("What did Falk open?", None),
        ("Can you tell me who opened the pier?", None),
        ("Do the articles say when the pier opened?", None),
    ],
)
def test_what_is_asked_to_be_so_or_not_is_read_as_a_statement(question, statement):
    assert statement_asked(question) == statement


@pytest.mark.parametrize(
    ("question", "who"),
    [
        ("What did Ines Falk say about it?", "Ines Falk"),
        ("How did the mayor of Norvik react?", "the mayor of Norvik"),
        ("And what has Tomas Reed written about it?", "Tomas Reed"),
        ("what does the harbour master predict", "the harbour master"),
        ("What did Falk open?", None),
        ("What is the ship called?", None),
        ("What did the one who broke the record say?", None),
        ("Did Falk say so?", None),
    ],
)
def test_whose_words_are_asked_for_is_told(question, who):
    assert speaker_asked(question) == who
