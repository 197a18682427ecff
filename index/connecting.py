"""Opens an index's SQLite file for reading, also where nothing can be written beside it.

SQLite reads a file in its write-ahead mode with the help of a side file. A full disk and a
read-only folder take none, and there the published generation has to be read all the same.
"""

import sqlite3
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from index.errors import Unwritable

# Errors of a place that takes no side file, by the beginning of SQLite's name for them.
_NO_SIDE_FILE = ("SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_FULL")
_TRIES = 5

_State = tuple[int, int, int, int]


def connect(path: Path, how: str = "") -> sqlite3.Connection:
    """A connection that several threads may share, each call under SQLite's own lock."""
    db = sqlite3.connect(
        path.resolve().as_uri() + how, timeout=30, check_same_thread=False, uri=True
    )
    db.row_factory = sqlite3.Row
    return db


def no_room(path: Path, cause: sqlite3.Error) -> Unwritable | None:
    """What to tell of an error that comes of a place where nothing can be written."""
    name = getattr(cause, "sqlite_errorname", "")
    if not name.startswith(_NO_SIDE_FILE):
        return None
    return Unwritable(
        f"{path} cannot be used, since its folder takes no files now ({cause}); make room or make "
        "it writable and try again; the last generation stays as it is"
    )


class ReadingConnection:
    """A connection that only reads.

    Without side files the file is read as it lies there, which is whole when no log lies beside it.
    A writer could move its log into the file meanwhile, so what was read then is read again. A
    log that a stopped writer left is read into memory with the file. Raises Unwritable where none
    of this can be done.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._state: _State | None = None
        self._db = self._open()

    def _open(self) -> sqlite3.Connection:
        self._state = None
        db = connect(self._path)
        try:
            db.execute("PRAGMA query_only = ON")
            db.execute("PRAGMA temp_store = MEMORY")
            db.execute("SELECT 1 FROM sqlite_master").fetchone()
        except sqlite3.OperationalError as cause:
            db.close()
            if not no_room(self._path, cause):
                raise
            return self._open_without_side_files(cause)
        except sqlite3.DatabaseError:
            db.close()
            raise
        return db

    def _open_without_side_files(self, why: sqlite3.OperationalError) -> sqlite3.Connection:
        state = _state(self._path)
        if not state[-1]:
            self._state = state
            return connect(self._path, "?immutable=1")
        memory = sqlite3.connect(":memory:", check_same_thread=False)
        source = connect(self._path)
        try:
            # The only one at the file needs no side file to share it with others.
            source.execute("PRAGMA locking_mode = EXCLUSIVE")
            source.backup(memory)
        except sqlite3.OperationalError:
            memory.close()
            raise Unwritable(
                f"{self._path} cannot be opened, since a run was interrupted and its folder takes "
                f"no file now ({why}); make room or make it writable, then ask again; nothing is "
                "lost"
            ) from why
        finally:
            source.close()
        memory.row_factory = sqlite3.Row
        return memory

    def fetch(
        self, query: str, values: Sequence[object] | Mapping[str, object] = ()
    ) -> list[sqlite3.Row]:
        """The rows of a query. Raises what sqlite3 raises."""
        if self._state is None:
            return self._db.execute(query, values).fetchall()
        with self._lock:
            for _ in range(_TRIES):
                failure: sqlite3.DatabaseError | None = None
                rows: list[sqlite3.Row] = []
                try:
                    rows = self._db.execute(query, values).fetchall()
                except sqlite3.DatabaseError as cause:
                    failure = cause
                if self._state in (None, _state(self._path)):
                    if failure:
                        raise failure
                    return rows
                self._db.close()
                self._db = self._open()
        raise Unwritable(
            f"{self._path} is being written and its folder takes no file of a reader; ask again "
            "when the run has ended"
        )

    def close(self) -> None:
        self._db.close()


def _state(path: Path) -> _State:
    """What tells that the file was written: its identity, time and size, and the log's size."""
    about = path.stat()
    log = path.with_name(path.name + "-wal")
    try:
        pending = log.stat().st_size
    except FileNotFoundError:
        pending = 0
    return about.st_ino, about.st_mtime_ns, about.st_size, pending
