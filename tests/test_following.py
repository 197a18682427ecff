import pytest

from qa.following import standalone_question


@pytest.mark.parametrize(
    ("history", "question", "standalone"),
    [
        ([], "And who paid?", "And who paid?"),
        (["Who is the mayor?"], "What does a ticket cost?", "What does a ticket cost?"),
        (
            ["What did the Norwegian minister say at the fair?"],
            "And what did she say about her plans?",
            "What did the Norwegian minister say about her plans?",
        ),
        (["Which bridge did the mayor open?"], "Who built it?", "Who built the bridge?"),
        (["What did Ines Falk announce?"], "Where was she born?", "Where was Ines Falk born?"),
        (
            ["What did the mayor say about the trams?"],
            "And about the buses?",
            "What did the mayor say about the buses?",
        ),
        (["Who opened the museum?"], "Who else?", "Who opened the museum?"),
        (["Who opened the museum?"], "What does the other article say?", "Who opened the museum?"),
        (["When did Tomas Reed resign?"], "Why?", "Why did Tomas Reed resign?"),
        (
            ["Who is the mayor?", "What did he promise?"],
            "When did he say that?",
            "When did the mayor say that?",
        ),
        (["What effect did sanctions have?"], "Who lifted them?", "Who lifted sanctions?"),
        (["Who won?"], "When was that?", "When was that (Who won)?"),
        (["How many people left in 2021?"], "And in 2022?", "How many people left in 2022?"),
        (["Did it rain on Monday?"], "What about Friday?", "Did it rain on Friday?"),
        (["Where do storks nest?"], "And owls?", "Where do storks nest regarding owls?"),
        (["Which bridge did she open?"], "But who paid for it?", "Who paid for the bridge?"),
        (["Which bridge did she open?"], "Tell me more.", "Which bridge did she open?"),
        (["Where did they meet?"], "Who was there?", "Who was there (Where did they meet)?"),
        (
            ["Who broke Tomas Reed's record?"],
            "How old was he?",
            "How old was the one who broke Tomas Reed's record?",
        ),
        (
            ["Who is the head of the Norvik pilots?"],
            "What does he expect?",
            "What does the head of the Norvik pilots expect?",
        ),
        (
            ["What did the head of the Norvik Pilots say?"],
            "Why did she say so?",
            "Why did the head of the Norvik Pilots say so?",
        ),
        (
            ["Who owns the pier?", "Did he let workers go?"],
            "How many of them?",
            "How many of workers (Did the one who owns the pier let workers go)?",
        ),
        (["Which shop sold the tickets?"], "Where is it?", "Where is the shop?"),
        (["Who left in May?"], "Where did they go?", "Where did those who left in May go?"),
        (["Who are the two pilots?"], "Where do they live?", "Where do the two pilots live?"),
        (["Who were there?"], "Did they pay?", "Did those who were there pay?"),
        (["Who was fined?"], "Has she paid?", "Has the one who was fined paid?"),
        (["Who is Ines Falk?"], "Is she a sailor?", "Is Ines Falk a sailor?"),
        (["Who did the mayor meet?"], "What did he say?", "What did the mayor say?"),
        (
            ["What did Falk buy in Norway?"],
            "What did she pay for it there?",
            "What did Falk pay for Norway there (What did Falk buy in Norway)?",
        ),
        (
            ["Was Falk to join the board?"],
            "and did she end up doing it?",
            "Did Falk end up doing it (Was Falk to join the board)?",
        ),
        (
            ["When does the pier close?"],
            "What might that mean for the ferries?",
            "What might that mean for the ferries (When does the pier close)?",
        ),
        (["Was a toll like this planned?"], "What became of it?", "What became of the toll?"),
        (["Who is the mayor?"], "Is there a date for the vote?", "Is there a date for the vote?"),
    ],
)
def test_a_follow_up_stands_alone(history, question, standalone):
    assert standalone_question(question, history) == standalone


def test_a_pronoun_that_its_own_question_explains_is_left_alone():
    asked = "What did the mayor say about the tunnel and when will it open?"
    assert standalone_question(asked, ["Which bridge was closed?"]) == asked


def test_a_question_in_another_language_is_left_as_it_is():
    assert standalone_question("Кто построил мост?", ["Who is the mayor?"]) == "Кто построил мост?"


def test_a_long_chat_is_understood_in_short_time():
    history = ["What did the mayor say?"] + ["And what did he say then?"] * 200
    assert standalone_question("Why did he go?", history) == "Why did the mayor go?"
