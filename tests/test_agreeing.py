from datetime import date

import pytest

from index.articles import Article, Passage, Span
from qa.agreeing import Sentence, find_verdict
from qa.claiming import write
from qa.events import same_event
from qa.evidence import Evidence
from qa.opening import opening

SUPPORTS = (0.9, 0.05, 0.05)
CONTRADICTS = (0.05, 0.9, 0.05)


def article(name: str, *sentences: str, **known) -> tuple[Article, Passage]:
    text = " ".join(sentences)
    spans, at = [], 0
    for one in sentences:
        spans.append(Span(at, at + len(one)))
        at += len(one) + 1
    return Article(name, text, **known), Passage(tuple(spans))


def sentences(name: str, *texts: str) -> list[Sentence]:
    told, passage = article(name, *texts)
    return [Sentence(told, passage, span) for span in passage.sentences]


def evidence(name: str, *texts: str, score: float = 0.9, **known) -> Evidence:
    """The last of the texts as evidence."""
    told, passage = article(name, *texts, **known)
    return Evidence(told, passage, passage.sentences[-1], score)


def test_an_article_supports_what_a_sentence_of_it_says(scripted):
    model = scripted({("The pier is open.", "pier has reopened"): SUPPORTS})
    found = find_verdict(
        "The pier is open.",
        sentences("a", "It rained.", "The pier has reopened."),
        [0.1, 0.7],
        model,
    )
    assert (found.verdict, found.sentence.text) == ("supports", "The pier has reopened.")
    assert found.score == pytest.approx(0.9, abs=0.05)


def test_a_number_that_the_sentence_lacks_is_not_supported_whatever_the_model_says(scripted):
    statement = "The pier was closed for twenty years."
    model = scripted({(statement, "12 years"): SUPPORTS})
    found = find_verdict(statement, sentences("a", "The pier was shut for 12 years."), [0.8], model)
    assert (found.verdict, found.note) == ("differs", "says 12 years, not 20 years")


def test_a_difference_on_another_matter_is_no_difference(scripted):
    statement = "The pier was closed for twenty years."
    found = find_verdict(statement, sentences("a", "The war lasted 12 years."), [0.2], scripted({}))
    assert (found.verdict, found.sentence, found.note) == ("silent", None, None)


def test_a_sentence_that_supports_the_statement_with_its_own_number_differs(scripted):
    telling = "She was tested at the roadside: 0.41."
    model = scripted({("The driver had 0.41.", "roadside"): SUPPORTS})
    found = find_verdict("The driver had 0.14.", sentences("a", telling), [0.5], model)
    assert (found.verdict, found.note) == ("differs", "says 0.41, not 0.14")
    assert found.sentence.text == telling
    two = sentences("a", telling, "A level of 0.14 is allowed.")
    assert find_verdict("The driver had 0.14.", two, [0.5, 0.4], model).verdict == "silent"


@pytest.mark.parametrize(("exchanged", "verdict"), [(0.93, "silent"), (0.2, "supports")])
def test_who_does_it_to_whom_is_not_supported_where_the_model_does_not_tell(
    scripted, exchanged, verdict
):
    said = "Falk had words of praise for Reed."
    model = scripted(
        {
            ("Reed praised Falk.", "words of praise"): SUPPORTS,
            ("Falk praised Reed.", "words of praise"): (exchanged, 0.0, 1 - exchanged),
        }
    )
    assert find_verdict("Reed praised Falk.", sentences("a", said), [0.7], model).verdict == verdict


def test_a_contradiction_differs(scripted):
    model = scripted({("The pier is open.", "pier stays shut"): CONTRADICTS})
    found = find_verdict("The pier is open.", sentences("a", "The pier stays shut."), [0.7], model)
    assert (found.verdict, found.note) == ("differs", "says otherwise")


def test_a_sentence_is_judged_behind_the_one_before_it():
    second = sentences("a", "Falk opened the pier.", "She was pleased.")[1]
    assert second.in_context == "Falk opened the pier. She was pleased."


def test_the_sentence_that_says_it_is_shown_and_not_the_one_behind_it(scripted):
    model = scripted({("The pier is open.", "pier has reopened"): SUPPORTS})
    told = sentences("a", "The pier has reopened.", "It rained.", "Is it not open?")
    found = find_verdict("The pier is open.", told[1:], [0.7, 0.8], model)
    assert (found.verdict, found.sentence.text) == ("supports", "The pier has reopened.")


def test_a_question_says_nothing(scripted):
    model = scripted({("The pier is open.", "pier"): SUPPORTS})
    asked = sentences("a", "Is the pier open?")
    assert find_verdict("The pier is open.", asked, [0.9], model).verdict == "silent"


def test_articles_that_say_the_same_share_a_claim(scripted, embedder):
    chosen = [
        evidence("a", "The dredging will last six weeks."),
        evidence("b", "The dredging will last six weeks now.", score=0.8),
    ]
    first, claims, citations = write("How long?", chosen, chosen, scripted({}), embedder.embed)
    assert first is None
    assert [claim.citations for claim in claims] == [(1, 2)]
    assert [one.quote for one in citations] == [one.text for one in chosen]
    assert {(v.article, v.verdict) for v in claims[0].articles} == {
        ("a", "supports"),
        ("b", "supports"),
    }


