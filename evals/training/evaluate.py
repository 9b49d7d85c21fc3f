"""Measure a reader: ``python evals/training/evaluate.py MODEL TASK --help``.

Tasks:

* ``squad1``: SQuAD 1.1 dev, exact match and F1 of the best span;
* ``squad2``: SQuAD 2.0 dev, the same where an answer is withheld below a threshold, as a table of
  thresholds (no SQuAD 2.0 training data is used anywhere);
* ``news``: RealTimeQA development questions over the passages of the news articles that its frozen
  search returned; answers, risk against coverage, and what is withheld once every article that
  states the answer is taken away;
* ``own``: our questions over Wikinews articles that training did not see (`news.held_out`): is one
  of the three best passages' spans an answer, and do questions with an answer score above the
  others;
* ``speed``: wall time of one batch of passages.

MODEL is an ``.onnx`` file or a ``.pt`` checkpoint.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import re
import string
import time
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import numpy as np
from data import load_tokenizer, records, sentence_starts
from news import load_news
from reading import Reading, load_runner, read
from tokenizers import Tokenizer

PASSAGE_WORDS = 130
PASSAGES = 20
WEIGHTS = (
    (0, 0),
    (1, 0),
    (2, 0),
    (4, 0),
    (1, 0.2),
    (2, 0.5),
    (2, 1.0),
    (2, 2.0),
    (0, 2.0),
    (0, 1e3),
)


def normalise(text: str) -> str:
    """SQuAD's normalisation: lower case, no punctuation, no articles, single spaces.

    The published ``evaluate-v1.1.py``: https://rajpurkar.github.io/SQuAD-explorer/.
    """
    text = "".join(letter for letter in text.lower() if letter not in string.punctuation)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text).split())


def exact_match(predicted: str, golds: Iterable[str]) -> float:
    """1.0 if the answer equals a gold answer after normalisation, else 0.0."""
    return float(any(normalise(predicted) == normalise(gold) for gold in golds))


def f1(predicted: str, golds: Iterable[str]) -> float:
    """The highest token F1 of an answer against the gold answers.

    For example "in early 1973" against "1973": precision 1/3, recall 1, F1 0.5.
    """
    best = 0.0
    said = normalise(predicted).split()
    for gold in golds:
        wanted = normalise(gold).split()
        if not said or not wanted:
            best = max(best, float(said == wanted))
            continue
        shared = sum((Counter(said) & Counter(wanted)).values())
        best = max(best, 2 * shared / (len(said) + len(wanted)))
    return best


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


def passages_of(text: str) -> list[str]:
    """Consecutive passages of whole sentences, about `PASSAGE_WORDS` words each."""
    sentences = [
        paragraph[low:high]
        for paragraph in text.split("\n")
        if paragraph.strip()
        for starts in [[*sentence_starts(paragraph), len(paragraph)]]
        for low, high in pairwise(starts)
    ]
    passages, words = [""], 0
    for sentence in sentences:
        count = len(sentence.split())
        if words and words + count > PASSAGE_WORDS:
            passages.append("")
            words = 0
        passages[-1] += sentence.strip() + " "
        words += count
    return [passage.strip() for passage in passages if passage.strip()]


def words_of(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def bm25(question: str, passages: list[str]) -> np.ndarray:
    """Okapi BM25 (k1 1.2, b 0.75) of each passage, statistics from these passages alone."""
    if not passages:
        return np.zeros(0)
    counts = [Counter(words_of(passage)) for passage in passages]
    lengths = np.array([sum(count.values()) for count in counts])
    scores = np.zeros(len(passages))
    for word in set(words_of(question)):
        present = np.array([count[word] for count in counts])
        document = (present > 0).sum()
        if document:
            weight = math.log(1 + (len(passages) - document + 0.5) / (document + 0.5))
            norm = 1.2 * (0.25 + 0.75 * lengths / lengths.mean())
            scores += weight * present * 2.2 / (present + norm)
    return scores


def states(passage: str, answers: list[str]) -> bool:
    """Whether a passage contains an answer as whole words, after normalisation."""
    padded = f" {normalise(passage)} "
    return any(f" {normalise(answer)} " in padded for answer in answers)


def news(run, tokenizer: Tokenizer, sample: int | None, out: Path | None, *, titles: bool) -> None:
    """Print answers and abstention on RealTimeQA; see the module's docstring."""
    questions = list(records("realtimeqa_2022_2023.dev"))
    if sample:
        questions = random.Random(0).sample(questions, sample)
    wanted = {article for question in questions for article in question["articles"]}
    articles = {
        row["id"]: [(row["title"], passage) for passage in passages_of(row["text"])]
        for row in records("news_articles")
        if row["id"] in wanted
    }
    rows = []
    for number, question in enumerate(questions):
        asked, answers = question["question"], question["answers"]
        found = [articles[key] for key in question["articles"] if articles.get(key)]
        rows.append({"id": question["id"], "year": question["date"][:4]})
        without = [pool for pool in found if not any(states(text, answers) for _, text in pool)]
        for name, pools in (("full", found), ("removed", without)):
            pool = [passage for article in pools for passage in article]
            lexical = bm25(asked, [text for _, text in pool])
            order = np.argsort(-lexical, kind="stable")[:PASSAGES]
            heads = [pool[i][0] for i in order] if titles else None
            readings = read(run, tokenizer, [(asked, pool[i][1]) for i in order], titles=heads)
            rows[-1][name] = [
                graded(reading, pool[i][1], answers, float(lexical[i]))
                for i, reading in zip(order, readings, strict=True)
            ]
        if number % 50 == 49:
            print(f"... {number + 1} of {len(questions)} questions", flush=True)
    keep(rows, out)
    report_news(rows)


