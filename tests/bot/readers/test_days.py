"""Step 9: how a sentence stands to the day that a question is about."""

from __future__ import annotations

from datetime import date

import pytest

from bot.question.asked_day import asked_day
from bot.readers.days import Standing, standing

WEDNESDAY = date(2022, 3, 9)


@pytest.mark.parametrize(
    ("sentence", "published", "expected"),
    [
        ("Nine are dead, the police said on Wednesday.", WEDNESDAY, Standing.SAID),
        ("Nine are dead, the police said on Wednesday.", date(2022, 3, 10), Standing.SAID),
        ("Polling opens next Wednesday.", date(2022, 3, 4), Standing.SAID),
        ("Nine had died by Mar. 9, she said.", date(2022, 5, 1), Standing.SAID),
        ("Nine had died yesterday.", date(2022, 3, 10), Standing.SAID),
        ("Seven are missing.", WEDNESDAY, Standing.THEN),
        ("Seven are missing.", date(2022, 3, 10), Standing.THEN),
        ("On Monday seven were missing.", WEDNESDAY, Standing.THEN_OTHER),
        ("Seven are missing.", date(2022, 3, 8), Standing.NOT_THEN),
        ("Seven are missing.", date(2022, 3, 11), Standing.NOT_THEN),
        ("On Monday seven were missing.", date(2022, 3, 14), Standing.NOT_THEN),
        ("It was the worst since March.", date(2022, 6, 1), Standing.NOT_THEN),
        ("Nine had died by March 9.", None, Standing.SAID),
        ("Nine are dead, the police said on Wednesday.", None, Standing.NOT_THEN),
    ],
)
def test_a_day(sentence: str, published: date | None, expected: Standing) -> None:
    asked = asked_day("How many deaths had the police confirmed by March 9?")
    assert asked is not None
    assert standing(sentence, "", published, asked) is expected


@pytest.mark.parametrize(
    ("sentence", "published", "expected"),
    [
        ("The court ruled on 14 November.", date(2023, 12, 1), Standing.SAID),
        ("The court will rule in November.", date(2023, 6, 9), Standing.SAID),
        ("The court ruled on Tuesday.", date(2023, 11, 15), Standing.SAID),
        ("The court ruled on 14 November 2021.", date(2023, 6, 1), Standing.NOT_THEN),
        ("The appeal was allowed.", date(2023, 11, 30), Standing.THEN),
        ("The appeal was allowed.", date(2023, 12, 5), Standing.NOT_THEN),
    ],
)
def test_a_month(sentence: str, published: date, expected: Standing) -> None:
    asked = asked_day("How did the court rule in November 2023?")
    assert asked is not None
    assert standing(sentence, "", published, asked) is expected


def test_the_same_day_of_another_year_is_another_day() -> None:
    asked = asked_day("Who resigned on 9 March 2021?")
    assert asked is not None
    assert standing("She resigned on 9 March.", "", WEDNESDAY, asked) is Standing.NOT_THEN
    assert standing("She resigned on 9 March 2021.", "", WEDNESDAY, asked) is Standing.SAID


def test_in_an_article_without_a_day_a_sentence_may_follow_on_one_that_names_it() -> None:
    asked = asked_day("How many deaths had the police confirmed by March 9?")
    assert asked is not None
    named = "The police spoke on March 9."
    assert standing("Nine had died.", named, None, asked) is Standing.AFTER
    assert standing("Ten had died by March 12.", named, None, asked) is Standing.NOT_THEN
    assert standing("Nine had died.", "It rained.", None, asked) is Standing.NOT_THEN
    assert standing("Nine had died.", named, date(2022, 3, 14), asked) is Standing.NOT_THEN
