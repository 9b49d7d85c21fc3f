"""What a figure is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from bot.support import counts
from bot.support.words import Word

Value = Fraction | str  # a number too long or too strange to count with is its own text
Reading = tuple[Value, str]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a text. `first` and `last` are its tokens, inclusive."""

    text: str
    first: int
    last: int
    readings: frozenset[Reading]
    counts_things: bool = False  # a plural noun follows: "42 people"
    vague: str = ""  # "dozens"
    code: str = ""  # "covid19", "f16", "5g": letters and digits in one word


def read_as(tokens: Sequence[Word], first: int, last: int, *readings: Reading) -> Figure:
    """The figure of some tokens with the readings given."""
    return Figure(between(tokens, first, last), first, last, frozenset(readings))


def share_of(tokens: Sequence[Word], first: int, last: int, value: Fraction) -> Figure:
    """A fraction: also so many percent."""
    return read_as(tokens, first, last, (value, ""), (value * 100, "%"))


def touching(tokens: Sequence[Word], at: int) -> Word | None:
    """The word that follows token `at` without a space; None if none does."""
    if at + 1 < len(tokens):
        after = tokens[at + 1]
        if after.start == tokens[at].end and (after.is_word or after.text in counts.VULGAR):
            return after
    return None


def between(tokens: Sequence[Word], first: int, last: int) -> str:
    """The text from token `first` through `last`, with one space where there was any."""
    parts = [tokens[first].text]
    for before, token in zip(tokens[first:last], tokens[first + 1 : last + 1], strict=True):
        parts += [" ", token.text] if token.start > before.end else [token.text]
    return "".join(parts)
