import asyncio
import json
from pathlib import Path

import numpy as np
import pytest

from index.articles import Article, Passage, Span
from index.embedding import PackagedEmbedder
from index.indexing import update_index
from index.searching import Hit, Index
from qa.answering import Question, choose, open_answerer
from qa.chain import PassageRetriever, QuestionChain
from qa.errors import BadQuestion
from qa.evidence import Evidence, TrainedEvidence, ranked
from qa.judging import Judge
from qa.replies import Answer, Looking, Refusal

SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture(scope="module")
def ready(tmp_path_factory):
    """An index over four short articles of our own, embedded by the real model."""
    corpus = tmp_path_factory.mktemp("corpus")
    (corpus / "courier.md").write_text(
        "---\ntitle: Harbour dredging begins\noutlet: Coast Courier\npublished: 2024-05-02\n---\n\n"
        "Work on the harbour began on Thursday. Dredging will last six weeks, said harbour master "
        "Ines Falk.\n\nThe city pays 3.2 million crowns for the dredging.\n",
        encoding="utf-8",
    )
    (corpus / "herald.md").write_text(
        "---\ntitle: Ships wait as harbour is dredged\noutlet: Island Herald\n---\n\n"
        "The dredging of the harbour will last six weeks, harbour master Ines Falk told the "
        "Herald.\n\nFishermen fear for the herring.\n",
        encoding="utf-8",
    )
    (corpus / "trams.txt").write_text(
        "Night trams return to Oldmarket\n\nThe night trams will run again from June. The mayor, "
        "Tomas Reed, announced it on Monday.\n\nA ticket costs two crowns.\n",
        encoding="utf-8",
    )
    (corpus / "owls.txt").write_text(
        "Owls nest in the bell tower\n\nA pair of owls has raised three chicks in the bell tower "
        "of Saint Anna. The ringers have stopped the bells for a month.\n",
        encoding="utf-8",
    )
    folder = tmp_path_factory.mktemp("index")
    embedder = PackagedEmbedder()
    update_index(corpus, folder, embedder)
    return Index(folder, embedder)


@pytest.fixture(scope="module")
def answerer(ready):
    return open_answerer(ready)


def test_an_answer_quotes_the_sentence_that_answers(answerer):
    reply = answerer.ask(Question("How much does a ticket cost?"))
    assert isinstance(reply, Answer)
    assert reply.citations[0].quote == "A ticket costs two crowns."
    assert reply.text.endswith("[1]")


def test_sentences_that_say_the_same_are_one_claim_with_a_citation_each(answerer):
    reply = answerer.ask(Question("How long will the dredging of the harbour last?"))
    assert isinstance(reply, Answer)
    first = reply.claims[0]
    cited = {reply.citations[n - 1].article.name for n in first.citations}
    assert cited == {"courier.md", "herald.md"}
    assert {v.article for v in first.articles if v.verdict == "supports"} == cited


@pytest.mark.parametrize(
    ("earlier", "question", "standalone"),
    [
        (
            "Who announced that the night trams will run again?",
            "When did he announce it?",
            "Tomas Reed",
        ),
        ("Who nests in the bell tower?", "How old is she?", "the one who nests in the bell tower"),
        ("Who composed the opera?", "How old is she?", "the one who composed the opera"),
    ],
)
def test_a_follow_up_calls_by_name_who_is_the_answer_to_an_earlier_question(
    answerer, earlier, question, standalone
):
    assert standalone in answerer.ask(Question(question, (earlier,))).standalone


@pytest.mark.parametrize(
    ("topic", "standalone"),
    [
        ("and falk?", "What did Falk say about the harbour?"),
        ("and herring?", "What did Reed say about herring?"),
    ],
)
def test_a_topic_in_small_letters_is_a_name_where_the_articles_write_it_as_one(
    answerer, topic, standalone
):
    earlier = "What did Reed say about the harbour?"
    assert answerer.ask(Question(topic, (earlier,))).standalone == standalone


