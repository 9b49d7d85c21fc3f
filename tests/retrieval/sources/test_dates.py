"""Dates: what is written is read, what is not written is never invented."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.sources.dates import NO_DATE, nearest_year, parse


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("2021-12-30", "2021-12-30T00:00:00+00:00"),
        ("20211230", "2021-12-30T00:00:00+00:00"),
        ("2021-12-30T10:00:00Z", "2021-12-30T10:00:00+00:00"),
        ("2021-12-30T10:00:00+05:30", "2021-12-30T10:00:00+05:30"),
        ("2021-12-30 10:00", "2021-12-30T10:00:00+00:00"),
        ("Thu, 30 Dec 2021 10:00:00 EST", "2021-12-30T10:00:00-05:00"),
        ("30 December 2021", "2021-12-30T00:00:00+00:00"),
        ("Dec. 30, 2021", "2021-12-30T00:00:00+00:00"),
        ("Updated 9:32 PM EDT, Fri May 13, 2022", "2022-05-13T21:32:00-04:00"),
        ("Published Dec. 6, 2021 10:05 a.m. ET", "2021-12-06T10:05:00-05:00"),
        ("13/04/2021", "2021-04-13T00:00:00+00:00"),
        ("1500-01-01", "1500-01-01T00:00:00+00:00"),
        (1_640_822_400, "2021-12-30T00:00:00+00:00"),
        (1_640_822_400_000, "2021-12-30T00:00:00+00:00"),
        ("1640822400", "2021-12-30T00:00:00+00:00"),
    ],
)
def test_dates_that_are_complete_are_read(written: object, iso: str) -> None:
    """A complete date is read with its own offset; a day is midnight UTC; no zone is UTC."""
    stamp = parse(written)
    assert stamp.value is not None
    assert stamp.value.isoformat() == iso
    assert stamp.notice is None
    assert stamp.raw == str(written)


@pytest.mark.parametrize(
    "written",
    [
        *("2021", "December 2021", "Thursday", "Thursday Dec 2021", "12:30", "10", "tomorrow"),
        *("0000-00-00", "31 Feb 2021", "2021-12-30T25:00", "1 2 3", "2021-12-30 10:00 -99:00"),
        *("9999-12-31T23:00-05:00", "x" * 500, float("nan"), 10**30, -5, "03/04/2021"),
    ],
)
def test_dates_with_parts_missing_or_wrong_are_not_guessed(written: object) -> None:
    """A part that is missing, ambiguous or impossible gives no date, and says so."""
    stamp = parse(written)
    assert stamp.value is None
    assert stamp.notice
    assert stamp.raw


def test_an_unknown_zone_is_read_as_utc_with_a_notice() -> None:
    """IST names three zones: the hour is kept, the doubt is told."""
    stamp = parse("30 Dec 2021 10:00 IST")
    assert stamp.value == datetime(2021, 12, 30, 10, tzinfo=UTC)
    assert stamp.notice is not None
    assert "IST" in stamp.notice


def test_nothing_written_is_no_date() -> None:
    """None, an empty text and a truth value are no dates and no faults."""
    assert parse(None) == parse("  ") == parse(True) == NO_DATE


def test_nearest_year_crosses_new_year() -> None:
    """30 December, read on 2 January, is last year's; 29 February waits for a leap year."""
    january = datetime(2022, 1, 2, tzinfo=UTC)
    assert nearest_year(12, 30, to=january) == datetime(2021, 12, 30, tzinfo=UTC)
    assert nearest_year(2, 29, to=datetime(2023, 1, 1, tzinfo=UTC)) == datetime(
        2024, 2, 29, tzinfo=UTC
    )
    assert nearest_year(2, 30, to=january) is None


@given(st.text(max_size=60) | st.integers() | st.floats())
def test_anything_gives_an_aware_date_or_none(written: object) -> None:
    """No input raises, and every date can be brought to UTC."""
    stamp = parse(written)
    if stamp.value is not None:
        assert stamp.value.astimezone(UTC)


@given(st.datetimes(datetime(1600, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_iso_dates_round_trip(moment: datetime) -> None:
    """What `isoformat` writes is read back exactly."""
    assert parse(moment.isoformat()).value == moment
