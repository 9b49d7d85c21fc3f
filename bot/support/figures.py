"""Numbers, amounts, percentages and ordinals as they stand in text -> exact values with units.

A figure has readings, each a value and a unit: "2 to 3 million" says 2 or 2,000,000 first, and
"half" says 1/2 or 50 %. A figure is carried when one of its readings is one of the source's.

Units: "" none, "ord" ordinal, "s" decade, "%", "pp" percentage points, a currency, a measure.
Signs are not read: a fall of 5 % is a change of -5 %.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from bot.support import counts
from bot.support.digits import read_digits
from bot.support.figure import Figure, Reading
from bot.support.number_words import read_words
from bot.support.words import Word

_JOINS = frozenset("to through and or until - by".split())


def figures(tokens: Sequence[Word], taken: frozenset[int] = frozenset()) -> list[Figure]:
    """All figures of a text but for the tokens `taken`, which dates are made of."""
    found = list(_read(tokens, taken))
    for index in range(len(found) - 1, 0, -1):
        left, right = found[index - 1], found[index]
        gap = tokens[left.last + 1 : right.first]
        if len(gap) == 1 and gap[0].lower in _JOINS and not (left.code or right.code):
            span = gap[0].text == "-"
            found[index - 1] = _shared(left, _from_right(tokens, left, right))
            found[index] = _shared(right, _from_left(left, right, span=span))
    return found


def _read(tokens: Sequence[Word], taken: frozenset[int]) -> Iterator[Figure]:
    at = 0
    while at < len(tokens):
        figure = None
        if at not in taken:
            figure = read_digits(tokens, at) or read_words(tokens, at, taken)
        if figure is not None:
            yield figure
            at = figure.last + 1
        else:
            at += 1


def _shared(figure: Figure, readings: set[Reading]) -> Figure:
    return replace(figure, readings=figure.readings | readings)


def _from_right(tokens: Sequence[Word], left: Figure, right: Figure) -> set[Reading]:
    """What the first of "2 to 3 million" or "10 and 20 percent" leaves to the second."""
    units = {unit for _, unit in right.readings} - {""}
    scale = _scale(tokens, right)
    extra: set[Reading] = set()
    for value, unit in left.readings:
        if isinstance(value, Fraction):
            extra |= {(value * scale, other) for other in units or {unit}}
            extra |= {(value, other) for other in units}
    return extra


def _from_left(left: Figure, right: Figure, *, span: bool) -> set[Reading]:
    """What the second of "$2-3" or "2014-15" leaves to the first."""
    extra: set[Reading] = set()
    for value, unit in right.readings:
        if unit or not isinstance(value, Fraction):
            continue
        extra |= {(value, other) for _, other in left.readings if other not in ("", "ord", "s")}
        if span and value < 100:
            extra |= {
                (year - year % 100 + value, "")
                for year, other in left.readings
                if not other
                and isinstance(year, Fraction)
                and 1000 <= year < 3000
                and year % 100 < value
            }
    return extra


def _scale(tokens: Sequence[Word], figure: Figure) -> int:
    """The thousand or million that a figure is written with; 1 if with none."""
    for token in tokens[figure.first : figure.last + 1]:
        scale = counts.SCALES.get(token.lower) or counts.SUFFIXES.get(token.lower, 1)
        if scale >= 1000:
            return scale
    return 1
