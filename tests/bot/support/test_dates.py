"""Every date of a claim is cited, or follows from what is cited and the day of publication."""

from __future__ import annotations

import pytest

from bot.support import ProblemKind
from tests.bot.support.checking import found

PUBLISHED = ("The Calder Echo", "December 8, 2021")  # a Wednesday

CARRIED = [
    ("The talks began on December 6.", "The talks began on 6 December."),
    ("The talks began on December 6.", "The talks began on Dec. 6, 2021."),
    ("The talks began on 6th December 2021.", "The talks began on December 6, 2021."),
    ("The talks began on December 6, 2021.", "The talks began on 2021-12-06."),
    ("The talks began on December 6, 2021.", "The talks began on 06.12.2021."),
    ("The talks began on 6 December 2021.", "The talks began on 12/6/2021."),
    ("The talks run from February 4 through 20.", "The talks run on 4-20 February."),
    ("The talks run on 4–20 February.", "The talks run from February 4 to February 20."),
    ("The talks run between 4 and 20 February.", "The talks run from Feb. 4 until Feb. 20."),
    ("The talks began in December.", "The talks began on December 6."),
    ("The talks began on the 6th.", "The talks began on December 6."),
    ("The talks began on Monday.", "The talks began on December 6, 2021."),
    ("The talks began in May.", "The talks began on May 3."),
    ("The talks may begin.", "The talks may begin."),
]


@pytest.mark.parametrize(("claim", "cited"), CARRIED)
def test_one_date_has_many_forms(claim: str, cited: str) -> None:
    """Day first or month first, short or long, in numbers, with or without its year."""
    assert not found(claim, cited)


FROM_THE_HEADING = [
    ("The talks began on December 6, 2021.", "The talks began on December 6."),
    ("The talks began on December 8.", "The talks began."),
    ("The talks began on December 6.", "The talks began on Monday."),
    ("The talks began on December 7.", "The talks began yesterday."),
    ("The talks began in 2020.", "The talks began last year."),
    ("The talks begin in May 2022.", "The talks begin next May."),
    ("The talks began in 2019.", "The talks began two years ago."),
    ("The talks began in November.", "The talks began last month."),
    ("The talks began on Wednesday.", "The talks began today."),
]


@pytest.mark.parametrize(("claim", "cited"), FROM_THE_HEADING)
def test_the_day_of_publication_gives_the_rest(claim: str, cited: str) -> None:
    """A year, a day or a month that the sentence says in other words."""
    assert not found(claim, cited, headings=PUBLISHED)
    assert found(claim, cited) in ({ProblemKind.DATE}, {ProblemKind.NUMBER})


OTHER = [
    ("The talks began on December 7.", "The talks began on December 6, with 7 people."),
    ("The talks began on November 6.", "The talks began on December 6."),
    ("The talks began on December 6, 2020.", "The talks began on December 6, 2021."),
    ("The talks began on December 6, 2021.", "The talks began on December 6, 2019."),
    ("The talks began in December 2020.", "The talks began in December 2021."),
    ("The talks began on Tuesday.", "The talks began on December 6, 2021."),
    ("The talks began on Friday.", "The talks began on Monday."),
    ("The talks began on March 3.", "The talks began on May 3."),
]


@pytest.mark.parametrize(("claim", "cited"), OTHER)
def test_another_date_is_found(claim: str, cited: str) -> None:
    """Also where the year of publication would fit: the sentence has its own."""
    assert ProblemKind.DATE in found(claim, cited, headings=("Published December 12, 2021",))


def test_a_day_is_no_count() -> None:
    """The 20 of 20 February does not carry 20 people."""
    cited = "The talks run from 4 to 20 February."
    assert ProblemKind.NUMBER in found("20 people came to the talks.", cited)


def test_days_that_no_calendar_has() -> None:
    """31 February and the year 9999 raise nothing."""
    assert not found("It ended on February 31, 2021.", "It ended on February 31, 2021.")
    last = "It ended on December 31, 9999, tomorrow, on Monday."
    assert not found(last, last, headings=("December 31, 9999",))
