"""Turns, sources, articles and reports as HTML. Every text from outside is escaped by `text_of`."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from html import escape

from index.articles import Article, Derivable, Span
from index.indexing import Report
from index.storing import Skipped
from qa.page.turns import Problem, Turn
from qa.page.uploading import Taken
from qa.page.wording import VERDICTS, agreement, counted, name_of
from qa.replies import REFUSAL, Answer, Citation, Claim, Refusal, Reply

MAX_PARAGRAPH_CHARS = 900
MAX_ROWS = 200
DERIVED_NOTE = "Worked out from the article’s text, not stated with it"

# Characters that mean something to HTML, to Markdown or to a template become references, so that
# no later reader of this HTML can take them for its own syntax.
_MEANINGFUL = {ord(c): f"&#{ord(c)};" for c in "`$\\{}*_[]~|"}
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def text_of(text: str) -> str:
    """Any text so that HTML shows it literally, between tags or in a quoted attribute."""
    return escape(text).translate(_MEANINGFUL)


# The chat


def transcript(turns: Sequence[Turn], examples: Sequence[str]) -> str:
    """The whole chat; when it is empty, questions to begin with."""
    if not turns:
        return _welcome(examples)
    return "".join(_turn(n, turn) for n, turn in enumerate(turns, 1))


def _welcome(examples: Sequence[str]) -> str:
    offered = "".join(
        f'<li><button type="button" class="example" data-example="{text_of(one)}" dir="auto">'
        f"{text_of(one)}</button></li>"
        for one in examples
    )
    return (
        '<section class="welcome"><h2>Ask the articles</h2><p>Every answer is quoted from them, '
        "with its source. What they do not say is not answered.</p>"
        + (f'<ul class="examples" aria-label="Examples">{offered}</ul>' if offered else "")
        + "</section>"
    )


def _turn(n: int, turn: Turn) -> str:
    understood = (
        f'<p class="understood">Understood as: <span dir="auto">{text_of(turn.understood)}</span></p>'
        if turn.understood
        else ""
    )
    return (
        f'<section class="turn" id="turn-{n}" aria-label="Question {n}" '
        f'data-done="{str(turn.done).lower()}"><p class="asked" dir="auto">'
        f"{text_of(turn.question)}</p>{understood}{_found(n, turn)}</section>"
    )


def _found(n: int, turn: Turn) -> str:
    if turn.problem:
        return problem(turn.problem)
    if isinstance(turn.reply, Refusal):
        return _refusal(n, turn.reply)
    if isinstance(turn.reply, Answer) and turn.shown:
        return _answer(n, turn, turn.reply)
    if turn.stopped:
        return '<div class="reply stopped"><p>Stopped.</p></div>'
    return f'<div class="reply waiting"><p>{text_of(turn.waiting)}</p></div>'


def _answer(n: int, turn: Turn, answer: Answer) -> str:
    claims = "".join(_claim(n, turn, answer, claim) for claim in answer.claims[: turn.shown])
    stopped = '<p class="about">Stopped.</p>' if turn.stopped else ""
    by = "in the articles’ words" if answer.writer == "quotes" else f"written by {answer.writer}"
    about = (
        f'<p class="about">{text_of(by)} · searched {counted(answer.searched.articles, "article")}'
        f" · {answer.seconds:.2f} s</p>"
        if turn.done and not turn.stopped
        else ""
    )
    return f'<div class="reply answer">{claims}{stopped}{about}</div>'


def _claim(n: int, turn: Turn, answer: Answer, claim: Claim) -> str:
    by_number = {one.n: one for one in answer.citations}
    markers = "".join(_marker(n, by_number[at]) for at in claim.citations)
    return (
        f'<div class="claim"><p dir="auto">{text_of(claim.text)}&nbsp;{markers}</p>'
        f"{_agreement(n, turn, answer, claim)}</div>"
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


def problem(what: Problem) -> str:
    """An error: about us, never about the news."""
    return (
        f'<div class="reply error" role="alert"><p class="said">{text_of(what.heading)}</p>'
        f'<p dir="auto">{text_of(_sentence(what.message))}</p></div>'
    )


def _sentence(message: str) -> str:
    return message[:1].upper() + message[1:] + ("" if message.endswith((".", "!", "?")) else ".")


# The sources beside it


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
    return '<h2>Sources</h2><p class="hint">The sources of an answer appear here, each with its quote.</p>'


def _turn_sources(n: int, turn: Turn) -> str:
    if isinstance(turn.reply, Refusal):
        if not turn.reply.closest:
            return '<h2>Sources</h2><p class="hint">Nothing comes close to this question.</p>'
        return '<h2>Closest passages <span class="not">— not an answer</span></h2>' + _cards(
            n, turn.reply.closest, closest=True
        )
    if isinstance(turn.reply, Answer) and turn.shown:
        shown = {at for claim in turn.reply.claims[: turn.shown] for at in claim.citations}
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
        f'<h3 dir="auto">{_title(article)}</h3>'
        f'<blockquote dir="auto"{_language(article)}>{quoted(citation)}</blockquote>'
        f'<p class="acts"><button type="button" class="plain" data-open="{turn}-{citation.n}" '
        f'aria-label="Open the article of source {citation.n}">Open article</button>{link}</p></article>'
    )


def known(article: Article) -> str:
    """Outlet, date and kind of an article; what was derived is marked."""
    told = []
    if article.outlet:
        told.append(
            f'<span class="outlet" dir="auto">{_derived(article, "outlet", article.outlet)}</span>'
        )
    told.append(
        f'<time datetime="{article.published.isoformat()}">'
        f"{_derived(article, 'published', day(article.published))}</time>"
        if article.published
        else '<span class="unknown">no date</span>'
    )
    if article.kind:
        told.append(_badge(article.kind))
    return " ".join(told)


def _badge(kind: str) -> str:
    meaning = ' title="A summary of the article, not its own words"' if kind == "summary" else ""
    return f'<span class="badge"{meaning}>{text_of(kind)}</span>'


def _title(article: Article) -> str:
    if article.title:
        return _derived(article, "title", article.title)
    return text_of(article.name)


def _derived(article: Article, name: Derivable, value: str) -> str:
    if name not in article.derived:
        return text_of(value)
    star = f'<abbr class="derived" title="{DERIVED_NOTE}">*</abbr>'
    return f"{text_of(value)}{star}"


def day(published: date) -> str:
    """A day as it reads anywhere: 13 March 2023."""
    return f"{published.day} {published:%B %Y}"


def _language(article: Article) -> str:
    told = article.language or ""
    return f' lang="{told}"' if _LANGUAGE.fullmatch(told) else ""


def quoted(citation: Citation) -> str:
    """The paragraph around a quote, the quote marked; cut where the paragraph is very long."""
    text, span = citation.article.text, citation.span
    start = text.rfind("\n", 0, span.start) + 1
    end = text.find("\n", span.end)
    end = len(text) if end < 0 else end
    room = max(0, MAX_PARAGRAPH_CHARS - (span.end - span.start)) // 2
    first, last = max(start, span.start - room), min(end, span.end + room)
    if first > start:
        space = text.find(" ", first, span.start)
        first = space + 1 if space >= 0 else first
    if last < end:
        space = text.rfind(" ", span.end, last)
        last = space if space >= 0 else last
    return (
        ("… " if first > start else "")
        + _marked(text, Span(first, last), span)
        + (" …" if last < end else "")
    )


def _marked(text: str, piece: Span, mark: Span | None) -> str:
    """A piece of a text as HTML with what of it is marked; line breaks stay line breaks."""
    if mark is None or mark.end <= piece.start or piece.end <= mark.start:
        return text_of(piece.of(text))
    first, last = max(piece.start, mark.start), min(piece.end, mark.end)
    inside = text_of(text[first:last]).replace("\n", "<br>")
    return f"{text_of(text[piece.start : first])}<mark>{inside}</mark>{text_of(text[last : piece.end])}"


# An article


def article_view(article: Article, mark: Span | None = None) -> str:
    """A whole article in a dialog, the quote marked."""
    paragraphs = []
    at = 0
    for line in article.text.splitlines(keepends=True):
        start, at = at, at + len(line)
        stripped = line.strip()
        if not stripped:
            continue
        begin = start + line.index(stripped)
        shown = _marked(article.text, Span(begin, begin + len(stripped)), mark)
        heads = not paragraphs and article.title == stripped
        paragraphs.append(f'<h2 dir="auto">{shown}</h2>' if heads else f'<p dir="auto">{shown}</p>')
    heading = "" if paragraphs[0].startswith("<h2") else f'<h2 dir="auto">{_title(article)}</h2>'
    derived = (
        f'<p class="hint">* {DERIVED_NOTE}.</p>' if "*</abbr>" in known(article) + heading else ""
    )
    summary = (
        '<p class="hint">This is a summary of the article, not its own words.</p>'
        if article.kind == "summary"
        else ""
    )
    return (
        f'<dialog class="article" aria-label="{text_of(article.title or article.name)}">'
        f'<header><p class="from">{known(article)}</p><button type="button" class="plain" '
        f'data-close aria-label="Close the article">Close</button></header>'
        f'<div class="text" tabindex="0"{_language(article)}>{heading}{"".join(paragraphs)}'
        f'</div><footer>{summary}{derived}<p class="hint file">{text_of(article.name)}</p></footer>'
        "</dialog>"
    )


def problem_view(what: Problem) -> str:
    """A problem in the place of an article."""
    return (
        f'<dialog class="article" aria-label="Problem"><header><p class="from"></p><button '
        'type="button" class="plain" data-close aria-label="Close">Close</button></header>'
        f'<div class="text">{problem(what)}</div></dialog>'
    )


# The Articles tab


def listing(
    articles: Sequence[Article],
    passages: Mapping[str, int],
    skipped: Sequence[Skipped],
    wanted: str = "",
) -> str:
    """What is indexed, narrowed to what has the wanted words, and the files that were skipped."""
    found = [one for one in articles if _matches(one, wanted)]
    rows = "".join(_row(one, passages.get(one.name, 0)) for one in found[:MAX_ROWS])
    more = (
        f'<p class="hint">The first {MAX_ROWS} of {len(found):,} are shown; narrow the list.</p>'
        if len(found) > MAX_ROWS
        else ""
    )
    derived = f'<p class="hint">* {DERIVED_NOTE}.</p>' if "*</abbr>" in rows else ""
    table = (
        '<table class="articles"><thead><tr><th scope="col">Outlet</th><th scope="col">Title</th>'
        '<th scope="col">Date</th><th scope="col">Language</th><th scope="col">Passages</th></tr>'
        f"</thead><tbody>{rows}</tbody></table>"
        if rows
        else f'<p class="hint">{"No article has these words." if articles else "No article is indexed yet."}</p>'
    )
    return table + more + derived + _skipped(skipped)


def _matches(article: Article, wanted: str) -> bool:
    told = " ".join(filter(None, (article.outlet, article.title, article.name, article.language)))
    date = article.published.isoformat() if article.published else ""
    return all(word in f"{told} {date}".casefold() for word in wanted.casefold().split())


def _row(article: Article, passages: int) -> str:
    unknown = '<span class="unknown">unknown</span>'
    outlet = _derived(article, "outlet", article.outlet) if article.outlet else unknown
    published = (
        f'<time datetime="{article.published.isoformat()}">'
        f"{_derived(article, 'published', day(article.published))}</time>"
        if article.published
        else unknown
    )
    language = _derived(article, "language", article.language) if article.language else unknown
    badge = f" {_badge(article.kind)}" if article.kind else ""
    return (
        f'<tr><td data-label="Outlet" dir="auto">{outlet}</td><td data-label="Title" class="title">'
        f'<button type="button" class="plain" data-article="{text_of(article.name)}" dir="auto">'
        f'{_title(article)}</button>{badge}<span class="file">{text_of(article.name)}</span></td>'
        f'<td data-label="Date">{published}</td><td data-label="Language">{language}</td>'
        f'<td data-label="Passages" class="count">{passages:,}</td></tr>'
    )


def _skipped(skipped: Sequence[Skipped]) -> str:
    if not skipped:
        return ""
    rows = "".join(
        f'<li><span class="file" dir="auto">{text_of(one.file)}</span> {text_of(one.reason)}</li>'
        for one in skipped[:MAX_ROWS]
    )
    return (
        f'<section class="skipped"><h3>{counted(len(skipped), "file")} skipped</h3>'
        f"<ul>{rows}</ul></section>"
    )


def report(done: Report | None, taken: Sequence[Taken] = (), failed: Problem | None = None) -> str:
    """What became of the uploaded files, and what a run of indexing did."""
    parts = [
        f'<p class="{"taken" if one.name else "left"}"><span class="file" dir="auto">'
        f"{text_of(one.file)}</span> {text_of(one.note)}</p>"
        for one in taken
    ]
    if failed:
        parts.append(problem(failed))
    if done:
        changes = [
            ("added", done.added),
            ("changed", done.changed),
            ("removed", done.removed),
        ]
        told = ", ".join(f"{len(names):,} {word}" for word, names in changes)
        parts.append(
            f'<p class="did">{told}, {done.unchanged:,} unchanged, {len(done.skipped):,} skipped; '
            f"{counted(done.passages, 'passage')} in {done.seconds:.1f} s</p>"
        )
        for word, names in changes:
            parts += [
                f'<p><span class="verb">{word}</span> <span class="file">{text_of(name)}</span></p>'
                for name in names[:20]
            ]
            if len(names) > 20:
                parts.append(f"<p>and {len(names) - 20:,} more {word}</p>")
    return f'<div class="report" role="status">{"".join(parts)}</div>' if parts else ""


def state_line(phase: str, text: str) -> str:
    """How ready the index is."""
    shown = f"Not ready: {text_of(_sentence(text))}" if phase == "failed" else text_of(text)
    return f'<p class="state {phase}" role="status">{shown}</p>'


def cited(reply: Reply | None, n: int) -> Citation | None:
    """The n-th source or closest passage of a reply."""
    shown = reply.citations if isinstance(reply, Answer) else reply.closest if reply else ()
    return next((one for one in shown if one.n == n), None)
