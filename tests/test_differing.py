import pytest

from qa.differing import (
    difference,
    missing_numbers,
    other_agent,
    with_other_values,
    with_roles_exchanged,
)


@pytest.mark.parametrize(
    ("statement", "text", "note"),
    [
        ("The fair was on a Friday.", "The fair opened on Monday.", "says Monday, not Friday"),
        (
            "The bridge was closed for twenty years.",
            "For the last 12 years the bridge was shut.",
            "says 12 years, not 20 years",
        ),
        (
            "The pact was signed on 15 March 2023.",
            "Pact signed - 13 /Mar/ 2023",
            "says 13 March 2023, not 15 March 2023",
        ),
        ("It costs $3.2 million.", "The price is $4 million.", "says $4 mn, not $3.2 mn"),
        ("Turnout rose by 5 percent.", "Turnout rose by 7%.", "says 7%, not 5 percent"),
        (
            "She opens it on 15 September.",
            "She opens it on Sept. 5.",
            "says 5 September, not 15 September",
        ),
        ("Reed is 49 years old.", "Reed, a 39-year-old.", "says 39 years old, not 49 years old"),
        (
            "The final was played in Oslo in front of a full house.",
            "The final was played in Bergen in front of a full house.",
            "says Bergen, not Oslo",
        ),
    ],
)
def test_what_is_said_otherwise_is_told(statement, text, note):
    found = difference(statement, text)
    assert found
    assert found.note == note


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("The bridge was closed for twelve years.", "For 12 years the bridge was shut."),
        ("The fair was on a Monday.", "On Monday, or Tuesday at the latest, the fair opens."),
        ("Signed on 13 March.", "The pact was signed on March 13, 2023."),
        ("Two ships came.", "The harbour saw 14 visitors."),
        ("Almost 94 percent came.", "Of those asked 93.87 percent came."),
        ("Some 30 ships came.", "The harbour saw 31 ships."),
        ("The pier was closed for 9 years.", "Its mayor, 12 years in office, resigned."),
        ("Mrs Falk opened the pier.", "The pier was opened by Ines Falk."),
        ("The pier opened.", "The pier opened on Monday for 20 guests."),
        (
            "Customs held a US sailor in Norvik on Monday.",
            "Customs held a U.S. sailor in Norvik on Monday.",
        ),
        (
            "His record was beaten by Tomas Reed, who caught 73 cod in 2001.",
            "Ines Falk landed her 61st ling on Wednesday, as many as Vera Lund did in 1961.",
        ),
        ("Falk, 49 years old, built the pier.", "The ferry is sailed by a 30-year-old."),
    ],
)
def test_what_is_not_said_otherwise_is_no_difference(statement, text):
    assert difference(statement, text) is None


def test_numbers_count_as_the_same_in_words_and_digits():
    assert missing_numbers("Twelve men came on Friday.", "12 men came on Monday.") == ["friday"]
    assert missing_numbers("The two towns have 5 piers.", "Norvik and Nyborg have piers.") == ["5"]


@pytest.mark.parametrize(
    ("statement", "text", "other"),
    [
        ("Reed opened the pier.", "The pier was opened on Monday by Ines Falk.", True),
        ("Falk opened the pier.", "The pier was opened on Monday by Ines Falk.", False),
        ("Norvik imposed tolls on Oldmarket.", "It spoke of tolls imposed by Nyborg.", True),
        ("The US imposed tolls.", "It spoke of tolls imposed on both by America.", False),
        ("Reed opened the pier.", "The pier was opened on Monday.", False),
        ("Reed opened the pier.", "The road past it was closed by Ines Falk.", False),
        ("Reed opened the pier.", "On Monday Ines Falk opened the pier.", True),
        ("Reed opened the pier.", "Falk opened the pier with Reed.", False),
    ],
)
def test_who_did_it_is_told_from_somebody_else_who_did(statement, text, other):
    assert other_agent(statement, text) is other


@pytest.mark.parametrize(
    ("statement", "text", "exchanged"),
    [
        ("Reed praised Ines Falk.", "Falk had praise for Mr Reed.", "Ines Falk praised Reed."),
        ("Norvik has sued Nyborg.", "Nyborg took Norvik to court.", "Nyborg has sued Norvik."),
        ("Reed gave a prize to Falk.", "Falk sent Reed a prize.", "Falk gave a prize to Reed."),
        ("Norvik and Nyborg sued Reed.", "Reed sued both.", None),
        ("Reed praised Ines Falk.", "Reed had praise for Falk.", None),
        ("Reed praised Ines Falk.", "Falk was praised on Monday by Mr Reed.", None),
        ("Reed praised Ines Falk.", "Falk was pleased.", None),
        ("Reed met Ines Falk.", "Falk received Reed.", None),
        ("Reed of Norvik spoke.", "Norvik sent Reed.", None),
    ],
)
def test_who_does_it_to_whom_is_exchanged_where_a_text_names_them_so(statement, text, exchanged):
    assert with_roles_exchanged(statement, text) == exchanged


@pytest.mark.parametrize(
    ("statement", "text", "instead"),
    [
        (
            "Her level was 0.14.",
            "She had a level of 0.41, police said.",
            {"says 0.41, not 0.14": "Her level was 0.41."},
        ),
        (
            "The deal was announced on a Friday.",
            "It was made known on Wednesday.",
            {"says Wednesday, not Friday": "The deal was announced on a Wednesday."},
        ),
        (
            "It cost $5 in 1990 and twelve percent more since.",
            "In 1991 it was cheap, 8% more.",
            {
                "says 1991, not 1990": "It cost $5 in 1991 and 12 percent more since.",
                "says 8%, not 12 percent": "It cost $5 in 1990 and 8% more since.",
            },
        ),
        ("The bridge is 30 miles long.", "It was opened at 11 a.m. and cost 4 millions.", {}),
        ("It has 30 arches.", "It has 28 arches.", {}),
    ],
)
def test_a_statement_is_put_with_what_the_text_has_in_place_of_its_numbers(
    statement, text, instead
):
    article = f"{text} Of its 30 arches two were rebuilt."
    found = with_other_values(statement, text, article)
    assert {told.note: changed for told, changed in found} == instead
