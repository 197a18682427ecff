"""Follows the corpus folder while it is switched on."""

import logging
import threading
from collections.abc import Callable, Collection
from pathlib import Path

from index.errors import IndexingError
from index.watching import rested_changes


class Watcher:
    """Calls `update` whenever files below a folder have changed and rest, in a thread of its own.

    It is told which files are still being written.
    """

    def __init__(self, folder: Path, update: Callable[[Collection[Path]], object]) -> None:
        self._folder = folder
        self._update = update
        self._end: threading.Event | None = None

    @property
    def on(self) -> bool:
        return self._end is not None

    def switch(self, on: bool) -> None:
        """Switching on twice, or off twice, changes nothing."""
        if on and self._end is None:
            self._end = threading.Event()
            threading.Thread(
                target=self._follow, args=(self._end,), name="watching", daemon=True
            ).start()
        elif not on and self._end is not None:
            self._end.set()
            self._end = None

    def _follow(self, end: threading.Event) -> None:
        for unfinished in rested_changes(self._folder, end):
            try:
                self._update(unfinished)
            except IndexingError as cause:
                # The state line of the page tells it; the next change tries again.
                logging.getLogger(__name__).warning("%s", cause)
