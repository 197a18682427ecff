"""Which articles a question is put to: in words, and as JSON."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from index.searching import EVERYWHERE, Scope
from qa.errors import BadQuestion


def scope_text(scope: Scope) -> str | None:
    """Which articles are searched, in words that follow "articles"; None where it is all."""
    told = [f"of {' or '.join(scope.outlets)}"] if scope.outlets else []
    if scope.first and scope.last:
        told.append(f"from {scope.first.isoformat()} to {scope.last.isoformat()}")
    elif scope.first:
        told.append(f"from {scope.first.isoformat()} on")
    elif scope.last:
        told.append(f"up to {scope.last.isoformat()}")
    return " ".join(told) or None


def scope_json(scope: Scope) -> dict[str, Any] | None:
    """None where all articles are searched."""
    if not scope:
        return None
    return {
        "outlets": list(scope.outlets),
        "first": scope.first.isoformat() if scope.first else None,
        "last": scope.last.isoformat() if scope.last else None,
    }


def scope_from(told: Mapping[str, Any] | None) -> Scope:
    """What `scope_json` told. Raises BadQuestion where it is something else."""
    if told is None:
        return EVERYWHERE
    try:
        outlets = told.get("outlets") or []
        if not isinstance(outlets, list) or not all(isinstance(one, str) for one in outlets):
            raise ValueError("outlets is no list of names")
        return Scope(tuple(outlets), *(_day(told.get(name)) for name in ("first", "last")))
    except (AttributeError, TypeError, ValueError) as cause:
        raise BadQuestion(
            f"the filter cannot be read ({cause}); name outlets, and days as 2024-05-31"
        ) from cause


def _day(told: object) -> date | None:
    return date.fromisoformat(str(told).strip()[:10]) if told else None
