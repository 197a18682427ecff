"""A chat as JSON, as the browser keeps it and exports tell it, and read back from there.

What comes back from a browser is checked here, once: quotes are held against the articles, and
an article changed since is cited as it was. Where no text of it has the quote, that alone stands.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, cast

from index.articles import Article, Span
from index.history import Version, quoted_version
from qa.contract import known_json, reply_json
from qa.page.turns import Chat, Problem, Turn
from qa.rating import Rating
from qa.replies import (
    Answer,
    ArticleVerdict,
    Citation,
    Claim,
    Refusal,
    Reply,
    Searched,
    Verdict,
    Written,
    cite,
)
from qa.scoping import scope_from, scope_json

Json = dict[str, Any]
Versions = Callable[[str], Sequence[Version]]
"""Every text that was indexed under a name; none where none was."""

MAX_TURNS = 1_000


class UnreadableChat(Exception):
    """What a browser kept as a chat is none."""


def turn_json(turn: Turn) -> Json:
    """Everything that is shown of a turn, with every citation."""
    if turn.kept is not None:
        return dict(turn.kept)
    told: Json = {"question": turn.question, "standalone": turn.standalone, "answered": None}
    if turn.reply:
        told |= reply_json(turn.reply)
        told["names"] = [known_json(one) for one in turn.articles.values()]
        told["published"] = (
            [day.isoformat() for day in turn.reply.published]
            if isinstance(turn.reply, Refusal) and turn.reply.published
            else None
        )
        told["asked_in"] = turn.reply.asked_in if isinstance(turn.reply, Refusal) else None
    return told | {
        "shown": turn.shown,
        "stopped": turn.stopped,
        "problem": [turn.problem.heading, turn.problem.message] if turn.problem else None,
        "scope": scope_json(turn.scope),
        "rating": turn.rating,
        "reason": turn.reason,
    }


def kept(chat: Chat, n: int | None = None) -> Json | None:
    """What the browser is to keep anew: the `n`-th turn, the last if not named."""
    if not chat.id:
        return None
    n = len(chat.turns) if n is None else n
    turn = chat.turn(n)
    return {
        "chat": chat.id,
        "count": len(chat.turns),
        "n": n,
        "turn": turn_json(turn) if turn and turn.done else None,
    }


def chat_from(told: Any, versions: Versions) -> Chat:
    """A chat as a browser kept it. Raises UnreadableChat."""
    try:
        turns = told["turns"]
        if not isinstance(turns, list) or len(turns) > MAX_TURNS:
            raise ValueError(f"turns: {type(turns).__name__}")
        return Chat(_text(told["id"]), tuple(_turn(one, versions) for one in turns))
    except Exception as cause:
        raise UnreadableChat("this chat cannot be read; delete it from the list") from cause


def filters(chat: Chat) -> tuple[list[str], str | None, str | None]:
    """Outlets, first and last day to which the last question of a chat was narrowed."""
    told = scope_json(chat.turns[-1].scope) if chat.turns else None
    return (told["outlets"], told["first"], told["last"]) if told else ([], None, None)


def _turn(told: Any, versions: Versions) -> Turn:
    gone: set[str] = set()
    outdated: dict[Article, Version] = {}

    def found(name: str, quote: str, about: Mapping[str, Any]) -> tuple[Article, Span]:
        start, end = int(about["start"]), int(about["end"])
        version = quoted_version(versions(name), quote, start)
        if version and 0 <= start < end == start + len(quote):
            if version.state != "current":
                outdated[version.article] = version
            return version.article, Span(start, end)
        gone.add(name)
        return _known(about, quote), Span(0, len(quote))

    reply = _reply(told, found) if told.get("answered") is not None else None
    problem = told.get("problem")
    rating = told.get("rating")
    if rating not in {None, "good", "bad"}:
        raise ValueError(rating)
    articles = (
        {one.name: one for one in (_known(known, known["article"]) for known in told["names"])}
        if reply
        else {}
    )
    return Turn(
        question=_text(told["question"]),
        standalone=_maybe(told.get("standalone")),
        reply=reply,
        shown=int(told["shown"]),
        articles=articles,
        problem=Problem(_text(problem[0]), _text(problem[1])) if problem else None,
        stopped=bool(told["stopped"]),
        scope=scope_from(told.get("scope")),
        rating=cast("Rating | None", rating),
        reason=_text(told.get("reason") or ""),
        gone=frozenset(gone),
        outdated=outdated,
        kept=told,
    )


Found = Callable[[str, str, Mapping[str, Any]], tuple[Article, Span]]


def _reply(told: Mapping[str, Any], found: Found) -> Reply:
    question, standalone = _text(told["question"]), _text(told["standalone"])
    index = told["index"]
    searched = Searched(
        int(index["generation"]),
        int(index["articles"]),
        int(index["passages"]),
        _maybe(index.get("within")),
    )
    writer, seconds = _text(told["writer"]), float(told["seconds"])
    if not told["answered"]:
        days = told.get("published")
        return Refusal(
            question,
            standalone,
            _citations(told["closest"], found),
            searched,
            (date.fromisoformat(days[0]), date.fromisoformat(days[1])) if days else None,
            writer,
            seconds,
            _maybe(told.get("asked_in")),
        )
    return Answer(
        question,
        standalone,
        _claim(told["opening"]) if told["opening"] else None,
        tuple(_claim(one) for one in told["claims"]),
        _citations(told["citations"], found),
        searched,
        writer,
        seconds,
        _citations(told.get("looked_at") or [], found),
        _written(told["written"]) if told.get("written") else None,
    )


def _written(told: Mapping[str, Any]) -> Written:
    return Written(
        _text(told["by"]),
        tuple(_claim(one) for one in told["sentences"]),
        tuple(_text(one) for one in told["dropped"]),
        _maybe(told.get("problem")),
    )


def _citations(told: Sequence[Mapping[str, Any]], found: Found) -> tuple[Citation, ...]:
    citations = []
    for one in told:
        quote = _text(one["quote"])
        place = found(_text(one["article"]), quote, one)
        citations.append(cite(int(one["n"]), *place))
    return tuple(citations)


def _claim(told: Mapping[str, Any]) -> Claim:
    verdicts = []
    for one in told["articles"]:
        if one["verdict"] not in {"supports", "silent", "differs"}:
            raise ValueError(one["verdict"])
        n = one.get("citation")
        verdicts.append(
            ArticleVerdict(
                _text(one["article"]),
                cast("Verdict", one["verdict"]),
                None if n is None else int(n),
                _maybe(one.get("note")),
                _maybe(one.get("copy_of")),
            )
        )
    return Claim(_text(told["text"]), tuple(int(n) for n in told["citations"]), tuple(verdicts))


def _known(told: Mapping[str, Any], text: str) -> Article:
    """What is known of an article, with a text that stands for it."""
    day = told.get("published")
    return Article(
        name=_text(told["article"]),
        text=text,
        title=_maybe(told.get("title")),
        outlet=_maybe(told.get("outlet")),
        published=date.fromisoformat(day) if day else None,
        url=_maybe(told.get("url")),
        language=_maybe(told.get("language")),
        kind=_maybe(told.get("kind")),
        derived=frozenset(told.get("derived") or ()),
    )


def _text(told: object) -> str:
    if not isinstance(told, str):
        raise ValueError(f"no text: {told!r}")
    return told


def _maybe(told: object) -> str | None:
    return None if told is None else _text(told)
