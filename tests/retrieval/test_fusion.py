"""Step 5: reciprocal rank fusion."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.fusion import K, fuse

rankings = st.lists(st.lists(st.integers(0, 20), unique=True, max_size=12), max_size=4)


def test_worked_by_hand_from_the_formula() -> None:
    """score(d) = sum of 1 / (60 + rank): of [7, 8] and [8, 9], 8 wins, then 7, then 9.

    8 is second and first: 1/62 + 1/61 = 0.032522. 7 is first once: 1/61 = 0.016393. 9 is second
    once: 1/62 = 0.016129.
    """
    assert K == 60
    assert fuse([[7, 8], [8, 9]]) == [
        (8, pytest.approx(1 / 62 + 1 / 61)),
        (7, pytest.approx(1 / 61)),
        (9, pytest.approx(1 / 62)),
    ]


def test_ties_are_broken_by_id() -> None:
    """Two ids with one score come in the order of their ids, so that results are repeatable."""
    assert [i for i, _ in fuse([[5, 3], [3, 5]])] == [3, 5]


def test_nothing_fused_is_nothing() -> None:
    """No rankings, or empty ones, give an empty result."""
    assert fuse([]) == fuse([[], []]) == []


@given(rankings, st.integers(0, 100))
def test_fusion_keeps_every_id_once_best_first(found: list[list[int]], k: int) -> None:
    """The fused ids are the union, each once, and scores do not rise."""
    fused = fuse(found, k=k)
    assert {i for i, _ in fused} == {i for ranking in found for i in ranking}
    assert len({i for i, _ in fused}) == len(fused)
    scores = [score for _, score in fused]
    assert scores == sorted(scores, reverse=True)


@given(st.lists(st.integers(), unique=True))
def test_one_ranking_is_left_in_its_order(ranking: list[int]) -> None:
    """Fusing a single ranking changes nothing."""
    assert [i for i, _ in fuse([ranking])] == ranking
