"""Reading turns one file of the corpus folder into an Article, or says why it cannot be one."""

import os
import re
import stat
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Literal, cast
from urllib.parse import urlsplit

from index.articles import Article, Derivable
from index.cleaning import clean, find_language, find_title, strip_markup
from index.decoding import decode
from index.errors import InaccessibleFile, UnreadableFile

ARTICLE_SUFFIXES = (".txt", ".md", ".html", ".htm")
MAX_BYTES = 20 * 1024 * 1024

_NOT_ARTICLES = frozenset({"readme.md"})
_MAX_CHARS = {"title": 500, "outlet": 200, "language": 35, "kind": 50, "url": 2000}
_Stated = Literal["title", "outlet", "language", "kind", "url"]
_KEY_LINE = re.compile(r"[A-Za-z_][\w -]*:(?:\s|$)")
_FENCE = re.compile(r"^---[ \t]*$", re.MULTILINE)


def corpus_files(folder: Path) -> list[tuple[str, Path]]:
    """Every file below `folder` as (name, path), by name; hidden files and README.md left out.

    Files that cannot become articles are listed too: read_article says why of each. Links to
    folders and folders that cannot be listed are given as entries, and never followed.
    """
    root = os.fspath(folder)
    # Paths as strings until the end: Path takes longer than the file system.
    found: list[str] = []
    for where, folders, files in os.walk(
        root, onerror=lambda error: found.append(os.fsdecode(error.filename))
    ):
        folders[:] = [name for name in folders if not name.startswith(".")]
        below = (f"{where}{os.sep}{name}" for name in folders)
        found.extend(path for path in below if Path(path).is_symlink())
        found.extend(
            f"{where}{os.sep}{name}"
            for name in files
            if not name.startswith(".") and name.lower() not in _NOT_ARTICLES
        )
    return sorted((_name_below(root, path), Path(path)) for path in found if path != root)


def _name_below(root: str, path: str) -> str:
    below = path[len(root) :].lstrip(os.sep).replace(os.sep, "/")
    # A file name that is not UTF-8 comes with lone surrogates, which nothing can print.
    return os.fsencode(below).decode("utf-8", "replace")


def read_article(path: Path, name: str) -> Article:
    """The article in the file; `name` is its path below the corpus folder.

    Raises UnreadableFile with the reason where there is none.
    """
    if "\\" in name:
        raise UnreadableFile("its name has a backslash; rename it")
    data = _file_bytes(path, name)
    if not data.strip():
        raise UnreadableFile("empty")
    suffix = path.suffix.lower()
    if suffix in {".html", ".htm"}:
        return _from_page(decode(data, page=True), name)
    text = decode(data)
    if suffix == ".md":
        stated, body = _front_matter(text)
        if stated is not None:
            return _from_front_matter(stated, body, name)
    return from_text(text, name)


def _file_bytes(path: Path, name: str) -> bytes:
    folder = path.parents[name.count("/")] if name.count("/") < len(path.parents) else path.parent
    try:
        about = path.stat()
        if path.is_symlink() and not path.resolve().is_relative_to(folder.resolve()):
            raise UnreadableFile("a link out of the corpus folder, which is not followed")
        if stat.S_ISDIR(about.st_mode):
            if path.is_symlink():
                raise UnreadableFile("a link to a folder, which is not followed")
            raise InaccessibleFile("a folder that cannot be listed")
        if path.suffix.lower() not in ARTICLE_SUFFIXES:
            raise UnreadableFile("not a .txt, .md or .html file")
        if not stat.S_ISREG(about.st_mode):
            raise UnreadableFile("not a regular file")
        if about.st_size > MAX_BYTES:
            megabytes = about.st_size / 1024 / 1024
            raise UnreadableFile(
                f"{megabytes:.1f} MB, over the limit of {MAX_BYTES // 1024 // 1024} MB for a file"
            )
        return path.read_bytes()
    except (OSError, RuntimeError) as error:
        cause = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InaccessibleFile(f"cannot be read: {cause}") from error


def from_text(text: str, name: str) -> Article:
    """An article from a plain text. Raises UnreadableFile where nothing of an article is in it."""
    cleaned = clean(text)
    if not cleaned.text:
        raise UnreadableFile("no article text is left after its page furniture")
    return Article(
        name=name,
        text=cleaned.text,
        title=cleaned.title,
        outlet=cleaned.outlet,
        published=cleaned.published,
        language=cleaned.language,
        derived=cleaned.derived,
    )


