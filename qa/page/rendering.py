"""A chat and its sources as HTML; every text from outside goes through `text_of`."""

from collections.abc import Sequence

from qa.page.marking import DERIVED_NOTE, known, language, quoted, text_of, title
from qa.page.turns import Problem, Turn
from qa.replies import REFUSAL, Answer, Citation, Claim, Refusal, Reply
from qa.wording import VERDICTS, agreement, counted, name_of

MAX_ASKED_CHARS = 600


def welcome(examples: Sequence[str], failed: Problem | None = None) -> str:
    """What stands where a chat will be: questions to begin with, or why none can be answered."""
    offered = "".join(
        f'<li><button type="button" class="example" data-example="{text_of(one)}" dir="auto">'
        f"{text_of(one)}</button></li>"
        for one in examples
    )
    return (
        '<section class="welcome"><h2>Ask the articles</h2><p>Every answer is quoted from them, '
        "with its source. What they do not say is not answered.</p>"
        + (problem(failed) if failed else "")
        + (f'<ul class="examples" aria-label="Examples">{offered}</ul>' if offered else "")
        + "</section>"
    )


def transcript(turns: Sequence[Turn]) -> str:
    """The whole chat."""
    return "".join(_turn(n, turn) for n, turn in enumerate(turns, 1))


def _turn(n: int, turn: Turn) -> str:
    understood = (
        '<p class="understood">Understood as: '
        f'<span dir="auto">{text_of(turn.understood)}</span></p>'
        if turn.understood
        else ""
    )
    return (
        f'<section class="turn" id="turn-{n}" aria-label="Question {n}" '
        f'data-done="{str(turn.done).lower()}"><p class="asked" dir="auto">'
        f"{text_of(_cut(turn.question, MAX_ASKED_CHARS))}</p>{understood}{_found(n, turn)}"
        "</section>"
    )


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[:most].rstrip() + "…"


def _found(n: int, turn: Turn) -> str:
    if turn.problem:
        return problem(turn.problem)
    if isinstance(turn.reply, Refusal):
        return _refusal(n, turn.reply)
    if isinstance(turn.reply, Answer) and turn.shown:
        return _answer(n, turn, turn.reply)
    if turn.stopped:
        return '<div class="reply stopped"><p>Stopped.</p></div>'
    return waiting(turn.waiting)


def _answer(n: int, turn: Turn, answer: Answer) -> str:
    claims = "".join(
        _claim(n, turn, answer, claim, opening=claim is answer.opening)
        for claim in turn.said[: turn.shown]
    )
    stopped = '<p class="about">Stopped.</p>' if turn.stopped else ""
    searched = counted(answer.searched.articles, "article")
    about = (
        f'<p class="about">{text_of(_written(answer))} · searched {searched}'
        f" · {answer.seconds:.2f} s</p>"
        if turn.done and not turn.stopped
        else ""
    )
    return f'<div class="reply answer">{claims}{stopped}{about}</div>'


def _written(answer: Answer) -> str:
    """Whose words the answer is in."""
    if answer.writer != "quotes":
        return f"Written by {answer.writer}"
    if answer.opening:
        return "First line in our words, the rest word for word"
    return "Quoted word for word"


def _claim(n: int, turn: Turn, answer: Answer, claim: Claim, opening: bool) -> str:
    by_number = {one.n: one for one in answer.citations}
    markers = "".join(_marker(n, by_number[at]) for at in claim.citations)
    return (
        f'<div class="claim{" opening" if opening else ""}"><p dir="auto">'
        f"{text_of(claim.text)}&nbsp;{markers}</p>{_agreement(n, turn, answer, claim)}</div>"
    )


def _marker(turn: int, citation: Citation) -> str:
    article = citation.article
    name = ", ".join(value for value in (article.outlet, article.title) if value) or article.name
    return (
        f'<button type="button" class="cite" data-cite="{turn}-{citation.n}" '
        f'aria-label="Source {citation.n}: {text_of(name)}">&#91;{citation.n}&#93;</button>'
    )


