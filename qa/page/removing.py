"""Takes articles out of the corpus folder, and puts them back: nothing is deleted.

A removed file lies in a hidden folder of the corpus, where nothing is read.
"""

import secrets
from pathlib import Path

from index.errors import CorpusError

REMOVED = ".removed"


def remove(name: str, corpus: Path) -> str:
    """Takes the file of an article out; gives what `put_back` needs. Raises CorpusError."""
    key = f"{secrets.token_hex(6)}/{name}"
    aside = corpus / REMOVED / key
    try:
        aside.parent.mkdir(parents=True)
        (corpus / name).rename(aside)
    except OSError as cause:
        raise CorpusError(
            f"{name} cannot be taken out of {corpus} ({cause.strerror}); mend the folder and try "
            "again"
        ) from cause
    return key


def put_back(key: str, corpus: Path) -> str:
    """Puts a removed file back where it was; gives its name.

    Raises CorpusError where it is not there any more, or another of that name is.
    """
    _, _, name = key.partition("/")
    removed = corpus / REMOVED
    aside, place = removed / key, corpus / name
    if not name or removed.resolve() not in aside.resolve().parents or not aside.is_file():
        raise CorpusError(f"{name or key} is not among the removed files; nothing was put back")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        # Linked, so that nothing is written over.
        place.hardlink_to(aside)
        aside.unlink()
    except FileExistsError as cause:
        raise CorpusError(
            f"another {name} is in {corpus} by now; the removed one stays at {aside}"
        ) from cause
    except OSError as cause:
        raise CorpusError(
            f"{name} cannot be put back into {corpus} ({cause.strerror}); it stays at {aside}"
        ) from cause
    return name
