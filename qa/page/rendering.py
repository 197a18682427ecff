"""A chat and its sources as HTML; every text from outside goes through `text_of`."""

from collections.abc import Sequence
from typing import Literal

from index.articles import Article, Span
from qa.page.marking import (
    DERIVED_NOTE,
    against,
    became,
    day,
    known,
    language,
    quoted,
    text_of,
    title,
    web_address,
)
from qa.page.turns import Chat, Problem, Turn
from qa.rating import MAX_REASON_CHARS
from qa.replies import REFUSAL, Answer, Citation, Claim, Refusal
from qa.wording import VERDICTS, agreement, counted, name_of, writing_notes

MAX_ASKED_CHARS = 600
MAX_PEEK_CHARS = 400


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


def tools() -> str:
    """The chats that the browser keeps, and this one to take along; the browser fills the list."""
    formats = "".join(
        f'<li><button type="button" class="plain" data-export="{name}">{label}</button></li>'
        for name, label in (("markdown", "Markdown"), ("html", "HTML"), ("json", "JSON"))
    )
    return (
        '<button type="button" popovertarget="chats-list">Chats</button>'
        '<div id="chats-list" class="tool" popover role="dialog" aria-label="Chats"><h2>Chats kept '
        'in this browser</h2><ul></ul><p class="none hint">None yet.</p>'
        '<p id="kept-note" role="status"></p></div>'
        '<button type="button" popovertarget="export-list">Export</button>'
        '<div id="export-list" class="tool" popover role="dialog" aria-label="Export this chat">'
        f"<h2>This chat with all its sources</h2><ul>{formats}</ul></div>"
    )


def earlier(chat: Chat) -> str:
    """All turns of a chat but the last, which alone changes while it is answered."""
    return "".join(_turn(n, turn) for n, turn in enumerate(chat.turns[:-1], 1))


def latest(chat: Chat) -> str:
    """The last turn of a chat."""
    return _turn(len(chat.turns), chat.turns[-1]) if chat.turns else ""


def editing(chat: Chat) -> str:
    """That a question is put anew, and what becomes of the rest."""
    if not chat.editing:
        return ""
    later = len(chat.turns) - chat.editing
    rest = f" and the {counted(later, 'question')} after it" if later else ""
    return (
        f'<p class="editing" role="status">Asking replaces question {chat.editing}{rest}. '
        '<button type="button" class="plain" data-keep="1">Leave it as it is</button></p>'
    )


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
        f"{_acts(n, turn)}</section>"
    )


