"""What can speak against a claim. Shared by all rules."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ProblemKind(StrEnum):
    """Which rule a claim breaks."""

    EMPTY = "empty"  # no letter and no digit
    LINK = "link"  # a link, an address, HTML, Markdown, or characters that hide or steer
    MISQUOTED = "misquoted"  # quotation marks around what no cited sentence says
    NUMBER = "number"  # a number, amount, percentage or ordinal
    DATE = "date"  # a date, month, year with a month, or weekday
    NAME = "name"  # a proper name
    NEGATION = "negation"  # says no where the cited sentences say yes, or the reverse
    ADDRESS = "address"  # speaks to the reader or of itself, as no cited sentence does
    UNRELATED = "unrelated"  # its words are not those of the cited sentences


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing in a claim that its cited sentences do not carry.

    `message` is one line for a person: "the number 42 is not in the cited sentences".
    """

    kind: ProblemKind
    message: str


def shown(text: str, limit: int = 60) -> str:
    """`text` as it stands in a message: on one line, printable, and short."""
    clipped = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(c if c.isprintable() else " " for c in clipped)