def test_articles_that_differ_stand_as_two_claims_that_point_at_each_other(scripted, embedder):
    chosen = [
        evidence("a", "The dredging will last six weeks."),
        evidence("b", "The dredging will last nine weeks."),
    ]
    _, claims, citations = write("How long?", chosen, chosen, scripted({}), embedder.embed)
    assert [one.article.name for one in citations] == ["a", "b"]
    assert [(v.article, v.verdict, v.citation, v.note) for v in claims[0].articles] == [
        ("a", "supports", 1, None),
        ("b", "differs", 2, "says 9 weeks, not 6 weeks"),
    ]
    assert claims[1].articles[1].note == "says 6 weeks, not 9 weeks"


def test_an_article_that_was_not_quoted_is_silent(scripted, embedder):
    chosen = [evidence("a", "The dredging will last six weeks.")]
    rest = [evidence("b", "Owls nest in the tower.", score=0.1)]
    _, claims, citations = write("How long?", chosen, chosen + rest, scripted({}), embedder.embed)
    assert [(v.article, v.verdict) for v in claims[0].articles] == [
        ("a", "supports"),
        ("b", "silent"),
    ]
    assert len(citations) == 1


def test_which_outlet_is_answered_from_what_is_known_of_the_article(scripted):
    stated = evidence("a", "The pier is closed.", outlet="Coast Courier")
    question = "Which newspaper reported the closing of the pier?"
    assert opening(question, [stated], scripted({})).text == "Coast Courier"
    derived = evidence("a", "The pier is closed.", outlet="CC", derived=frozenset({"outlet"}))
    assert opening(question, [derived], scripted({})).text.startswith("CC (worked out")


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("The pier reopened on Monday.", "Monday 13 March 2023"),
        ("The pier reopened today.", "Monday 13 March 2023"),
        ("The pier reopened on Saturday.", "Saturday 11 March 2023"),
        ("The pier reopened yesterday.", "Sunday 12 March 2023"),
    ],
)
def test_when_is_counted_from_the_articles_date_and_says_so(scripted, said, day):
    one = evidence("a", said, published=date(2023, 3, 13))
    found = opening("When did the pier reopen?", [one], scripted({}))
    assert found.text == f"{day}, counted from the article's date"


@pytest.mark.parametrize(
    "said", ["The pier reopened.", "The pier reopened on 2 March 2023.", "It reopens next Monday."]
)
def test_when_is_not_counted_where_the_sentence_gives_no_reason_to(scripted, said):
    one = evidence("a", said, published=date(2023, 3, 13))
    assert opening("When did the pier reopen?", [one], scripted({})) is None


def test_yes_and_no_are_said_only_when_the_sentence_entails_them(scripted):
    one = evidence("a", "The pier is open.")
    asked = "Is the pier open?"
    yes = scripted({("The pier open.", "The pier is open."): SUPPORTS})
    no = scripted({("The pier open.", "The pier is open."): CONTRADICTS})
    assert opening(asked, [one], yes).text == "Yes"
    assert opening(asked, [one], no).text == "No"
    assert opening(asked, [one], scripted({})) is None


def test_articles_on_another_event_have_no_say(scripted, embedder):
    chosen = [evidence("a", "It hit Oldmarket hard.", "The quake in Oldmarket killed 12 people.")]
    other = [
        evidence("b", "It hit Nyborg hard.", "The quake in Nyborg killed 40 people.", score=0.3)
    ]
    _, claims, _ = write("How many died?", chosen, chosen + other, scripted({}), embedder.embed)
    assert [verdict.article for verdict in claims[0].articles] == ["a"]


@pytest.mark.parametrize(("score", "verdict"), [(0.3, "silent"), (0.5, "supports")])
def test_an_article_says_a_claim_only_by_what_may_answer_the_question(
    scripted, embedder, score, verdict
):
    chosen = [evidence("a", "Ines Falk came to Norvik.", "The pier opened in Norvik.")]
    other = [evidence("b", "Ines Falk left Norvik.", "Norvik praised its pier.", score=score)]
    model = scripted({("The pier opened in Norvik.", "Norvik praised its pier."): SUPPORTS})
    _, claims, _ = write("Where did it open?", chosen, chosen + other, model, embedder.embed)
    assert [(one.article, one.verdict) for one in claims[0].articles] == [
        ("a", "supports"),
        ("b", verdict),
    ]


@pytest.mark.parametrize(
    ("text", "published", "same"),
    [
        ("Tara Reed of Oldmarket won the race.", date(2023, 3, 3), True),
        ("Tara Reed of Oldmarket won the race.", date(2023, 4, 1), False),
        ("A singer, Lina Lohse, won in Nyborg.", date(2023, 3, 1), False),
        ("somebody won a race.", None, True),
    ],
)
def test_an_event_is_told_by_its_names_and_its_date(text, published, same):
    one, _ = article("a", "In Oldmarket Tara Reed won the race.", published=date(2023, 3, 1))
    other, _ = article("b", text, published=published)
    assert same_event(one, other) is same


def test_without_a_model_an_article_that_comes_near_is_not_called_silent(embedder):
    chosen = [evidence("a", "The dredging will last six weeks.")]
    near = [evidence("b", "The dredging of the harbour is to last long.", score=0.2)]
    far = [evidence("c", "Owls nest there.", score=0.1)]
    _, claims, _ = write("How long?", chosen, [*chosen, *near, *far], None, embedder.embed)
    assert [(v.article, v.verdict) for v in claims[0].articles] == [
        ("a", "supports"),
        ("c", "silent"),
    ]
