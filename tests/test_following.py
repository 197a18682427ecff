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
        (
            ["How many fish were sold in Norvik?"],
            "and in Halden?",
            "How many fish were sold in Halden?",
        ),
        (
            ["How much is bread in Norvik in 2021?"],
            "in Halden?",
            "How much is bread in Halden in 2021?",
        ),
        (["How many boats sank in May?"], "and ferries?", "How many ferries sank in May?"),
        (
            ["How many points did Falk get in Race 2?"],
            "And Reed?",
            "How many points did Reed get in Race 2?",
        ),
        (["What did Falk say about the pier?"], "And Reed?", "What did Reed say about the pier?"),
        (["Who won race 1 in Norvik?"], "And race 2?", "Who won race 2 in Norvik?"),
        (
            ["Does it also cover old boats?"],
            "And new ones?",
            "Does it also cover old boats regarding new ones?",
        ),
        (["Does it also cover old boats?"], "And long boats?", "Does it also cover long boats?"),
        (["How many workers were let go?"], "Were they paid?", "Were workers paid?"),
        (["What did Falk say on Monday?"], "Why did she go?", "Why did Falk go?"),
        (
            ["Which senator spoke out against the pier?"],
            "When was she elected?",
            "When was the senator elected?",
        ),
        (
            ["Who sold the ferry in May?"],
            "What did he do that month?",
            "What did the one who sold the ferry in May do that month?",
        ),
        (["Who won the long race?"], "And the short race?", "Who won the short race?"),
        (["Which boat was the fastest?"], "and the slowest?", "Which boat was the slowest?"),
        (
            ["What did the first report say?"],
            "And the second one?",
            "What did the second report say?",
        ),
        (["What does Ines Falk's boat cost?"], "And Reed's?", "What does Reed's boat cost?"),
        (["Did Falk sell the boat?"], "Why not?", "Why didn't Falk sell the boat?"),
        (["Who will buy the boat?"], "Why not?", "Why not (Who will buy the boat)?"),
        (["Will Falk sell the boat?"], "Why not?", "Why won't Falk sell the boat?"),
        (
            ["Did the firm go bankrupt?"],
            "in which court?",
            "In which court did the firm go bankrupt?",
        ),
        (["How many boats is Falk selling?"], "Why?", "Why is Falk selling boats?"),
        (["How many boats were called back?"], "what for?", "For what were boats called back?"),
        (["How low are stocks in May?"], "Why?", "Why are stocks in May so low?"),
        (["How far did the boat go?"], "and how fast?", "How fast did the boat go?"),
        (["Is there a fee to go in?"], "How much?", "How much is the fee to go in?"),
        (["Did Tomas Reed vote for the pier?"], "Who else?", "Who else vote for the pier?"),
        (
            ["Which pier was closed?"],
            "who else lost their ferry",
            "Who else lost their ferry (Which pier was closed)?",
        ),
        (
            ["Who is Ines Falk?"],
            "What did Reed accuse her of?",
            "What did Reed accuse Ines Falk of?",
        ),
        (["Who is Ines Falk's lawyer?"], "How old is he?", "How old is Ines Falk's lawyer?"),
        (["Which backer said so?"], "Where does she live?", "Where does the backer live?"),
        (["What is Gridline?"], "Who built it?", "Who built Gridline?"),
        (["Which bank says so?"], "Who owns it?", "Who owns the bank?"),
        (["Which bank lost money?"], "What is their plan?", "What is the bank's plan?"),
        (["When was the pier opened?"], "How long is it?", "How long is the pier?"),
        (["How fast is the ferry moving?"], "How old is it?", "How old is the ferry?"),
        (
            ["What was found on the pier?"],
            "Who found it?",
            "Who found what was found on the pier?",
        ),
        (
            ["How many applied for a loan?"],
            "How many were turned down?",
            "How many were turned down (How many applied for a loan)?",
        ),
        (
            ["When did the ferry sink?"],
            "Who was mayor then?",
            "Who was mayor then (When did the ferry sink)?",
        ),
        (
            ["Who sold the winning ticket?"],
            "When was that ticket bought?",
            "When was that ticket bought (Who sold the winning ticket)?",
        ),
    ],
)
def test_a_follow_up_stands_alone(history, question, standalone):
    assert standalone_question(question, history) == standalone


@pytest.mark.parametrize(
    ("earlier", "answer", "question", "standalone"),
    [
        ("Who won the race?", "Ines Falk", "How old is she?", "How old is Ines Falk?"),
        ("Which firm built the pier?", "Gridline", "Who owns it?", "Who owns Gridline?"),
        ("Which town has the longest pier?", "Halden", "Who lives there?", "Who lives in Halden?"),
        ("Who won the race?", None, "How old is she?", "How old is the one who won the race?"),
        ("Who is Tomas Reed?", "Ines Falk", "How old is he?", "How old is Tomas Reed?"),
        ("Who were fined?", "Ines Falk", "Did they pay?", "Did those who were fined pay?"),
    ],
)
def test_who_was_asked_for_is_called_by_the_name_that_was_the_answer(
    earlier, answer, question, standalone
):
    asked = []

    def answered(one):
        asked.append(one)
        return answer

    assert standalone_question(question, [earlier], answered) == standalone
    assert set(asked) <= {earlier}


def test_another_topic_is_written_as_the_articles_write_it():
    asked = standalone_question("and reed?", ["What did Falk say?"], as_written=str.title)
    assert asked == "What did Reed say?"


def test_a_pronoun_that_its_own_question_explains_is_left_alone():
    asked = "What did the mayor say about the tunnel and when will it open?"
    assert standalone_question(asked, ["Which bridge was closed?"]) == asked


def test_a_question_in_another_language_is_left_as_it_is():
    assert standalone_question("Кто построил мост?", ["Who is the mayor?"]) == "Кто построил мост?"


def test_a_question_in_german_that_begins_like_an_english_phrase_is_left_as_it_is():
    asked = "In welchem Jahr war das Treffen?"
    assert standalone_question(asked, ["Who is the mayor?"]) == asked


def test_a_long_chat_is_understood_in_short_time():
    history = ["What did the mayor say?"] + ["And what did he say then?"] * 200
    assert standalone_question("Why did he go?", history) == "Why did the mayor go?"


def test_in_a_long_chat_no_answer_is_looked_for_twice_or_long_afterwards():
    asked = []
    history = [f"Who won race {n}?" if n % 2 else "How old is she?" for n in range(1, 41)]
    standalone_question("Where does she live?", history, asked.append)
    assert asked == ["Who won race 35?", "Who won race 37?", "Who won race 39?"]
