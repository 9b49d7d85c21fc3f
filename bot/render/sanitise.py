"""The one output door: makes text from outside harmless to show.

Titles, quotes, file names, questions and error messages may hold anything. Before a person sees
them, everything that can steer a terminal, hide text or reorder it is taken out:

    C0 but newline and tab, DEL, C1   escape sequences begin with these (ECMA-48)
    bidirectional controls            reorder what is seen (Unicode TR 9; CVE-2021-42574)
    zero-width and other format characters, tag characters, variation selectors
                                      invisible text, and data hidden in it (Unicode TR 36)
    lone surrogates                   cannot be written as UTF-8

What an escape sequence leaves behind when its first byte is gone, such as `[31m`, stays: it was in
the text. JSON output does not come through here; it escapes instead, and so stays exact.
"""

from __future__ import annotations

import re

# Line breaks other than "\n". They become "\n", so that the words around them stay apart.
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")

_REMOVED = re.compile(
    "["
    "\x00-\x08\x0e-\x1b\x1f\x7f-\x9f"  # controls
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # invisible in every font
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # zero-width, bidi, annotation
    "\u3164\uffa0"  # Hangul fillers: letters that show nothing
    "\ufe00-\ufe0f"  # variation selectors
    "\ud800-\udfff"  # lone surrogates
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # shorthand and musical format controls
    "\U000e0000-\U000e0fff"  # tag characters and the other variation selectors
    "]"
)

_SPACE = re.compile(r"\s+")


def clean(text: str) -> str:
    """`text` without anything but visible characters, spaces, newlines and tabs."""
    return _REMOVED.sub("", _BREAKS.sub("\n", text))


def flatten(text: str) -> str:
    """`clean` on one line: white space with a newline or a tab in it becomes one space."""
    return _SPACE.sub(_on_one_line, clean(text))


def _on_one_line(space: re.Match[str]) -> str:
    return " " if "\n" in space[0] or "\t" in space[0] else space[0]


def clean_line(text: str) -> str:
    """`flatten` without white space at the ends."""
    return flatten(text).strip()
