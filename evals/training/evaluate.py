"""Measure a reader alone: ``python -m evals.training.evaluate MODEL TASK --help``.

Tasks:

* ``squad1``: SQuAD 1.1 dev, exact match and F1 of the best span;
* ``squad2``: SQuAD 2.0 dev, the same where an answer is withheld below a threshold, as a table of
  thresholds (no SQuAD 2.0 training data is used anywhere);
* ``own``: our own questions of a ``--kind`` that training did not see (`written.held_out`): is one
  of the three best passages' spans an answer, and do questions with an answer score above the
  others;
* ``speed``: wall time of one batch of passages.

MODEL is an ``.onnx`` file or a ``.pt`` checkpoint. The bot as a whole is measured by
``python -m evals``.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from evals.harness.metrics import exact_match, f1
from evals.training.data import load_tokenizer, records, sentence_starts
from evals.training.places import find_places
from evals.training.reading import load_runner, read
from evals.training.written import NEWS, PARAGRAPHS, STORIES, load_written

PASSAGE_WORDS = 130
PASSAGES = 20


def squad(run, tokenizer: Tokenizer, name: str, sample: int | None, out: Path | None) -> None:
    """Print the figures of a SQuAD dev set; see the module's docstring."""
    asked = [(row["context"], qa) for row in records(name) for qa in row["qas"]]
    if sample:
        asked = random.Random(0).sample(asked, sample)
    readings = read(run, tokenizer, [(qa["question"], context) for context, qa in asked])
    rows = []
    for (context, qa), reading in zip(asked, readings, strict=True):
        answer = context[reading.start : reading.end]
        golds = [gold["text"] for gold in qa["answers"]]
        rows.append(
            {
                "answerable": bool(golds),
                "exact": exact_match(answer, golds),
                "f1": f1(answer, golds),
                "margin": reading.margin,
                "relevance": reading.relevance,
            }
        )
    keep(rows, out)
    answerable = np.array([row["answerable"] for row in rows])
    exact, overlap, margin, relevance = (
        np.array([row[key] for row in rows]) for key in ("exact", "f1", "margin", "relevance")
    )
    print(f"{name}: {len(rows)} questions, {answerable.sum()} answerable")
    print(f"best span, answerable: EM {pct(exact[answerable])} F1 {pct(overlap[answerable])}")
    if answerable.all():
        return
    print("score | threshold | F1 | EM | answerable kept | unanswerable withheld | AUC")
    for weight in (0.0, 0.5, 1.0, 2.0):
        score = margin + weight * relevance
        auc = area_under_curve(score, answerable)
        table = []
        for threshold in np.quantile(score, np.linspace(0, 1, 201)):
            said = score >= threshold
            table.append(
                (
                    np.where(said, overlap * answerable, ~answerable).mean(),
                    np.where(said, exact * answerable, ~answerable).mean(),
                    threshold,
                    said[answerable].mean(),
                    1 - said[~answerable].mean(),
                )
            )
        total, em, threshold, kept, withheld = max(table)
        print(
            f"margin + {weight} relevance | {threshold:.2f} | {100 * total:.1f} | {100 * em:.1f} | "
            f"{100 * kept:.1f} | {100 * withheld:.1f} | {auc:.3f}"
        )


def pct(values: np.ndarray) -> str:
    """A mean in per cent with its 95 % half-width."""
    half = 196 * values.std() / math.sqrt(len(values))
    return f"{100 * values.mean():.1f} ± {half:.1f}"


def area_under_curve(score: np.ndarray, positive: np.ndarray) -> float:
    """Probability that a positive scores above a negative (ties ignored)."""
    ranks = score.argsort().argsort() + 1
    n = positive.sum()
    return float((ranks[positive].sum() - n * (n + 1) / 2) / (n * (len(score) - n)))


def keep(rows: list[dict], out: Path | None) -> None:
    """Append per-question figures, never texts, to a JSON-lines file."""
    if out:
        out.write_text("".join(json.dumps(row) + "\n" for row in rows))


