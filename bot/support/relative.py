"""What text says relative to its day of publication: yesterday, last year, on Monday.

Where that day is known, such words carry the date, month or year that a claim names instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise

from bot.support.calendar import MONTHS, Date
from bot.support.words import Word, plain

_DAYS = {"yesterday": -1, "today": 0, "tonight": 0, "tomorrow": 1}
_STEPS = {"last": -1, "previous": -1, "past": -1, "this": 0, "next": 1, "coming": 1}
_YEARS = ("year", "season", *MONTHS)
_MOST = 100  # years back


def relative_dates(
    tokens: Sequence[Word], weekdays: Iterable[int], published: date
) -> Iterator[Date]:
    """Days and months that a text published that day names by other words.

    A weekday is the last and the next of that name.
    """
    for weekday in weekdays:
        back = (published.weekday() - weekday) % 7
        yield from map(_date, (_shifted(published, -back), _shifted(published, 7 - back)))
    said = [plain(token.text) for token in tokens]
    for word in _DAYS.keys() & set(said):
        yield _date(_shifted(published, _DAYS[word]))
    for step in {_STEPS[a] for a, b in pairwise(said) if a in _STEPS and b == "month"}:
        month = published.month - 1 + step
        yield Date(month % 12 + 1, None, published.year + month // 12)


def relative_years(tokens: Sequence[Word], published: date) -> Iterator[int]:
    """Years that a text published that day names: last year, next May, a year ago."""
    said = [plain(token.text) for token in tokens]
    for step in {_STEPS[a] for a, b in pairwise(said) if a in _STEPS and b in _YEARS}:
        yield published.year + step
    for unit, how in set(pairwise(said)):
        if unit == "year" and how in ("ago", "earlier"):
            yield published.year - 1


def years_back(count: int, published: date) -> int | None:
    """The year so many years before publication; None where no one would count so."""
    return published.year - count if 0 < count <= _MOST else None


def _shifted(day: date, distance: int) -> date:
    try:
        return day + timedelta(distance)
    except OverflowError:
        return day


def _date(day: date) -> Date:
    return Date(day.month, day.day, day.year)
