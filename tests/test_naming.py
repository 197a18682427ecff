import pytest

from index.articles import Span
from qa.naming import spelt_out


def last_sentence(*sentences: str, language: str | None = "en") -> str:
    """The last of the sentences as it is read behind the others."""
    text = " ".join(sentences)
    return spelt_out(text, Span(len(text) - len(sentences[-1]), len(text)), language)


@pytest.mark.parametrize(
    ("sentences", "read"),
    [
        (
            ("Norwegian President Ines Falk came on Monday.", "She praised the harbour."),
            "Falk praised the harbour.",
        ),
        (
            ("Ines Falk, the Brazilian president, came.", "The President of Brazil spoke first."),
            "The President of Brazil Falk spoke first.",
        ),
        (
            ("The mayor, who met Falk, spoke on Friday.", '"It is late," he said.'),
            '"It is late," The mayor said.',
        ),
        (
            (
                "After the visit, which Minister Tomas Reed cut short, President Ines Falk spoke.",
                "She was brief.",
            ),
            "Falk was brief.",
        ),
        (
            ("The minister of ports, Šime Đurić, denied it.", "He blamed the captain."),
            "Đurić blamed the captain.",
        ),
        (
            ("Minister Tomas Reed left.", "Ines Falk, who runs the ferry, stayed.", "She waved."),
            "Falk waved.",
        ),
        (
            ("Minister Tomas Reed left.", "A cook named Ines Falk, 44, stayed.", "She waved."),
            "Falk waved.",
        ),
        (
            ("Mayor Ines Falk came.", "She was brief.", '"It is late." ', "She left."),
            "Falk left.",
        ),
        (
            ("The port minister, Ines Falk, came.", "She was brief."),
            "Falk was brief.",
        ),
    ],
)
def test_roles_and_pronouns_are_read_with_the_name_they_mean(sentences, read):
    assert last_sentence(*sentences) == read


@pytest.mark.parametrize(
    "sentences",
    [
        ("Norwegian President Ines Falk came.", "The Danish president stayed at home."),
        ("President Ines Falk met President Tomas Reed.", "The president was late."),
        ("The pier reopened on Monday.", "He was pleased."),
        ("President Ines Falk came.", "The harbour is deep."),
        ("European Union said no.", "He was pleased."),
        ("President Ines Falk came.", "Mr Reed said he was glad."),
        ("President Ines Falk came.", "The harbour is deep.", "She praised it."),
        ("President Ines Falk came.", "An old cook lit the stove.", "She was cold."),
        ("President Ines Falk came.", "Vera Lund lit the stove.", "She was cold."),
        ("President Ines Falk said Cape Horn was far.", "Cape Horn is cold.", "He waved."),
    ],
)
def test_in_doubt_a_sentence_is_read_as_it_stands(sentences):
    assert last_sentence(*sentences) == sentences[-1]


def test_an_article_in_another_language_is_read_as_it_stands():
    said = ("President Ines Falk came.", "She praised it.")
    assert last_sentence(*said, language="de") == said[-1]
