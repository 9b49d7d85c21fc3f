"""Step 7. What was asked: the question and the filters, checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.errors import UsageError
from bot.readers import NOTHING_YET, Record
from bot.types import Citation
from retrieval.types import Filters

DEFAULT_K = 8  # passages read for one question
_MOST_K = 100
_LONGEST_QUESTION = 4_000  # characters


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, ready to be searched for.

    `search` is the question as it stands alone; `carried` are citations of the turn before, whose
    passages are read again; `record` is what it took to make `search`.
    """

    question: str
    search: str
    filters: Filters
    k: int = DEFAULT_K
    carried: tuple[Citation, ...] = ()
    record: Record = NOTHING_YET


def make_asked(
    question: str,
    *,
    k: int = DEFAULT_K,
    since: date | str | None = None,
    until: date | str | None = None,
    source: str | Sequence[str] | None = None,
) -> Asked:
    """Check what a caller gives. A question stands alone unless a session says otherwise.

    Raises:
        UsageError: the question is empty or too long, or an argument makes no sense.
    """
    text = _checked_question(question)
    if not 1 <= k <= _MOST_K:
        raise UsageError(f"k is {k}: it must be from 1 to {_MOST_K}")
    return Asked(text, text, make_filters(since=since, until=until, source=source), k)


def make_filters(
    *,
    since: date | str | None = None,
    until: date | str | None = None,
    source: str | Sequence[str] | None = None,
) -> Filters:
    """Filters from what a person gives.

    Raises:
        UsageError: a date is none, or the first day is after the last.
    """
    first, last = _day("since", since), _day("until", until)
    if first and last and first > last:
        raise UsageError(f"since {first} is after until {last}: no article can match")
    names = (source,) if isinstance(source, str) else tuple(source or ())
    return Filters(since=first, until=last, sources=names)


def _day(name: str, value: date | str | None) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value.strip())
    except ValueError as error:
        raise UsageError(f"{name} is {value!r}: write a date as 2021-12-30") from error


def _checked_question(question: str) -> str:
    cleaned = " ".join(
        question.encode("utf-8", "ignore").decode("utf-8").replace("\0", " ").split()
    )
    if not any(character.isalnum() for character in cleaned):
        raise UsageError("the question is empty: ask something, such as “Who won the vote?”")
    if len(cleaned) > _LONGEST_QUESTION:
        raise UsageError(
            f"the question has {len(cleaned):,} characters: ask in {_LONGEST_QUESTION:,} or fewer"
        )
    return cleaned
