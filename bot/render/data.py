"""Dateline's own values as JSON text: exact, and harmless on a terminal.

Everything but printable ASCII is escaped, so that text from articles reads back character for
character and no control character reaches a screen.
"""

from __future__ import annotations

import dataclasses
import json
from datetime import date


def to_json(value: object, *, indent: int | None = 2) -> str:
    """`value`, made of dataclasses, tuples, dicts, dates and plain values, as JSON text.

    Raises:
        ValueError: it holds a NaN or an infinity, which JSON has no form for.
    """
    return json.dumps(value, default=_plain, ensure_ascii=True, allow_nan=False, indent=indent)


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")