@pytest.mark.parametrize(
    "question",
    ["How do I install a printer?", "Who composed the opera about the whale?", "چه کسی برنده شد؟"],
)
def test_what_the_articles_do_not_say_is_refused(answerer, question):
    reply = answerer.ask(Question(question))
    assert isinstance(reply, Refusal)
    assert reply.text.startswith("The articles do not say. Searched 4 articles, dated 2024-05-02")


def test_a_refusal_shows_the_closest_passages_as_they_stand(answerer):
    reply = answerer.ask(Question("How do I install a printer?"))
    assert isinstance(reply, Refusal)
    assert 0 < len(reply.closest) <= 3
    for one in reply.closest:
        assert one.quote == one.article.text[one.span.start : one.span.end]


def test_a_mistyped_question_is_answered_as_it_was_meant(answerer):
    reply = answerer.ask(Question("how much dose a tikcet cost", ("wich tramms run agian?",)))
    assert isinstance(reply, Answer)
    assert reply.question == "how much dose a tikcet cost"
    assert reply.standalone == "how much dose a ticket cost"
    assert reply.citations[0].quote == "A ticket costs two crowns."


@pytest.mark.parametrize(
    ("question", "asked_in"),
    [
        ("Кто построил мост в городе?", "Russian"),
        ("Which café in Lima sells the best coffee?", None),
    ],
)
def test_a_refusal_says_that_it_was_asked_in_a_language_of_no_article(answerer, question, asked_in):
    reply = answerer.ask(Question(question))
    assert isinstance(reply, Refusal)
    assert reply.asked_in == asked_in


def test_the_earlier_questions_explain_a_follow_up(answerer):
    reply = answerer.ask(
        Question("When will they run again?", ("What is said of the night trams?",))
    )
    assert reply.standalone == "When will the night trams run again?"
    assert isinstance(reply, Answer)
    assert "June" in reply.text


@pytest.mark.parametrize(
    ("text", "why"), [("", "empty"), (" \n", "empty"), ("why " * 5000, "20,000")]
)
def test_a_text_that_is_no_question_is_an_error_not_a_refusal(text, why):
    with pytest.raises(BadQuestion, match=why):
        Question(text)


def test_streaming_tells_what_is_searched_before_the_reply(answerer):
    steps = list(answerer.stream(Question("How much does a ticket cost?")))
    assert steps[0] == Looking("How much does a ticket cost?", 4)
    assert isinstance(steps[-1], Answer)


def test_a_headline_that_repeats_the_question_is_no_answer():
    article = Article("a", "Who opened the pier?\n\nInes Falk opened the pier.")
    heading = Passage((Span(0, 20),), heading=True)
    body = Passage((Span(22, 48),))
    hits = [Hit(article, passage, 1.0, 1.0, 1.0) for passage in (heading, body)]
    found = ranked("Who opened the pier?", hits, [[1.0], [0.8]])
    assert [one.text for one in found] == ["Ines Falk opened the pier."]
    told = Article("b", "Falk opened pier.\n\nInes Falk opened the pier.")
    hits = [Hit(told, Passage((Span(0, 17),), heading=True), 1.0, 1.0, 1.0)]
    assert len(ranked("Did Falk open the pier?", hits, [[1.0]])) == 1
    assert ranked("Falk opened which pier?", hits, [[1.0]]) == []


def test_an_article_that_lacks_the_name_asked_for_scores_lower():
    article = Article("a", "Ines Falk opened the pier.")
    hits = [Hit(article, Passage((Span(0, 26),)), 1.0, 1.0, 1.0)]
    named = ranked("What did Falk open?", hits, [[0.8]])
    unnamed = ranked("What did Brandolin open?", hits, [[0.8]])
    misspelt = ranked("What did Inez Falck open?", hits, [[0.8]])
    assert named[0].score == misspelt[0].score == 0.8
    assert unnamed[0].score < 0.8


PIER = "When does the pier reopen?"


def evidence(name: str, score: float, start: int) -> Evidence:
    article = Article(name, "The pier is closed. It reopens in May. Falk said so.")
    spans = {0: Span(0, 19), 20: Span(20, 38), 39: Span(39, 52)}
    return Evidence(article, Passage(tuple(spans.values())), spans[start], score)


