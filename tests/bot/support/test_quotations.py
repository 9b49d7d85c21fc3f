"""What stands between quotation marks is verbatim."""

from __future__ import annotations

import pytest

from bot.support import ProblemKind
from bot.support.quotations import quotations
from tests.bot.support.checking import found

SAID = "“We will win — and soon,” the mayor of Ashel’s ‘old’ town said of the workers’ strike."

VERBATIM = [
    'The mayor said "we will win".',
    "The mayor said “We will win – and soon.”",
    "The mayor said «we will win».",
    "The mayor said „we will win“.",
    "The mayor said ‘we will win’.",
    "The mayor said 'we will win - and soon'.",
    "The mayor said ''we will win''.",
    "The mayor said “we will … soon”.",
    "The mayor said “We will win [...] soon.”",
    "The mayor called it “old”.",
    "The mayor spoke of “Ashel's 'old' town”.",
    "The mayor said 'of the workers' strike'.",
    "The workers' strike is the mayor's.",
    "The mayor said “We  will\nwin”.",
    'The mayor said "" of the strike.',
]


@pytest.mark.parametrize("claim", VERBATIM)
def test_any_marks_will_do(claim: str) -> None:
    """Marks, dashes, spaces, the first letter's case and what ends the quotation are free."""
    assert not found(claim, SAID)


ALTERED = [
    'The mayor said "we will lose".',
    "The mayor said «we shall win».",
    "The mayor said „we won't win“.",
    "The mayor said ‘we will’ and ‘lose’.",
    "The mayor said “soon … we will win”.",
    "The mayor said “e will win”.",
    "The mayor said “we will wi”.",
    "The mayor called it “new”.",
    "The mayor said “we will win and soon”.",
    'The mayor said "we will win and go home',
    "The mayor said ‘we will win and go home",
    "The mayor said ” we lose.",
    "The mayor of 'Ashel' said 'the workers' strike won'.",
    "The mayor said 「we lose」.",
    "The mayor said ＂we lose＂.",
]


@pytest.mark.parametrize("claim", ALTERED)
def test_an_altered_quotation_is_found(claim: str) -> None:
    """Other words, another order, half a word, or marks that are never closed."""
    assert ProblemKind.MISQUOTED in found(claim, SAID)


def test_titles_of_the_heading_may_be_quoted() -> None:
    """A work's title, say."""
    heading = ("Review: The Long Winter",)
    assert not found("The mayor said of “The Long Winter”: we will win.", SAID, headings=heading)
    assert found("The mayor said of “The Long Winter”: we will win.", SAID)


def test_a_quotation_may_run_over_adjacent_sentences() -> None:
    """Cited one by one, quoted as one."""
    cited = ("“We will win.", "We always do,” said the mayor.")
    assert not found("The mayor said: “We will win. We always do.”", *cited)
    assert found("The mayor said: “We always do. We will win.”", *cited)


def test_two_speakers_are_not_joined() -> None:
    """Marks between the sentences keep their quotations apart."""
    cited = ("“We will win.”", "“We will lose,” said the mayor.")
    assert ProblemKind.MISQUOTED in found("They said: “We will win. We will lose.”", *cited)


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("the workers' strike in the '90s, rock 'n' roll", []),
        ("the mayor's and Ann O'Brien's", []),
        ("He is 5'11\" tall and 6' 2\" wide", []),
        ("“a” and «b» and „c“", ["a", "b", "c"]),
        ("“a ‘b’ c”", ["a ‘b’ c"]),
        ("‘a’ and ‘b’", ["a", "b"]),
        ('"never closed', ["never closed"]),
        ("he said 'it's over'", ["it's over"]),
    ],
)
def test_what_is_a_quotation(text: str, inside: list[str]) -> None:
    """Apostrophes, inches and elisions open nothing."""
    assert [readings[0] for readings in quotations(text)] == inside
