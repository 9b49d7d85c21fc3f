"""Do citations carry the answer? RealTimeQA by the answer's words, CLAP-NQ by gold sentences."""

from __future__ import annotations

from evals.harness import clapnq, metrics, realtime
from evals.harness.data import MissingDataError
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
    answers = [row["full"] for row in realtime.records(run)]
    right = [one for one in answers if one["right"]]
    if right:
        result.figures["RealTimeQA, right answers whose shown span states it"] = metrics.bootstrap(
            [one["quoted"] for one in right]
        )
    exact = [one for one in answers if one["exact"]]
    if exact:
        result.figures["RealTimeQA, the same of exact answers"] = metrics.bootstrap(
            [one["quoted"] for one in exact]
        )
    result.notes.append(
        f"RealTimeQA: {len(right)} right answers of {len(answers)} (F1 of at least .5, or the gold "
        f"answer's words in the short answer), {len(exact)} of them exact. The shown span states "
        "the answer if the gold answer's words stand in it side by side; an answer may be right by "
        "F1 and its gold worded otherwise than the article words it."
    )


def _clapnq(run: Run, result: Result) -> None:
    rows = clapnq.records(run, answerable=True)
    shown = [row["claims"] for row in rows if row["claims"]]
    told = [
        row["claims"] for row in rows if row["claims"] and row["confidence"] >= run.asker.threshold
    ]
    for name, claims in (("always answered", shown), ("at the bot's threshold", told)):
        if claims:
            scores = [metrics.citation_scores(one) for one in claims]
            for place, label in enumerate(("precision", "recall")):
                figure = metrics.bootstrap([score[place] for score in scores])
                result.figures[f"CLAP-NQ, citation {label}, {name}"] = figure
    result.notes.append(
        f"CLAP-NQ: {len(rows)} answerable questions, {len(told)} of them answered at the bot's "
        "threshold. Precision: citations that overlap a marked sentence. Recall: claims with such "
        "a citation. The bot's claims are quotations, mostly of one citation, so both are close."
    )
