"""The support check takes any text, always answers, and takes time linear in the text."""

from __future__ import annotations

import gc
import time
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.support import Problem, coverage, problems
from tests.strategies import article_texts

ANYTHING = st.text(st.characters(), max_size=60)  # lone surrogates as well
PIECES = st.sampled_from(
    "\" “ ” „ « » ' ‘ ’ `` '' … [...] ( ) < > & @ . , : ; / - – $ £ % ° ½ ² 1 2.4 1,2,3 10:30 3rd "
    "1990s 31/31/9999 2021-02-31 ٣٤ 44.6 4,6 9{} half one hundred million dozen and December 6 May "
    "no not never won't United States US who Ann Reed COVID-19 http:// www. a.b.c x@y.z İ ß ǅ ﬀ "
    "e\u0301 \ud800 \x00 \u202e last year ago two years Monday yesterday".split()
)
GARBAGE = st.lists(st.tuples(PIECES, st.sampled_from(["", " "])), max_size=30).map(
    lambda parts: "".join(piece + gap for piece, gap in parts)
)
TEXT = st.one_of(ANYTHING, GARBAGE, article_texts())


@given(TEXT, st.lists(TEXT, max_size=3), st.lists(TEXT, max_size=2), TEXT)
def test_it_never_raises(
    claim: str, cited: Sequence[str], headings: Sequence[str], question: str
) -> None:
    """Whatever the claim, the sentences, the headings and the question are."""
    found = problems(claim, cited, headings=headings, question=question)
    assert all(isinstance(problem, Problem) for problem in found)
    assert 0 <= coverage(claim, cited, headings=headings, question=question) <= 1


@given(TEXT, st.lists(TEXT, max_size=3))
def test_messages_are_one_printable_line(claim: str, cited: Sequence[str]) -> None:
    """Short, and without anything that a terminal would act on."""
    for problem in problems(claim, cited):
        assert problem.message.isprintable()
        assert len(problem.message) < 200


@given(TEXT, st.lists(TEXT, max_size=3))
def test_the_same_question_has_the_same_answer(claim: str, cited: Sequence[str]) -> None:
    """Nothing is kept from one claim to the next."""
    assert problems(claim, cited) == problems(claim, cited)


ENDLESS = [
    "a",
    "a ",
    "A ",
    "ab. ",
    "not ",
    "won't fall, ",
    "rose and fell ",
    "9",
    "9,",
    "9.",
    "1 ",
    "1-",
    "$1 to ",
    "6 December ",
    "Dec. 6, ",
    "one hundred and ",
    "twenty-",
    "A1",
    '"',
    "'",
    " 'a",
    " 'as' ",
    '"a" ',
    "“",
    "‘",
    "...",
    "a@",
    "a.",
    "a/",
    "http:",
    "<",
    "[",
    "&",
    "U.",
    "\u0301\u0323",
    "\u00a0",
    "\ud800",
    "İ",
    "x, y and ",
]


@pytest.mark.parametrize("piece", ENDLESS)
def test_time_is_linear_in_the_text(piece: str) -> None:
    """Four times the text takes about four times as long, never sixteen times."""
    ratios = []
    for _ in range(3):  # the least of three: other work on the machine only ever adds
        once, four_times = _seconds(piece, 5_000), _seconds(piece, 20_000)
        ratios.append(four_times / max(once, 0.02))
        if ratios[-1] < 8:
            return
    assert min(ratios) < 8


def _seconds(piece: str, size: int) -> float:
    """CPU time for a piece over and over, in the claim, in a sentence, and in both."""
    endless = piece * (size // len(piece))
    short = "On December 6 Ann Reed said “we won't go”: 5 of 7 fell."
    gc.disable()  # a collection goes through all that the suite holds, and falls where it likes
    try:
        started = time.process_time()
        for claim, cited in ((endless, short), (short, endless), (endless, endless)):
            problems(claim, [cited], headings=["December 8, 2021"])
        return time.process_time() - started
    finally:
        gc.enable()


def test_many_sentences_of_many_things() -> None:
    """Thousands of different numbers, names, dates and quotations."""
    text = " ".join(
        f"Ann R{n} said “no {n}” on {n % 28 + 1} May {1000 + n % 1900}, and won {n}.5 % not {n}."
        for n in range(3_000)
    )
    assert len(problems(text, [text])) < 20
    assert problems(text, ["Nothing of it."])
