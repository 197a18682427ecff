"""What arrives from a language model, piece by piece, read as sentences with their numbers."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.writing.sentences import Draft, Reader, clean, has_address


def read(*pieces: str) -> list[Draft]:
    reader = Reader()
    found = [draft for piece in pieces for draft in reader.feed(piece)]
    return found + reader.finish()


@pytest.mark.parametrize(
    ("text", "drafts"),
    [
        ("The pier opens in June. [1]", [("The pier opens in June.", (1,))]),
        ("The pier opens in June [1].", [("The pier opens in June.", (1,))]),
        ("The pier opens [1,2]. It rains. [3]", [("The pier opens.", (1, 2)), ("It rains.", (3,))]),
        ("The pier opens. [1][2] It rains.", [("The pier opens.", (1, 2)), ("It rains.", ())]),
        ("The pier opens【1】. It rains ［2］.", [("The pier opens.", (1,)), ("It rains.", (2,))]),
        ("The pier opens [1-3].", [("The pier opens.", (1, 2, 3))]),
        ("The pier opens [1 and 2].", [("The pier opens.", (1, 2))]),
        ("The pier opens [^1].", [("The pier opens.", (1,))]),
        ("Mr. Falk opens it. [1]", [("Mr. Falk opens it.", (1,))]),
        ("- It opens. [1]\n- It rains. [2]", [("It opens.", (1,)), ("It rains.", (2,))]),
        ("The answer is: It rains. [2]", [("It rains.", (2,))]),
        ("# News\n**The pier** opens. [1]", [("News", ()), ("The pier opens.", (1,))]),
        ("```\nprint(1)\n```\nThe pier opens. [1]", [("The pier opens.", (1,))]),
        ("The pier opens. [1", [("The pier opens.", ())]),
        ("The pier <b>opens</b><script>x</script>. [1]", [("The pier opens x.", (1,))]),
        ("See [the pier](http://bad.example). [1]", [("See the pier.", (1,))]),
        ("", []),
        ("[1] [2]", []),
    ],
)
def test_sentences_come_with_the_numbers_they_cite(text, drafts):
    assert [(one.text, one.cites) for one in read(text)] == drafts


TEXT = "The pier opens in June. [1] It rains, says Ms. Falk. [1,2]\nGuests came【3】. [4"


@given(st.lists(st.integers(0, len(TEXT)), max_size=12))
def test_it_does_not_matter_in_what_pieces_a_text_arrives(cuts):
    ends = [0, *sorted(cuts), len(TEXT)]
    pieces = [TEXT[a:b] for a, b in pairwise(ends)]
    assert read(*pieces) == read(TEXT)


def test_a_sentence_is_given_as_soon_as_nothing_can_be_added_to_it():
    reader = Reader()
    assert reader.feed("The pier opens. ") == []
    assert reader.feed("[") == []
    assert reader.feed("1") == []
    assert reader.feed("] It") == [Draft("The pier opens.", (1,))]


@given(st.text(alphabet=st.sampled_from("[]1,;.- \nab`<>*【"), max_size=60))
def test_whatever_arrives_is_read_without_markup(text):
    for draft in read(text):
        assert not set("<>`*【\n") & set(draft.text) or "<" in draft.text or ">" in draft.text
        assert all(number >= 0 for number in draft.cites)


def test_characters_that_hide_or_turn_text_are_left_out():
    assert clean("The \u202epier\u202c \u200bopens\x07 now") == "The pier opens now"


@pytest.mark.parametrize("text", ["See http://bad.example", "See www.bad.example", "javascript:x"])
def test_addresses_are_noticed(text):
    assert has_address(text)
    assert not has_address("The pier opens. It is data, he said")
