"""Every number of a claim is cited, however it is written."""

from __future__ import annotations

import pytest

from bot.support import ProblemKind
from tests.bot.support.checking import found

SAME = [
    ("1,200", "1200"),
    ("1200", "1.2 thousand"),
    ("2.4 million", "2,400,000"),
    ("two million", "2m"),
    ("a hundred", "100"),
    ("eleven", "11"),
    ("twenty-one", "21"),
    ("one hundred and five", "105"),
    ("two hundred thousand", "200,000"),
    ("a dozen", "12"),
    ("two dozen", "24"),
    ("half a million", "500,000"),
    ("two and a half million", "2.5 million"),
    ("2½", "2.5"),
    ("30k", "30,000"),
    ("1.3 billion", "1,300 million"),
    ("dozens of", "36"),
    ("thousands of", "thousands of"),
    ("1\u202f200", "1,200"),
]


@pytest.mark.parametrize(("claimed", "cited"), SAME)
def test_one_number_has_many_forms(claimed: str, cited: str) -> None:
    """Digits, words and scales: either way round."""
    assert not found(f"The port took {claimed} boxes.", f"The port took {cited} boxes.")
    if "dozens" not in claimed:
        assert not found(f"The port took {cited} boxes.", f"The port took {claimed} boxes.")


MONEY_AND_SHARES = [
    ("It cost $2.4m.", "It cost $2.4 million."),
    ("It cost $2.4 million.", "It cost 2.4 million dollars."),
    ("It cost $5.", "It cost US$5."),
    ("It cost $5.", "It cost A$5."),
    ("It cost £5 million.", "It cost five million pounds."),
    ("It cost €5.", "It cost 5 euros."),
    ("It cost between $2 and $3 million.", "It cost between $2 and $3 million."),
    ("It cost $2 million to $3 million.", "It cost $2-3 million."),
    ("It rose 52 %.", "It rose 52 percent."),
    ("It rose 52%.", "It rose 52 per cent."),
    ("It rose by 10% to 20%.", "It rose by 10 to 20 percent."),
    ("Half of them came.", "50 percent of them came."),
    ("Two thirds of them came.", "Two-thirds of them came."),
    ("A quarter of the boats sank.", "A quarter of the boats sank."),
    ("It rose by 5 points.", "It rose by 5 percentage points."),
]


@pytest.mark.parametrize(("claim", "cited"), MONEY_AND_SHARES)
def test_money_and_shares_have_many_forms(claim: str, cited: str) -> None:
    """A sign stands for its word; the end of a range gives its unit to the start."""
    assert not found(claim, cited)


OTHER = [
    ("Eleven people died.", "Four people died."),
    ("Twenty-one people died.", "Twenty people died, and one was hurt."),
    ("It cost $42.", "It cost 42 people their seats."),
    ("It rose 42 %.", "It rose to 42."),
    ("It lost 42 seats.", "It lost 42 % of the seats."),
    ("It cost $5.", "It cost £5."),
    ("It cost A$5.", "It cost $5."),
    ("It cost $5 million.", "It cost $5 billion."),
    ("It cost $5.", "It cost $5 million."),
    ("It rose by 5 percent.", "It rose by 5 percentage points."),
    ("He is 42 years old.", "He waited 42 days, he said, until he was old."),
    ("42 people came.", "It took 42 days, and people came."),
    ("It was the first strike.", "It was a strike."),
    ("It was the 20th meeting.", "It was the 21st meeting."),
    ("It opened in 2021.", "It opened in 2012."),
    ("Thousands of people came.", "300 people came."),
    ("The F-35 crashed.", "The F-16 crashed."),
    ("The G20 met.", "The G7 met, and 20 others."),
    ("It began at 10:30.", "It began at 10:45 and ended at 11:30."),
    ("It began at 9 p.m.", "It began at 9 a.m."),
    ("The number doubled.", "The number grew."),
]


