"""The scale and the unit that stand around a number: million, %, $, km, a.m."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from bot.support import counts
from bot.support.figure import Figure, Reading, Value, between
from bot.support.words import Word

_PEOPLE = frozenset("people men women children persons police others".split())
_AFTER_ADJECTIVE = ("dollar", "peso", "franc", "pound")  # "2 million Canadian dollars"
_Units = tuple[str, ...]


def measured(tokens: Sequence[Word], first: int, last: int, values: Sequence[Value]) -> Figure:
    """A figure with the scale and the unit around it.

    Two values where what is written means either: "100m" is 100 million, or 100 metres.
    """
    scale, last = _scale(tokens, last)
    scaled = [value * scale if isinstance(value, Fraction) else value for value in values]
    units, end = unit_after(tokens, last)
    money, start = _unit_before(tokens, first)
    readings: set[Reading]
    if money:
        readings = {(scaled[0], unit) for unit in money}
    elif len(scaled) > 1:
        readings = {(scaled[0], unit) for unit in units or ("",)} | {(scaled[1], "metre")}
    else:
        readings = {(scaled[0], unit) for unit in units or ("",)}
    follow = tokens[end + 1].lower if end + 1 < len(tokens) else ""
    plural = follow in _PEOPLE or (follow.isalpha() and follow.endswith("s") and len(follow) > 3)
    return Figure(
        between(tokens, start, end),
        start,
        end,
        frozenset(readings),
        counts_things=plural and not (units or money),
    )


def _scale(tokens: Sequence[Word], last: int) -> tuple[int, int]:
    """What the scale words after token `last` multiply by, and the last of them."""
    scale = 1
    for _ in range(2):  # "hundred thousand"
        at = _over_hyphen(tokens, last)
        if at < len(tokens) and tokens[at].lower in counts.SCALES:
            scale, last = scale * counts.SCALES[tokens[at].lower], at
    return scale, last


def _over_hyphen(tokens: Sequence[Word], last: int) -> int:
    at = last + 1
    if at < len(tokens) and tokens[at].text == "-" and tokens[at].start == tokens[last].end:
        return at + 1
    return at


def unit_after(tokens: Sequence[Word], last: int) -> tuple[_Units, int]:
    """Units that follow token `last`, none or some, and the last token of the unit."""
    end, half = meridiem(tokens, last)
    if half:
        return (half,), end
    at = _over_hyphen(tokens, last)
    follow = [token.lower for token in tokens[at : at + 3]]
    if (share := _share(follow)) is not None:
        units, length = share
        return units, at + length - 1
    for skipped, word in enumerate(follow):
        if word in counts.CURRENCIES and (not skipped or word.startswith(_AFTER_ADJECTIVE)):
            return (counts.CURRENCIES[word],), at + skipped
        if skipped == 0 and word in counts.BOTH_UNITS:
            return counts.BOTH_UNITS[word], at
        if skipped == 0 and word in counts.MEASURES:
            return (counts.MEASURES[word],), at
    return (), last


def _share(follow: Sequence[str]) -> tuple[_Units, int] | None:
    """Percent and points among the words that follow: the units, and how many words they are."""
    words = " ".join(follow)
    if words.startswith(("percentage point", "percent point", "% point")):
        return ("pp",), 2
    if words.startswith("per cent"):
        return ("%",), 2
    if follow and follow[0] in ("%", "percent", "pct"):
        return ("%",), 1
    if follow and follow[0] in ("point", "points"):
        return ("", "pp"), 1
    return None


def meridiem(tokens: Sequence[Word], last: int) -> tuple[int, str]:
    """a.m. or p.m. after token `last`: its last token, and "am", "pm" or ""."""
    follow = [word.lower for word in tokens[last + 1 : last + 5]]
    for half in ("am", "pm"):
        if follow[:1] == [half]:
            return last + 1, half
        if follow[:3] == [half[0], ".", "m"]:
            return last + (4 if follow[3:] == ["."] else 3), half
    return last, ""


def _unit_before(tokens: Sequence[Word], first: int) -> tuple[_Units, int]:
    """The currency that stands before a number, and its first token."""
    if not first:
        return (), first
    before = tokens[first - 1]
    if before.text in counts.CURRENCY_MARKS:
        touches = first > 1 and tokens[first - 2].end == before.start
        letters = tokens[first - 2].lower if touches else ""
        if before.text == "$" and letters in counts.DOLLARS:
            return (counts.DOLLARS[letters],), first - 2
        return (before.text,), first - 1
    if before.lower in counts.CURRENCIES and (before.text.isupper() or before.lower == "rs"):
        return (counts.CURRENCIES[before.lower],), first - 1
    return (), first
