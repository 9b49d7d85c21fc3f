"""Figures written with digits: 1,200, $2.4m, 52 %, 3rd, 1990s, 10:30 a.m., COVID-19."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from bot.support import counts
from bot.support.figure import Figure, Reading, Value, between, read_as, touching
from bot.support.units import measured, meridiem
from bot.support.words import Word

_LONGEST = 30  # digits
_ORDINAL_ENDS = frozenset(("st", "nd", "rd", "th"))


def read_digits(tokens: Sequence[Word], at: int) -> Figure | None:
    """The figure that begins at token `at`; None if no digits stand there."""
    token = tokens[at]
    if not token.is_number:
        return None
    value = parsed(token.text)
    if (first := _code_start(tokens, at)) is not None:
        text = between(tokens, first, at)
        return Figure(
            text, first, at, frozenset({(value, "")}), code=text.replace("-", "").casefold()
        )
    after = touching(tokens, at)
    if after is None:
        return _clock(tokens, at) or measured(tokens, at, at, [value])
    return _with_suffix(tokens, at, value, after.lower)


def parsed(text: str) -> Value:
    """The value of digits with points and commas: "1,200" is 1200, "2.4" is 2.4, "1.2.3" itself."""
    if len(text) > _LONGEST:
        return text
    whole, point, part = text.replace(",", "").partition(".")
    if "." in part or ("," in text and not _grouped(text)):
        return text
    return Fraction(f"{whole}{point}{part}" if part else whole)


def _grouped(text: str) -> bool:
    groups = text.partition(".")[0].split(",")
    return len(groups[-1]) == 3 and all(2 <= len(group) <= 3 for group in groups[1:])


def _with_suffix(tokens: Sequence[Word], at: int, value: Value, suffix: str) -> Figure:
    """Digits with letters against them: 3rd, 1990s, 2½, 2.4m, 5km, 5G."""
    if isinstance(value, Fraction):
        if suffix in _ORDINAL_ENDS:
            return read_as(tokens, at, at + 1, (value, "ord"))
        if suffix in ("s", "'s"):
            return read_as(tokens, at, at + 1, (value, "s"), (value % 100, "s"))
        if suffix in counts.VULGAR:
            return measured(tokens, at, at + 1, [value + counts.VULGAR[suffix]])
        if suffix in counts.SUFFIXES:
            scaled = value * counts.SUFFIXES[suffix]
            doubtful = suffix in counts.MEASURES  # 100m: metres, or millions
            return measured(tokens, at, at + 1, [scaled, value] if doubtful else [scaled])
    if suffix in counts.MEASURES or suffix in counts.CURRENCIES:
        return measured(tokens, at, at, [value])
    text = between(tokens, at, at + 1)
    return Figure(text, at, at + 1, frozenset({(value, "")}), code=text.casefold())


def _code_start(tokens: Sequence[Word], at: int) -> int | None:
    """Where the letters begin that stand against the digits at `at`: COVID-19, F-16, G20.

    None if none do. Lower-case ones ("mid-1990s", "under-21") are words before a number.
    """
    first = at - 1
    if first > 0 and tokens[first].text == "-" and tokens[first].end == tokens[at].start:
        at, first = first, first - 1
    if first < 0 or tokens[first].end != tokens[at].start:
        return None
    prefix = tokens[first]
    if not prefix.is_word or prefix.text.islower() or prefix.lower in counts.CURRENCIES:
        return None
    return first


def _clock(tokens: Sequence[Word], at: int) -> Figure | None:
    """10:30 as a whole, with a.m. or p.m.; 10:00 is 10, 21:45 is 9:45 p.m."""
    if at + 2 >= len(tokens) or tokens[at + 1].text != ":" or not tokens[at + 2].is_number:
        return None
    hour, minute = tokens[at], tokens[at + 2]
    if hour.end + 1 != minute.start or len(minute.text) != 2 or len(hour.text) > 2:
        return None
    last, half = meridiem(tokens, at + 2)
    rest = "" if int(minute.text) == 0 else f":{int(minute.text):02}"
    hours = int(hour.text)
    times = [(hours, half)]
    if half == "pm":
        times.append((hours % 12 + 12, ""))
    elif hours > 12:
        times.append((hours - 12, "pm"))
    readings: list[Reading] = [
        (f"{hours}{rest}" if rest else Fraction(hours), half) for hours, half in times
    ]
    return read_as(tokens, at, last, *readings)
