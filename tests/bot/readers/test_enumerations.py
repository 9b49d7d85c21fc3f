"""Step 9: sentences that count off are shown together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.readers.enumerations import enumeration
from retrieval.sentences import split_sentences
from retrieval.types import Span

THIRDS = (
    "The inquiry has a wide brief. The first is the management of the dam. "
    "The second is the failure of the sirens. The third is the state of the bank, last "
    "inspected in 2017. It will report in May."
)
FOURTH = (
    "Finch stands for the Alliance. Osgood, a driver, leads the Workers' List. Varley is an "
    "architect. The fourth, Silas Quenby, belongs to no party. Polls open at 7."
)
PROMISES = (
    "Three promises persuaded her, she said. The head office stays. The ships will be bought. "
    "And the name will not change. The shares rose."
)
OTHERS = "Two of the sirens had no power. The other three were in order. Nobody heard them."
PARTS = (
    "Two of the sirens had no power. Their batteries were away. The new ones lay in a store. The "
    "other three were in order. Nobody heard them."
)
APART = "Two of the sirens had no power.\n\nThe other three were in order."
SECOND_BID = "The first bid failed. The second bid was higher. The last train left at six."


def together(text: str, index: int, *, several: bool = False) -> list[int]:
    return enumeration(text, split_sentences(text), index, several=several)


@pytest.mark.parametrize(
    ("text", "index", "expected"),
    [
        (THIRDS, 1, [1, 2, 3]),
        (THIRDS, 2, [1, 2, 3]),
        (THIRDS, 3, [1, 2, 3]),
        (THIRDS, 0, [0, 1, 2, 3]),
        (THIRDS, 4, [4]),
        (FOURTH, 3, [0, 1, 2, 3]),
        (FOURTH, 4, [4]),
        (OTHERS, 1, [0, 1]),
        (PARTS, 0, [0, 3]),
        (PARTS, 3, [0, 3]),
        (PARTS, 1, [1]),
        (APART, 0, [0]),
        (APART, 1, [1]),
        (SECOND_BID, 1, [1]),
        (SECOND_BID, 2, [2]),
        (PROMISES, 0, [0]),
    ],
)
def test_what_counts_off_stays_together(text: str, index: int, expected: list[int]) -> None:
    assert together(text, index) == expected


def test_what_is_announced_is_wanted_where_several_things_are_asked_for() -> None:
    assert together(PROMISES, 0, several=True) == [0, 1, 2, 3]
    assert together("Two guards died. It rained.", 0, several=True) == [0, 1]
    assert together("It rained. Two guards died.", 1, several=True) == [1]


@given(
    st.lists(
        st.sampled_from(
            ("The first is A.", "The second, B, left.", "The other was C.", "Three men fell.", "D.")
        ),
        min_size=1,
        max_size=12,
    ),
    st.booleans(),
    st.data(),
)
def test_an_enumeration_is_a_run_around_its_sentence(
    said: list[str], several: bool, data: st.DataObject
) -> None:
    spans, start = [], 0
    for sentence in said:
        spans.append(Span(start, start + len(sentence)))
        start += len(sentence) + 1
    index = data.draw(st.integers(0, len(said) - 1))
    found = enumeration(" ".join(said), spans, index, several=several)
    assert index in found
    assert found == list(range(found[0], found[-1] + 1))
    assert len(found) <= 6
