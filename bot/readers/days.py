"""Step 9. Whether a sentence of an article speaks of the day that a question is about. Pure.

News seldom writes its own day out. "On Wednesday" is the last or the next one from the day of
publication; where a sentence names no day, it speaks of that day or the one before.
"""

from __future__ import annotations

from datetime import date
from enum import Enum, auto

from bot.question.asked_day import AskedDay
from bot.support.calendar import Date, find_dates
from bot.support.relative import relative_dates
from bot.support.words import fold, words

_HALF_A_YEAR = 6  # months


class Standing(Enum):
    """How a sentence stands to the day that is asked about."""

    SAID = auto()  # it names the day
    THEN = auto()  # it names no day, and its article appeared then
    THEN_OTHER = auto()  # it names another day, and its article appeared then
    AFTER = auto()  # it and its article have no day, and the sentence before names the day
    NOT_THEN = auto()  # none of these: nothing says that it speaks of that day


def standing(sentence: str, before: str, published: date | None, asked: AskedDay) -> Standing:
    """How a sentence of an article that was published that day stands to the days asked about.

    `before` is the sentence before it, or "".
    """
    dates = _dates(sentence, published)
    if _any_meets(dates, asked, published):
        return Standing.SAID
    if published is None:
        after = not dates and _any_meets(_dates(before, None), asked, None)
        return Standing.AFTER if after else Standing.NOT_THEN
    first, last = asked.news_days(published)
    if not first <= published <= last:
        return Standing.NOT_THEN
    return Standing.THEN_OTHER if dates else Standing.THEN


def _dates(sentence: str, published: date | None) -> list[Date]:
    """The dates that a sentence names, and those it names from the day of publication."""
    tokens = words(fold(sentence))
    found = find_dates(tokens)
    relative = relative_dates(tokens, found.weekdays, published) if published else ()
    return [*found.dates, *relative]


def _any_meets(dates: list[Date], asked: AskedDay, published: date | None) -> bool:
    return any(_meets(one, asked, published) for one in dates)


def _meets(said: Date, asked: AskedDay, published: date | None) -> bool:
    """Whether a date in the text is one of the days asked about."""
    if said.month != asked.month:
        return False
    if said.day is None and not asked.is_month:
        return False  # "in January" says nothing of a day of January
    if said.day is not None and not asked.first <= said.day <= asked.last:
        return False
    year = said.year or (published and _nearest_year(said, published))
    return asked.year is None or year is None or year == asked.year


def _nearest_year(said: Date, published: date) -> int:
    """The year that a date without one has in a text published that day."""
    months = said.month - published.month
    return published.year + (months < -_HALF_A_YEAR) - (months > _HALF_A_YEAR)
