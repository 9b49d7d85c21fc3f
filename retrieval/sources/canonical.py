"""Canonical text: the one form of an article's text that every offset refers to.

Only these characters of an input are changed, and nothing else (no Unicode normalisation, no
change of quotation marks):

- `\\r\\n` and `\\r` become `\\n`;
- NUL and lone surrogates are dropped, with a notice: SQLite and JSON cannot carry them faithfully;
- white space and byte-order marks at both ends are stripped;
- three or more blank lines become one blank line.

Worked by hand: `"\\ufeffA\\r\\nB\\n\\n \\n\\n\\nC\\0 \\n"` becomes `"A\\nB\\n\\nC"` and one notice.
"""

from __future__ import annotations

import re

_BLANK_LINES = re.compile(r"\n(?:[^\S\n]*\n){3,}")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_WHITE = re.compile(r"\s+")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def canonical(text: str) -> tuple[str, tuple[str, ...]]:
    """The canonical form of `text`, and a notice for every kind of character dropped.

    Applying it twice changes nothing more.
    """
    notices: list[str] = []
    if "\0" in text:
        notices.append(f"{_count(text.count(chr(0)), 'NUL character')} dropped")
        text = text.replace("\0", "")
    if not encodable(text):
        text, dropped = _LONE_SURROGATE.subn("", text)
        notices.append(f"{_count(dropped, 'lone surrogate')} dropped")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = stripped(text)
    return _BLANK_LINES.sub("\n\n", text), tuple(notices)


def stripped(text: str) -> str:
    """`text` without white space and byte-order marks at its ends."""
    while (shorter := text.strip().strip("\ufeff")) != text:
        text = shorter
    return text


def encodable(text: str) -> bool:
    """Whether `text` can be written as UTF-8, that is, holds no lone surrogate."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def one_line(value: str, *, limit: int = 300) -> str:
    """A title, name or place on one line, without control characters, at most `limit` long."""
    line = _WHITE.sub(" ", _CONTROL.sub("", value)).strip().strip("\ufeff")
    return line if len(line) <= limit else shortened(line, limit=limit)


def shortened(line: str, *, limit: int) -> str:
    """`line` cut at a word boundary so that with its `…` it is at most `limit` long."""
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    head, space, _ = cut.rpartition(" ")
    return (head if space and len(head) > limit // 2 else cut).rstrip(" ,;:–—-") + "…"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
