"""Fits the extractive reader's calibration: `python -m evals.calibrate [--every 2] [--folds 7]`.

Two sets of our own questions, of texts that the reader was not trained on
(`evals/training/README.md`): over stories written for this project, and over Wikinews articles
(from `DATELINE_EVAL_DATA`). Reads the passages retrieved for every question, marks the sentences
that hold gold, and fits the logistic regression of `bot/readers/cross_encoder_scorer.py` (Newton's
method, light ridge). Prints the weights to copy there, and for several thresholds what they give:
on both sets from weights that were fitted without the question (cross-validated), and on the sample
archive's questions, which nothing is fitted on.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.asked import DEFAULT_K
from bot.engine import Bot
from bot.readers.cross_encoder_scorer import Candidate, CrossEncoderScorer
from evals.ask import ROOT
from evals.harness.data import MissingDataError, default_folder, rows
from evals.training.held_out import held_out

TRAINING = ROOT / "evals" / "training"
_RIDGE = 1.0
_THRESHOLDS = (0.05, 0.08, 0.1, 0.12, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6)
_SHOWN = 4  # sentences of an answer that count, as the reader shows them


@dataclass(frozen=True, slots=True)
class Asked:
    """One question's sentences: features [n, d], and which gold quotes each one holds.

    `wanted` counts the gold quotes; 0: the archive does not answer. `every`: all must be shown.
    """

    wanted: int
    every: bool
    rows: NDArray[np.float64]
    gold: list[set[int]]


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
    corpus = corpus_asked(scorer, options.questions)
    weights = fit(news + stories)
    print("bias and weights:", weights.round(3).tolist())
    wide = fit([replace(a, rows=a.rows[:, :4]) for a in news + stories])
    print("of the first reading alone:", wide.round(3).tolist())
    print(f"\nnews, {len(news)} questions, cross-validated")
    table(news, cross_validated(news, options.folds, more=stories))
    print(f"\nstories, {len(stories)} questions, cross-validated")
    table(stories, cross_validated(stories, options.folds, more=news))
    print(f"\nthe sample archive, {len(corpus)} questions, nothing fitted on them")
    table(corpus, [probabilities(a, weights) for a in corpus])


def corpus_asked(scorer: CrossEncoderScorer, path: Path) -> list[Asked]:
    """The questions of the sample archive, retrieved and read as the bot does."""
    questions = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    asked = []
    with tempfile.TemporaryDirectory() as folder, Bot.open(folder, dense="exact") as bot:
        bot.ingest([ROOT / "corpus"])
        for question in questions:
            found = _candidates(bot, scorer, question["question"])
            gold = [_gold_in(candidate, question["gold"]) for candidate in found]
            wanted = len(question["gold"]) if question["answerable"] else 0
            asked.append(Asked(wanted, bool(question.get("all")), _rows(found), gold))
    return asked


def news_asked(scorer: CrossEncoderScorer, *, every: int = 1) -> list[Asked]:
    """Our questions over the held-out Wikinews articles, all 295 of which are in the archive.

    Raises:
        SystemExit: the data folder does not hold the articles.
    """
    try:
        articles = list(rows(default_folder(), "wikinews_2019_2020"))
    except MissingDataError as error:
        raise SystemExit(f"{error}: set DATELINE_EVAL_DATA to it") from error
    questions: dict[str, list[dict[str, Any]]] = {}
    for question in rows(TRAINING, "news_questions"):
        if held_out(question["url"]):
            questions.setdefault(question["url"], []).append(question)
    return _asked(scorer, articles, questions, every=every)


def stories_asked(scorer: CrossEncoderScorer, *, every: int = 1) -> list[Asked]:
    """Our questions over the held-out stories of our own.

    The archive holds one article of every story at a time, as another of the same story may answer
    what this one does not. The questions were written with their article in mind ("How many are
    still missing?"), so they are searched for together with its headline.
    """
    stories: dict[str, list[dict[str, Any]]] = {}
    for row in rows(TRAINING, "stories"):
        told = stories.setdefault(row["story"], [])
        told.append(row | {"url": f"https://stories.example/{row['story']}/{len(told)}"})
    asked = []
    for number in range(max(map(len, stories.values()))):
        articles = [told[number] for told in stories.values() if len(told) > number]
        held = [row for row in articles if held_out(row["story"])]
        questions = {row["url"]: row["questions"] for row in held}
        asked += _asked(scorer, articles, questions, every=every, with_headline=True)
    return asked


def _asked(
    scorer: CrossEncoderScorer,
    articles: list[dict[str, Any]],
    questions: dict[str, list[dict[str, Any]]],
    *,
    every: int,
    with_headline: bool = False,
) -> list[Asked]:
    """Every so-many-th question on each article, searched for in all the articles, and read."""
    texts = {row["url"]: row["text"] for row in articles}
    headlines = {row["url"]: row["title"] if with_headline else "" for row in articles}
    fields = ("url", "title", "text", "published", "date", "source", "outlet")
    asked = []
    with (
        tempfile.TemporaryDirectory() as folder,
        Bot.open(f"{folder}/archive", dense="exact") as bot,
    ):
        source = Path(folder) / "articles.jsonl"
        kept = ({name: row[name] for name in fields if name in row} for row in articles)
        source.write_text("".join(json.dumps(row) + "\n" for row in kept), "utf-8")
        if failed := bot.ingest([source]).failed:
            raise SystemExit(f"articles did not ingest: {failed}")
        for url, over_it in questions.items():
            for question in over_it[::every]:
                found = _candidates(bot, scorer, question["question"], headlines[url])
                gold = [_answers_in(c, url, question["answers"], texts[url]) for c in found]
                asked.append(Asked(len(question["answers"]), False, _rows(found), gold))
    return asked


def _candidates(
    bot: Bot, scorer: CrossEncoderScorer, question: str, headline: str = ""
) -> list[Candidate]:
    searched = f"{headline} {question}".strip()
    return scorer.candidates(question, bot.archive.search(searched, limit=DEFAULT_K))


def _rows(found: list[Candidate]) -> NDArray[np.float64]:
    return np.array([(1.0, *candidate.features) for candidate in found])


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


def _answers_in(
    candidate: Candidate, url: str, answers: list[tuple[int, int]], text: str
) -> set[int]:
    """Which answers, `[start, end)` in the article as published, the sentence overlaps."""
    article, span = candidate.hit.article, candidate.hit.passage.sentences[candidate.index]
    if article.ref.url != url:
        return set()
    # The stored text differs from the published one in white space alone.
    shift = [
        len("".join(part.split()))
        for part in (article.text[: span.start], article.text[: span.end])
    ]
    held: set[int] = set()
    for number, (start, end) in enumerate(answers):
        low, high = (len("".join(text[:place].split())) for place in (start, end))
        if shift[0] < high and low < shift[1]:
            held.add(number)
    return held


def fit(asked: list[Asked]) -> NDArray[np.float64]:
    """Logistic regression over all sentences: does it hold gold?"""
    x = np.vstack([a.rows for a in asked if len(a.rows)])
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
    best = [(p.max(), bool(a.gold[int(p.argmax())])) for a, p in zip(asked, scores, strict=True)]
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
