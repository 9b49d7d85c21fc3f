"""The harness's figures: each worked by hand once, and rankings against `ir-measures`."""

from __future__ import annotations

import math

import ir_measures as ir
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.harness import metrics


def test_a_ranking_by_hand() -> None:
    """Gold at ranks 2 and 4: 1/log2(3) + 1/log2(5) of the best, 1 + 1/log2(3)."""
    ranking, gold = ["x", "a", "y", "b"], {"a", "b"}
    assert [metrics.hits_at(ranking, gold, k) for k in (1, 2)] == [0.0, 1.0]
    assert metrics.reciprocal_rank(ranking, gold) == 0.5
    assert metrics.ndcg_at(ranking, gold) == pytest.approx(1.06161 / 1.63093, abs=1e-5)
    assert metrics.reciprocal_rank(["x"], gold) == metrics.ndcg_at(["x"], gold) == 0.0


@given(
    ranking=st.permutations([f"d{number}" for number in range(14)]),
    gold=st.sets(st.sampled_from([f"d{number}" for number in range(20)]), min_size=1),
)
def test_rankings_agree_with_ir_measures(ranking: list[str], gold: set[str]) -> None:
    """Hits, reciprocal rank and nDCG are those of trec_eval, through `ir-measures`."""
    qrels = {"q": dict.fromkeys(gold, 1)}
    scores = {"q": {one: float(-rank) for rank, one in enumerate(ranking)}}
    names = ir.Success @ 1, ir.Success @ 5, ir.RR, ir.nDCG @ 10
    theirs = ir.calc_aggregate(names, qrels, scores)
    ours = (
        metrics.hits_at(ranking, gold, 1),
        metrics.hits_at(ranking, gold, 5),
        metrics.reciprocal_rank(ranking, gold),
        metrics.ndcg_at(ranking, gold),
    )
    assert ours == pytest.approx([theirs[name] for name in names])


def test_answers_are_normalised_as_squad_does() -> None:
    """Case, ASCII punctuation and articles do not count; a curly apostrophe does."""
    assert metrics.normalise(" The  cat's, A-HAT!") == "cats ahat"
    assert metrics.normalise("Theatre") == "theatre"
    assert metrics.exact_match("the Blue door.", ["red door", "blue Door"]) == 1.0
    assert metrics.exact_match("cat’s", ["cat's"]) == 0.0


def test_f1_by_hand() -> None:
    """Three words said, one wanted, one shared: precision 1/3, recall 1; the best gold counts."""
    assert metrics.f1("in early 1973", ["1973"]) == pytest.approx(0.5)
    assert metrics.f1("in early 1973", ["1973", "early 1973"]) == pytest.approx(0.8)
    assert metrics.f1("to be or not to be", ["to be to be"]) == pytest.approx(2 * 4 / (6 + 4))


def test_no_answer_is_the_empty_answer() -> None:
    """Without gold, only an empty answer is right."""
    assert metrics.exact_match("", []) == metrics.f1("", []) == 1.0
    assert metrics.exact_match("x", []) == metrics.f1("x", []) == 0.0


def test_an_answer_is_stated_by_whole_words_side_by_side() -> None:
    """No part of a word, and no scattered words."""
    assert metrics.states("It was The Red, Door.", ["red door"])
    assert metrics.states("Top Gun: Maverick’s crew, a 12-year-old", ["Maverick"])
    assert metrics.states("a 12-year-old", ["12"])
    assert metrics.states("It rose by 1.5 percent", ["1.5"])
    assert not metrics.states("It was a redoubt", ["red"])
    assert not metrics.states("a door that is red", ["red door"])
    assert not metrics.states("anything", ["the", ""])


def test_partial_match_by_hand() -> None:
    """ "smith" is all in "john smith", which is half said; of "mary" the letter m is said."""
    counts = metrics.partial_match(["Smith"], ["John Smith", "Mary"])
    assert counts == (1.0, 1, 0.5 + 0.25, 2)
    # precision 1, recall .375
    assert metrics.partial_f1(np.array([counts])) == pytest.approx(2 * 0.375 / 1.375)


def test_partial_match_without_answers() -> None:
    """Nothing said where something is wanted is worth nothing, and counts as one."""
    assert metrics.partial_match([], ["John"]) == (0.0, 1, 0.0, 1)
    assert metrics.partial_match(["", "the"], ["John"]) == (0.0, 1, 0.0, 1)
    assert metrics.partial_match([], []) == (1.0, 1, 1.0, 1)


@given(st.lists(st.text("ab c", min_size=1), min_size=1, max_size=4))
def test_the_gold_list_itself_matches_wholly(golds: list[str]) -> None:
    """Saying the gold is a partial F1 of 1, whatever its order and repetitions."""
    counts = metrics.partial_match(golds[::-1] + golds, golds)
    wanted = {metrics.normalise(one) for one in golds}
    if wanted - {""}:
        assert counts[0] == counts[2] == len(wanted - {""})


def test_citations_by_hand() -> None:
    """Two claims; one of three citations overlaps gold."""
    assert metrics.citation_scores([[True, False], [False]]) == (1 / 3, 1 / 2)
    assert metrics.citation_scores([]) == (0.0, 0.0)


def test_risk_and_coverage_by_hand() -> None:
    """Right, wrong, right: risks 0, 1/2, 1/3."""
    confidence, right = np.array([0.7, 0.9, 0.8]), np.array([1.0, 1.0, 0.0])
    assert metrics.risk_coverage(confidence, right) == pytest.approx([0, 1 / 2, 1 / 3])
    rows = np.column_stack([confidence, right])
    assert metrics.aurc(rows) == pytest.approx((0 + 1 / 2 + 1 / 3) / 3)


def test_abstaining_by_hand() -> None:
    """Of ten right answers nine must stay: the threshold is the second lowest, .2."""
    right = [(number / 10, 1, 1) for number in range(1, 11)]
    wrong = [(0.95, 0, 1)]
    unanswerable = [(0.05, 0, 0), (0.15, 0, 0), (0.25, 0, 0)]
    rows = np.array([*right, *wrong, *unanswerable], dtype=float)
    assert metrics.threshold_keeping(rows[:10, 0], 0.85) == 0.2
    assert metrics.abstained_at(rows) == pytest.approx(2 / 3)
    assert math.isnan(metrics.abstained_at(rows[:11]))


def test_the_best_threshold_by_hand() -> None:
    """Answer the first, withhold the second rightly and the third wrongly: 2 of 3."""
    rows = np.array([(0.9, 1, 1), (0.8, 0, 0), (0.7, 0.5, 1)])
    assert metrics.best_f1(rows) == pytest.approx(2 / 3)
    assert metrics.best_f1(np.array([(0.9, 0, 0), (0.1, 1, 1)])) == pytest.approx(0.5)


def test_the_interval_is_always_the_same_and_as_wide_as_it_should_be() -> None:
    """A fair coin thrown 400 times: .5 ± .05."""
    figure = metrics.bootstrap([0.0, 1.0] * 200)
    assert figure == metrics.bootstrap([0.0, 1.0] * 200)
    assert figure["value"] == 0.5
    assert (figure["low"], figure["high"]) == pytest.approx((0.451, 0.549), abs=0.008)
    assert figure["n"] == 400


def test_an_interval_of_what_never_varies_is_a_point() -> None:
    """All right: 1 to 1."""
    figure = metrics.bootstrap([1.0, 1.0, 1.0])
    assert (figure["low"], figure["value"], figure["high"]) == (1.0, 1.0, 1.0)
