"""Fits the extractive reader's calibration: `python -m evals.calibrate [--folds 7]`.

Reads the passages retrieved for every question of corpus/questions.jsonl, marks the sentences that
hold gold, and fits the logistic regression of `bot/readers/cross_encoder_scorer.py` (Newton's
method, light ridge). Prints the weights to copy there, and for several thresholds what they give:
in-sample, and cross-validated over questions, which is the figure to believe.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.engine import DEFAULT_K, Bot
from bot.readers.cross_encoder_scorer import Candidate, CrossEncoderScorer
from evals.ask import ROOT

_RIDGE = 1.0
_THRESHOLDS = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6)
_SHOWN = 3  # sentences of an answer that count


@dataclass(frozen=True, slots=True)
class Asked:
    """One question's sentences: features [n, d], and which gold quotes each one holds."""

    question: dict[str, Any]
    rows: NDArray[np.float64]
    gold: list[set[int]]


def main() -> None:
    """Fit, cross-validate, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--questions", type=Path, default=ROOT / "corpus" / "questions.jsonl")
    parser.add_argument("--folds", type=int, default=7)
    options = parser.parse_args()
    questions = [json.loads(line) for line in options.questions.read_text("utf-8").splitlines()]
    with tempfile.TemporaryDirectory() as folder, Bot.open(folder, dense="exact") as bot:
        bot.ingest([ROOT / "corpus"])
        scorer = CrossEncoderScorer()
        asked = [look(bot, scorer, question) for question in questions]
    weights = fit(asked)
    print("bias and weights:", weights.round(3).tolist())
    print("\nin-sample"), table(asked, [probabilities(a, weights) for a in asked])
    print("\ncross-validated"), table(asked, cross_validated(asked, options.folds))


def look(bot: Bot, scorer: CrossEncoderScorer, question: dict[str, Any]) -> Asked:
    """Retrieve and read as the bot does."""
    hits = bot.archive.search(question["question"], limit=DEFAULT_K)
    found = scorer.candidates(question["question"], hits)
    return Asked(
        question,
        np.array([(1.0, *candidate.features) for candidate in found]),
        [_gold_in(candidate, question["gold"]) for candidate in found],
    )


def _gold_in(candidate: Candidate, gold: list[dict[str, str]]) -> set[int]:
    """Which gold quotes the candidate's sentence overlaps."""
    article, span = candidate.hit.article, candidate.hit.passage.sentences[candidate.index]
    held: set[int] = set()
    for number, quote in enumerate(gold):
        start = article.text.find(quote["quote"])
        inside = span.start < start + len(quote["quote"]) and start < span.end
        if quote["file"] in article.origin and start >= 0 and inside:
            held.add(number)
    return held


def fit(asked: list[Asked]) -> NDArray[np.float64]:
    """Logistic regression over all sentences: does it hold gold?"""
    x = np.vstack([a.rows for a in asked])
    y = np.array([bool(held) for a in asked for held in a.gold], dtype=float)
    weights = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ weights))
        gradient = x.T @ (y - p) - _RIDGE * weights
        hessian = (x.T * (p * (1 - p))) @ x + _RIDGE * np.eye(x.shape[1])
        step = np.linalg.solve(hessian, gradient)
        weights += step
        if np.abs(step).max() < 1e-8:
            break
    return weights


def probabilities(asked: Asked, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """The probability of each sentence."""
    result: NDArray[np.float64] = 1 / (1 + np.exp(-asked.rows @ weights))
    return result


def cross_validated(asked: list[Asked], folds: int) -> list[NDArray[np.float64]]:
    """Probabilities from weights that were fitted without the question."""
    order = np.random.default_rng(0).permutation(len(asked))
    result: list[NDArray[np.float64]] = [np.zeros(0)] * len(asked)
    for fold in np.array_split(order, folds):
        left_out = set(fold.tolist())
        weights = fit([a for i, a in enumerate(asked) if i not in left_out])
        for i in left_out:
            result[i] = probabilities(asked[i], weights)
    return result


def table(asked: list[Asked], scores: list[NDArray[np.float64]]) -> None:
    """For each threshold: gold among the best sentences, and abstention."""
    print("threshold  gold cited  unanswerable abstained")
    for threshold in _THRESHOLDS:
        right, abstained = [], []
        for a, p in zip(asked, scores, strict=True):
            answered = bool(len(p)) and p.max() >= threshold
            if not a.question["answerable"]:
                abstained.append(not answered)
                continue
            best = np.argsort(-p)[: _SHOWN * (2 if a.question.get("all") else 1)]
            found = set().union(*(a.gold[i] for i in best)) if answered else set()
            whole = len(found) == len(a.question["gold"])
            right.append(whole if a.question.get("all") else bool(found))
        print(f"{threshold:9.2f}  {np.mean(right):10.3f}  {np.mean(abstained):8.3f}")


if __name__ == "__main__":
    main()
