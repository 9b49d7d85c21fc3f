"""Filters as a person types them, and in words."""

from __future__ import annotations

import shlex

from bot.errors import UsageError
from bot.render.citation import day
from retrieval.types import Filters

_KEYS = frozenset({"since", "until", "source"})


def parse_filters(text: str, current: Filters) -> Filters:
    """Filters after `since=… until=… source=…` or `clear`; a key without a value is removed.

    Raises:
        UsageError: it is neither.
    """
    from bot.asked import make_filters

    if text == "clear":
        return Filters()
    try:
        parts = [part.partition("=") for part in shlex.split(text)]
    except ValueError as error:
        raise UsageError(f"{text!r} has an open quotation mark") from error
    if unknown := [key for key, equals, _ in parts if not equals or key not in _KEYS]:
        raise UsageError(f"{unknown[0]!r} is no filter: use since=DATE, until=DATE, source=OUTLET")
    given = {key: value for key, _, value in parts}
    sources = tuple(value for key, _, value in parts if key == "source" and value)
    return make_filters(
        since=given["since"] or None if "since" in given else current.since,
        until=given["until"] or None if "until" in given else current.until,
        source=sources if "source" in given else current.sources,
    )


def describe_filters(filters: Filters) -> str:
    """The filters in words."""
    parts = [
        f"since {day(filters.since)}" if filters.since else "",
        f"until {day(filters.until)}" if filters.until else "",
        "from " + " or ".join(filters.sources) if filters.sources else "",
    ]
    return "Articles " + ", ".join(filter(None, parts)) if filters else "No filters: all articles."
