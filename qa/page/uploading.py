"""Takes uploaded files into the corpus folder: safe names, nothing overwritten, all reported."""

import os
import re
import secrets
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from index.errors import UnreadableFile
from index.reading import ARTICLE_SUFFIXES, read_article

MAX_NAME_CHARS = 100


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an uploaded file: kept as `name`, or not (None), and a note on it."""

    file: str
    name: str | None
    note: str


def take(source: Path, corpus: Path) -> Taken:
    """Keeps an uploaded file in the corpus folder if an article can be read from it.

    A file of the same name stays as it is: the new one gets a number, unless it is the same.
    """
    name = safe_name(source.name)
    if Path(name).suffix.lower() not in ARTICLE_SUFFIXES:
        return Taken(source.name, None, "not taken: not a .txt, .md or .html file")
    if name.lower() == "readme.md":
        return Taken(source.name, None, "not taken: README.md is for people; rename the file")
    # Hidden, so that nobody indexes it before it is whole.
    unfinished = corpus / f".upload-{secrets.token_hex(6)}{Path(name).suffix}"
    try:
        data = source.read_bytes()
        read_article(source, source.name)
        corpus.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(data)
        for free in _names(name):
            target = corpus / free
            try:
                os.link(unfinished, target)
            except FileExistsError:
                if target.is_file() and target.read_bytes() == data:
                    return Taken(source.name, free, "is in the folder already")
                continue
            renamed = "" if free == name else f", since another {name} is in the folder already"
            return Taken(source.name, free, f"kept as {free}{renamed}")
    except UnreadableFile as reason:
        return Taken(source.name, None, f"not taken: {reason}")
    except OSError as cause:
        why = f"not taken: it cannot be kept in {corpus} ({cause.strerror}); mend the folder"
        return Taken(source.name, None, why)
    finally:
        unfinished.unlink(missing_ok=True)
    raise AssertionError("some numbered name is always free")


def safe_name(name: str) -> str:
    """A file name without folders, hidden or control characters, of a length any disk takes."""
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])
    shown = "".join(c for c in name if not unicodedata.category(c).startswith("C"))
    shown = re.sub(r'[<>:"|?*]', "-", shown).lstrip(". ").rstrip(". ")
    stem, dot, suffix = shown.rpartition(".")
    if not dot:
        stem, suffix = shown, ""
    return f"{stem[:MAX_NAME_CHARS].rstrip('. ') or 'article'}{dot}{suffix[:10]}"


def _names(name: str) -> "list[str]":
    path = Path(name)
    return [name, *(f"{path.stem}-{n}{path.suffix}" for n in range(2, 10_000))]
