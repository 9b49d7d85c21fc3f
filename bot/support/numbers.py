"""Every number and every date of a claim stands in the cited sentences or their headings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.support.calendar import WEEKDAYS, Date, find_dates
from bot.support.figures import figures
from bot.support.listed import Lists
from bot.support.problem import Problem, ProblemKind, shown
from bot.support.source import Source
from bot.support.swapped import swapped
from bot.support.words import Word


def number_problems(
    claim: Sequence[Word],
    cited: Sequence[Sequence[Word]],
    headings: Sequence[Sequence[Word]],
) -> Iterator[Problem]:
    """Figures, dates and weekdays of the claim that neither the sentences nor headings hold."""
    found = find_dates(claim)
    read = figures(claim, found.taken)
    if not (read or found.dates or found.weekdays):
        return
    source = Source(cited, headings)
    missing = [figure for figure in read if not source.carries(figure)]
    lists = Lists(cited) if missing else None
    reported: set[str] = set()
    for figure in missing:
        if figure.text not in reported and not (lists and lists.count(figure, claim)):
            reported.add(figure.text)
            yield Problem(
                ProblemKind.NUMBER, f"the number {shown(figure.text)} is not in the cited sentences"
            )
    if not missing and (two := swapped(claim, cited)):
        both = f"{shown(two[0])} and {shown(two[1])}"
        yield Problem(ProblemKind.NUMBER, f"the numbers {both} have changed places")
    for text in _missing(found.dates, source):
        yield Problem(ProblemKind.DATE, f"the date {shown(text)} is not in the cited sentences")
    for name, weekday in WEEKDAYS.items():
        if weekday in found.weekdays and not source.has_weekday(weekday):
            yield Problem(
                ProblemKind.DATE, f"the day {name.capitalize()} is not in the cited sentences"
            )


def _missing(dates: Sequence[Date], source: Source) -> Iterator[str]:
    """Dates that the source lacks in each of their readings (12/6 is December or June)."""
    held = {d.text for d in dates if source.has_date(d)}
    yield from dict.fromkeys(d.text for d in dates if d.text not in held)