def test_sentences_far_behind_the_best_are_not_quoted():
    best = [evidence("a", 0.98, 0), evidence("a", 0.979, 20)]
    assert choose(PIER, [*best, evidence("b", 0.7, 0)], 0.5) == best


def test_a_further_sentence_must_be_likely_by_itself():
    best, near = evidence("a", 0.7, 0), evidence("b", 0.6, 0)
    assert choose(PIER, [best, near, evidence("c", 0.5, 0)], 0.5) == [best, near]


def test_no_further_article_is_quoted_that_lacks_more_of_the_names_asked_for():
    best = evidence("a", 0.9, 0)
    article = Article("b", "Norvik is far, says Falk.")
    other = Evidence(article, Passage((Span(0, 25),)), Span(0, 25), 0.88)
    assert choose("What does Ines Falk say?", [best, other], 0.5) == [best, other]
    assert choose("What is said in Norvik?", [best, other], 0.5) == [best, other]
    assert choose("What is said in Norvik?", [other, best], 0.5) == [other]


def test_nothing_is_quoted_below_the_threshold():
    assert choose(PIER, [evidence("a", 0.49, 0)], 0.5) == []


def test_the_chain_gives_the_reply_by_invoke_batch_and_stream(answerer):
    chain = QuestionChain(answerer)
    asked = {"question": "How much does a ticket cost?"}
    assert chain.invoke(asked).answered
    assert [reply.answered for reply in chain.batch([asked, {"question": "Who sang?"}])] == [
        True,
        False,
    ]
    assert isinstance(next(iter(chain.stream(asked))), Looking)


def test_the_chain_answers_asynchronously_too(answerer):
    asked = {"question": "What does a ticket cost?"}
    assert asyncio.run(QuestionChain(answerer).ainvoke(asked)).answered


def test_the_retriever_gives_documents_that_are_the_articles_own_text(ready):
    documents = PassageRetriever(index=ready, top=3).invoke("owls in the tower")
    assert documents[0].metadata["article"] == "owls.txt"
    with ready.reading() as snapshot:
        for document in documents:
            text = snapshot.article(document.metadata["article"]).text
            place = slice(document.metadata["start"], document.metadata["end"])
            assert document.page_content == text[place]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the articles beside the project are not here")
def test_every_quote_from_the_meeting_articles_is_verbatim(tmp_path):
    embedder = PackagedEmbedder()
    update_index(SHARED / "articles", tmp_path / "index", embedder)
    answerer = open_answerer(Index(tmp_path / "index", embedder))
    gold = (SHARED / "gold" / "meeting.jsonl").read_text(encoding="utf-8").splitlines()
    quotes = 0
    for row in map(json.loads, gold):
        reply = answerer.ask(Question(row["question"], tuple(row.get("history", ()))))
        for one in reply.citations if isinstance(reply, Answer) else reply.closest:
            raw = (SHARED / "articles" / one.article.name).read_text(encoding="utf-8")
            for line in one.quote.splitlines():
                assert " ".join(line.split()) in " ".join(raw.split())
            quotes += 1
    assert quotes > 40


def test_more_is_asked_of_an_answer_found_among_many(ready):
    model = TrainedEvidence(Judge())
    assert 0 < model.threshold(10) == model.threshold(100) < model.threshold(100_000) < 1


class Says:
    """A judge that holds the sentences about Falk to answer so surely, and all others so."""

    def __init__(self, falk: float, others: float) -> None:
        self.calibration = Judge().calibration
        self._told = falk, others

    def shares(self, pairs):
        falk, others = self._told
        return np.array([[falk if "Falk" in text else others, 0, 0, 1] for _, text in pairs])


def echo_of_falk(falk, others):
    said = ["Ines Falk won it.", *(f"Tomas Reed came {n} times." for n in range(6))]
    hits = [
        Hit(Article(str(at), text), Passage((Span(0, len(text)),)), 0.5, 0.5, 0.5)
        for at, text in enumerate(said)
    ]
    told = TrainedEvidence(Says(falk, others)).measured("Who won the prize of Norvik?", hits)
    return next(measures["echo"] for one, measures in told if "Falk" in one.text)