def _front_matter(text: str) -> tuple[dict[str, object] | None, str]:
    """What a Markdown file states above its text, and that text; None where it has no such part.

    A rule at the top of a file looks like the beginning of front matter, so what stands
    between the rules counts as such only when it is a mapping of names to values.
    """
    import yaml
    from frontmatter.default_handlers import YAMLHandler

    fences = list(_FENCE.finditer(text))
    if not fences or text[: fences[0].start()].strip():
        return None, text
    seems_meant = bool(_KEY_LINE.match(text[fences[0].end() :].lstrip()))
    if len(fences) == 1:
        if seems_meant:
            raise UnreadableFile("its front matter has no closing line ---")
        return None, text
    between = text[fences[0].end() : fences[1].start()]
    try:
        stated = YAMLHandler().load(between)
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError) as error:
        if not seems_meant:
            return None, text
        cause = " ".join(str(error).split())[:200]
        raise UnreadableFile(f"its front matter is broken: {cause}") from error
    if not isinstance(stated, dict):
        return None, text
    return {str(key).strip().lower(): value for key, value in stated.items()}, text[
        fences[1].end() :
    ]


def _from_front_matter(stated: dict[str, object], body: str, name: str) -> Article:
    """A file that says what it is: nothing of its text is left out, little has to be derived."""
    text = strip_markup(body)
    title = _said(stated, "title")
    derived: set[Derivable] = set()
    if title is not None:
        text = _headed(title, text)
    elif found := find_title(text):
        title = found
        derived.add("title")
    if not text:
        raise UnreadableFile("front matter without a text below it")
    language = _said(stated, "language")
    if language is None and (guess := find_language(text)):
        language = guess
        derived.add("language")
    return Article(
        name=name,
        text=text,
        title=title,
        outlet=_said(stated, "outlet"),
        published=_said_day(stated.get("published")),
        url=_web_address(_said(stated, "url")),
        language=language,
        kind=_said(stated, "kind"),
        derived=frozenset(derived),
    )


def _headed(title: str, text: str) -> str:
    """The text with the headline before it, unless it begins with that already."""
    begins = " ".join(text[: len(title) * 2 + 20].split()).casefold()
    if begins.startswith(" ".join(title.split()).casefold()):
        return text
    return f"{title}\n\n{text}" if text else ""


def _said(stated: dict[str, object], key: _Stated) -> str | None:
    value = stated.get(key)
    if value is None:
        return None
    if not isinstance(value, str | int | float | date):
        raise UnreadableFile(f"its front matter gives {key} as a list or group, not as a text")
    return " ".join(str(value).split())[: _MAX_CHARS[key]] or None


def _said_day(value: object) -> date | None:
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str | int):
        from index.dating import find_day

        with suppress(ValueError):
            return datetime.fromisoformat(str(value).strip()).date()
        if day := find_day(str(value), future_too=True):
            return day
    raise UnreadableFile(
        f"its front matter gives published as {str(value)[:60]!r}, which is not a day; "
        "write it like 2023-03-13"
    )


def _web_address(url: str | None) -> str | None:
    if url is None:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.netloc else None


def _from_page(page: str, name: str) -> Article:
    """The main text of a saved news page, and what the page says about itself."""
    from trafilatura import bare_extraction
    from trafilatura.settings import Document

    try:
        found = bare_extraction(
            page,
            with_metadata=True,
            include_comments=False,
            favor_precision=True,
            date_extraction_params={"extensive_search": False, "original_date": True},
        )
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(f"its HTML cannot be read: {error}") from error
    document = cast("Document | None", found)
    paragraphs = [line.strip() for line in ((document and document.text) or "").split("\n")]
    text = "\n\n".join(line for line in paragraphs if line)
    if document is None or not text:
        raise UnreadableFile("no article text was found in the page")
    title = " ".join((document.title or "").split())[: _MAX_CHARS["title"]] or None
    values: dict[Derivable, object] = {
        "title": title,
        "outlet": " ".join((document.sitename or "").split())[: _MAX_CHARS["outlet"]] or None,
        "published": _page_day(document.date),
        "url": _web_address(document.url),
        "language": find_language(text),
    }
    return Article(
        name=name,
        text=_headed(title, text) if title else text,
        title=title,
        outlet=cast("str | None", values["outlet"]),
        published=cast("date | None", values["published"]),
        url=cast("str | None", values["url"]),
        language=cast("str | None", values["language"]),
        derived=frozenset(key for key, value in values.items() if value is not None),
    )


def _page_day(value: str | None) -> date | None:
    from index.dating import find_day

    return find_day(value) if value else None
