"""Chats to take along: Markdown, HTML and JSON with every citation, and an answer to paste.

All are made from the JSON of `qa.page.chats`, so that what left an index long ago is told as it
was quoted.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from qa.page.chats import turn_json
from qa.page.marking import text_of, web_address
from qa.page.turns import Chat, Turn

Format = Literal["markdown", "html", "json"]
Told = Mapping[str, Any]

SUFFIXES: dict[Format, str] = {"markdown": "md", "html": "html", "json": "json"}
FORMATS = tuple(SUFFIXES)
TYPES: dict[Format, str] = {
    "markdown": "text/markdown",
    "html": "text/html",
    "json": "application/json",
}
_STYLE = (
    "body{max-width:44em;margin:2em auto;padding:0 1em;font:17px/1.6 Georgia,serif}"
    "h2{font-size:1.1em;margin-top:2em}small,cite{color:#555;font-style:normal}"
    "blockquote{margin:.3em 0;padding-left:.8em;border-left:3px solid #ccc}"
    "code{font-size:.8em;overflow-wrap:anywhere}li{margin-bottom:.8em}"
)


def export(chat: Chat, format: Format, now: datetime) -> dict[str, str]:
    """A file for the browser to save: its name, type and text."""
    turns = [turn_json(turn) for turn in chat.turns]
    text = {"markdown": markdown, "html": html, "json": as_json}[format](turns, now)
    return {
        "name": f"{_slug(turns[0]['question'] if turns else 'chat')}.{SUFFIXES[format]}",
        "type": TYPES[format],
        "text": text,
    }


def as_json(turns: Sequence[Told], now: datetime) -> str:
    told = {"exported": now.isoformat(timespec="seconds"), "turns": list(turns)}
    return json.dumps(told, ensure_ascii=False, indent=1)


def markdown(turns: Sequence[Told], now: datetime) -> str:
    """With the sources of every answer as footnotes."""
    parts = [f"# Questions to the articles, {now:%Y-%m-%d %H:%M}"]
    for at, turn in enumerate(turns, 1):
        parts.append(f"## {_literal(turn['question'])}")
        if turn["standalone"] and turn["standalone"] != " ".join(turn["question"].split()):
            parts.append(f"*Understood as: {_literal(turn['standalone'])}*")
        for text, numbers in _said(turn):
            markers = "".join(f"[^{at}-{n}]" for n in numbers)
            parts.append(f"{_literal(text)} {markers}".rstrip())
        if about := _searched(turn):
            parts.append(f"*{_literal(about)}*")
        if closest := turn.get("closest"):
            parts.append("Closest passages, not an answer:")
            parts += [f"{one['n']}. {_source(one, _literal)}" for one in closest]
        parts += [
            f"[^{at}-{one['n']}]: {_source(one, _literal)}" for one in turn.get("citations") or ()
        ]
    return "\n\n".join(parts) + "\n"


def html(turns: Sequence[Told], now: datetime) -> str:
    """A page by itself, that asks no other host for anything and runs nothing."""
    parts = []
    for at, turn in enumerate(turns, 1):
        parts.append(f'<section><h2 dir="auto">{text_of(turn["question"])}</h2>')
        if turn["standalone"] and turn["standalone"] != " ".join(turn["question"].split()):
            parts.append(f"<p><small>Understood as: {text_of(turn['standalone'])}</small></p>")
        for text, numbers in _said(turn):
            markers = "".join(f'<a href="#source-{at}-{n}">[{n}]</a>' for n in numbers)
            parts.append(f'<p dir="auto">{text_of(text)} {markers}</p>')
        if about := _searched(turn):
            parts.append(f"<p><small>{text_of(about)}</small></p>")
        closest, cited = turn.get("closest") or (), turn.get("citations") or ()
        if closest:
            parts.append("<p>Closest passages, not an answer:</p>")
        if shown := cited or closest:
            rows = "".join(
                f'<li id="source-{at}-{one["n"]}" value="{int(one["n"])}">{_card(one)}</li>'
                for one in shown
            )
            parts.append(f"<ol>{rows}</ol>")
        parts.append("</section>")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta '
        'http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src '
        "'unsafe-inline'\"><title>Questions to the articles</title>"
        f"<style>{_STYLE}</style></head><body><h1>Questions to the articles</h1>"
        f"<p><small>{now:%Y-%m-%d %H:%M}</small></p>{''.join(parts)}</body></html>"
    )


def copied(turn: Turn) -> str:
    """An answer or a refusal to paste elsewhere, its sources as footnotes."""
    told = turn_json(turn)
    parts = [
        f"{text} {''.join(f'[{n}]' for n in numbers)}".rstrip() for text, numbers in _said(told)
    ]
    notes = [f"[{one['n']}] {_source(one, str)}" for one in told.get("citations") or ()]
    return "\n\n".join(parts) + ("\n\n" + "\n".join(notes) if notes else "")


def _said(turn: Told) -> list[tuple[str, list[int]]]:
    """The paragraphs of a reply with their sources."""
    if turn["problem"]:
        heading, message = turn["problem"]
        return [(f"{heading}: {message}", [])]
    if turn["answered"] is None:
        return [("Stopped.", [])]
    if not turn["answered"]:
        return [(turn["text"], [])]
    opening = [turn["opening"]] if turn["opening"] else []
    written = (turn.get("written") or {}).get("sentences")
    said = [*(written or opening), *turn["claims"]]
    return [(claim["text"], claim["citations"]) for claim in said]


def _searched(turn: Told) -> str | None:
    if not turn["answered"]:
        return None  # a refusal says so itself
    count = turn["index"]["articles"]
    within = f" {turn['index']['within']}" if turn["index"].get("within") else ""
    return f"Searched {count} article{'s' if count != 1 else ''}{within}."


def _source(one: Told, shown: Any) -> str:
    """A citation in a line: who, what, when, the quote and where exactly it stands."""
    known = [one["outlet"], one["title"], one["published"]]
    told = ", ".join(shown(value) for value in known if value) or shown(one["article"])
    url = f" {one['url']}" if web_address(one["url"]) else ""
    return (
        f"{told}: “{shown(' '.join(one['quote'].split()))}”{shown(url)} "
        f"({shown(one['article'])}, {one['start']}–{one['end']}, {one['hash']})"
    )


def _card(one: Told) -> str:
    known = [one["outlet"], one["title"], one["published"]]
    told = ", ".join(text_of(value) for value in known if value) or text_of(one["article"])
    url = web_address(one["url"])
    link = f' <a href="{text_of(url)}" rel="noreferrer">{text_of(url)}</a>' if url else ""
    return (
        f'<cite dir="auto">{told}</cite>{link}<blockquote dir="auto">{text_of(one["quote"])}'
        f"</blockquote><code>{text_of(one['article'])}, {int(one['start'])}–{int(one['end'])}, "
        f"{text_of(one['hash'])}</code>"
    )


def _literal(text: str) -> str:
    """Text that Markdown shows as it is, in one line."""
    line = " ".join(text.split())
    return re.sub(r"([\\`*_\[\]<>#|~$&])", r"\\\1", line)


def _slug(question: str) -> str:
    words = re.findall(r"\w+", question.lower())
    return "-".join(words)[:60].strip("-") or "chat"
