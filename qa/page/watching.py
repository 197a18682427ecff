"""Follows the corpus folder while it is switched on."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from index.errors import IndexingError


class Watcher:
    """Calls `update` whenever something below a folder changes, in a thread of its own."""

    def __init__(self, folder: Path, update: Callable[[], object]) -> None:
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
        from watchfiles import watch

        try:
            # The first look comes once the watch is on: nothing slips through in between.
            looked = False
            for changes in watch(
                self._folder, stop_event=end, yield_on_timeout=True, rust_timeout=500
            ):
                if looked and not changes:
                    continue
                looked = True
                try:
                    self._update()
                except IndexingError as cause:
                    # The state line of the page tells it; the next change tries again.
                    logging.getLogger(__name__).warning("%s", cause)
        except FileNotFoundError:
            logging.getLogger(__name__).warning("%s is gone; not followed any more", self._folder)
        finally:
            if self._end is end:
                self._end = None