@pytest.mark.parametrize(("claim", "cited"), OTHER)
def test_another_number_is_found(claim: str, cited: str) -> None:
    """Another value, another unit, or a number where there is none."""
    assert ProblemKind.NUMBER in found(claim, cited)


WORDED = [
    ("One of the ships sank.", "A ship sank, of the ships there."),
    ("No one was hurt.", "Nobody was hurt."),
    ("The 42-year-old was freed.", "Ann Reed, 42, was freed."),
    ("Ann Reed is 42 years old.", "Ann Reed, 42, was freed."),
    ("It was his third title.", "It was his 3rd title."),
    ("It was the twenty-first meeting.", "It was the 21st meeting."),
    ("It was her debut, the first of its kind.", "It was her debut of the kind."),
    ("It began at 9:45 p.m.", "It began at 21:45."),
    ("It began at 9 p.m.", "It began at 9:00 p.m."),
    ("It ran in the nineties.", "It ran in the 1990s."),
    ("It ran from 2014 to 2015.", "It ran in 2014-15."),
    ("The Covid-19 wards are full.", "The COVID 19 wards are full."),
    ("The score was 3-1.", "The score was 3–1."),
    ("It doubled.", "It was twice as many, it doubled."),
    ("None of the 0 seats went.", "The party won no seats, and none went."),
]


@pytest.mark.parametrize(("claim", "cited"), WORDED)
def test_what_is_no_other_number_passes(claim: str, cited: str) -> None:
    """Pronouns, ages, ordinals, times, decades and codes."""
    assert ProblemKind.NUMBER not in found(claim, cited)


def test_small_counts_of_a_list_pass() -> None:
    """The sentence lists three countries; it does not say "three"."""
    cited = "Australia, the UK and Canada joined the boycott."
    assert not found("Three countries joined the boycott.", cited)
    assert ProblemKind.NUMBER in found("Four countries joined the boycott.", cited)
    assert ProblemKind.NUMBER in found("3 percent joined the boycott.", cited)


def test_a_list_does_not_count_what_has_a_number() -> None:
    """Three towns are listed, but it was eleven people."""
    cited = "Eleven people died in Ashel, Merrowby and Fell."
    assert ProblemKind.NUMBER in found("Three people died in Ashel.", cited)
    assert not found("People died in three towns, Ashel, Merrowby and Fell.", cited)


def test_a_number_of_the_question_is_no_evidence() -> None:
    """Asked "Did 42 people die?", the answer needs a sentence that says so."""
    cited = "People died in the flood."
    asked = "Did 42 people die in the flood?"
    assert ProblemKind.NUMBER in found("42 people died in the flood.", cited, question=asked)


SWAPPED = [
    ("42 people died and 11 were hurt.", "11 people died and 42 were hurt."),
    ("7 percent in 2020 and 5 percent in 2021.", "5 percent in 2020 and 7 percent in 2021."),
    ("Profit rose to 3.04 from 3.4.", "Profit rose to 3.4, from 3.04 a year earlier."),
    ("Ayes were 211, while 148 said nay.", "Ayes were 148, while 211 said nay."),
]


@pytest.mark.parametrize(("claim", "cited"), SWAPPED)
def test_numbers_that_changed_places_are_found(claim: str, cited: str) -> None:
    """Every number is cited, and each has the other's words."""
    assert ProblemKind.NUMBER in found(claim, cited)


REORDERED = [
    ("42 were hurt and 11 people died.", "11 people died and 42 were hurt."),
    ("42 people were hurt; 11 died.", "11 people died and 42 were hurt."),
    (
        "It was 7 percent in 2021, from 5 percent in 2020.",
        "5 percent in 2020 and 7 percent in 2021.",
    ),
]


@pytest.mark.parametrize(("claim", "cited"), REORDERED)
def test_numbers_with_their_own_words_pass(claim: str, cited: str) -> None:
    """The order of a sentence is free."""
    assert ProblemKind.NUMBER not in found(claim, cited)
