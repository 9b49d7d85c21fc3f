"""Saved answers: an `Answer` as JSON and back, exactly.

A saved answer may come from anywhere. It is read strictly: right types, known schema, no NaN, no
absurd size or depth; what is read is then an answer in form, and `dateline verify` proves it.
"""

from __future__ import annotations

import json
import math
from typing import NoReturn

from bot.errors import AnswerFormatError
from bot.render.data import to_json
from bot.render.sanitise import clean_line
from bot.types import Answer

_LARGEST = 32 * 2**20  # bytes or characters; an answer is some kilobytes
_DEEPEST = 12  # brackets inside brackets; an answer has five
_QUOTED = 60  # characters of a wrong value that a message repeats


def dump_answer(answer: Answer, *, indent: int | None = 2) -> str:
    """The answer as ASCII JSON text.

    Raises:
        AnswerFormatError: it holds a number that JSON has no form for.
    """
    try:
        return to_json(answer, indent=indent)
    except ValueError as error:
        raise AnswerFormatError(f"the answer cannot be saved: {error}") from error


def load_answer(text: str | bytes) -> Answer:
    """Read a saved answer.

    Raises:
        AnswerFormatError: `text` is not JSON, or not an answer of this schema.
    """
    if len(text) > _LARGEST:
        raise AnswerFormatError(f"this is no saved answer: it is larger than {_LARGEST >> 20} MiB")
    try:
        value = json.loads(text, parse_constant=_no_constant, parse_float=_finite)
    except RecursionError as error:
        raise AnswerFormatError("this is no saved answer: it is nested too deeply") from error
    except ValueError as error:  # bad JSON, bad UTF-8, NaN
        raise AnswerFormatError(f"this is no saved answer: {clean_line(str(error))}") from error
    _require_answer(value)
    return _validated(value)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"{digits[:_QUOTED]} is too large a number")
    return number


def _require_answer(value: object) -> None:
    """Refuse early, and in plain words, what is JSON and no answer."""
    if not isinstance(value, dict):
        raise AnswerFormatError("this is no saved answer: it is not a JSON object")
    schema = value.get("schema")
    if schema != "dateline-answer/1":
        found = clean_line(repr(schema))[:_QUOTED] if "schema" in value else "none"
        raise AnswerFormatError(
            f"this is no saved answer: its schema is {found}, not 'dateline-answer/1'"
        )
    if _depth(value) > _DEEPEST:
        raise AnswerFormatError("this is no saved answer: it is nested too deeply")


def _depth(value: object) -> int:
    deepest, level = 0, [value]
    while level:
        deepest += 1
        inner: list[object] = []
        for item in level:
            if isinstance(item, dict):
                inner.extend(item.values())
            elif isinstance(item, list):
                inner.extend(item)
        level = inner
    return deepest


def _validated(value: object) -> Answer:
    from pydantic import TypeAdapter, ValidationError

    try:
        # Strict JSON mode: no text is taken for a number, and a list may be a tuple.
        return TypeAdapter(Answer).validate_json(json.dumps(value), strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the text"
        what = clean_line(f"{where}: {first['msg']}")
        raise AnswerFormatError(f"this is no saved answer: {what}") from error
