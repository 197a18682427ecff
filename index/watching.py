"""Watching tells when files below a folder have changed and rest again."""

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

# A file that has not changed for so long is taken for finished.
REST_SECONDS = 0.7
LOOK_MILLISECONDS = 200


def rested_changes(folder: Path, stop: threading.Event | None = None) -> Iterator[frozenset[Path]]:
    """Yields each time files have changed and rest; what is yielded are those that do not yet.

    The first time comes as soon as the watch is on, so that nothing slips through before it. A
    folder that is gone yields once, and once more when it is back. Ends when `stop` is set.
    """
    stop = stop or threading.Event()
    while not stop.is_set():
        if not folder.is_dir():
            yield frozenset()
            while not folder.is_dir():
                if stop.wait(REST_SECONDS):
                    return
        with suppress(FileNotFoundError):  # gone again before the watch was on
            yield from _while_it_is_there(folder, stop)


def _while_it_is_there(folder: Path, stop: threading.Event) -> Iterator[frozenset[Path]]:
    from watchfiles import watch

    known = _identity(folder)
    touched: dict[Path, float] = {}
    looked = False
    for changes in watch(
        folder,
        stop_event=stop,
        yield_on_timeout=True,
        rust_timeout=LOOK_MILLISECONDS,
        debounce=2 * LOOK_MILLISECONDS,
    ):
        # Another folder of this name is not the one that is watched.
        if _identity(folder) != known:
            return
        now = time.monotonic()
        touched.update((Path(path), now) for _, path in changes)
        rested = [path for path, at in touched.items() if now - at >= REST_SECONDS]
        for path in rested:
            del touched[path]
        if rested or not looked:
            looked = True
            yield frozenset(touched)


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        about = folder.stat()
    except OSError:
        return None
    return about.st_dev, about.st_ino