def graded(reading: Reading, passage: str, answers: list[str], lexical: float) -> dict:
    """The figures kept of one passage's reading."""
    answer = passage[reading.start : reading.end]
    return {
        "exact": exact_match(answer, answers),
        "f1": f1(answer, answers),
        "right": f1(answer, answers) >= 0.5 or states(answer, answers),
        "gold": states(passage, answers),
        "margin": reading.margin,
        "relevance": reading.relevance,
        "lexical": lexical,
    }


def report_news(rows: list[dict]) -> None:
    """Tables over the rows of `news`: which score picks best, then risk against coverage."""
    held = [row for row in rows if row["full"]]
    reachable = np.mean([any(p["gold"] for p in row["full"]) for row in held])
    print(
        f"{len(rows)} questions; {len(held)} with articles; gold string in {100 * reachable:.1f} %"
    )
    print("score | EM | F1 | right | passage holds gold | AURC | full kept / removed withheld")
    for weight, lexical in WEIGHTS:

        def score(p: dict, weight: float = weight, lexical: float = lexical) -> float:
            return p["margin"] + weight * p["relevance"] + lexical * p["lexical"]

        top = [max(row["full"], key=score) for row in held]
        gone = [max(row["removed"], key=score) for row in held if row["removed"]]
        confidence = np.array([score(p) for p in top])
        right = np.array([p["right"] for p in top])
        withheld_at = np.quantile(confidence[right], 0.15)
        withheld = np.mean([score(p) < withheld_at for p in gone])
        exact, overlap, gold = (np.array([p[key] for p in top]) for key in ("exact", "f1", "gold"))
        print(
            f"margin + {weight} relevance + {lexical} bm25 | {pct(exact)} | {pct(overlap)} | "
            f"{pct(right)} | {pct(gold)} | {risk_coverage_area(confidence, right):.3f} | "
            f"85.0 / {100 * withheld:.1f}"
        )
    calibrate(held)


def risk_coverage_area(confidence: np.ndarray, right: np.ndarray) -> float:
    """AURC: mean error rate over all coverages, most confident answers first."""
    ordered = right[np.argsort(-confidence, kind="stable")]
    return float((1 - np.cumsum(ordered) / np.arange(1, len(ordered) + 1)).mean())


