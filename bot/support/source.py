"""All figures and dates of the cited sentences and the headings over them, ready to look up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from itertools import pairwise

from bot.support import counts
from bot.support.calendar import Date, find_dates
from bot.support.figure import Figure, Value
from bot.support.figures import figures
from bot.support.relative import relative_dates, relative_years, years_back
from bot.support.words import Word, plain

_MOST = 5  # publication dates; years that a weekday is looked for in


class Source:
    """What a claim's figures and dates are looked up in."""

    def __init__(self, cited: Sequence[Sequence[Word]], headings: Sequence[Sequence[Word]]) -> None:
        self._units: defaultdict[Value, set[str]] = defaultdict(set)
        self._codes: set[str] = set()
        self._vague: set[str] = set()
        self._years_of: defaultdict[tuple[int, int | None], set[int | None]] = defaultdict(set)
        self._years: set[int] = set()
        self._weekdays: set[int] = set()
        published: list[date] = []
        for tokens in headings:
            dates = self._read(tokens)
            published += [whole for d in dates if (whole := d.whole) is not None]
        for tokens in cited:
            self._read(tokens)
            for day in published[:_MOST]:
                self._read_relative(tokens, day)

    def carries(self, figure: Figure) -> bool:
        """Whether a figure of the claim stands in the source, with its unit."""
        if figure.vague:
            lowest, highest = counts.VAGUE[figure.vague]
            return figure.vague in self._vague or any(
                isinstance(value, Fraction) and lowest <= value < highest for value in self._units
            )
        if figure.code and (figure.code in self._codes or figure.code[0].isalpha()):
            return figure.code in self._codes
        return any(self._has(value, unit, figure) for value, unit in figure.readings)

    def _has(self, value: Value, unit: str, figure: Figure) -> bool:
        units = self._units.get(value, set())
        if unit in units:
            return True
        if unit in counts.MEASURE_UNITS:
            return "" in units  # "42 years old" for "Smith, 42,"
        bare = unit == "" and not figure.counts_things
        return bare and not units.isdisjoint(counts.MEASURE_UNITS)

    def has_date(self, wanted: Date) -> bool:
        """Whether the source has the date, its year in the date itself or near it."""
        years = self._years_of.get((wanted.month, wanted.day), set())
        if wanted.year is None:
            return bool(years)
        return wanted.year in years or (None in years and wanted.year in self._years)

    def has_weekday(self, weekday: int) -> bool:
        """Whether the source names a weekday, or a date that fell on it."""
        return weekday in self._weekdays or any(
            day.weekday() == weekday for day in self._whole_dates()
        )

    def _read(self, tokens: Sequence[Word]) -> Sequence[Date]:
        found = find_dates(tokens)
        self._weekdays |= found.weekdays
        for d in found.dates:
            self._add_date(d)
        for figure in figures(tokens, found.taken):
            if figure.vague:
                self._vague.add(figure.vague)
            for value, unit in figure.readings:
                self._units[value].add(unit)
                if unit.endswith("$"):  # "A$5" for "$5"; the other way says more than is cited
                    self._units[value].add("$")
                if unit == "" and isinstance(value, Fraction) and 1000 <= value < 3000:
                    self._years.add(int(value))
        self._codes.update(_codes(tokens))
        for token in tokens:
            self._read_word(plain(token.text))
        return found.dates

    def _read_word(self, word: str) -> None:
        if word == "one":
            self._units[Fraction(1)].add("")
        elif word in counts.NOTHING:
            self._units[Fraction(0)].add("")
        elif word in counts.ORDINAL_WORDS:
            self._units[Fraction(counts.ORDINAL_WORDS[word])].add("ord")

    def _read_relative(self, tokens: Sequence[Word], published: date) -> None:
        found = find_dates(tokens)
        for d in relative_dates(tokens, found.weekdays, published):
            self._add_date(d)
        for year in relative_years(tokens, published):
            self._add_year(year)
        for figure in figures(tokens, found.taken):
            follow = tokens[figure.last + 1 : figure.last + 2]
            if follow and follow[0].lower in ("ago", "earlier"):
                for value, unit in figure.readings:
                    if unit == "year" and isinstance(value, Fraction):
                        back = years_back(int(value), published)
                        if back is not None:
                            self._add_year(back)

    def _add_date(self, d: Date) -> None:
        self._years_of[d.month, d.day].add(d.year)
        self._years_of[d.month, None].add(d.year)
        if d.day is not None:
            self._units[Fraction(d.day)].add("ord")
        if d.year is not None:
            self._add_year(d.year)

    def _add_year(self, year: int) -> None:
        self._years.add(year)
        self._units[Fraction(year)].add("")

    def _whole_dates(self) -> Iterator[date]:
        for (month, day), years in self._years_of.items():
            for year in sorted(self._years)[:_MOST] if None in years else years:
                if (whole := Date(month, day, year).whole) is not None:
                    yield whole


def _codes(tokens: Sequence[Word]) -> Iterator[str]:
    """Letters and digits side by side, as one word: "covid19" for COVID-19 and for COVID 19."""
    for a, b in pairwise(token for token in tokens if token.text != "-"):
        near = b.start - a.end <= 1
        if near and ((a.is_word and b.is_number) or (a.is_number and b.is_word)):
            yield a.lower + b.lower
