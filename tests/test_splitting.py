"""Splitting: where sentences and passages begin and end, to the code point."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.reading import read_article
from index.splitting import (
    MAX_CHARS,
    MAX_SENTENCE_CHARS,
    MAX_WORDS,
    TARGET_WORDS,
    split_article,
)


def sentences(text: str, language: str | None = "en") -> list[str]:
    return [s.of(text) for p in split_article(text, language, None) for s in p.sentences]


@pytest.mark.parametrize(
    "said",
    [
        ["Mr Roe came.", "He met Dr. Doe.", "They left."],
        ["The U.S. said so.", "The U.S. President agreed."],
        ["A U.N. official spoke.", "It rained."],
        ["They met at 9 a.m. on Monday.", "It ended at 5 p.m. EST on Friday.", "They left."],
        ["It cost $1.5 billion.", "That is much."],
        ["J. K. Rowling wrote it.", "J.K. Rowling won."],
        ['He said, "We are done."', "Then he left.", '"No."', "She stayed."],
        ["Wait... what?", "He paused ... and went on.", "No!"],
        ["Sen. Jane Roe, R-W.Va., won on Jan. 6.", "Apple Inc. rose.", "No. 5 lost."],
    ],
)
def test_an_abbreviation_does_not_end_a_sentence(said: list[str]) -> None:
    assert sentences(" ".join(said)) == said


def test_other_languages_end_their_sentences_their_way() -> None:
    assert sentences("او گفت چرا؟ من نمی\u200cدانم. تمام شد.", "fa") == [
        "او گفت چرا؟",
        "من نمی\u200cدانم.",
        "تمام شد.",
    ]
    assert sentences("Он приехал в г. Минск. Там был А. Г. Иванов. Ура!", "ru") == [
        "Он приехал в г. Минск.",
        "Там был А. Г. Иванов.",
        "Ура!",
    ]
    assert sentences("他来了。我们走了！", "zh") == ["他来了。", "我们走了！"]
    assert sentences("An unknown language. It is split.", "xx") == [
        "An unknown language.",
        "It is split.",
    ]


def test_a_sentence_ends_with_its_paragraph() -> None:
    assert sentences("No full stop here\n\nand none here") == ["No full stop here", "and none here"]
    assert sentences("No full stop here\n \t\nand none here") == [
        "No full stop here",
        "and none here",
    ]


def test_hard_wrapped_lines_are_one_sentence_and_lines_with_room_left_are_not() -> None:
    wrapped = (
        "The mayor of the town said on Monday that the harbour will\n"
        "open again in spring, and that two ferries are going to\n"
        "call there every day of the week, Sundays too.\n"
        "A new pier comes later."
    )
    assert len(sentences(wrapped)) == 2
    lines = "The pier\n" + "A line with a paragraph of news in it, longer than any wrap. " * 3
    assert sentences(lines)[0] == "The pier"
    assert sentences("Ferries\nPiers\nBoats") == ["Ferries", "Piers", "Boats"]


def test_an_overlong_sentence_is_cut_at_a_clause_or_between_words() -> None:
    text = "and so on, " * 200 + "to the end."
    pieces = sentences(text)
    assert all(len(piece) <= MAX_SENTENCE_CHARS for piece in pieces)
    assert all(piece.endswith(",") for piece in pieces[:-1])
    assert " ".join(pieces) == text
    assert "".join(sentences("x" * 2000)) == "x" * 2000


def test_the_headline_is_a_passage_of_its_own() -> None:
    text = "Harbour to open - 13 /Mar/ 2023\n\nThe mayor said so. He was glad."
    heading, body = split_article(text, "en", "Harbour to open")
    assert heading.heading
    assert text[heading.start : heading.end] == "Harbour to open - 13 /Mar/ 2023"
    assert not body.heading
    assert len(body.sentences) == 2


def test_a_title_that_the_text_does_not_say_makes_no_heading() -> None:
    assert not any(p.heading for p in split_article("The mayor said so.", "en", "Harbour opens"))
    assert not any(p.heading for p in split_article("The mayor said so.", "en", None))


def test_passages_hold_whole_paragraphs_up_to_their_size() -> None:
    paragraph = "The mayor of the town said so on Monday. " * 5
    text = "\n\n".join([paragraph.strip()] * 12)
    passages = split_article(text, "en", None)
    for passage in passages:
        said = text[passage.start : passage.end]
        assert said.startswith(paragraph.strip())
        assert said.endswith(paragraph.strip())
        assert len(said.split()) <= MAX_WORDS
    sizes = [len(text[p.start : p.end].split()) for p in passages]
    assert sum(sizes) / len(sizes) > TARGET_WORDS * 0.7


def test_a_subheading_goes_with_what_follows_it() -> None:
    body = "The mayor of the town said so on Monday. " * 13
    text = f"{body.strip()}\n\nWhat is next\n\n{body.strip()}"
    passages = split_article(text, "en", None)
    assert any(text[p.start :].startswith("What is next") for p in passages)


def test_no_text_gives_no_passage() -> None:
    assert split_article("", "en", None) == []
    assert split_article(" \n\n ", "en", None) == []


PIECES = st.sampled_from(
    [
        *(
            "\n\n",
            ". ",
            "Mr. ",
            "U.S. ",
            "5 p.m. EST",
            "x" * 700,
            "word " * 80,
            *"ab .,!?\n\t\"'()\r",
        ),
        *("e\u0301", "\u200b", "\xa0", "\u2028", "\x0b", "\x1c", "\x85", *"😀؟。…”"),
    ]
)


@settings(deadline=None)
@given(
    st.lists(PIECES, max_size=60).map("".join),
    st.sampled_from([None, "en", "ru", "fa", "zh"]),
    st.sampled_from([None, "a", "b a", "Mr."]),
)
def test_every_character_is_in_exactly_one_sentence(
    text: str, language: str | None, title: str | None
) -> None:
    covered = [0] * len(text)
    end = 0
    for passage in split_article(text, language, title):
        assert passage.start >= end
        end = passage.end
        if len(passage.sentences) > 1:
            assert passage.end - passage.start <= MAX_CHARS
        for sentence in passage.sentences:
            said = sentence.of(text)
            assert said == said.strip()
            assert len(said) <= MAX_SENTENCE_CHARS
            for place in range(sentence.start, sentence.end):
                covered[place] += 1
    for character, times in zip(text, covered, strict=True):
        assert times == 1 or (times == 0 and character.isspace())


def test_quotes_of_the_meeting_articles_are_in_the_files() -> None:
    folder = Path(__file__).parents[2] / "shared" / "articles"
    if not folder.exists():
        pytest.skip("the two meeting articles are not here (../shared/articles)")
    for path in sorted(folder.glob("*.txt")):
        raw = " ".join(path.read_text("utf-8").split())
        article = read_article(path, path.name)
        passages = split_article(article.text, article.language, article.title)
        assert [p.heading for p in passages].count(True) == 1
        for passage in passages:
            for sentence in passage.sentences:
                assert " ".join(sentence.of(article.text).split()) in raw
