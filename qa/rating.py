"""What readers think of replies: a JSON Lines file beside the index that `meeting-qa eval` reads.

A line is a gold question as far as the reader made it one. A good reply is to be given again, its
quotes are evidence; of a bad one it is only known that the same reply again is bad.
"""

import hashlib
import json
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from qa.answering import Question
from qa.replies import Answer, Reply
from qa.scoping import scope_json

Rating = Literal["good", "bad"]

MAX_REASON_CHARS = 1_000


def ratings_file(index: Path) -> Path:
    """Where the ratings of an index are: beside it, so that a new index does not lose them."""
    return index.with_name(f"{index.name}-ratings.jsonl")


def rated(
    reply: Reply,
    question: Question,
    rating: Rating | None,
    reason: str | None = None,
) -> dict[str, Any]:
    """One reader's word on a reply, as a line; `rating` None takes an earlier one back."""
    scope = scope_json(question.scope)
    evidence: dict[str, list[str]] = {}
    if isinstance(reply, Answer) and rating == "good":
        for one in reply.citations:
            evidence.setdefault(one.article.name, []).append(one.quote)
    told = json.dumps([question.text, question.history, scope, reply.text], ensure_ascii=False)
    return {
        "id": "rated-" + hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:16],
        "rating": rating,
        "reason": (reason or "").strip()[:MAX_REASON_CHARS] or None,
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "question": question.text,
        "history": list(question.history),
        "scope": scope,
        "answerable": reply.answered if rating == "good" else None,
        "evidence": evidence,
        "text": reply.text,
    }


def keep(line: dict[str, Any], file: Path) -> None:
    """Adds a line in one write that a crash leaves whole or out. Raises OSError."""
    data = (json.dumps(line) + "\n").encode()
    file.parent.mkdir(parents=True, exist_ok=True)
    at = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(at, data)
        os.fsync(at)
    finally:
        os.close(at)


def standing(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of a gold set with only the last of several ratings of one reply, and none that was
    taken back; rows that are no ratings stay as they are.
    """
    last: dict[str, dict[str, Any]] = {}
    kept = []
    for row in rows:
        if "rating" in row:
            last[row["id"]] = row
        kept.append(row)
    return [
        row
        for row in kept
        if "rating" not in row or (row is last[row["id"]] and row["rating"] is not None)
    ]
