"""The head of a wire story: dateline, day and agency, as agencies set them.

    MOSCOW, December 30. /TASS/. An upcoming …          place, day, agency between slashes
    WASHINGTON, Dec 6 (AP) — The …                      place, day, agency in brackets
    LONDON (Reuters) - The …                            place, agency
    BERLIN, 12 January 2022 /Harbour Wire/ – The …      place, full date, agency
    PARIS — The …                                       place alone: capitals and a dash

The words stay in the article's text: the dateline is part of the story. Only the archive prefix
`date 2021-12-29 ` that stands before some stories is metadata and is cut off (`archive_prefix`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from retrieval.sources import dates

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_DAY = rf"(?P<day>{_MONTH} \d{{1,2}}(?:,? \d{{4}})?|\d{{1,2}} {_MONTH}(?:,? \d{{4}})?)"
# "NEW YORK", "Kyiv, Ukraine", "WASHINGTON, D.C.", "Hong Kong/Beijing", "SEOUL, South Korea"
_WORD = r"[^\W\d_a-zß-öø-ÿ][\w.'’\-]*"
_NAME = rf"{_WORD}(?:[ /]{_WORD}|[ ](?:de|del|al|el|of|am|an|der|on|upon|sur|la|le)\b){{0,4}}"
_PLACE = rf"(?P<place>{_NAME}(?:, (?!{_MONTH} \d){_NAME}){{0,2}}?)"
_AGENCY = r"[^\W_][\w .&'’\-]{1,38}?"
_DASH = r"(?:[\u2010-\u2015]|--?)"
# Agencies known well enough to be recognised without the dash that otherwise closes a dateline.
_KNOWN = (
    "Reuters|AP|AFP|TASS|dpa|DPA|UPI|PA|ANSA|EFE|Xinhua|Kyodo|Yonhap|PTI|ANI|IANS|Interfax|"
    "RIA Novosti|Bloomberg|Bernama|AAP|CP|SAPA|Tanjug|CNN|CNN Business|CNNBusiness"
)
# These stand where an agency does but pass on nobody else's text.
OUTLETS = frozenset({"CNN", "CNN Business", "CNNBusiness"})
_LEAD = re.compile(
    rf"(?:{_PLACE}(?:[,.]? {_DAY})?[.,]? ?)?"
    rf"(?:/(?P<slashed>{_AGENCY})/\.?(?: ?{_DASH})?\s+"
    rf"|\((?P<closed>{_AGENCY})\)\s*{_DASH}\s*"
    rf"|\((?P<known>{_KNOWN})\)\s+)"
)
_CAPITALS = re.compile(rf"{_PLACE}(?:[,.]? {_DAY})?[.,]? ?(?:{_DASH})\s+")
_PREFIX = re.compile(r"date:? (?P<date>\d{4}-\d{2}-\d{2})[ \t]+(?=\S)")
_WINDOW = 160  # no dateline is longer
_NOT_A_PLACE = {
    *("UPDATE", "BREAKING", "EXCLUSIVE", "WATCH", "CORRECTION", "OPINION", "ANALYSIS", "EDITORIAL"),
    *("FACT", "FACTBOX", "EXPLAINER", "NEWS", "LIVE", "VIDEO", "PHOTOS", "REVIEW", "INTERVIEW"),
    *("NOTE", "EDITOR", "ADVISORY", "REFILE", "WRAPUP", "TIMELINE", "SPOILER", "DEAR", "ALERT"),
}


@dataclass(frozen=True, slots=True)
class Lead:
    """What the head of a story says of itself. `end` is where the story's own words begin."""

    place: str | None
    day: str | None  # as written
    carrier: str | None
    end: int


NO_LEAD = Lead(None, None, None, 0)


def lead(text: str) -> Lead:
    """The dateline at the head of `text`, or `NO_LEAD`."""
    head = text[:_WINDOW]
    found = _LEAD.match(head)
    if found:
        carrier = found["slashed"] or found["closed"] or found["known"]
        return Lead(_place(found["place"]), found["day"], carrier.strip(), found.end())
    found = _CAPITALS.match(head)
    if found and _is_capitals(found["place"]):
        return Lead(_place(found["place"]), found["day"], None, found.end())
    return NO_LEAD


def archive_prefix(text: str) -> tuple[str | None, int]:
    """The date in a `date 2021-12-29 ` prefix and the prefix's length, or (None, 0)."""
    found = _PREFIX.match(text)
    return (found["date"], found.end()) if found else (None, 0)


def published(day: str | None, *, near: datetime | None) -> datetime | None:
    """The day of a dateline as a date.

    A day without a year takes the year that brings it nearest to `near`, and is None without it.
    """
    if day is None:
        return None
    numbers = [int(number) for number in re.findall(r"\d+", day)]
    name = re.search(r"[A-Za-z]{3}", day)
    if name is None or name[0].lower() not in _MONTHS:
        return None
    month = _MONTHS.index(name[0].lower()) + 1
    if len(numbers) > 1:
        return dates.day_of(numbers[1], month, numbers[0])
    return None if near is None else dates.nearest_year(month, numbers[0], to=near)


def _place(place: str | None) -> str | None:
    """`place` without the stop that closes it, but with that of an abbreviation: `MUNCIE, Ind.`"""
    return (place.strip(" ,") if "," in place else place.strip(" ,.")) if place else None


def _is_capitals(place: str) -> bool:
    city = place.partition(",")[0]
    first = re.split(r"\W", city, maxsplit=1)[0]
    return city == city.upper() and sum(map(str.isalpha, city)) >= 4 and first not in _NOT_A_PLACE
