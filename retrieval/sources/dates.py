"""Dates as outlets write them -> aware datetimes. What is not written is never invented.

A date without a time becomes midnight UTC; a time without a zone is taken as UTC. A date that
lacks its year, month or day, that could be read two ways (`03/04/2021`), or that is nonsense gives
no datetime but a notice. The text as written is kept beside the value in every case.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timezone, tzinfo
from typing import NamedTuple

from retrieval.sources.canonical import one_line


class Stamp(NamedTuple):
    """A date as understood and as written."""

    value: datetime | None  # aware
    raw: str | None
    notice: str | None = None


NO_DATE = Stamp(None, None)

_EPOCH_SECONDS = (100_000_000, 4_200_000_000)  # 1973 to 2103
_PREFIX = re.compile(
    r"^(?:first |last )?(?:published|updated|posted|date)(?: on| at)?\s*:?\s+", re.I
)
_AM_PM = re.compile(r"\b([ap])\.\s?m\.?(?![a-z])", re.I)
_TWO_WAYS = re.compile(r"^\s*(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})\b")
_DATED = re.compile(r"[^\W\d_]{3}|\d{4}")  # a month or a weekday by name, or a year in full
_ISO_START = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]|$)|\d{8}(?:T|$)")
# RFC 822 zones and the ones that English-language desks write. IST and the like name several
# zones and are left out: an unknown name gives a notice instead of a wrong hour.
_ZONES = {
    **{"UTC": 0, "UT": 0, "GMT": 0, "Z": 0, "WET": 0, "BST": 1, "CET": 1, "CEST": 2, "EET": 2},
    **{"EEST": 3, "MSK": 3, "SGT": 8, "HKT": 8, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11},
    **{"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7},
}
_REGIONS = {
    "ET": "America/New_York",
    "CT": "America/Chicago",
    "MT": "America/Denver",
    "PT": "America/Los_Angeles",
}


def parse(written: object) -> Stamp:
    """Read a date from text, or from a number of seconds or milliseconds since 1970.

    Returns:
        The aware datetime with the offset that was written, the text as written, and a notice if
        something was assumed or could not be understood. Nothing written gives `NO_DATE`.
    """
    if written is None or isinstance(written, bool):
        return NO_DATE
    if isinstance(written, int | float):
        return _from_number(written)
    raw = one_line(str(written), limit=120)
    if not raw:
        return NO_DATE
    if raw.isdigit() and len(raw) in (10, 13):
        return _from_number(int(raw))._replace(raw=raw)
    return _from_iso(raw) or _from_words(raw)


def nearest_year(month: int, day: int, *, to: datetime) -> datetime | None:
    """The date with this month and day that is nearest to `to`, at midnight UTC.

    Worked by hand: 30 December and `to` = 2022-01-02 gives 2021-12-30.
    """
    candidates = [
        found
        for year in (to.year - 1, to.year, to.year + 1)
        if (found := day_of(year, month, day)) is not None
    ]
    return min(candidates, key=lambda found: abs(found - _aware(to)), default=None)


def day_of(year: int, month: int, day: int) -> datetime | None:
    """That day at midnight UTC, or None if there is no such day."""
    try:
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None


def _from_number(number: float) -> Stamp:
    raw = str(number)
    low, high = _EPOCH_SECONDS
    seconds = number / 1000 if low * 1000 <= number <= high * 1000 else number
    if not low <= seconds <= high:  # also NaN
        return _unknown(raw)
    return Stamp(datetime.fromtimestamp(seconds, UTC), raw)


def _from_iso(raw: str) -> Stamp | None:
    if not _ISO_START.match(raw):
        return None
    try:
        return Stamp(_aware(datetime.fromisoformat(raw)), raw)
    except (ValueError, OverflowError):
        return None


def _from_words(raw: str) -> Stamp:
    from dateutil import parser

    words = _AM_PM.sub(r"\1m", _PREFIX.sub("", raw))
    numbers = _TWO_WAYS.match(words)
    if numbers and int(numbers[1]) <= 12 and int(numbers[3]) <= 12 and numbers[1] != numbers[3]:
        return Stamp(None, raw, f"the date {raw!r} can be read two ways: write it as YYYY-MM-DD")
    if not _DATED.search(words):
        return _unknown(raw)
    unknown_zones: list[str] = []

    # Parts that the text lacks come from the default: two defaults that differ in every part,
    # and by more than a week, tell a date that was written in full from one that was filled in.
    defaults = datetime(1996, 2, 3), datetime(1999, 4, 13)  # noqa: DTZ001 (only the parts count)
    zones = _zone_reader(unknown_zones)
    try:
        one, other = (parser.parse(words, default=default, tzinfos=zones) for default in defaults)
        value = _aware(one)
    except (ValueError, OverflowError, TypeError, AttributeError, RecursionError):
        # dateutil documents the first two and has been seen to let the others through
        return _unknown(raw)
    if one.date() != other.date():
        return Stamp(None, raw, f"the date {raw!r} lacks a day, month or year: it is not used")
    if unknown_zones:
        return Stamp(value, raw, f"the time zone {unknown_zones[0]!r} in {raw!r} is read as UTC")
    return Stamp(value, raw)


def _zone_reader(unknown: list[str]) -> Callable[[str, int], tzinfo | int | None]:
    """What dateutil asks for a zone: seconds east of UTC, or a zone. Collects unknown names."""

    def zone(name: str | None, offset: int | None) -> tzinfo | int | None:
        if offset is not None or not name:
            return offset
        if name in _REGIONS:
            from dateutil import tz

            return tz.gettz(_REGIONS[name])
        if name not in _ZONES:
            unknown.append(name)
            return None
        return _ZONES[name] * 3600

    return zone


def _aware(value: datetime) -> datetime:
    """`value` with a plain offset; ValueError or OverflowError where UTC has no such time."""
    offset = value.utcoffset()
    if offset is None:
        return value.replace(tzinfo=UTC)
    aware = value.replace(tzinfo=timezone(offset))
    aware.astimezone(UTC)
    return aware


def _unknown(raw: str) -> Stamp:
    return Stamp(None, raw, f"the date {raw!r} is not understood: write it as YYYY-MM-DD")
