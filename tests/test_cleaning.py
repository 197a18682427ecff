"""Cleaning: which lines of a saved page are the article, and what they tell about it."""

import gzip
import json
from collections import Counter
from datetime import date
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.cleaning import clean, find_language, strip_markup

NEWS = (
    "The mayor of Quayside said on Monday that the harbour will open again in spring. "
    "Two ferries are to call there every day."
)
HEADLINE = "Harbour of Quayside to open again"


def page(*parts: str) -> str:
    return "\n\n".join(parts)


def test_an_ordinary_article_loses_nothing() -> None:
    text = page(HEADLINE, NEWS, 'The mayor added: "We have waited long enough."', NEWS + " Soon.")
    assert clean(text).text == text


@pytest.mark.parametrize(
    "line",
    [
        "---",
        "* * *",
        "www.quayside-news.example.com",
        "https://quay.example.com/news/1",
        "Source: Quayside News",
        "Share",
        "Share this article",
        "Print",
        "Read more: Ferries get a new pier",
        "Related:",
        "Tags: harbour, ferry",
        "ADVERTISEMENT",
        "We use cookies to make this site better.",
        "Sign up for our newsletter",
        "© 2024 Quayside News. All rights reserved.",
        "Copyright 2024 Quayside News",
        "Photo: Jane Roe",
        "Jane Roe/AFP/Getty Images",
        "3 min read",
        "2 hours ago",
        "Home | News | Politics | Sport",
        "Home > World > Europe",
        "0 comments",
        "Поделиться",
        "Lesen Sie auch: Mehr Fähren",
        "نظر شما",
        "相关新闻",
    ],
)
def test_a_line_that_is_no_news_is_left_out_whole(line: str) -> None:
    assert clean(page(HEADLINE, NEWS, line, NEWS + " Soon.")).text == page(
        HEADLINE, NEWS, NEWS + " Soon."
    )


@pytest.mark.parametrize(
    "line",
    [
        "News ID 12345",
        "Published: 13 March 2023 - 14:05",
        "By Jane Roe",
        "The harbour by numbers",
        "Copyright law will not change, the minister said.",
        "Read more books, the librarian said.",
        "Photos of the harbour show that nothing is left of the old pier.",
        "Follow the money, the prosecutor told the court.",
        "Ferries",
        "1. The pier",
    ],
)
def test_a_line_that_may_be_news_stays(line: str) -> None:
    assert line in clean(page(HEADLINE, NEWS, line, NEWS + " Soon.")).text.split("\n")


def test_what_is_left_out_leaves_a_paragraph_break() -> None:
    assert clean("He said so.\nShare\nShe did not.").text == "He said so.\n\nShe did not."


def test_heading_marks_go_and_headings_stand_alone() -> None:
    cleaned = clean(f"## {HEADLINE} - 13 /Mar/ 2023\n{NEWS}\n### What is next ##\n{NEWS} Soon.")
    assert cleaned.text == page(
        f"{HEADLINE} - 13 /Mar/ 2023", NEWS, "What is next", NEWS + " Soon."
    )
    assert cleaned.title == HEADLINE
    assert cleaned.published == date(2023, 3, 13)


def test_what_stands_above_a_marked_headline_is_the_papers_name() -> None:
    raw = f"دفتر شهردار\nwww.quay.example\n\n---\n\n## {HEADLINE}\n\n---\n\n{NEWS}"
    cleaned = clean(raw)
    assert cleaned.text == page(HEADLINE, NEWS)
    assert cleaned.outlet == "QUAY"


def test_a_headline_that_is_repeated_below_is_said_once() -> None:
    cleaned = clean(page(HEADLINE, NEWS, HEADLINE, NEWS + " Soon."))
    assert cleaned.text == page(HEADLINE, NEWS, NEWS + " Soon.")


def test_the_comment_form_goes_and_the_articles_number_stays() -> None:
    raw = page(HEADLINE, NEWS, "News ID 12345", "Your Comment", "You are replying to: .", "Anna")
    assert clean(raw).text == page(HEADLINE, NEWS, "News ID 12345")


def test_other_stories_listed_below_the_article_go() -> None:
    raw = page(HEADLINE, NEWS, "Related News", "Pier to be sold", "Ferry delayed", "Code 4711")
    assert clean(raw).text == page(HEADLINE, NEWS, "Code 4711")


def test_a_menu_above_the_headline_goes() -> None:
    raw = "Skip to content\nHome\nNews\nSport\nContact us\n\n" + page(HEADLINE, NEWS)
    assert clean(raw).text == page(HEADLINE, NEWS)
    assert clean(raw).outlet is None


