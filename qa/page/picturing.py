"""A comparison as one picture: claims against articles, to be saved and shown elsewhere.

It is an SVG that carries its own colours and needs nothing else.
"""

import textwrap
from collections.abc import Sequence

from index.articles import Article
from qa.comparing import Comparison
from qa.page.marking import day, text_of
from qa.replies import Claim, Verdict

CLAIM_CHARS = 62
CLAIM_LINES = 2
CLAIM_WIDTH = 470
COLUMN_WIDTH = 120
LINE = 17
HEAD = 74
MARGIN = 16

_INK, _SOFT, _LINE = "#1f1e1b", "#5f5b53", "#dedad0"
_COLOURS: dict[Verdict, str] = {"supports": "#1f6238", "differs": "#b35c00", "silent": "#8d887d"}
_LEGEND: tuple[tuple[Verdict, str], ...] = (
    ("supports", "says so"),
    ("differs", "says otherwise"),
    ("silent", "does not mention it"),
)


def matrix(what: Comparison) -> str:
    """The picture: a row a claim, a column an article, a sign where they meet."""
    rows, at = [], HEAD
    for claim in what.claims:
        row, height = _row(claim, what.articles, at)
        rows.append(row)
        at += height
    width = MARGIN * 2 + CLAIM_WIDTH + COLUMN_WIDTH * len(what.articles)
    topic = f" on {what.topic}" if what.topic else ""
    told = f"{len(what.claims)} claims in {len(what.articles)} articles{topic}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {at + 46}" '
        f'width="{width}" height="{at + 46}" role="img" aria-label="{text_of(told)}" '
        'font-family="sans-serif" font-size="13">'
        f'<rect width="100%" height="100%" fill="#fff"/>{_heads(what.articles)}'
        f"{''.join(rows)}{_legend(at + 26)}</svg>"
    )


def _heads(articles: Sequence[Article]) -> str:
    heads = []
    for n, article in enumerate(articles):
        lines = textwrap.wrap(article.outlet or article.name, 15)[:2] or [article.name[:15]]
        when = day(article.published) if article.published else "no date"
        heads += [
            _text(_middle(n), 24 + LINE * at, line, _INK, middle=True, bold=True)
            for at, line in enumerate(lines)
        ]
        heads.append(_text(_middle(n), 24 + LINE * len(lines), when, _SOFT, middle=True))
    return "".join(heads)


def _row(claim: Claim, articles: Sequence[Article], top: int) -> tuple[str, int]:
    """A claim with its signs, and how high that is."""
    lines = textwrap.wrap(
        claim.text, CLAIM_CHARS, max_lines=CLAIM_LINES, placeholder=" …", break_long_words=True
    )
    height = LINE * len(lines) + 16
    parts = [
        f'<line x1="{MARGIN}" y1="{top}" x2="{_middle(len(articles)) - COLUMN_WIDTH // 2}" '
        f'y2="{top}" stroke="{_LINE}"/>'
    ]
    parts += [_text(MARGIN, top + 21 + LINE * at, line, _INK) for at, line in enumerate(lines)]
    verdicts = {one.article: one.verdict for one in claim.articles}
    for n, article in enumerate(articles):
        if verdict := verdicts.get(article.name):
            parts.append(_sign(verdict, _middle(n), top + height // 2))
    return "".join(parts), height


def _sign(verdict: Verdict, x: int, y: int) -> str:
    """A shape a verdict, so that nobody needs the colours."""
    colour = _COLOURS[verdict]
    if verdict == "supports":
        return f'<circle cx="{x}" cy="{y}" r="7" fill="{colour}"/>'
    if verdict == "differs":
        return f'<path d="M{x} {y - 9}l9 9-9 9-9-9z" fill="{colour}"/>'
    return f'<circle cx="{x}" cy="{y}" r="6" fill="none" stroke="{colour}" stroke-width="1.5"/>'


def _legend(y: int) -> str:
    parts, x = [], MARGIN + 8
    for verdict, words in _LEGEND:
        parts.append(_sign(verdict, x, y))
        parts.append(_text(x + 16, y + 5, words, _SOFT))
        x += 44 + 8 * len(words)
    return "".join(parts)


def _middle(column: int) -> int:
    return MARGIN + CLAIM_WIDTH + COLUMN_WIDTH * column + COLUMN_WIDTH // 2


def _text(
    x: int, y: int, text: str, colour: str, *, middle: bool = False, bold: bool = False
) -> str:
    anchor = ' text-anchor="middle"' if middle else ""
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{x}" y="{y}" fill="{colour}"{anchor}{weight}>{text_of(text)}</text>'