def test_what_is_hardly_likely_is_no_echo_against_a_sure_answer():
    assert echo_of_falk(0.5, 0.5) < -0.5
    assert -0.2 < echo_of_falk(0.97, 0.02) <= 0.0


def test_what_an_article_lacks_of_two_names_counts_four_times_what_one_does():
    text = "The pier was opened by Tomas Reed."
    hit = Hit(Article("a", text), Passage((Span(0, len(text)),)), 0.5, 0.5, 0.5)
    model = TrainedEvidence(Says(0.5, 0.5))

    def lacking(question):
        ((_, measures),) = model.measured(question, [hit])
        return measures["missing names"]

    assert lacking("Who did Tomas Reed meet at the pier?") == 0.0
    assert lacking("Who did Tomas Reed meet in Norvik?") == 1.0
    assert lacking("Who did Ines Falk meet in Norvik?") == 4.0


def test_how_surely_it_is_so_or_not_is_measured_where_that_is_asked(ready):
    model = TrainedEvidence(Judge())
    with ready.reading() as snapshot:
        hits = snapshot.search("Did the dredging begin on Thursday?", top=4)
    asked = [
        told["decided"]
        for _, told in model.measured("Did the dredging begin on Thursday?", hits)
        if told
    ]
    other = [
        told["decided"] for _, told in model.measured("When did the dredging begin?", hits) if told
    ]
    assert len(set(asked)) > 1
    assert set(other) == {0.0}


def test_an_article_that_never_names_whose_words_are_asked_for_answers_nothing(ready):
    with ready.reading() as snapshot:
        hit = snapshot.search("What did the harbour master say?", top=1)[0]
    scores = [[0.9] * len(hit.passage.sentences)]
    assert ranked("What did Falk say about the harbour?", [hit], scores)
    assert not ranked("What did Mona Reed say about the harbour?", [hit], scores)
    assert ranked("What did the harbour master say?", [hit], scores)
    model = TrainedEvidence(Judge())
    assert not model.score("What did Mona Reed say about the harbour?", [hit])


@pytest.mark.parametrize(
    ("question", "told", "sentence", "measured"),
    [
        ("What did Minister Tomas Reed say?", "It rained.", "“It must close,” Reed said.", 0.0),
        (
            "What did the pilots of Norvik say?",
            "Norvik is far. It rained.",
            "“It is cold,” pilots said.",
            -0.5,
        ),
        ("What did Falk say?", "Ines Falk came.", "“It must close,” the mayor said.", 0.0),
        ("What did Falk say?", "Falk came. It rained.", "“It must close,” the mayor said.", -1.0),
        ("What did Fallk say?", "It rained.", "“It must close,” Falk said.", 0.0),
        ("What did the mayor say?", "Ines Falk, the mayor, came. It rained.", "Falk left.", 0.0),
        ("What did the mayor say?", "Ines Falk, the mayor, came. It rained.", "Reed left.", -1.0),
        ("What did the mayor say?", "The mayor came. It rained.", "Falk left.", 0.0),
        ("What did the pilots say?", "The pilots came. It rained.", "Falk left.", -1.0),
        ("What closed the pier?", "It rained.", "“It must close,” Falk said.", 0.0),
    ],
)
def test_whose_words_are_asked_for_is_named_beside_an_answer(question, told, sentence, measured):
    text = f"{told} {sentence}"
    start = text.rfind(". ", 0, len(told)) + 2 if ". " in told else 0
    spans = (Span(start, len(told)), Span(len(told) + 1, len(text)))
    hit = Hit(Article("a", text), Passage(spans), 0.5, 0.5, 0.5)
    told = TrainedEvidence(Says(0.5, 0.5)).measured(question, [hit])
    assert told[-1][0].text == sentence
    assert told[-1][1]["speaker"] == measured


def test_a_word_by_itself_answers_nothing():
    text = "Courier. The pier is open."
    hit = Hit(Article("a", text), Passage((Span(0, 8), Span(9, 26))), 0.5, 0.5, 0.5)
    told = TrainedEvidence(Says(0.5, 0.5)).measured("How do I mend a tap?", [hit])
    assert [one.text for one, _ in told] == ["The pier is open."]
