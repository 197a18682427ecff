import pytest

from qa.words import missing_names


@pytest.mark.parametrize(
    ("asked", "text", "missing"),
    [
        ("What did Falk say in the US?", "Falk spoke in the U.S. capital.", 0),
        ("What did Falk say in America?", "Falk spoke to USA officials.", 0),
        ("What did Falk say in the UK?", "Falk spoke to British officials.", 0),
        ("What did Falk say in the UK?", "Falk spoke to Norwegian officials.", 1),
        ("What did Falk say to Lukashenka?", "Falk met Lukashenko.", 0),
        ("What did Reed say to Falk?", "Falk spoke.", 1),
    ],
)
def test_a_name_is_missing_where_a_text_has_it_in_no_form(asked, text, missing):
    assert missing_names(asked, text) == missing
