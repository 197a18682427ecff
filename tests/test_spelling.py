import pytest

from qa.spelling import respelt

ARTICLE = frozenset(
    "the a of ferry zelenska khartoum members patched visit who was what wat".split()
)


def has_word(word: str) -> bool:
    return word in ARTICLE


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("wat did zelenska call the vist??", "what did zelenska call the visit??"),
        ("Wich ferry was resposible?", "Which ferry was responsible?"),
        ("What did khartum say about it?", "What did khartoum say about it?"),
        ("How many memebers were thier?", "How many members were their?"),
        ("why isnt the ferry there", "why isn't the ferry there"),
    ],
)
def test_a_slip_is_put_right_where_an_article_or_a_dictionary_has_what_was_meant(asked, meant):
    assert respelt(asked, has_word) == meant


@pytest.mark.parametrize(
    "asked",
    [
        "Who is the harbour master?",
        "What colour was the theatre programme?",
        "Who will nationalise the ferry?",
        "Wat is the name of what?",
        "Did Merkal speak to Zelenskaa?",
        "Dan Brees was there, was he not?",
        "what is the gdp of qing china",
        "who patched xserve?",
        "What did the mother-in-lew say of O'Brien's visitt's?",
        "wer hat den praesidenten getroffn",
        "какой был паром?",
        "",
    ],
)
def test_words_names_abbreviations_and_other_languages_stay(asked):
    assert respelt(asked, has_word) == asked


def test_what_was_meant_is_the_word_that_an_article_has():
    assert respelt("Who was at the sheip?", lambda word: word == "sheep") == "Who was at the sheep?"
    assert respelt("Who was at the shiep?", lambda word: word == "shied") == "Who was at the shied?"
