"""Datelines, as agencies set them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.sources.wire import NO_LEAD, lead, published


@pytest.mark.parametrize(
    ("head", "place", "day", "carrier"),
    [
        ("MOSCOW, December 30. /TASS/. ", "MOSCOW", "December 30", "TASS"),
        ("UNITED NATIONS, September 22. /TASS/. ", "UNITED NATIONS", "September 22", "TASS"),
        ("TOKYO, Dec. 24 /Kyodo/ -- ", "TOKYO", "Dec. 24", "Kyodo"),
        ("WASHINGTON, Dec 6 (AP) — ", "WASHINGTON", "Dec 6", "AP"),
        ("LONDON (Reuters) - ", "LONDON", None, "Reuters"),
        ("BRUSSELS/LONDON (Reuters) – ", "BRUSSELS/LONDON", None, "Reuters"),
        ("St. Petersburg, Fla. (AP) — ", "St. Petersburg, Fla.", None, "AP"),
        ("RIO DE JANEIRO (AP) — ", "RIO DE JANEIRO", None, "AP"),
        ("(Reuters) - ", None, None, "Reuters"),
        ("KYIV, Feb. 24, 2022 (Xinhua) -- ", "KYIV", "Feb. 24, 2022", "Xinhua"),
        (
            "BERLIN, 12 January 2022 /Harbour Wire/ – ",
            "BERLIN",
            "12 January 2022",
            "Harbour Wire",
        ),
        ("PARIS — ", "PARIS", None, None),
        ("GENEVA, 3 March — ", "GENEVA", "3 March", None),
        ("MUNCIE, Ind. — ", "MUNCIE, Ind.", None, None),
        ("WASHINGTON, D.C. — ", "WASHINGTON, D.C.", None, None),
    ],
)
def test_datelines_are_read(
    head: str, place: str | None, day: str | None, carrier: str | None
) -> None:
    """Place, day and agency are told apart, and the story's own words begin where they end."""
    found = lead(head + "The talks began.")
    assert (found.place, found.day, found.carrier) == (place, day, carrier)
    assert found.end == len(head)


@pytest.mark.parametrize(
    "text",
    [
        "John Smith (Labour) said he would go.",
        "UPDATE — The talks began.",
        "The talks (so far) went well.",
        "A war / a peace / a truce.",
        "In London, the talks began — slowly.",
        "U.S. — a power.",
        "",
    ],
)
def test_ordinary_sentences_are_no_datelines(text: str) -> None:
    """Brackets, dashes and slashes alone make no dateline."""
    assert lead(text) == NO_LEAD


def test_a_day_without_a_year_needs_a_date_near_it() -> None:
    """The year is the one nearest to a known date, and without one there is no date."""
    near = datetime(2021, 12, 29, tzinfo=UTC)
    assert published("January 2", near=near) == datetime(2022, 1, 2, tzinfo=UTC)
    assert published("2 Jan", near=None) is None
    assert published("2 Jan 1999", near=near) == datetime(1999, 1, 2, tzinfo=UTC)
    assert published("February 30", near=near) is None


@given(st.text(alphabet="AB a,.()/—-19 \n", max_size=200))
def test_any_text_has_a_lead_inside_it(text: str) -> None:
    """No text hangs or breaks the reader, and a lead lies within its text."""
    assert 0 <= lead(text).end <= len(text)
