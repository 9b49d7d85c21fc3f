"""Step 5: fusion of scaled scores."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.fusion import Scored, fuse

rankings = st.dictionaries(st.integers(0, 20), st.integers(-50, 50).map(float), max_size=12).map(
    lambda found: sorted(found.items(), key=lambda pair: -pair[1])
)


def test_worked_by_hand_from_the_formula() -> None:
    """Scaled, [9, 6, 5] is [1, 1/4, 0] and [-2, -3] is [1, 0]; half of each counts."""
    assert fuse([[(7, 9.0), (8, 6.0), (9, 5.0)], [(8, 3.0), (5, 2.0)]], limit=2) == [
        (8, pytest.approx(0.125 + 0.5)),
        (7, pytest.approx(0.5)),
        (5, 0.0),
        (9, 0.0),
    ]


def test_a_ranking_that_holds_all_there_is_is_scaled_from_nothing_in_common() -> None:
    """Of two passages in an archive the second is not worthless: [.8, .6] is [1, 3/4]."""
    assert fuse([[(1, 0.8), (2, 0.6)]], limit=3) == [(1, 1.0), (2, pytest.approx(0.75))]
    assert fuse([[(1, 0.8), (2, -0.2)]], limit=3) == [(1, 1.0), (2, 0.0)]


def test_how_far_apart_two_results_are_counts() -> None:
    """First in one ranking by far beats first in the other by a hair, where both hold both."""
    clear, close = [(1, 9.0), (2, 1.0), (3, 0.0)], [(2, 5.0), (1, 4.9), (3, 0.0)]
    assert [i for i, _ in fuse([clear, close], limit=3)] == [1, 2, 3]


def test_ties_are_broken_by_id() -> None:
    """Two ids with one score come in the order of their ids, so that results are repeatable."""
    assert [i for i, _ in fuse([[(5, 2.0), (3, 1.0)], [(3, 2.0), (5, 1.0)]], limit=2)] == [3, 5]


def test_level_scores_all_count_as_best() -> None:
    """A single result, or several with one score, are not pushed down to nothing."""
    assert fuse([[(5, 0.7)], [(3, 2.0), (4, 2.0)]], limit=1) == [(3, 0.5), (4, 0.5), (5, 0.5)]


def test_nothing_fused_is_nothing() -> None:
    """No rankings, or empty ones, give an empty result."""
    assert fuse([], limit=9) == fuse([[], []], limit=9) == []


@given(st.lists(rankings, max_size=4), st.integers(1, 15))
def test_fusion_keeps_every_id_once_best_first(found: list[Scored], limit: int) -> None:
    """The fused ids are the union, each once, and scores do not rise."""
    fused = fuse(found, limit=limit)
    assert {i for i, _ in fused} == {i for ranking in found for i, _ in ranking}
    assert len({i for i, _ in fused}) == len(fused)
    scores = [score for _, score in fused]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 + 1e-9 for score in scores)


@given(rankings, st.integers(1, 15))
def test_one_ranking_is_left_in_its_order(ranking: Scored, limit: int) -> None:
    """Fusing a single ranking changes nothing but the order of what is level."""
    in_order = sorted(ranking, key=lambda pair: (-pair[1], pair[0]))
    assert [i for i, _ in fuse([ranking], limit=limit)] == [i for i, _ in in_order]


@given(rankings, st.sampled_from([0.5, 2.0, 8.0]), st.integers(-9, 9))
def test_the_scale_of_a_ranking_does_not_matter(ranking: Scored, times: float, more: int) -> None:
    """Scores in other units, and from another zero, fuse to the same in rankings that were cut."""
    other = [(i, score * times + more) for i, score in ranking]
    cut = len(ranking)
    assert dict(fuse([ranking], limit=cut)) == pytest.approx(dict(fuse([other], limit=cut)))
