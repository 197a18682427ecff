"""Decoding knows which characters the bytes of a file stand for, and when they are no text."""

import codecs
import re
from contextlib import suppress

from index.errors import UnreadableFile

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins like UTF-16's, so it is asked first
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_META_CHARSET = re.compile(
    rb"<(?:meta|\?xml)[^>]*?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE
)
_META_BYTES = 4096
_GUESSED_BYTES = 64 * 1024
# Of the characters beyond ASCII, the share that may be broken in a file that is still UTF-8.
_BROKEN_SHARE = 0.02
# Western text has an accent or a curly quote now and then; more is another script.
_WESTERN_SHARE = 0.15
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")
_CONTROLS_SHARE = 0.002
_MAGIC = (b"%PDF-", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"{\\rtf")


def decode(data: bytes, *, page: bool = False) -> str:
    """The text of a file; `page`: it is HTML, which may name its own encoding.

    Line ends become newlines. Raises UnreadableFile where the bytes are no text.
    """
    if data.startswith(_MAGIC):
        raise UnreadableFile("not text but a binary file under a text file's name")
    text = _decoded(data, page).replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text or len(_CONTROLS.findall(text)) > len(text) * _CONTROLS_SHARE:
        raise UnreadableFile("not text but binary data (it has control characters)")
    return _CONTROLS.sub("", text)


def _decoded(data: bytes, page: bool) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return data[len(mark) :].decode(encoding)
            except UnicodeDecodeError as error:
                if encoding != "utf-8":
                    raise UnreadableFile(f"marked as {encoding}, but broken: {error}") from error
                return data[len(mark) :].decode(encoding, errors="replace")
    if b"\0" in data:
        return _without_mark(data)
    if page and (text := _as_the_page_says(data)) is not None:
        return text
    return _utf8(data) or _legacy(data)


def _without_mark(data: bytes) -> str:
    """UTF-16 without its mark shows as zeros in every other byte; all else with zeros is data."""
    even, odd = data[0::2].count(0), data[1::2].count(0)
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    if max(even, odd) > len(data) * 0.2 and min(even, odd) <= len(data) * 0.02:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError as error:
            raise UnreadableFile("not text: neither UTF-8 nor whole UTF-16") from error
    raise UnreadableFile("not text but binary data (it has NUL bytes)")


def _as_the_page_says(data: bytes) -> str | None:
    said = _META_CHARSET.search(data[:_META_BYTES])
    if said is None:
        return None
    name = said.group(1).decode("ascii", "replace").lower()
    # Browsers read both as Windows-1252, and so do the people who write them.
    name = "cp1252" if name in {"iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii"} else name
    try:
        return data.decode(codecs.lookup(name).name)
    except (LookupError, UnicodeError):
        return None


def _utf8(data: bytes) -> str | None:
    """UTF-8, also with a few broken characters or cut off in the middle of one."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("utf-8", errors="replace")
    beyond_ascii = sum(not character.isascii() for character in text)
    broken = text.count("\ufffd")
    whole = beyond_ascii - broken
    # A cut at the very end leaves one broken character, however few others there are.
    cut_off = broken == 1 and text.endswith("\ufffd") and whole > 0
    return text if cut_off or broken <= whole * _BROKEN_SHARE else None


def _legacy(data: bytes) -> str:
    """The encodings from before Unicode: Windows-1252, unless the bytes look like another."""
    high = sum(byte >= 0x80 for byte in data)
    if high > len(data) * _WESTERN_SHARE:
        from charset_normalizer import from_bytes

        if best := from_bytes(data[:_GUESSED_BYTES]).best():
            with suppress(UnicodeDecodeError):
                return data.decode(best.encoding)
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            "its encoding is unknown: neither UTF-8, UTF-16 nor Windows-1252; save it as UTF-8"
        ) from error
