"""Dates as they stand in text: "Dec. 6, 2021", "4-20 February", "2021-12-06", weekdays.

A date has a month, and a day and a year where they are written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from bot.support.words import Word

_MONTH_NAMES = (
    "january february march april may june july august september october november december".split()
)
MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, start=1)}
SHORT_MONTHS = {name[:3]: number for name, number in MONTHS.items()} | {"sept": 9}
# "may" and "march" are words as well: a month with a day or a year, or after one of these.
_DOUBTFUL = frozenset(("may", "march", "august"))
_BEFORE_MONTH = frozenset(
    "in of since until till by from during last next early late mid this every through to "
    "before after between and for past previous through".split()
)
WEEKDAYS = {
    name: number
    for number, name in enumerate(
        "monday tuesday wednesday thursday friday saturday sunday".split()
    )
}
_SHORT_WEEKDAYS = {
    short: WEEKDAYS[name]
    for name in WEEKDAYS
    for short in (name[:3], {"tuesday": "tues", "thursday": "thurs"}.get(name, name[:3]))
}
_JOINS = frozenset("- to through until till and & , or".split())
_ORDINAL_ENDS = frozenset(("st", "nd", "rd", "th"))


@dataclass(frozen=True, slots=True)
class Date:
    """A month, with its day and its year where the text has them."""

    month: int
    day: int | None = None
    year: int | None = None
    text: str = ""

    @property
    def whole(self) -> date | None:
        """As a day of the calendar; None where a part is missing or no such day exists."""
        if self.day is None or self.year is None:
            return None
        try:
            return date(self.year, self.month, self.day)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Found:
    """Dates and weekdays of one text, and the tokens they are made of."""

    dates: tuple[Date, ...]
    weekdays: frozenset[int]
    taken: frozenset[int]


def find_dates(tokens: Sequence[Word]) -> Found:
    """All dates and weekdays of a text."""
    dates: list[Date] = []
    weekdays: set[int] = set()
    taken: set[int] = set()
    for at, token in enumerate(tokens):
        if at in taken:
            continue
        if token.is_number:
            dates += _numeric(tokens, at, taken)
        elif (weekday := _weekday(tokens, at)) is not None:
            weekdays.add(weekday)
        elif (month := _month(tokens, at)) is not None:
            dates += _named(tokens, at, month, taken)
    return Found(tuple(dates), frozenset(weekdays), frozenset(taken))


def _weekday(tokens: Sequence[Word], at: int) -> int | None:
    token = tokens[at]
    dotted = at + 1 < len(tokens) and tokens[at + 1].text == "."
    name = token.lower.removesuffix("'s")
    singular = name.removesuffix("s")
    if singular in WEEKDAYS:
        return WEEKDAYS[singular]
    return _SHORT_WEEKDAYS.get(name) if dotted and token.text[0].isupper() else None


def _month(tokens: Sequence[Word], at: int) -> int | None:
    """The month that token `at` names, if it names one."""
    token = tokens[at]
    name = token.lower.removesuffix("'s")
    if name in MONTHS:
        sure = name not in _DOUBTFUL or _number_near(tokens, at)
        cue = at > 0 and tokens[at - 1].lower in _BEFORE_MONTH
        return MONTHS[name] if sure or (cue and token.text[0].isupper()) else None
    if name in SHORT_MONTHS and token.text[0].isupper():
        dotted = at + 1 < len(tokens) and tokens[at + 1].text == "."
        return SHORT_MONTHS[name] if dotted or _number_near(tokens, at) else None
    return None


def _number_near(tokens: Sequence[Word], at: int) -> bool:
    after = next((t for t in tokens[at + 1 : at + 3] if t.text not in (".", ",")), None)
    if after is not None and (_day_at(tokens, tokens.index(after, at)) or _year(after)):
        return True
    before = next((t for t in reversed(tokens[max(0, at - 2) : at]) if t.lower != "of"), None)
    if before is not None and before.text in _ORDINAL_ENDS:
        return True
    return before is not None and _day(before) is not None


def _named(tokens: Sequence[Word], at: int, month: int, taken: set[int]) -> Iterator[Date]:
    """Dates of the month named at token `at`: days after it, or days before it."""
    taken.add(at)
    after = at + 1
    if after < len(tokens) and tokens[after].text == ".":
        after += 1
    days, end = _days_after(tokens, after)
    if days:
        year, end = _year_after(tokens, end)
    else:
        year, end = _year_after(tokens, after)
        days = _days_before(tokens, at, taken)
        if year is None:
            end = at + 1
    taken.update(range(at, end))
    name = tokens[at].text.removesuffix("'s")
    for day in days or [None]:
        text = " ".join(str(part) for part in (name, day, year) if part is not None)
        yield Date(month, day, year, text)


def _days_after(tokens: Sequence[Word], at: int) -> tuple[list[int | None], int]:
    """Days from token `at` on ("4", "4-20", "4, 5 and 6"), and the token after them."""
    days: list[int | None] = []
    end = at
    while len(days) < 6 and (found := _day_at(tokens, at)) is not None:
        days.append(found[0])
        end = at = found[1]
        if at >= len(tokens) or tokens[at].lower not in _JOINS:
            break
        at += 1
        if at < len(tokens) and tokens[at].lower == "and":
            at += 1
    return days, end


def _days_before(tokens: Sequence[Word], at: int, taken: set[int]) -> list[int | None]:
    """Days before the month at token `at`: "6", "6th of", "4-20", "4 to 20", "4 and 20"."""
    days: list[int | None] = []
    at -= 1
    if at >= 0 and tokens[at].lower == "of":
        at -= 1
    while at >= 0 and len(days) < 6:
        first = at
        if tokens[at].lower in _ORDINAL_ENDS and at and tokens[at].start == tokens[at - 1].end:
            first = at - 1
        day = _day(tokens[first])
        if day is None or first in taken or _unit_or_code(tokens, first):
            break
        days.insert(0, day)
        taken.update(range(first, at + 1))
        if not first or tokens[first - 1].lower not in _JOINS:
            break
        at = first - 2
    return days


def _unit_or_code(tokens: Sequence[Word], at: int) -> bool:
    """Whether something stands against the number that makes it no day: "$6", "F-16"."""
    before = tokens[at - 1] if at else None
    if before is None or before.end != tokens[at].start:
        return False
    if before.text == "-":
        return at > 1 and tokens[at - 2].is_word and tokens[at - 2].end == before.start
    return before.text not in "(\"'["


def _day_at(tokens: Sequence[Word], at: int) -> tuple[int, int] | None:
    """The day at token `at` with an ordinal ending if there is one: day, token after it."""
    if at >= len(tokens) or (day := _day(tokens[at])) is None:
        return None
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if following is None or following.start != tokens[at].end:
        return day, at + 1
    if following.lower in _ORDINAL_ENDS:
        return day, at + 2
    return None if following.is_word or following.text in ":%" else (day, at + 1)


def _day(token: Word) -> int | None:
    if len(token.text) <= 2 and token.text.isdecimal() and 1 <= int(token.text) <= 31:
        return int(token.text)
    return None


def _year_after(tokens: Sequence[Word], at: int) -> tuple[int | None, int]:
    """A year at token `at`, after a comma or "of" if there is one: year, token after it."""
    first = at
    if first < len(tokens) and tokens[first].lower in (",", "of"):
        first += 1
    if first < len(tokens) and (year := _year(tokens[first])) is not None:
        return year, first + 1
    return None, at


def _year(token: Word) -> int | None:
    if len(token.text) == 4 and token.text.isdecimal() and 1000 <= int(token.text) < 3000:
        return int(token.text)
    return None


def _numeric(tokens: Sequence[Word], at: int, taken: set[int]) -> list[Date]:
    """2021-12-06; 12/6/2021, which is also 12 June; 06.12.2021."""
    parts = tokens[at].text.split(".")
    end = at + 1
    if len(parts) != 3:
        if at + 4 >= len(tokens) or tokens[at + 4].end - tokens[at].start > 10:
            return []
        mark = tokens[at + 1].text
        if mark not in "-/" or tokens[at + 3].text != mark or not tokens[at + 2].is_number:
            return []
        parts, end = [tokens[at].text, tokens[at + 2].text, tokens[at + 4].text], at + 5
    if not all(part.isdecimal() and len(part) in (1, 2, 4) for part in parts):
        return []
    first, second, third = map(int, parts)
    if len(parts[0]) == 4:
        candidates = [(first, second, third)]
    elif len(parts[2]) in (2, 4):
        year = third if len(parts[2]) == 4 else 2000 + third
        candidates = [(year, first, second), (year, second, first)]
    else:
        return []
    text = "".join(token.text for token in tokens[at:end])
    found = [Date(m, d, y, text) for y, m, d in candidates if 1 <= m <= 12 and 1 <= d <= 31]
    if found:
        taken.update(range(at, end))
    return found
