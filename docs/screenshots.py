"""Renews the pictures of the page in this folder, from the shipped summaries alone.

Needs Chromium and playwright: `make screenshots`.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

DOCS = Path(__file__).resolve().parent
PROJECT = DOCS.parent
SUMMARIES = PROJECT / "corpus"
QUESTION = "What did the Leader say about sanctions?"
PICTURES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("screenshot.png", {"viewport": {"width": 1280, "height": 800}, "color_scheme": "light"}),
    ("screenshot-dark.png", {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"}),
    (
        "screenshot-phone.png",
        {"viewport": {"width": 390, "height": 844}, "color_scheme": "light", "has_touch": True},
    ),
)
FLAGS = (
    "--no-sandbox --headless --disable-gpu --disable-quic --no-first-run --disable-sync "
    "--disable-background-networking --disable-component-update"
).split()


def main() -> None:
    with served_page() as (browser, address):
        for name, how in PICTURES:
            picture(browser, address, DOCS / name, how)


@contextmanager
def served_page(corpus: Path = SUMMARIES, index: Path | None = None) -> Iterator[tuple[Any, str]]:
    """A browser, and the address of a page; without an index it makes one of its own."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if chromium is None:
        sys.exit("no chromium was found; install it and run this again")
    with tempfile.TemporaryDirectory() as scratch:
        where = [
            "--corpus",
            str(corpus.resolve()),
            "--index",
            str((index or Path(scratch)).resolve()),
        ]
        command = [sys.executable, "app.py", "--port", "0", *where]
        server = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
        try:
            assert server.stdout
            address = next(line.split()[-1] for line in server.stdout if "http://" in line)
            with sync_playwright() as driver:
                browser = driver.chromium.launch(executable_path=chromium, args=FLAGS)
                yield browser, address
                browser.close()
        finally:
            server.terminate()
            server.wait(timeout=30)


def picture(browser: Any, address: str, to: Path, how: dict[str, Any]) -> None:
    """The page with an answer, one of its sources in view."""
    context = browser.new_context(**how)
    page = context.new_page()
    page.goto(address)
    page.locator(".state.ready").wait_for(timeout=120_000)
    page.fill("#question textarea", QUESTION)
    page.click("#ask")
    page.locator(".turn[data-done=true]").wait_for(timeout=120_000)
    if how["viewport"]["width"] > 860:
        page.locator("#transcript .cite").first.click()
        page.locator("#ask").hover()
    page.wait_for_timeout(2_500)  # until the flash has faded
    page.screenshot(path=to)
    context.close()


if __name__ == "__main__":
    main()
