"""Step 8. The day, month or part of one that a question is about: "… by March 9?". English. Pure.

"How many deaths had the police confirmed by March 9?" asks "How many deaths had the police
confirmed?" of the news of that day. News seldom writes its own day out: it says "on Wednesday", or
nothing.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta

from bot.support.calendar import MONTHS, SHORT_MONTHS, WEEKDAYS

_NAMES = MONTHS | SHORT_MONTHS
_MONTH = rf"(?P<month>{'|'.join(sorted(_NAMES, key=len, reverse=True))})\b\.?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?\b"
_TIMES = r"(?:early\s+|late\s+)?(?:morning|noon|midday|afternoon|evening|night|close|end)"
_WEEKDAY = rf"(?:(?:the\s+)?(?:{'|'.join(WEEKDAYS)})(?:\s+{_TIMES})?,?\s+)?"
_DATES = (
    rf"{_WEEKDAY}(?:the\s+)?{_DAY}(?:\s+of)?\s+{_MONTH}(?:,?\s+{_YEAR})?",
    rf"{_WEEKDAY}{_MONTH}\s+(?:the\s+)?{_DAY}(?:,?\s+{_YEAR})?",
    r"(?P<year>(?:19|20)\d\d)-(?P<number>\d\d)-(?P<day>\d\d)\b",
    rf"(?:(?P<part>early|mid|late)[\s-]+)?{_MONTH}(?:,?\s+{_YEAR})?(?!\s+\d)",
)
_HOUR = rf"(?:(?:the\s+)?{_TIMES}\s+(?:of|on)\s+)?"
_WHEN = (
    rf"(?:on|by|as\s+of|as\s+at|during|in)\s+{_HOUR}",
    r"(?:(?:at|by|towards?|around|in)\s+)?the\s+(?P<edge>start|beginning|middle|end)\s+of\s+",
    r"(?<=count )of\s+|(?<=figure )of\s+|(?<=figures )of\s+|(?<=tally )of\s+",
)
# No date follows that belongs to a longer stretch ("from May 3 to 5"), or to a name ("May Day").
_NO_MORE = r"(?!\s*(?:-|–|to\b|and\b|or\b|/)\s*\d)(?!\s+(?-i:[A-Z]))"
_PHRASES = [
    re.compile(rf"(?:^|(?<=[\s,]))(?:{when}){dated}{_NO_MORE}", re.IGNORECASE)
    for when in _WHEN
    for dated in _DATES
]
_OTHER_MONTH = re.compile(rf"\b(?:{'|'.join(name.title() for name in MONTHS)})\b")
_PARTS = {"early": "start", "beginning": "start", "mid": "middle", "late": "end"}
_A_DAY = timedelta(days=1)
_FIRST_DAYS = {"start": (1, 10), "middle": (11, 20), "end": (21, 31)}


@dataclass(frozen=True, slots=True)
class AskedDay:
    """The days that a question is about, and the question without them.

    `first` and `last` are days of the `month`; `year` is None where the question names none.
    """

    rest: str
    month: int
    first: int
    last: int
    year: int | None = None

    def days(self, near: date) -> tuple[date, date]:
        """The first and the last of the days. Without a year, in the year that is nearest."""
        years = [self.year] if self.year else [near.year - 1, near.year, near.year + 1]
        return min(
            (self._in(year) for year in years if MINYEAR <= year <= MAXYEAR),
            key=lambda days: abs((days[0] - near).days),
        )

    def news_days(self, near: date) -> tuple[date, date]:
        """As `days`, with the day after them: yesterday's events stand in today's paper."""
        first, last = self.days(near)
        return first, min(last, date.max - _A_DAY) + _A_DAY

    @property
    def is_month(self) -> bool:
        """Whether it is a whole month."""
        return (self.first, self.last) == (1, 31)

    def _in(self, year: int) -> tuple[date, date]:
        longest = monthrange(year, self.month)[1]
        return (
            date(year, self.month, min(self.first, longest)),
            date(year, self.month, min(self.last, longest)),
        )


def asked_day(question: str) -> AskedDay | None:
    """The one day, month or part of a month that the question is about; None if it names none.

    What a question says with "since", "before" or "after" is left to the reader.

    >>> asked_day("How many ships were waiting by March 9?")
    AskedDay(rest='How many ships were waiting?', month=3, first=9, last=9, year=None)
    """
    for pattern in _PHRASES:
        found = pattern.search(question)
        if found is None:
            continue
        parts = found.groupdict()
        month = int(parts["number"]) if parts.get("number") else _NAMES[parts["month"].lower()]
        year = int(parts["year"]) if parts.get("year") else None
        if not 1 <= month <= 12:
            return None
        rest = _without(question, *found.span())
        if _OTHER_MONTH.search(rest):
            return None  # "Between the vote of May 3 and …": which of them is asked about?
        if parts.get("day"):
            day = int(parts["day"])
            valid = 1 <= day <= monthrange(year or 2024, month)[1]
            return AskedDay(rest, month, day, day, year) if valid else None
        part = parts.get("part") or parts.get("edge") or ""
        first, last = _FIRST_DAYS.get(_PARTS.get(part.lower(), part.lower()), (1, 31))
        return AskedDay(rest, month, first, last, year)
    return None


def _without(question: str, start: int, end: int) -> str:
    """The question without a phrase, still one sentence."""
    before, after = question[:start].rstrip(" ,"), question[end:].lstrip(" ,")
    if not before:
        return after[:1].upper() + after[1:]
    if after[:1] in ("", *"?.!:;)"):
        return before + after
    between_commas = "," in question[len(before) : start]  # both go with the phrase
    comma = "," if question[end : end + 1] == "," and not between_commas else ""
    return f"{before}{comma} {after}"