def _acts(n: int, turn: Turn) -> str:
    """What can be done with a finished turn."""
    if not turn.done:
        return ""
    edit = f'<button type="button" data-edit="{n}">Edit question</button>'
    if turn.reply is None:
        return f'<div class="turn-acts">{edit}</div>'
    votes = "".join(
        f'<button type="button" data-rate="{rating}" data-turn="{n}" '
        f'aria-pressed="{str(turn.rating == rating).lower()}">{label}</button>'
        for rating, label in (("good", "Good answer"), ("bad", "Bad answer"))
    )
    return (
        f'<div class="turn-acts">{edit}<button type="button" data-copy="{n}">Copy</button>{votes}'
        f'<form class="why" data-why="{n}"{"" if turn.rating else " hidden"}>'
        f'<input name="reason" maxlength="{MAX_REASON_CHARS}" value="{text_of(turn.reason)}" '
        'placeholder="Why? (optional)" aria-label="Why? (optional)" autocomplete="off">'
        '<button type="submit">Send</button><span class="sent" role="status"></span></form></div>'
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
    written = answer.written.sentences if answer.written else ()
    first = (answer.opening, *written)
    claims = "".join(
        _claim(n, turn, answer, claim, opening=claim in first) for claim in turn.said[: turn.shown]
    )
    if not answer.complete and not turn.stopped and answer.written:
        told = f"{answer.written.by} is writing…"
        claims = f'<p class="writing" role="status">{text_of(told)}</p>{claims}'
    stopped = '<p class="about">Stopped.</p>' if turn.stopped else ""
    searched = counted(answer.searched.articles, "article")
    searched += f" {answer.searched.within}" if answer.searched.within else ""
    about = (
        f'<p class="about">{text_of(_written(answer))} · searched {text_of(searched)}'
        f" · {round(answer.seconds, 4):.2f} s</p>"
        if turn.done and not turn.stopped
        else ""
    )
    return f'<div class="reply answer">{claims}{stopped}{_notes(answer)}{about}</div>'


def _notes(answer: Answer) -> str:
    """What is said of a language model's part, with the sentences that are not shown, folded."""
    notes = [text_of(note) for note in writing_notes(answer)]
    if not notes or answer.written is None:
        return ""
    *others, last = notes
    told = "".join(f'<p class="note" dir="auto">{one}</p>' for one in others)
    if not answer.written.dropped:
        return f'{told}<p class="note" dir="auto">{last}</p>'
    rows = "".join(f'<li dir="auto">{text_of(one)}</li>' for one in answer.written.dropped)
    return (
        f'{told}<details class="dropped"><summary>{last}</summary><p class="hint">None of it is '
        f"an answer.</p><ul>{rows}</ul></details>"
    )


def _written(answer: Answer) -> str:
    """Whose words the answer is in."""
    if answer.written and answer.written.sentences:
        return f"In the words of {answer.written.by}, held against the quotes below them"
    if answer.opening:
        return "First line in our words, the rest word for word"
    return "Quoted word for word"


def _claim(n: int, turn: Turn, answer: Answer, claim: Claim, opening: bool) -> str:
    by_number = {one.n: one for one in answer.citations}
    markers = "".join(_marker(n, by_number[at]) for at in claim.citations)
    rest, space, last = claim.text.rpartition(" ")
    return (
        f'<div class="claim{" opening" if opening else ""}"><p dir="auto">'
        # The markers stay with the last word.
        f'{text_of(rest + space)}<span class="end">{text_of(last)} {markers}</span></p>'
        f"{_agreement(n, turn, answer, claim)}</div>"
    )


def _marker(turn: int, citation: Citation) -> str:
    article = citation.article
    name = ", ".join(value for value in (article.outlet, article.title) if value) or article.name
    when = day(article.published) if article.published else "no date"
    quote = _cut(" ".join(citation.quote.split()), MAX_PEEK_CHARS)
    return (
        f'<button type="button" class="cite" data-cite="{turn}-{citation.n}" '
        f'data-from="{text_of(article.outlet or article.name)} · {when}" '
        f'data-quote="{text_of(quote)}" '
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
        quote = (
            f'<q dir="auto">{against(claim.text, by_number[one.citation].quote)}</q>'
            if one.verdict == "differs" and one.citation in by_number
            else ""
        )
        rows.append(
            f'<li class="{one.verdict}"><span class="who" dir="auto">'
            f"{text_of(name_of(one.article, turn.articles))}</span> "
            f'<span class="verdict">{VERDICTS[one.verdict]}</span>{note} {marker}{quote}</li>'
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


def sources(chat: Chat, n: int | None = None) -> str:
    """The sources of the `n`-th turn, of the last one if not named."""
    n = len(chat.turns) if n is None else n
    turn = chat.turn(n)
    if turn is None:
        return f'<section class="sources">{_no_sources()}</section>'
    asked = (
        f'<p class="hint of" dir="auto">Question {n}: {text_of(_cut(turn.question, 120))}</p>'
        if n < len(chat.turns)
        else ""
    )
    return f'<section class="sources" data-turn="{n}">{_turn_sources(n, turn, asked)}</section>'


def _no_sources() -> str:
    return (
        '<h2>Sources</h2><p class="hint">The sources of an answer appear here, each with its '
        "quote.</p>"
    )


def _turn_sources(n: int, turn: Turn, asked: str) -> str:
    if isinstance(turn.reply, Refusal):
        if not turn.reply.closest:
            return (
                f'<h2>Sources</h2>{asked}<p class="hint">Nothing comes close to this question.</p>'
            )
        return (
            f'<h2>Closest passages <span class="not">— not an answer</span></h2>{asked}'
            + _cards(n, turn, turn.reply.closest, "closest")
        )
    if isinstance(turn.reply, Answer) and turn.shown:
        shown = {at for claim in turn.said[: turn.shown] for at in claim.citations}
        cited = [one for one in turn.reply.citations if one.n in shown or turn.done]
        return f"<h2>Sources</h2>{asked}" + _cards(n, turn, cited) + _looked_at(n, turn)
    return _no_sources()


def _looked_at(n: int, turn: Turn) -> str:
    """What was read for an answer and is not cited, folded."""
    if not isinstance(turn.reply, Answer) or not turn.done or not turn.reply.looked_at:
        return ""
    looked_at = turn.reply.looked_at
    return (
        f'<details class="looked"><summary>{counted(len(looked_at), "passage")} looked at besides '
        f"</summary>{_cards(n, turn, looked_at, 'looked')}</details>"
    )


def _cards(
    n: int, turn: Turn, citations: Sequence[Citation], kind: Literal["", "closest", "looked"] = ""
) -> str:
    cards = "".join(_card(n, turn, one, kind) for one in citations)
    derived = any(one.article.derived & {"outlet", "title", "published"} for one in citations)
    return cards + (f'<p class="hint">* {DERIVED_NOTE}.</p>' if derived else "")


def _card(n: int, turn: Turn, citation: Citation, kind: str) -> str:
    article = citation.article
    number = (
        f'<span class="number">{citation.n}</span>'
        if kind
        else f'<button type="button" class="number" data-back="{n}-{citation.n}" '
        f'aria-label="Back to the answer at {citation.n}">&#91;{citation.n}&#93;</button>'
    )
    url = web_address(article.url)
    link = (
        f' <a href="{text_of(url)}" target="_blank" rel="noopener noreferrer">On the web ↗</a>'
        if url
        else ""
    )
    source = f"passage {citation.n} besides" if kind == "looked" else f"source {citation.n}"
    version = turn.outdated.get(article) if turn.outdated else None
    since = f'<p class="since">{became(version)}</p>' if version else ""
    acts = (
        '<span class="unknown">No text of this article has the quote any more.</span>'
        if article.name in turn.gone
        else f'<button type="button" class="plain" data-open="{n}-{kind[:1]}{citation.n}" '
        f'aria-label="Open article: that of {source}">Open article</button>'
    )
    return (
        f'<article class="source {"closest" if kind else ""}" '
        f'id="{"looked" if kind == "looked" else "source"}-{n}-{citation.n}" '
        f'tabindex="-1"><header>{number}<p class="from">{known(article)}</p></header>'
        f'<h3 dir="auto">{title(article)}</h3>'
        f'<blockquote dir="auto"{language(article)}>{quoted(citation)}</blockquote>'
        f'{since}<p class="acts">{acts}{link}</p></article>'
    )


def cited(turn: Turn, key: str) -> Citation | None:
    """The source that a button names: its number, behind an `l` that of a passage looked at."""
    reply = turn.reply
    shown: Sequence[Citation] = ()
    if isinstance(reply, Answer):
        shown = reply.looked_at if key.startswith("l") else reply.citations
    elif isinstance(reply, Refusal):
        shown = reply.closest
    return next((one for one in shown if str(one.n) == key.lstrip("lc")), None)


def quotes_in(turn: Turn, article: Article) -> list[Span]:
    """Everything that a turn's answer quotes from an article, in the order of its text."""
    if not isinstance(turn.reply, Answer):
        return []
    spans = {one.span for one in turn.reply.citations if one.article == article}
    return sorted(spans, key=lambda span: span.start)
