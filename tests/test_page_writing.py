"""What the page shows of an answer that a language model puts into words."""

import json
from collections.abc import Iterator
from dataclasses import replace

from index.articles import Article, Span
from index.history import Version
from qa.answering import Question
from qa.page import rendering
from qa.page.chats import chat_from, turn_json
from qa.page.exporting import copied
from qa.page.turns import Chat, Turn, answered, stop
from qa.replies import Answer, Claim, Looking, Reply, Searched, Written, cite

FERRY = Article("ferry.md", "The ferry to Holm stops in June.", outlet="Courier")
HOSTILE = "<script>alert(1)</script> ![i](http://evil.test)"
QUOTES = Answer(
    "When?",
    "When?",
    None,
    (Claim(FERRY.text, (1,)),),
    (cite(1, FERRY, Span(0, len(FERRY.text))),),
    Searched(1, 1, 1),
    "quotes",
    0.1,
)


def written(*sentences: str, dropped: tuple[str, ...] = (), complete: bool = True) -> Answer:
    claims = tuple(Claim(one, (1,)) for one in sentences)
    return replace(QUOTES, written=Written("local:tiny", claims, dropped, None, complete))


class Drafting:
    """Streams an answer as far as it is written."""

    def __init__(self) -> None:
        self.drafting: list[bool] = []

    def stream(self, question: Question, drafting: bool) -> Iterator[str | Looking | Reply]:
        self.drafting.append(drafting)
        yield Looking(question.text, 1)
        yield written(complete=False)
        yield written("It stops in June.", complete=False)
        yield written("It stops in June.")

    def named(self, reply: Reply) -> dict[str, Article]:
        return {FERRY.name: FERRY}


def turn(reply: Answer) -> Turn:
    return Turn("When?", "When?", reply=reply, shown=len(reply.said), articles={FERRY.name: FERRY})


def shown(one: Turn) -> str:
    return rendering.latest(Chat("c", (one,)))


def test_sentences_appear_as_they_are_held_and_the_turn_is_done_with_the_last() -> None:
    answering = Drafting()
    turns = list(answered(answering, "When?", [], drafting=True))
    assert answering.drafting == [True]
    assert [(len(one.said), one.done) for one in turns[2:]] == [(1, False), (2, False), (2, True)]
    assert "local:tiny is writing…" in shown(turns[3])
    assert "local:tiny is writing…" not in shown(turns[4])
    assert shown(turns[4]).index("It stops in ") < shown(turns[4]).index("The ferry to ")


def test_a_stop_keeps_what_was_written_so_far() -> None:
    *_, begun, _ = answered(Drafting(), "When?", [], drafting=True)
    stopped = stop(Chat("c", (begun,))).turns[0]
    assert stopped.done
    assert "It stops in " in shown(stopped)
    assert "is writing" not in shown(stopped)


def test_what_no_quote_supports_is_folded_away_and_shown_as_it_is() -> None:
    page = shown(turn(written("It stops in June.", dropped=(HOSTILE,))))
    assert "1 sentence by local:tiny is not shown: no quote supports it." in page
    assert '<details class="dropped">' in page
    assert "<script>" not in page
    assert "![i]" not in page


def test_when_nothing_is_supported_the_quotes_are_said_to_stand_alone() -> None:
    page = shown(turn(written(dropped=("It sinks.",))))
    assert "Not put into words by local:tiny: these are the quotes." in page
    assert "Quoted word for word" in page


def test_a_chat_that_the_browser_kept_has_what_was_written() -> None:
    one = turn(written("It stops in June.", dropped=("It sinks.",)))
    version = Version(1, FERRY, "2024-06-01T08:00:00+00:00", None, "current")
    told = json.loads(json.dumps({"id": "c", "turns": [turn_json(one)]}))
    back = chat_from(told, lambda _: (version,)).turns[0]
    assert shown(back) == shown(one)
    assert copied(back).startswith("It stops in June. [1]\n\nThe ferry to Holm")