@pytest.mark.parametrize(
    ("dateline", "outlet"),
    [
        ("Quayside (QNA) - ", "QNA"),
        ("TEHRAN, Mar. 13 (MNA) \u2013 ", "MNA"),
        ("MINSK, 13 March (BelTA) - ", "BelTA"),
        ("МИНСК, 13 марта (БелТА) - ", "БелТА"),
        ("(Reuters) - ", "Reuters"),
        ("LONDON, March 13 (Reuters) \u2014 ", "Reuters"),
        ("BEIJING, March 13 (Xinhua) -- ", "Xinhua"),
        ("MOSCOW, March 13. /TASS/. ", "TASS"),
        ("Tehran, IRNA \u2013 ", "IRNA"),
        ("(CNN) ", "CNN"),
        ("LONDON \u2014 ", None),
        ("Anna Roe (Labour) said so. ", None),
        ("The party (SPD) won: ", None),
        ("", None),
    ],
)
def test_the_dateline_names_the_agency_and_stays(dateline: str, outlet: str | None) -> None:
    cleaned = clean(page(HEADLINE, dateline + NEWS))
    assert cleaned.outlet == outlet
    assert cleaned.text == page(HEADLINE, dateline + NEWS)


@pytest.mark.parametrize(
    ("line", "outlet"),
    [
        ("www.irna.ir", "IRNA"),
        ("https://www.quayside.co.uk/news/1", "Quayside"),
        ("BBC News", "BBC News"),
        ("Source: Quayside News", "Quayside News"),
    ],
)
def test_a_site_line_or_masthead_names_the_outlet(line: str, outlet: str) -> None:
    assert clean(page(line, HEADLINE, NEWS)).outlet == outlet


@pytest.mark.parametrize(
    ("line", "published"),
    [
        ("Published: 13 March 2023 - 14:05", date(2023, 3, 13)),
        ("Mon, 13 Mar 2023 14:05:00 GMT", date(2023, 3, 13)),
        ("March 13, 2023 2:05 PM", date(2023, 3, 13)),
        ("2023-03-13", date(2023, 3, 13)),
        ("2023-03-13T14:05:00Z", date(2023, 3, 13)),
        ("13.03.2023", date(2023, 3, 13)),
        ("13/03/2023", date(2023, 3, 13)),
        ("13 марта 2023", date(2023, 3, 13)),
        ("Publié le 13 mars 2023", date(2023, 3, 13)),
        ("Published: 03/04/2023", None),
        ("Published: 13 March", None),
        ("Published: March 2023", None),
        ("Published: 31 February 2023", None),
        ("Published: 13 March 2999", None),
        ("Ferries in 2023", None),
    ],
)
def test_a_whole_day_in_a_line_of_its_own_is_the_day(line: str, published: date | None) -> None:
    cleaned = clean(page(HEADLINE, line, NEWS))
    assert cleaned.published == published
    assert line in cleaned.text.split("\n")


def test_a_day_in_the_dateline_counts_and_one_in_a_sentence_does_not() -> None:
    dated = "MINSK, 13 March 2023 (BelTA) - "
    assert clean(page(HEADLINE, dated + NEWS)).published == date(2023, 3, 13)
    assert clean(page(HEADLINE, "On 13 March 2023 it closed. " + NEWS)).published is None


def test_publication_goes_before_the_update() -> None:
    raw = page(HEADLINE, "Updated: 15 March 2023", "Published: 13 March 2023", NEWS)
    assert clean(raw).published == date(2023, 3, 13)


@pytest.mark.parametrize("first", [NEWS, "By Jane Roe", "Jane Roe and John Doe", "CNN \u2014"])
def test_without_a_headline_there_is_no_title(first: str) -> None:
    assert clean(page(first, NEWS + " Soon.")).title is None


def test_the_language_is_known_or_nothing() -> None:
    assert find_language(NEWS) == "en"
    assert find_language(NEWS.upper()) == "en"
    assert find_language("Der Bürgermeister sagte am Montag, der Hafen öffne im Frühling.") == "de"
    assert find_language("No.") is None
    assert find_language("12345 67890 " * 20) is None


def test_derived_names_what_was_worked_out() -> None:
    assert clean(page(HEADLINE, NEWS)).derived == {"title", "language"}


def test_stripping_marks_leaves_every_other_line() -> None:
    assert strip_markup("# One\nShare\n\n---\n\nTwo.") == "One\n\nShare\n\nTwo."


@given(st.text(st.sampled_from("ab .\n#-*:()|\u200b\xa0é?\t"), max_size=120))
def test_every_line_of_the_text_is_a_line_of_the_file(raw: str) -> None:
    lines = Counter(line.strip(" \t\xa0#*-") for line in raw.split("\n"))
    for line in clean(raw).text.split("\n"):
        assert not line or lines[line.strip(" \t\xa0#*-")] > 0


def test_the_archive_keeps_its_words() -> None:
    news = Path(__file__).parents[2] / "shared" / "bench" / "news" / "corpus.jsonl.gz"
    if not news.exists():
        pytest.skip("the news archive is not here (../shared/bench/news)")
    with gzip.open(news) as file:
        texts = [json.loads(line)["text"] for line in islice(file, 0, None, 20)]
    whole = sum(len("".join(text.split())) for text in texts)
    kept = sum(len("".join(clean(text).text.split())) for text in texts)
    assert 1 - kept / whole < 0.001
