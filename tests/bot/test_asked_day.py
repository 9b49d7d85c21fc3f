"""Step 8: the day that a question is about, and the question without it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.question.asked_day import AskedDay, asked_day

DAYS = [
    ("How many ships were waiting by March 9?", "How many ships were waiting?", (3, 9, 9, None)),
    ("How many were out on 6 September 2023?", "How many were out?", (9, 6, 6, 2023)),
    ("On 6 September, how many were out?", "How many were out?", (9, 6, 6, None)),
    ("What was offered as of the 22nd of July?", "What was offered?", (7, 22, 22, None)),
    ("Who voted on Sept. 5, 2023, in London?", "Who voted, in London?", (9, 5, 5, 2023)),
    ("Who resigned on 2023-03-09?", "Who resigned?", (3, 9, 9, 2023)),
    (
        "How many lay off the port on the evening of Friday 8 September?",
        "How many lay off the port?",
        (9, 8, 8, None),
    ),
    (
        "How many had registered by Wednesday evening, March 8?",
        "How many had registered?",
        (3, 8, 8, None),
    ),
    ("What set it off in September 2023?", "What set it off?", (9, 1, 31, 2023)),
    ("What was found in May?", "What was found?", (5, 1, 31, None)),
    ("How many had joined at the end of January?", "How many had joined?", (1, 21, 31, None)),
    ("How many had joined in early January?", "How many had joined?", (1, 1, 10, None)),
    ("What was agreed in mid-June 2020?", "What was agreed?", (6, 11, 20, 2020)),
    (
        "With what result did the vote on November 18 end?",
        "With what result did the vote end?",
        (11, 18, 18, None),
    ),
    (
        "What are the terms struck on 20 September: how much is paid?",
        "What are the terms struck: how much is paid?",
        (9, 20, 20, None),
    ),
    (
        "How many had fled, by the count of September 12?",
        "How many had fled, by the count?",
        (9, 12, 12, None),
    ),
]

NONE = [
    "How many ships were waiting?",
    "Who resigned after March 9?",
    "Who has led the party since 3 May?",
    "How many trains run from June 5?",
    "Why will one theatre stay out of use until February?",
    "What did the flood of 18 September damage?",  # the name of a flood
    "What was said in their November video conference?",
    "What happened between the vote on May 3 and the one on June 4?",
    "What happened on 3-5 May?",
    "What happened on May Day?",
    "What may happen on Friday?",  # of which week, nobody can say
    "In which year had they won before 2023?",
    "What happened on 31 February?",
    "What happened on 2023-13-01?",
    "",
]


@pytest.mark.parametrize(("question", "rest", "days"), DAYS)
def test_the_day_and_the_rest(
    question: str, rest: str, days: tuple[int, int, int, int | None]
) -> None:
    assert asked_day(question) == AskedDay(rest, *days)


@pytest.mark.parametrize("question", NONE)
def test_questions_about_no_one_day(question: str) -> None:
    assert asked_day(question) is None


def test_a_day_without_a_year_is_the_nearest() -> None:
    asked = asked_day("Who resigned by January 2?")
    assert asked is not None
    assert asked.days(date(2021, 12, 30)) == (date(2022, 1, 2), date(2022, 1, 2))
    assert asked.days(date(2022, 6, 1)) == (date(2022, 1, 2), date(2022, 1, 2))


def test_a_month_ends_with_its_last_day() -> None:
    asked = asked_day("What was found in February?")
    assert asked is not None
    assert asked.days(date(2024, 2, 5)) == (date(2024, 2, 1), date(2024, 2, 29))
    assert asked.days(date(2023, 2, 5)) == (date(2023, 2, 1), date(2023, 2, 28))


@given(st.text())
@example("," * 4_000)  # would take seconds if each comma were looked at from each other one
@example("early " * 600)
@example("On 31 December 9999, what ended?")
@example("What ended on 2099-12-31?")
def test_any_text_is_read_without_fail(text: str) -> None:
    asked = asked_day(text)
    if asked is not None:
        first, last = asked.days(date(2024, 2, 29))
        assert first <= last
        assert len(asked.rest) < len(text)
