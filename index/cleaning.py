"""Cleaning knows which lines of a saved news page are the article, and what they tell about it.

Lines are left out whole or stay as they are, so that whatever is quoted from the text can be
found in the file. In doubt a line stays.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import islice, takewhile

from index.articles import Derivable
from index.boilerplate import (
    COMMENT_FORM,
    RELATED,
    bare,
    is_furniture,
    is_menu_word,
    is_sentence,
    site_host,
)
from index.dating import day_at_end, find_day, without_days
from index.outlets import is_masthead, outlet_in_dateline, outlet_of_host, outlet_of_masthead

CLEANING_VERSION = "1"

_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+(?P<said>.*?)(?:\s+#+)?$")
_BOLD = re.compile(r"^(?:\*\*|__)(?P<said>[^*_]+)(?:\*\*|__)$")
_BYLINE = re.compile(
    r"^(?:by|from|written by|reporting by|author|editor|reporter|correspondent|por|par|von|автор)\b"
    r"[\s:].{2,80}$|^(?:(?:news )?staff|special (?:to|for)|contributed|wire)\b.{0,40}$",
    re.IGNORECASE,
)
_NAME = re.compile(r"^(?:[A-Z]\.|[A-Z][\w'’-]+)(?:\s+(?:[A-Z]\.|[A-Z][\w'’-]+)){1,2}$")
_SENTENCE_WITHIN = re.compile(r"\w{4,}[.!?][\"'”’)]?\s+[\"“'‘(]?[A-Z0-9]")
_PUBLISHED = re.compile(
    r"^\W*(?:(?:first |date |time )?(?:published|posted|publication|released|created|issued)"
    r"(?: date| time| on| at)*|(?:news |release |publish |post )?(?:date|time)(?: of publication)?"
    r"|опубликовано|дата(?: публикации)?|veröffentlicht(?: am)?|erschienen(?: am)?|datum"
    r"|publié(?:e)?(?: le)?|publicado(?: el| em)?|fecha|data|pubblicato(?: il)?"
    r"|yayınlanma(?: tarihi)?|تاریخ(?: انتشار)?|发布时间|发表时间)\b\W*(?=\S)",
    re.IGNORECASE,
)
_UPDATED = re.compile(
    r"^\W*(?:last |date )?(?:updated|modified|update)\b"
    r"|^\W*(?:обновлено|aktualisiert|stand\b|mis à jour|actualizado|atualizado|aggiornato)",
    re.IGNORECASE,
)
# "MINSK, 13 March 2023 (BelTA) -": a place, a day, perhaps an agency, and then the dash.
_DATELINE = re.compile(
    r"^(?P<said>[^\W\d_][^–—:!?]{3,70}?)(?:\([^)]{2,30}\)\s*)?(?:[–—:]|\s-{1,2}\s|/)"
)
_IDENTIFIER = re.compile(r"\b(?:ID|code|No\.?|№)\b\W*\d{3,}|کد خبر|Reporting by", re.IGNORECASE)
_DATE_WORDS = re.compile(r"[^\W\d_]+")
_CLOCK_WORDS = re.compile(
    r"\b(?:at|on|[ap]m|[ap]\.m\.|GMT|UTC|[ECMPI][SD]?T|CES?T|BST|IRST|MSK|local|time|T|Z|last|update[d]?"
    r"|modified|published|posted|date)\b",
    re.IGNORECASE,
)
_SOURCE = re.compile(
    r"^\W*(?:source|источник|quelle|fuente|fonte|منبع)\s*:\s*(?P<said>.+)$", re.IGNORECASE
)
_MASTHEAD_LINES = 12
_HEADLINE_CHARS = 250
_FORM_LINE_CHARS = 100
_REPEATED_CHARS = 20
_LANGUAGE_CHARS = 3000
_LANGUAGE_MIN_LETTERS = 25
_LANGUAGE_SURE = 0.8


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The article in a raw text: its lines, and what they say about it, `derived` by name."""

    text: str
    title: str | None
    outlet: str | None
    published: date | None
    language: str | None

    @property
    def derived(self) -> frozenset[Derivable]:
        return frozenset(name for name, value in self._known() if value is not None)

    def _known(self) -> tuple[tuple[Derivable, object], ...]:
        return (
            ("title", self.title),
            ("outlet", self.outlet),
            ("published", self.published),
            ("language", self.language),
        )


@dataclass(frozen=True, slots=True)
class _Line:
    """A line without its Markdown marks; `heading` when it had those of a heading."""

    said: str
    heading: bool = False


