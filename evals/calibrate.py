"""Fits the extractive reader's calibration: `python -m evals.calibrate [--every 2] [--folds 7]`.

Sets of our own questions, of texts that the reader was not trained on (`evals/training/README.md`):
over stories written for this project, and over Wikinews articles (from `DATELINE_EVAL_DATA`). Reads
the passages retrieved for every question, marks the sentences that hold gold, and fits the logistic
regression of `bot/readers/cross_encoder_scorer.py` (Newton's method, light ridge). Then, with these
weights kept, what a sentence's standing to a day adds, on stories told day by day and questions
that name a day. Prints the weights to copy there, and for several thresholds what they give: from
weights that were fitted without the question (cross-validated), and on the sample archive's
questions, which nothing is fitted on.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.readers.cross_encoder_scorer import CrossEncoderScorer
from evals.ask import ROOT
from evals.calibration_sets import (
    STANDINGS,
    Asked,
    corpus_asked,
    dated_asked,
    news_asked,
    stories_asked,
)

_RIDGE = 1.0
_THRESHOLDS = (0.05, 0.07, 0.08, 0.1, 0.12, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6)
_SHOWN = 4  # sentences of an answer that count, as the reader shows them


def main() -> None:
    """Fit, cross-validate, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--questions", type=Path, default=ROOT / "corpus" / "questions.jsonl")
    parser.add_argument("--every", type=int, default=1, help="take every so-many-th question")
    parser.add_argument("--folds", type=int, default=7)
    options = parser.parse_args()
    scorer = CrossEncoderScorer()
    news = news_asked(scorer, every=options.every)
    stories = stories_asked(scorer, every=options.every)
    dated = dated_asked(scorer, every=options.every)
    corpus = corpus_asked(scorer, options.questions)
    weights = fit(news + stories)
    print("bias and weights:", weights.round(3).tolist())
    wide = fit([replace(a, rows=a.rows[:, :-1]) for a in news + stories])
    print("of the first reading alone:", wide.round(3).tolist())
    days = fit_standings(dated, weights)
    print("standing:", dict(zip([s.name for s in STANDINGS], days.round(2).tolist(), strict=True)))
    print(f"\nnews, {len(news)} questions, cross-validated")
    table(news, cross_validated(news, options.folds, more=stories))
    print(f"\nstories, {len(stories)} questions, cross-validated")
    table(stories, cross_validated(stories, options.folds, more=news))
    print(f"\nthe sample archive, {len(corpus)} questions, nothing fitted on them")
    table(corpus, [probabilities(a, weights, days) for a in corpus])
    print(f"\nstories day by day, {len(dated)} questions that name a day")
    print("the day left out, and nothing added for it")
    table(dated, [probabilities(a, weights) for a in dated])
    print("with what a sentence's standing adds, cross-validated")
    table(dated, cross_validated_standings(dated, weights, options.folds))


def fit(asked: list[Asked]) -> NDArray[np.float64]:
    """Logistic regression over all sentences: does it hold gold?"""
    some = [a for a in asked if len(a.rows)]
    return _logistic(np.vstack([a.rows for a in some]), _held(some), offset=0.0)


def fit_standings(asked: list[Asked], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same for what the standings add to the log odds that `weights` give."""
    some = [a for a in asked if len(a.rows)]
    offset = np.concatenate([a.rows @ weights for a in some])
    return _logistic(np.vstack([a.standings for a in some]), _held(some), offset=offset)


def _held(asked: list[Asked]) -> NDArray[np.float64]:
    return np.array([bool(held) for a in asked for held in a.gold], dtype=float)


def _logistic(
    x: NDArray[np.float64], y: NDArray[np.float64], *, offset: NDArray[np.float64] | float
) -> NDArray[np.float64]:
    weights = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ weights - offset))
        gradient = x.T @ (y - p) - _RIDGE * weights
        hessian = (x.T * (p * (1 - p))) @ x + _RIDGE * np.eye(x.shape[1])
        step = np.linalg.solve(hessian, gradient)
        weights += step
        if np.abs(step).max() < 1e-8:
            break
    return weights


def probabilities(
    asked: Asked, weights: NDArray[np.float64], standings: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """The probability of each sentence."""
    odds = asked.rows @ weights
    if standings is not None:
        odds = odds + asked.standings @ standings
    result: NDArray[np.float64] = 1 / (1 + np.exp(-odds))
    return result


def cross_validated(
    asked: list[Asked], folds: int, *, more: list[Asked]
) -> list[NDArray[np.float64]]:
    """Probabilities from weights that were fitted without the question, but on all of `more`."""
    order = np.random.default_rng(0).permutation(len(asked))
    result: list[NDArray[np.float64]] = [np.zeros(0)] * len(asked)
    for fold in np.array_split(order, folds):
        left_out = set(fold.tolist())
        weights = fit([a for i, a in enumerate(asked) if i not in left_out] + more)
        for i in left_out:
            result[i] = probabilities(asked[i], weights)
    return result


def cross_validated_standings(
    asked: list[Asked], weights: NDArray[np.float64], folds: int
) -> list[NDArray[np.float64]]:
    """Probabilities with standings that were fitted without the question."""
    order = np.random.default_rng(0).permutation(len(asked))
    result: list[NDArray[np.float64]] = [np.zeros(0)] * len(asked)
    for fold in np.array_split(order, folds):
        left_out = set(fold.tolist())
        standings = fit_standings([a for i, a in enumerate(asked) if i not in left_out], weights)
        for i in left_out:
            result[i] = probabilities(asked[i], weights, standings)
    return result


def table(asked: list[Asked], scores: list[NDArray[np.float64]]) -> None:
    """For each threshold: gold among the best sentences, and abstention; then how calibrated."""
    print("threshold  gold cited  unanswerable abstained")
    for threshold in _THRESHOLDS:
        right, abstained = [], []
        for a, p in zip(asked, scores, strict=True):
            answered = bool(len(p)) and p.max() >= threshold
            if not a.wanted:
                abstained.append(not answered)
                continue
            best = np.argsort(-p)[: _SHOWN * (2 if a.every else 1)]
            found = set().union(*(a.gold[i] for i in best)) if answered else set()
            right.append(len(found) == a.wanted if a.every else bool(found))
        print(f"{threshold:9.2f}  {np.mean(right):10.3f}  {np.mean(abstained):8.3f}")
    print(f"expected calibration error {calibration_error(asked, scores):.3f}")


def calibration_error(asked: list[Asked], scores: list[NDArray[np.float64]]) -> float:
    """Mean distance, over ten bins, between the best sentence's probability and how often it holds.

    Naeini et al. 2015, https://ojs.aaai.org/index.php/AAAI/article/view/9602.
    """
    best = [
        (p.max(), bool(a.gold[int(p.argmax())]))
        for a, p in zip(asked, scores, strict=True)
        if len(p)
    ]
    said, held = (np.array(column, dtype=float) for column in zip(*best, strict=True))
    bins = np.minimum((said * 10).astype(int), 9)
    return float(
        sum(
            abs(said[bins == i].mean() - held[bins == i].mean()) * (bins == i).mean()
            for i in set(bins.tolist())
        )
    )


if __name__ == "__main__":
    main()
