"""Does confidence tell an answer from none? RealTimeQA without gold articles, and CLAP-NQ.

Every question is answered by a bot without a threshold; confidence is the best claim's score. A
threshold is then put where 15 % of the right answers fall below it, and at the bot's own.
"""

from __future__ import annotations

import numpy as np

from evals.harness import clapnq, metrics, realtime
from evals.harness.data import MissingDataError
from evals.harness.metrics import Rows
from evals.harness.run import Result, Run


def measure(run: Run) -> Result:
    """All that there is data for."""
    result = Result()
    for part in (_realtime, _clapnq):
        try:
            part(run, result)
        except MissingDataError as error:
            result.skipped.append(str(error))
    return result


def _realtime(run: Run, result: Result) -> None:
    rows = realtime.records(run)
    full = [(row["full"]["confidence"], row["full"]["right"], 1.0) for row in rows]
    bare = [(row["removed"]["confidence"], 0.0, 0.0) for row in rows if row["removed"]]
    _figures("RealTimeQA", np.array([*full, *bare]), run, result)
    result.notes.append(
        f"RealTimeQA: {len(full)} questions with all articles, {len(bare)} of them again without "
        "those that state an answer (the rest have none left). Right: F1 of at least .5, or the "
        "gold answer's words in the short answer. AURC is over both, every answer without the "
        "gold articles counting as wrong."
    )


def _clapnq(run: Run, result: Result) -> None:
    rows = [*clapnq.records(run, answerable=True), *clapnq.records(run, answerable=False)]
    table = [
        (row["confidence"], float(bool(row["claims"]) and any(row["claims"][0])), row["answerable"])
        for row in rows
    ]
    _figures("CLAP-NQ", np.array(table, dtype=float), run, result)
    answerable = sum(row["answerable"] for row in rows)
    result.notes.append(
        f"CLAP-NQ: {answerable} questions with the passage that answers, {len(rows) - answerable} "
        "with one that does not. Right: what is shown first is, or overlaps, a marked sentence."
    )


def _figures(name: str, table: Rows, run: Run, result: Result) -> None:
    """Columns: confidence, right, answerable."""
    threshold = run.asker.threshold
    good = table[(table[:, 1] > 0) & (table[:, 2] > 0), 0]
    bad = table[table[:, 2] == 0, 0]
    result.figures[f"{name}, AURC"] = metrics.bootstrap(table, metrics.aurc)
    answerable = table[table[:, 2] > 0]
    result.figures[f"{name}, AURC of the answerable alone"] = metrics.bootstrap(
        answerable, metrics.aurc
    )
    result.figures[f"{name}, answerable: right if always answered"] = metrics.bootstrap(
        answerable[:, 1]
    )
    if len(good) and len(bad):
        figure = metrics.bootstrap(table, metrics.abstained_at)
        result.figures[f"{name}, abstained at 15 % loss of right answers"] = figure
    if len(bad):
        figure = metrics.bootstrap(bad < threshold)
        result.figures[f"{name}, abstained at the bot's threshold"] = figure
    if len(good):
        figure = metrics.bootstrap(good < threshold)
        result.figures[f"{name}, right answers lost at the bot's threshold"] = figure
