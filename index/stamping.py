"""Hashes files, and reads one again only when the file system says that something touched it."""

import hashlib
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

# A clock may tick so seldom that a write after the reading leaves the same times behind.
RACY_NS = 2_000_000_000


class Stamped(NamedTuple):
    """A file's SHA-256, with what the file system said of the file before it was read."""

    stamp: str
    hash: str


class FileHashes:
    """The hashes of files by name. `known` are those of earlier runs; `fresh` collects what they
    do not hold yet, `gone` are the names among them that were not asked for.

    A file counts as the one that was read while its inode, size, time of writing and time of change
    are the same: the last one is set by the system at every write, whatever the file is told to
    have been written at. A file that was touched within the last two seconds is not relied on.
    """

    def __init__(self, known: Mapping[str, Stamped]) -> None:
        self._known = known
        self.fresh: dict[str, Stamped] = {}
        self.gone = set(known)

    def of(self, name: str, path: Path, about: os.stat_result) -> str:
        """The SHA-256 of a file, of which `about` was told just now. Raises OSError."""
        stamp = f"{about.st_ino} {about.st_size} {about.st_mtime_ns} {about.st_ctime_ns}"
        self.gone.discard(name)
        known = self._known.get(name)
        if known and known.stamp == stamp:
            return known.hash
        rests = max(about.st_mtime_ns, about.st_ctime_ns) < time.time_ns() - RACY_NS
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if rests:
            self.fresh[name] = Stamped(stamp, found)
        return found
