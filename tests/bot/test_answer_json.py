"""Saved answers: exact both ways, and anything else is refused in one line."""

import json
import string
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.answer_json import dump_answer, load_answer
from bot.errors import AnswerFormatError
from bot.types import (
    Abstention,
    Answer,
    AskedFilters,
    Citation,
    Claim,
    Nearest,
    Reason,
    Rejected,
    Status,
)
from retrieval.types import ArticleRef, Span
from tests.bot.sample_answers import short_answer

text = st.text(max_size=20)
number = st.integers(0, 10**9)
score = st.floats(allow_nan=False, allow_infinity=False)
zones = st.builds(timezone, st.integers(-1439, 1439).map(lambda m: timedelta(minutes=m)))
moments = st.datetimes(min_value=datetime(1600, 1, 1), timezones=zones)  # noqa: DTZ001
refs = st.builds(
    ArticleRef,
    id=text,
    revision=number,
    title=text,
    source=st.none() | text,
    published=st.none() | moments,
    url=st.none() | text,
    dateline=st.none() | text,
    carrier=st.none() | text,
)


def tuples(items: st.SearchStrategy) -> st.SearchStrategy:
    return st.lists(items, max_size=2).map(tuple)


answers = st.builds(
    Answer,
    id=text,
    question=text,
    status=st.sampled_from(Status),
    claims=tuples(
        st.builds(
            Claim,
            text=text,
            citations=tuples(number),
            short=st.none() | text,
            short_span=st.none() | st.builds(Span, number, number),
            short_in=st.none() | number,
            score=st.none() | score,
        )
    ),
    citations=tuples(st.builds(Citation, number, refs, number, number, text, st.booleans())),
    abstention=st.none() | st.builds(Abstention, st.sampled_from(Reason), text),
    nearest=tuples(st.builds(Nearest, refs, number, number)),
    rejected=tuples(st.builds(Rejected, text, text)),
    filters=st.builds(AskedFilters, st.none() | st.dates(), st.none() | st.dates(), tuples(text)),
    reader=text,
    created=moments,
    timings=st.dictionaries(text, score, max_size=2),
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(answers, st.sampled_from([None, 2]))
def test_an_answer_reads_back_equal(answer: Answer, indent: int | None) -> None:
    """Written and read, an answer is equal, types, clock offsets and microseconds included."""
    read = load_answer(dump_answer(answer, indent=indent))
    assert read == answer
    assert read.created.utcoffset() == answer.created.utcoffset()
    assert all(type(claim.short_span) in {Span, type(None)} for claim in read.claims)
    assert type(read.status) is Status


def test_the_methods_of_answer_do_the_same() -> None:
    assert Answer.from_json(short_answer().to_json()) == short_answer()
    assert Answer.from_json(short_answer().to_json().encode()) == short_answer()


def changed(**fields: object) -> str:
    return json.dumps({**json.loads(dump_answer(short_answer())), **fields})


@pytest.mark.parametrize(
    ("saved", "why"),
    [
        ("", "Expecting value"),
        ("{", "property name"),
        (b"\xff\xfe{}", "utf-16|decode|Expecting"),
        ("[]", "not a JSON object"),
        ("null", "not a JSON object"),
        ("{}", "its schema is none"),
        ("[" * 200_000, "too deeply"),
        ('{"a":' * 100_000, "too deeply"),
        (changed(schema="dateline-answer/2"), "its schema is 'dateline-answer/2'"),
        (changed(schema=["\x1b[31m" * 99]), "its schema is"),
        (changed(timings={"total": float("nan")}), "NaN is not a JSON number"),
        (changed(timings={}).replace('"timings": {}', '"timings": {"a": 1e999}'), "too large"),
        (changed(timings={"total": "3"}), "timings.total"),
        (changed(citations="x"), "citations"),
        (changed(citations=[{"number": "1"}]), "citations.0.number"),
        (changed(question=7), "question"),
        (changed(question="\ud800"), "the text: Invalid JSON"),
        (changed(status="maybe"), "status"),
        (changed(extra=json.loads("[" * 60 + "]" * 60)), "too deeply"),
        (changed(created=1), "created"),
        (" " * (32 * 2**20 + 1), "larger than 32 MiB"),
        ('{"a": ' + "9" * 5000 + "}", "."),
    ],
)
def test_what_is_no_answer_is_refused_in_one_line(saved: str | bytes, why: str) -> None:
    with pytest.raises(AnswerFormatError, match=why) as refused:
        load_answer(saved)
    message = str(refused.value)
    assert len(message) < 300
    assert all(char in string.printable and char not in "\r\n\x0b\x0c" for char in message)


def test_a_number_without_a_json_form_is_not_saved() -> None:
    with pytest.raises(AnswerFormatError, match="cannot be saved"):
        dump_answer(replace(short_answer(), timings={"total": float("inf")}))
