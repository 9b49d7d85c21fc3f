"""Every number and every date of a claim stands in the cited sentences or their headings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from bot.support import counts
from bot.support.calendar import Date, Found, find_dates, near
from bot.support.figure import Figure, Value
from bot.support.figures import figures
from bot.support.listed import counts_listed
from bot.support.problem import Problem, ProblemKind, shown
from bot.support.words import Word, plain

_CODE = re.compile(r"[^\W\d_]++[ -]?\d++|\d++[^\W\d_]++")
_RELATIVE_DAYS = {
    "yesterday": -1,
    "today": 0,
    "tonight": 0,
    "tomorrow": 1,
}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Source:
    """Figures and dates of the cited sentences and the headings."""

    def __init__(self, cited: Sequence[Sequence[Word]], headings: Sequence[Sequence[Word]]) -> None:
        self.cited = cited
        self.units: dict[Value, set[str]] = {}
        self.codes: set[str] = set()
        self.words: set[str] = set()
        self.vague: set[str] = set()
        self.dates: list[Date] = []
        self.years: set[int] = set()
        self.weekdays: set[int] = set()
        published: list[date] = []
        found_in_cited: list[Found] = []
        for tokens in cited:
            found_in_cited.append(find_dates(tokens))
            self._add(tokens, found_in_cited[-1])
        for tokens in headings:
            found = find_dates(tokens)
            self._add(tokens, found)
            published += [whole for d in found.dates if (whole := d.whole)]
        self._relative(found_in_cited, published)
        self.weekdays |= {whole.weekday() for whole in self._whole_dates()}

    def carries(self, figure: Figure) -> bool:
        """Whether a figure of the claim stands in the source, with its unit."""
        if figure.vague:
            lowest, highest = counts.VAGUE[figure.vague]
            return figure.vague in self.vague or any(
                isinstance(value, Fraction) and lowest <= value < highest for value in self.units
            )
        if figure.code:
            if figure.code in self.codes:
                return True
            if not figure.code[0].isdigit() or not figure.code[-1].isalpha():
                return False
        return any(self._has(value, unit, figure) for value, unit in figure.readings)

    def _has(self, value: Value, unit: str, figure: Figure) -> bool:
        units = self.units.get(value, set())
        if unit in units:
            return True
        if unit in counts.MEASURE_UNITS:
            return "" in units
        bare = unit == "" and not figure.counts_things
        return bare and any(other in counts.MEASURE_UNITS for other in units)

    def has_date(self, wanted: Date) -> bool:
        """Whether the source has the date, its year in the date itself or near it."""
        for held in self.dates:
            if held.month != wanted.month or (wanted.day is not None and held.day != wanted.day):
                continue
            if wanted.year is None or held.year == wanted.year:
                return True
            if held.year is None and wanted.year in self.years:
                return True
        return False

    def _add(self, tokens: Sequence[Word], found: Found) -> None:
        self.dates += found.dates
        self.weekdays |= found.weekdays
        for d in found.dates:
            if d.year is not None:
                self.years.add(d.year)
                self.units.setdefault(Fraction(d.year), set()).add("")
            if d.day is not None:
                self.units.setdefault(Fraction(d.day), set()).add("ord")
        for figure in figures(tokens, found.taken):
            if figure.vague:
                self.vague.add(figure.vague)
            for value, unit in figure.readings:
                self.units.setdefault(value, set()).add(unit)
                if unit.endswith("$"):
                    self.units[value].add("$")
                if unit == "" and isinstance(value, Fraction) and 1000 <= value < 3000:
                    self.years.add(int(value))
        text = _spaced(tokens)
        self.codes |= {re.sub("[ -]", "", m[0]).casefold() for m in _CODE.finditer(text)}
        for token in tokens:
            if token.is_word:
                self._add_word(token)

    def _add_word(self, token: Word) -> None:
        word = plain(token.text)
        self.words.add(word)
        if word == "one":
            self.units.setdefault(Fraction(1), set()).add("")
        elif word in counts.NOTHING:
            self.units.setdefault(Fraction(0), set()).add("")
        elif word in counts.ORDINAL_WORDS:
            value = Fraction(counts.ORDINAL_WORDS[word])
            self.units.setdefault(value, set()).add("ord")

    def _relative(self, cited: Sequence[Found], published: Sequence[date]) -> None:
        """What the cited sentences say relative to the day of publication."""
        for found in cited:
            self.dates += near(found, published)
        pairs = {
            (plain(a.text), plain(b.text)) for tokens in self.cited for a, b in pairwise(tokens)
        }
        for day in published:
            for word, distance in _RELATIVE_DAYS.items():
                if word in self.words:
                    other = day + timedelta(distance)
                    self.dates.append(Date(other.month, other.day, other.year))
            for word, distance in (
                ("last", -1),
                ("previous", -1),
                ("past", -1),
                ("next", 1),
                ("coming", 1),
            ):
                if (word, "year") in pairs or (word, "season") in pairs:
                    self._year(day.year + distance)
                if (word, "month") in pairs:
                    month = (day.month - 1 + distance) % 12 + 1
                    year = day.year + (day.month - 1 + distance) // 12
                    self.dates.append(Date(month, None, year))
                if any((word, name) in pairs for name in _MONTHS):
                    self._year(day.year + distance)
            if ("year", "ago") in pairs or ("year", "earlier") in pairs:
                self._year(day.year - 1)
            if ("years", "ago") in pairs:
                for value in [v for v, units in self.units.items() if "year" in units]:
                    if isinstance(value, Fraction) and value < 1000:
                        self._year(day.year - int(value))

    def _year(self, year: int) -> None:
        self.years.add(year)
        self.units.setdefault(Fraction(year), set()).add("")

    def _whole_dates(self) -> Iterator[date]:
        for d in self.dates:
            for year in [d.year] if d.year is not None else self.years:
                if (whole := Date(d.month, d.day, year).whole) is not None:
                    yield whole


_MONTHS = (
    "january february march april may june july august september october november december".split()
)


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
    reported: set[str] = set()
    for figure in read:
        if source.carries(figure) or counts_listed(figure, claim, cited):
            continue
        if figure.text not in reported:
            reported.add(figure.text)
            yield Problem(
                ProblemKind.NUMBER, f"the number {shown(figure.text)} is not in the cited sentences"
            )
    for wanted in _any_reading(found.dates, source):
        yield Problem(
            ProblemKind.DATE, f"the date {shown(wanted.text)} is not in the cited sentences"
        )
    for weekday in found.weekdays - source.weekdays:
        name = _DAYS[weekday].capitalize()
        yield Problem(ProblemKind.DATE, f"{name} is not in the cited sentences")


def _any_reading(dates: Sequence[Date], source: Source) -> Iterator[Date]:
    """Dates that the source lacks in each of their readings (12/6 is December or June)."""
    held = {d.text for d in dates if source.has_date(d)}
    missing: set[str] = set()
    for d in dates:
        if d.text not in held and d.text not in missing:
            missing.add(d.text)
            yield d


def _spaced(tokens: Sequence[Word]) -> str:
    parts: list[str] = []
    end = 0
    for token in tokens:
        if token.start > end:
            parts.append(" ")
        parts.append(token.text)
        end = token.end
    return "".join(parts)