def clean(raw: str) -> Cleaned:
    """The article in the text of a saved page. `text` is empty where no line is an article."""
    lines = [_line(line) for line in raw.split("\n")]
    outlet_lines = [line.said for line in lines if line.said]
    kept = _without_top(_without_furniture(_without_tail(lines)))
    headline = _headline(kept)
    title = None
    if headline is not None:
        said = kept[headline].said
        title = _title(said)
        repeats = {bare(said), bare(title)} if len(said) >= _REPEATED_CHARS else set()
        kept = [
            _Line("") if place > headline and bare(line.said) in repeats else line
            for place, line in enumerate(kept)
        ]
    text = _joined(kept)
    return Cleaned(
        text=text,
        title=title,
        outlet=_outlet(outlet_lines, kept, headline),
        published=_published(
            [line.said for line in kept if line.said],
            kept[headline].said if headline is not None else None,
        ),
        language=find_language(text),
    )


def strip_markup(raw: str) -> str:
    """The text with every line kept but the marks of headings and rules."""
    lines = [_line(line) for line in raw.split("\n")]
    return _joined([_Line("") if _is_markup(line.said) else line for line in lines])


def find_title(text: str) -> str | None:
    """The headline of a text that begins with one."""
    lines = [_line(line) for line in text.split("\n")]
    headline = _headline(lines)
    return None if headline is None else _title(lines[headline].said)


def find_language(text: str) -> str | None:
    """The language of the text as a two-letter code; None where it is too short or unsure."""
    letters = filter(str.isalpha, text[:_LANGUAGE_CHARS])
    if len(list(islice(letters, _LANGUAGE_MIN_LETTERS))) < _LANGUAGE_MIN_LETTERS:
        return None
    language, sure = likeliest_language(text[:_LANGUAGE_CHARS])
    return language if sure >= _LANGUAGE_SURE and len(language) == 2 else None


def likeliest_language(text: str) -> tuple[str, float]:
    """The code of the language that a text of any length is likeliest in, and how sure that is."""
    # Capitals all through look like another language to the classifier.
    return _language_identifier()(text.lower())


@lru_cache(maxsize=1)
def _language_identifier() -> Callable[[str], tuple[str, float]]:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    classify: Callable[[str], tuple[str, float]] = LanguageIdentifier.from_model_file(
        MODEL_FILE, norm_probs=True
    ).classify
    return classify


def _line(raw: str) -> _Line:
    said = raw.strip()
    if heading := _HEADING.match(said):
        return _Line(_unbold(heading["said"].strip()), heading=True)
    return _Line(_unbold(said))


def _unbold(said: str) -> str:
    bold = _BOLD.match(said)
    return bold["said"].strip() if bold else said


def _is_markup(said: str) -> bool:
    return len(said) >= 3 and not said.strip("-*_= ")


def _without_furniture(lines: list[_Line]) -> list[_Line]:
    """Lines that are no news wherever they stand; each leaves a blank line behind."""
    return [_Line("") if line.said and is_furniture(line.said) else line for line in lines]


def _without_top(lines: list[_Line]) -> list[_Line]:
    """Without what stands above the headline: the paper's name, a menu, another script."""
    filled = [place for place, line in enumerate(lines) if line.said]
    script = _script(" ".join(line.said for line in lines))
    heading = next((p for p in filled[:_MASTHEAD_LINES] if lines[p].heading), None)
    dropped: set[int] = set()
    for place in filled[:_MASTHEAD_LINES]:
        said = lines[place].said
        if place == heading or is_sentence(said) or len(said) > _FORM_LINE_CHARS:
            break
        named = is_masthead(said)
        if not named and (find_day(said) or _is_byline(said)):
            continue
        foreign = script is not None and _script(said) not in {script, None}
        if heading is not None or foreign or named or is_menu_word(said):
            dropped.add(place)
        else:
            break
    return [_Line("") if place in dropped else line for place, line in enumerate(lines)]


def _without_tail(lines: list[_Line]) -> list[_Line]:
    """Without the comment form and the list of other stories below the article."""
    last_news = max(
        (
            place
            for place, line in enumerate(lines)
            if is_sentence(line.said) and not is_furniture(line.said)
        ),
        default=-1,
    )
    below = [p for p in range(last_news + 1, len(lines)) if lines[p].said]
    dropped: set[int] = set()
    for place in below:
        said = lines[place].said
        if COMMENT_FORM.match(said):
            dropped.update(p for p in below if p >= place and _is_form(lines[p].said))
        elif RELATED.match(said):
            others = takewhile(lambda p: _is_form(lines[p].said), (p for p in below if p > place))
            dropped.update({place, *others})
        elif is_menu_word(said):
            dropped.add(place)
    return [_Line("") if place in dropped else line for place, line in enumerate(lines)]


