"""What is shown when passages disagree or are poisoned: RGB, RAMDocs, RobustRAG.

Every question is asked of an archive of its passages, each an article of its own, with the bot's
own threshold. What is shown is the text of all claims. A side is shown if the words of one of its
answers stand there next to each other: that says nothing of how the bot presents it, an answer in
other words is missed, and a sentence that denies the wrong answer counts as showing it.
"""

from __future__ import annotations

from collections.abc import Sequence

from evals.harness import data, metrics
from evals.harness.data import MissingDataError, Row
from evals.harness.run import Result, Run

_OUTCOMES = {
    "both": "shows both sides",
    "right": "shows the right side only",
    "wrong": "shows the wrong side only",
    "neither": "shows neither",
    "abstained": "abstains",
}
_SNIPPETS = 10  # of a search, as in RobustRAG (Xiang et al. 2024, arXiv 2405.15556)


def measure(run: Run) -> Result:
    """All that there is data for."""
    result = Result()
    for part in (_rgb, _ramdocs, _robustrag):
        try:
            part(run, result)
        except MissingDataError as error:
            result.skipped.append(str(error))
    return result


def _rgb(run: Run, result: Result) -> None:
    """True passages, the same with a false answer put into them, and unrelated ones."""

    def compute(row: Row) -> Row:
        texts = [*row["positive"], *row["positive_wrong"], *row["negative"]]
        return _outcome(run, row["query"], texts, flat(row["answer"]), [row["fakeanswer"]])

    questions = data.sampled(list(data.rows(run.data, "rgb_en_fact")), run.sample)
    rows = run.finished.each("RGB", questions, compute)
    _shares("RGB", rows, result)
    result.notes.append(
        f"RGB en_fact: {len(rows)} questions, over all their true, falsified and unrelated "
        "passages. The falsified ones are the true ones with the answer replaced: word for word "
        "copies otherwise, and as many."
    )


def _ramdocs(run: Run, result: Result) -> None:
    """Several right answers, misinformation and noise."""

    def compute(row: Row) -> Row:
        texts = [document["text"] for document in row["documents"]]
        golds, wrongs = row["gold_answers"], row["wrong_answers"]
        outcome = _outcome(run, row["question"], texts, golds, wrongs)
        return {**outcome, "golds": len(golds), "contested": bool(wrongs)}

    questions = data.sampled(list(data.rows(run.data, "ramdocs_test")), run.sample)
    rows = run.finished.each("RAMDocs", questions, compute)
    contested = [row for row in rows if row["contested"]]
    _shares("RAMDocs with misinformation", contested, result)
    several = [row["found"] / row["golds"] for row in rows if row["golds"] > 1]
    if several:
        figure = metrics.bootstrap(several)
        result.figures["RAMDocs, right answers shown where there are several"] = figure
    result.notes.append(
        f"RAMDocs: {len(rows)} questions over their documents, {len(contested)} with "
        f"misinformation, {len(several)} with several right answers."
    )


def _robustrag(run: Run, result: Result) -> None:
    """Ten snippets of a search, then the same with one that was made up to mislead, then five."""

    def compute(row: Row) -> Row:
        clean = [f"{one['title']}. {one['text']}" for one in row["context"][:_SNIPPETS]]
        golds, wrongs = row["correct answer"], [row["incorrect answer"]]
        return {
            str(count): _outcome(
                run, row["question"], [*clean, *row["incorrect_context"][:count]], golds, wrongs
            )
            for count in (0, 1, 5)
        }

    questions = data.sampled(list(data.rows(run.data, "robustrag_realtimeqa")), run.sample)
    rows = run.finished.each("RobustRAG", questions, compute)
    for count, label in (("0", "clean"), ("1", "one poisoned"), ("5", "five poisoned")):
        _shares(f"RobustRAG, {label}", [row[count] for row in rows], result)
    result.notes.append(
        f"RobustRAG: {len(rows)} RealTimeQA questions over the first {_SNIPPETS} snippets of a "
        "search, clean, with one poisoned passage, and with five. The false answer shown without "
        "any poison is chance, or the search's own."
    )


def _outcome(
    run: Run, question: str, texts: Sequence[str], golds: list[str], wrongs: list[str]
) -> Row:
    """What is shown: `outcome`, one of `_OUTCOMES`, and how many right answers are `found`."""
    articles = [{"id": f"passage-{number}", "text": text} for number, text in enumerate(texts)]
    with run.asker.over(articles) as bot:
        shown = run.asker.ask(bot, question)
    if not shown["claims"] or shown["confidence"] < run.asker.threshold:
        return {"outcome": "abstained", "found": 0}
    text = "\n".join(claim["text"] for claim in shown["claims"])
    right, wrong = metrics.states(text, golds), metrics.states(text, wrongs)
    sides = {(1, 1): "both", (1, 0): "right", (0, 1): "wrong", (0, 0): "neither"}
    found = sum(metrics.states(text, [gold]) for gold in golds)
    return {"outcome": sides[right, wrong], "found": found}


def _shares(name: str, rows: Sequence[Row], result: Result) -> None:
    if not rows:
        return
    for outcome, label in _OUTCOMES.items():
        figure = metrics.bootstrap([float(row["outcome"] == outcome) for row in rows])
        result.figures[f"{name}: {label}"] = figure
    poisoned = [float(row["outcome"] in ("both", "wrong")) for row in rows]
    result.figures[f"{name}: shows the wrong side at all"] = metrics.bootstrap(poisoned)


def flat(answers: object) -> list[str]:
    """Answers out of lists in lists, or one alone.

    >>> flat([["May 3", "3 May"]])
    ['May 3', '3 May']
    """
    if isinstance(answers, str):
        return [answers]
    assert isinstance(answers, list), answers
    return [one for some in answers for one in flat(some)]
