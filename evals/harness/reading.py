"""Short answers: RealTimeQA, SQuAD 1.1 and 2.0, and lists of MultiSpanQA.

RealTimeQA and MultiSpanQA go through the whole bot. SQuAD is read by the cross-encoder alone, the
whole paragraph at once and without a title, because the published figures it stands beside are
those of a model that is given the paragraph.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from evals.harness import data, metrics, realtime
from evals.harness.data import MissingDataError, Row
from evals.harness.run import Result, Run
from retrieval.reranker import CrossEncoder

_SQUAD_TIMES = 10  # as many of SQuAD as of other files: one paragraph is read in no time


def measure(run: Run) -> Result:
    """All that there is data for."""
    result = Result()
    for part in (_realtime, _squad_1, _squad_2, _multispan):
        try:
            part(run, result)
        except MissingDataError as error:
            result.skipped.append(str(error))
    return result


def _realtime(run: Run, result: Result) -> None:
    rows = realtime.records(run)
    for year in sorted({row["year"] for row in rows}):
        full = [row["full"] for row in rows if row["year"] == year]
        for name, label in (("exact", "EM"), ("f1", "F1")):
            figure = metrics.bootstrap([one[name] for one in full])
            result.figures[f"RealTimeQA {year}, {label}"] = figure
        for name, label in (("best_exact", "EM"), ("best_f1", "F1")):
            figure = metrics.bootstrap([one[name] for one in full])
            result.figures[f"RealTimeQA {year}, best-scored claim, {label}"] = figure
        told = [one["f1"] * (one["confidence"] >= run.asker.threshold) for one in full]
        result.figures[f"RealTimeQA {year}, F1 with abstentions as 0"] = metrics.bootstrap(told)
    stated = metrics.bootstrap([float(row["stated"]) for row in rows])
    result.figures["RealTimeQA, a passage that was read states the answer"] = stated
    result.notes.append(
        f"RealTimeQA: {len(rows)} questions, each over an archive of exactly the articles of its "
        "frozen search, through the whole bot; the answer is the short answer of the claim shown "
        "first, and the bot is made to answer always, as the published models do."
    )


def _squad_1(run: Run, result: Result) -> None:
    rows = list(_squad(run, "squad_dev_v1.1"))
    for name, label in (("exact", "EM"), ("f1", "F1")):
        result.figures[f"SQuAD 1.1 dev, {label}"] = metrics.bootstrap([row[name] for row in rows])
    result.notes.append(f"SQuAD 1.1 dev: {len(rows)} questions, the cross-encoder's best span.")


def _squad_2(run: Run, result: Result) -> None:
    rows = list(_squad(run, "squad_dev_v2.0"))
    for name, label in (("exact", "EM"), ("f1", "F1")):
        table = np.array([(row["margin"], row[name], row["answerable"]) for row in rows])
        figure = metrics.bootstrap(table, metrics.best_f1)
        result.figures[f"SQuAD 2.0 dev, {label} at the best threshold"] = figure
    unanswerable = sum(not row["answerable"] for row in rows)
    result.notes.append(
        f"SQuAD 2.0 dev: {len(rows)} questions, {unanswerable} of them unanswerable; withheld "
        "below a margin over “no answer”, the best one for these questions, as the published "
        "script does."
    )


def _squad(run: Run, name: str) -> Iterator[Row]:
    asked = [
        {"id": qa["id"], "context": row["context"], "question": qa["question"],
         "answers": [answer["text"] for answer in qa["answers"]]}
        for row in data.rows(run.data, name)
        for qa in row["qas"]
    ]  # fmt: skip
    count = run.sample and _SQUAD_TIMES * run.sample
    return iter(run.finished.each(name, data.sampled(asked, count), _read(CrossEncoder())))


def _read(model: CrossEncoder) -> Callable[[Row], Row]:
    def compute(row: Row) -> Row:
        context = row["context"]
        (reading,) = model.read(row["question"], [context])
        margin, span = reading.best(0, len(context)) or (-1e3, (0, 0))
        answer = context[slice(*span)]
        return {
            "margin": margin,
            "answerable": float(bool(row["answers"])),
            "exact": metrics.exact_match(answer, row["answers"]),
            "f1": metrics.f1(answer, row["answers"]),
        }

    return compute


def _multispan(run: Run, result: Result) -> None:
    questions = data.sampled(list(data.rows(run.data, "multispanqa_valid")), run.sample)

    def compute(row: Row) -> Row:
        text = " ".join(row["context"])
        with run.asker.over([{"id": "context", "title": "", "text": text}]) as bot:
            shown = run.asker.ask(bot, " ".join(row["question"]))
        shorts = [short for claim in shown["claims"] for short in claim["shorts"]]
        gold = gold_spans(row["context"], row["label"])
        said, wanted = ({metrics.normalise(one) for one in many} for many in (shorts, gold))
        both = len(said & wanted)
        return {
            "partial": metrics.partial_match(shorts, gold),
            "exact": (both, max(len(said), 1), both, max(len(wanted), 1)),
        }

    rows = run.finished.each("MultiSpanQA", questions, compute)
    for name, label in (("partial", "partial F1"), ("exact", "exact F1")):
        table = np.array([row[name] for row in rows], dtype=float)
        result.figures[f"MultiSpanQA valid, {label}"] = metrics.bootstrap(table, metrics.partial_f1)
    shares = np.array([row["partial"] for row in rows], dtype=float).sum(axis=0)
    result.notes.append(
        f"MultiSpanQA valid: {len(rows)} questions, through the whole bot over an archive of the "
        "one text; the list is the short answers of all claims shown. Partial precision "
        f"{shares[0] / shares[1]:.3f}, recall {shares[2] / shares[3]:.3f}."
    )


def gold_spans(tokens: list[str], labels: list[str]) -> list[str]:
    """The answers that B-I-O labels mark, tokens joined by spaces.

    >>> gold_spans(["tea", "and", "hot", "milk"], ["B", "O", "B", "I"])
    ['tea', 'hot milk']
    """
    spans: list[list[str]] = []
    before = "O"
    for token, label in zip(tokens, labels, strict=True):
        if label == "B" or (label == "I" and before == "O"):
            spans.append([token])
        elif label == "I":
            spans[-1].append(token)
        before = label
    return [" ".join(span) for span in spans]
