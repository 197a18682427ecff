"""Measures in a browser how soon the page is ready, and a question's first words and whole reply.

    python docs/page_speed.py [--corpus FOLDER --index FOLDER --questions FILE.jsonl]

Over the shipped summaries and questions on them, unless others are named; needs Chromium and
playwright.
"""

import argparse
import json
import time
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from screenshots import SUMMARIES, served_page

QUESTIONS = (
    "What did the Leader say about sanctions?",
    "Who is the president of Belarus?",
    "When did the Leader meet Lukashenko?",
    "What do Iran and Belarus have in common?",
    "Which corridor was mentioned?",
    "What progress has Iran made?",
    "What did Lukashenko say about the journey?",
    "What did the two presidents sign?",
    "Who else was at the meeting?",
    "What should sanctioned countries do?",
    "What did the Leader say about Washington?",
    "What did the Leader say about agreements?",
    "What is said of nuclear science?",
    "How long has Iran been under sanctions?",
    "What did Lukashenko promise?",
    "What about trade between the countries?",
    "What is the sanctions weapon?",
    "Who won the chess championship in Chennai?",
    "How much did the harbour bridge cost?",
    "When will the ferry to Holm stop?",
)
ASK = """question => new Promise(resolve => {
  const before = document.querySelectorAll('.turn').length;
  let words = null;
  const look = () => {
    const turn = document.querySelector('#transcript .turn');
    if (!turn || document.querySelectorAll('.turn').length === before) return;
    if (words === null && turn.querySelector('.claim, .refusal')) words = performance.now() - began;
    if (turn.dataset.done === 'true') {
      watcher.disconnect();
      resolve([words, performance.now() - began]);
    }
  };
  const watcher = new MutationObserver(look);
  watcher.observe(document.querySelector('#talk'),
    { childList: true, subtree: true, attributes: true });
  const box = document.querySelector('#question textarea');
  box.value = question;
  box.dispatchEvent(new Event('input', { bubbles: true }));
  let began = performance.now();
  requestAnimationFrame(() => {
    began = performance.now();
    document.querySelector('#ask').click();
  });
})"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, default=SUMMARIES)
    parser.add_argument("--index", type=Path)
    parser.add_argument("--questions", type=Path, help="Its first 20 are asked.")
    given = parser.parse_args()
    questions = QUESTIONS
    if given.questions:
        lines = given.questions.read_text(encoding="utf-8").splitlines()
        questions = tuple(json.loads(line)["question"] for line in lines[: len(QUESTIONS)])
    started = time.monotonic()
    with served_page(given.corpus, given.index) as (browser, address):
        page = browser.new_page()
        page.goto(address)
        page.locator(".state.ready").wait_for(timeout=120_000)
        print(f"page ready: {time.monotonic() - started:.1f} s, the browser's start among them")
        page.locator(".example").first.wait_for(timeout=120_000)
        others: list[str] = []
        page.on("request", lambda told: others.append(told.url) if far(told.url) else None)
        times = []
        for question in questions:
            page.locator("#ask").wait_for()
            times.append(page.evaluate(ASK, question))
    print(f"{len(questions)} questions, each after the one before in one chat")
    tell("first words", [words for words, _ in times])
    tell("whole reply", [whole for _, whole in times])
    print(f"requests to other hosts: {len(others)}")


def far(url: str) -> bool:
    return not url.startswith(("http://127.0.0.1:", "data:", "blob:"))


def tell(what: str, milliseconds: list[Any]) -> None:
    worst = quantiles(milliseconds, n=20, method="inclusive")[-1]
    print(f"{what}: median {median(milliseconds):.0f} ms, 95th percentile {worst:.0f} ms")


if __name__ == "__main__":
    main()