def _is_form(said: str) -> bool:
    """Whether a line below the article may go with the form or the list it stands in."""
    return len(said) <= _FORM_LINE_CHARS and not find_day(said) and not _IDENTIFIER.search(said)


def _headline(lines: list[_Line]) -> int | None:
    """Where the headline is: a heading near the top, else a first line that is no sentence."""
    filled = [place for place, line in enumerate(lines) if line.said]
    for place in filled[:_MASTHEAD_LINES]:
        if lines[place].heading:
            return place
        if is_sentence(lines[place].said) and len(lines[place].said) > _HEADLINE_CHARS:
            break
    for place in filled[:4]:
        said = lines[place].said
        if _is_byline(said) or _is_date_line(said):
            continue
        followed = any(_reads_as_news(lines[p].said) for p in filled if p > place)
        return place if followed and _reads_as_headline(said) else None
    return None


def _reads_as_news(said: str) -> bool:
    return is_sentence(said) or len(said) > 120


def _reads_as_headline(said: str) -> bool:
    return (
        len(said) <= _HEADLINE_CHARS
        and len(said.split()) >= (3 if said.isascii() else 2)
        and said[-1] not in ".,;:—–-؛،。"
        and not (is_sentence(said) and (len(said) > 120 or said[-1] not in "?!؟"))
        and not _SENTENCE_WITHIN.search(said)
        and outlet_in_dateline(said) is None
    )


def _is_byline(said: str) -> bool:
    """Whether a line says who wrote: "By …", or names and perhaps their paper."""
    if len(said) > 120:
        return False
    names = re.split(r",?\s+(?:and|und|et|y)\s+|,\s*", said)
    named = all(map(_NAME.match, names)) or (
        len(names) > 1 and bool(_NAME.match(names[0])) and said.istitle()
    )
    return bool(_BYLINE.match(said)) or named


def _title(said: str) -> str:
    ended = day_at_end(said)
    return " ".join((ended[0] if ended else said).split())


def _joined(lines: list[_Line]) -> str:
    """The lines as text again; a heading is a paragraph of its own."""
    parts = [f"\n{line.said}\n" if line.heading else line.said for line in lines]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(parts)).strip()


def _outlet(all_lines: list[str], kept: list[_Line], headline: int | None) -> str | None:
    """Who published it: the agency of the dateline, the site's address, the paper's name."""
    filled = [line.said for place, line in enumerate(kept) if line.said and place != headline]
    for said in filled[:6]:
        if outlet := outlet_in_dateline(said):
            return outlet
    text = " ".join(filled)
    top, tail = all_lines[:_MASTHEAD_LINES], all_lines[-_MASTHEAD_LINES:]
    for said in [*top, *tail]:
        if host := site_host(said):
            return outlet_of_host(host, text)
    for said in [*top, *tail]:
        if found := _SOURCE.match(said):
            named = found["said"].strip(" .")
            if host := site_host(named):
                return outlet_of_host(host, text)
            if outlet := outlet_of_masthead(named):
                return outlet
    return next((name for said in top if (name := outlet_of_masthead(said))), None)


def _is_date_line(said: str) -> bool:
    """Whether a line says one date, perhaps a time and a label, and hardly anything else."""
    if len(said) > 120 or is_sentence(said):
        return False
    rest = without_days(_PUBLISHED.sub("", said))
    return rest is not None and len(_DATE_WORDS.findall(_CLOCK_WORDS.sub(" ", rest))) <= 2


def _published(filled: list[str], headline: str | None) -> date | None:
    """The day of publication, where a line made to say so, the headline or the dateline does."""
    dates = [said for said in [*filled[:12], *filled[-8:]] if _is_date_line(said)]
    for said in dates:
        if _PUBLISHED.match(said):
            return find_day(said)
    if headline is not None and (ended := day_at_end(headline)):
        return ended[1]
    for said in dates:
        if not _UPDATED.match(said):
            return find_day(said)
    for said in filled[:5]:
        if (found := _DATELINE.match(said)) and (day := find_day(found["said"])):
            return day
    return find_day(dates[0]) if dates else None


def _script(text: str) -> str | None:
    """The writing system of most letters, by the first word of their Unicode names."""
    counted: Counter[str] = Counter()
    for character, times in Counter(filter(str.isalpha, text[:4000])).items():
        counted[unicodedata.name(character, "?").split(" ", 1)[0]] += times
    return counted.most_common(1)[0][0] if counted else None