def calibrate(held: list[dict], *, weight: float = 1.0) -> None:
    """Fit P(right) = sigmoid(a margin + b relevance + c) and print a table of thresholds.

    Fitted on the answers of the full and of the bereft searches together, by Newton's method with
    a small ridge; 5-fold figures are printed beside so that the fit is not judged on itself.
    """

    def score(p: dict) -> float:
        return p["margin"] + weight * p["relevance"]

    def top(name: str) -> list[dict]:
        return [max(row[name], key=score) for row in held if row[name]]

    picked = top("full") + [dict(p, right=False) for p in top("removed")]
    features = np.array([[p["margin"], p["relevance"], 1.0] for p in picked])
    right = np.array([p["right"] for p in picked], float)
    folds = np.random.default_rng(0).permutation(len(picked)) % 5
    guess = np.zeros(len(picked))
    for fold in range(5):
        parameters = logistic(features[folds != fold], right[folds != fold])
        guess[folds == fold] = sigmoid(features[folds == fold] @ parameters)
    a, b, c = logistic(features, right)
    print(f"P(right) = sigmoid({a:.4f} margin + {b:.4f} relevance + {c:.4f})")
    bins = np.minimum((guess * 10).astype(int), 9)
    error = sum(
        abs(guess[bins == i].mean() - right[bins == i].mean()) * (bins == i).mean()
        for i in range(10)
        if (bins == i).any()
    )
    print(f"5-fold: expected calibration error {error:.3f}")
    full = np.arange(len(picked)) < len(top("full"))
    print("P(right) >= | answered | precision | right answers kept | removed: withheld")
    for threshold in (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7):
        said = guess >= threshold
        answered = said & full
        print(
            f"{threshold:.2f} | {100 * said[full].mean():.1f} | "
            f"{100 * right[answered].mean() if answered.any() else 0:.1f} | "
            f"{100 * said[full & (right > 0)].mean():.1f} | {100 * (1 - said[~full].mean()):.1f}"
        )


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def logistic(features: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Logistic regression weights by Newton's method, ridge 1e-3."""
    parameters = np.zeros(features.shape[1])
    for _ in range(30):
        guess = sigmoid(features @ parameters)
        gradient = features.T @ (guess - right) + 1e-3 * parameters
        curvature = (features * (guess * (1 - guess))[:, None]).T @ features
        parameters -= np.linalg.solve(curvature + 1e-3 * np.eye(len(parameters)), gradient)
    return parameters


def own(run, tokenizer: Tokenizer, sample: int | None) -> None:
    """Print the figures of our own held-out questions; see the module's docstring."""
    articles, questions, held = load_news(tokenizer)
    questions = [question for question in questions if held[question.article]]
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
    parser.add_argument("task", choices=("squad1", "squad2", "news", "own", "speed"))
    parser.add_argument("--base", type=Path, required=True, help="folder of all-MiniLM-L6-v2")
    parser.add_argument("--sample", type=int, help="so many questions, drawn with seed 0")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, help="write per-question figures here")
    parser.add_argument("--titles", action="store_true", help="news: titles before passages")
    parser.add_argument("--rows", type=Path, help="news: report on figures written before")
    arguments = parser.parse_args()
    if arguments.rows:
        report_news([json.loads(line) for line in arguments.rows.read_text().splitlines()])
        return
    run = load_runner(arguments.model, threads=arguments.threads)
    tokenizer = load_tokenizer(arguments.base / "tokenizer.json")
    if arguments.task == "speed":
        speed(run, tokenizer)
    elif arguments.task == "own":
        own(run, tokenizer, arguments.sample)
    elif arguments.task == "news":
        news(run, tokenizer, arguments.sample, arguments.out, titles=arguments.titles)
    else:
        name = f"squad_dev_v{arguments.task[-1]}.{'1' if arguments.task == 'squad1' else '0'}"
        squad(run, tokenizer, name, arguments.sample, arguments.out)


if __name__ == "__main__":
    main()
