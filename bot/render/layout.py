"""Lays styled text out in lines of a terminal's width.

A piece is a text and its style. Pieces come in raw and leave through the output door; only the
styles listed here add escape sequences, and only when colour is asked for.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from bot.render.sanitise import flatten

_RESET = "\x1b[0m"
_MARKER = re.compile(r"\[\d+\]")


class Style(StrEnum):
    """How a piece looks. The value is its SGR sequence (ECMA-48, 8.3.117)."""

    PLAIN = ""
    BOLD = "\x1b[1m"
    DIM = "\x1b[2m"
    REVERSE = "\x1b[7m"


class Piece(NamedTuple):
    """A run of text in one style."""

    text: str
    style: Style = Style.PLAIN


def cells(text: str) -> int:
    """How many columns of a terminal `text` takes."""
    if text.isascii():
        return len(text)
    return sum(_cells_of(char) for char in text)


def _cells_of(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def styled(text: str, style: Style, *, color: bool) -> str:
    """`text`, already clean, in a style."""
    return f"{style}{text}{_RESET}" if color and style and text else text


def lay_out(
    pieces: Iterable[Piece], *, width: int | None = None, indent: str = "", color: bool = False
) -> str:
    """The pieces as one paragraph.

    Args:
        pieces: raw texts; each is cleaned and put on one line.
        width: columns to fill; None leaves the paragraph on one line.
        indent: what each line but the first begins with.
        color: whether styles are written.

    A word wider than the line is left whole, so that it can be copied. A lone `·` stays with the
    word after it, a marker such as `[1]` with the word before it.
    """
    words = _joined(_words(pieces))
    lines: list[list[list[Piece]]] = [[]]
    used = 0
    for word in words:
        need = sum(cells(piece.text) for piece in word)
        if lines[-1] and width is not None and used + 1 + need > width:
            lines.append([])
            used = len(indent)
        used += need + bool(lines[-1])
        lines[-1].append(word)
    return f"\n{indent}".join(_written(line, color=color) for line in lines)


def _words(pieces: Iterable[Piece]) -> list[list[Piece]]:
    """Split at spaces; a word may hold several pieces."""
    words: list[list[Piece]] = [[]]
    for piece in pieces:
        first, *rest = flatten(piece.text).split(" ")
        if first:
            words[-1].append(Piece(first, piece.style))
        words.extend([Piece(part, piece.style)] if part else [] for part in rest)
    return [word for word in words if word]


def _joined(words: Iterable[list[Piece]]) -> list[list[Piece]]:
    """Join the words that no line break may divide."""
    joined: list[list[Piece]] = []
    for word in words:
        last = joined[-1] if joined else None
        if last and (last[-1].text == "·" or _MARKER.fullmatch(word[0].text)):
            last += [Piece(" ", last[-1].style if last[-1].style == word[0].style else Style.PLAIN)]
            last += word
        else:
            joined.append(word)
    return joined


def _written(line: Sequence[Sequence[Piece]], *, color: bool) -> str:
    """One line, with a style kept over the spaces between words of that style."""
    runs: list[Piece] = []
    for number, word in enumerate(line):
        if number:
            same = runs[-1].style == word[0].style
            runs.append(Piece(" ", runs[-1].style if same else Style.PLAIN))
        runs.extend(word)
    merged: list[Piece] = []
    for run in runs:
        if merged and merged[-1].style == run.style:
            merged[-1] = Piece(merged[-1].text + run.text, run.style)
        else:
            merged.append(run)
    return "".join(styled(run.text, run.style, color=color) for run in merged)