def _agreement(n: int, turn: Turn, answer: Answer, claim: Claim) -> str:
    told = agreement(claim, turn.articles)
    if told is None:
        return ""
    tone, text = told
    by_number = {one.n: one for one in answer.citations}
    rows = []
    for one in claim.articles:
        marker = _marker(n, by_number[one.citation]) if one.citation in by_number else ""
        note = f': <span dir="auto">{text_of(one.note)}</span>' if one.note else ""
        rows.append(
            f'<li class="{one.verdict}"><span class="who" dir="auto">'
            f"{text_of(name_of(one.article, turn.articles))}</span> "
            f'<span class="verdict">{VERDICTS[one.verdict]}</span>{note} {marker}</li>'
        )
    return (
        f'<details class="agreement {tone}"><summary>{text_of(text)}</summary>'
        f"<ul>{''.join(rows)}</ul></details>"
    )


def _refusal(n: int, refusal: Refusal) -> str:
    closest = (
        f'<p><button type="button" class="plain" data-cite="{n}-1">See the closest passages'
        "</button></p>"
        if refusal.closest
        else ""
    )
    return (
        f'<div class="reply refusal"><p class="said">{text_of(REFUSAL)}</p>'
        f"<p>{text_of(refusal.scope)}</p>{closest}</div>"
    )


def waiting(what: str) -> str:
    """What is being done or waited for."""
    return f'<div class="reply waiting"><p>{text_of(what)}</p></div>'


def problem(what: Problem) -> str:
    """An error: about us, never about the news."""
    return (
        f'<div class="reply error" role="alert"><p class="said">{text_of(what.heading)}</p>'
        f'<p dir="auto">{text_of(_sentence(what.message))}</p></div>'
    )


def _sentence(message: str) -> str:
    return message[:1].upper() + message[1:] + ("" if message.endswith((".", "!", "?")) else ".")


def sources(turns: Sequence[Turn]) -> str:
    """The sources of every turn, the last one's in sight; a click on `[1]` brings others there."""
    sections = []
    for n, turn in enumerate(turns, 1):
        last = n == len(turns)
        sections.append(
            f'<section class="sources" data-turn="{n}"{"" if last else " hidden"}>'
            f"{_turn_sources(n, turn)}</section>"
        )
    return "".join(sections) or f'<section class="sources">{_no_sources()}</section>'


def _no_sources() -> str:
    return (
        '<h2>Sources</h2><p class="hint">The sources of an answer appear here, each with its '
        "quote.</p>"
    )


def _turn_sources(n: int, turn: Turn) -> str:
    if isinstance(turn.reply, Refusal):
        if not turn.reply.closest:
            return '<h2>Sources</h2><p class="hint">Nothing comes close to this question.</p>'
        return '<h2>Closest passages <span class="not">— not an answer</span></h2>' + _cards(
            n, turn.reply.closest, closest=True
        )
    if isinstance(turn.reply, Answer) and turn.shown:
        shown = {at for claim in turn.said[: turn.shown] for at in claim.citations}
        cited = [one for one in turn.reply.citations if one.n in shown or turn.done]
        return "<h2>Sources</h2>" + _cards(n, cited)
    return _no_sources()


def _cards(turn: int, citations: Sequence[Citation], closest: bool = False) -> str:
    cards = "".join(_card(turn, one, closest) for one in citations)
    derived = any(one.article.derived & {"outlet", "title", "published"} for one in citations)
    return cards + (f'<p class="hint">* {DERIVED_NOTE}.</p>' if derived else "")


def _card(turn: int, citation: Citation, closest: bool) -> str:
    article = citation.article
    number = (
        f'<span class="number">{citation.n}</span>'
        if closest
        else f'<button type="button" class="number" data-back="{turn}-{citation.n}" '
        f'aria-label="Back to the answer at {citation.n}">&#91;{citation.n}&#93;</button>'
    )
    link = (
        f' <a href="{text_of(article.url)}" target="_blank" rel="noopener noreferrer">'
        "On the web ↗</a>"
        if article.url
        else ""
    )
    return (
        f'<article class="source{" closest" if closest else ""}" id="source-{turn}-{citation.n}" '
        f'tabindex="-1"><header>{number}<p class="from">{known(article)}</p></header>'
        f'<h3 dir="auto">{title(article)}</h3>'
        f'<blockquote dir="auto"{language(article)}>{quoted(citation)}</blockquote>'
        f'<p class="acts"><button type="button" class="plain" data-open="{turn}-{citation.n}" '
        f'aria-label="Open the article of source {citation.n}">Open article</button>{link}</p>'
        "</article>"
    )


def cited(reply: Reply | None, n: int) -> Citation | None:
    """The n-th source or closest passage of a reply."""
    shown = reply.citations if isinstance(reply, Answer) else reply.closest if reply else ()
    return next((one for one in shown if one.n == n), None)