def own(run, tokenizer: Tokenizer, sample: int | None, kind: str) -> None:
    """Print the figures of our own held-out questions; see the module's docstring."""
    written = load_written(tokenizer)
    find_places(written)
    articles = written.articles
    questions = [
        question
        for question in written.questions
        if written.held(question) and written.kinds[question.article] == kind
    ]
    if sample:
        questions = random.Random(0).sample(questions, min(sample, len(questions)))
    asked, places = [], []
    for number, question in enumerate(questions):
        for article in dict.fromkeys([question.article, *(a for a, _ in question.far[:2])]):
            for low, high in runs_of_sentences(articles[article].text):
                asked.append((question.text, articles[article].text[low:high]))
                places.append((number, article, low))
    titles = [articles[article].title for _, article, _ in places]
    readings = read(run, tokenizer, asked, titles=titles)
    found: list[list[tuple[float, float, bool]]] = [[] for _ in questions]
    for (number, article, low), reading in zip(places, readings, strict=True):
        right = article == questions[number].article and any(
            reading.start + low < end and start < reading.end + low
            for start, end in questions[number].characters
        )
        found[number].append((reading.margin, reading.relevance, right))
    answerable = np.array([bool(question.spans) for question in questions])
    print(f"{len(questions)} questions, {answerable.sum()} answerable, {len(asked)} passages")
    print("score | best is right | one of best three | AUC")
    for weight in (0.0, 1.0, 2.0, 4.0):
        ranked = [sorted(f, key=lambda x: -x[0] - weight * x[1]) for f in found]
        first = np.array([f[0][2] for f in ranked])[answerable]
        three = np.array([any(x[2] for x in f[:3]) for f in ranked])[answerable]
        best = np.array([f[0][0] + weight * f[0][1] for f in ranked])
        auc = area_under_curve(best, answerable)
        print(f"margin + {weight} relevance | {pct(first)} | {pct(three)} | {auc:.3f}")


def runs_of_sentences(text: str) -> list[tuple[int, int]]:
    """Consecutive stretches ``[start, end)`` of whole sentences, about `PASSAGE_WORDS` words."""
    bounds = [*sentence_starts(text), len(text)]
    made = [(0, 0)]
    for low, high in pairwise(bounds):
        start, end = made[-1]
        if end > start and len(text[start:high].split()) > PASSAGE_WORDS:
            made.append((low, high))
        else:
            made[-1] = (start, high)
    return made


def speed(run, tokenizer: Tokenizer) -> None:
    """Print the median wall time of `PASSAGES` news passages of about 150 tokens, read at once."""
    question = "When did the committee say that the new bridge would open?"
    article = next(row for row in records("news_articles") if len(row["text"]) > 30000)["text"]
    starts = range(0, PASSAGES * 800, 800)
    passages = [article[start : start + 800] for start in starts]
    passages = [
        p[: tokenizer.encode(p, add_special_tokens=False).offsets[:150][-1][1]] for p in passages
    ]
    times = []
    for _ in range(15):
        began = time.perf_counter()
        read(run, tokenizer, [(question, passage) for passage in passages])
        times.append(time.perf_counter() - began)
    low, middle, high = np.quantile(times[3:], (0, 0.5, 1)) * 1000
    print(f"{PASSAGES} passages of 150 tokens: {middle:.0f} ms (from {low:.0f} to {high:.0f})")


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure a trained reader.")
    parser.add_argument("model", type=Path, help=".onnx model or .pt checkpoint")
    parser.add_argument("task", choices=("squad1", "squad2", "own", "speed"))
    parser.add_argument("--base", type=Path, required=True, help="folder of all-MiniLM-L6-v2")
    parser.add_argument("--sample", type=int, help="so many questions, drawn with seed 0")
    parser.add_argument("--kind", choices=(NEWS, PARAGRAPHS, STORIES), default=NEWS, help="own")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, help="write per-question figures here")
    arguments = parser.parse_args()
    run = load_runner(arguments.model, threads=arguments.threads)
    tokenizer = load_tokenizer(arguments.base / "tokenizer.json")
    if arguments.task == "speed":
        speed(run, tokenizer)
    elif arguments.task == "own":
        own(run, tokenizer, arguments.sample, arguments.kind)
    else:
        name = f"squad_dev_v{arguments.task[-1]}.{'1' if arguments.task == 'squad1' else '0'}"
        squad(run, tokenizer, name, arguments.sample, arguments.out)


if __name__ == "__main__":
    main()
