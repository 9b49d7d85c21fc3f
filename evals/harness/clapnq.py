"""CLAP-NQ: a Wikipedia passage and a question that it answers, or that it does not.

The passage is an article of its own, in an archive of nothing else. What answers is marked as whole
sentences, which are the gold spans here.
"""

from __future__ import annotations

from bot.engine import Bot
from evals.harness import data
from evals.harness.data import Row
from evals.harness.run import Run

NAME = "CLAP-NQ"


def records(run: Run, *, answerable: bool) -> list[Row]:
    """One record a question: `confidence`, `answerable`, and `claims`.

    `claims` says for every claim, in the order shown, and for every citation in it whether it
    overlaps a gold sentence.

    Raises:
        MissingDataError: the file is not there.
    """
    kind = "answerable" if answerable else "unanswerable"
    questions = data.sampled(list(data.rows(run.data, f"clapnq_dev_{kind}")), run.sample)

    def compute(row: Row) -> Row:
        found = [
            {"id": f"passage-{number}", "title": passage["title"], "text": passage["text"]}
            for number, passage in enumerate(row["passages"])
        ]
        with run.asker.over(found) as bot:
            shown = run.asker.ask(bot, row["input"])
            gold = _gold_spans(bot, row)
        claims = [
            [any(a == x and s < end and start < e for x, start, end in gold) for a, s, e in claim]
            for claim in shown["spans"]
        ]
        return {"confidence": shown["confidence"], "answerable": answerable, "claims": claims}

    return run.finished.each(f"{NAME} {kind}", questions, compute)


def _gold_spans(bot: Bot, row: Row) -> list[tuple[str, int, int]]:
    """Where the marked sentences stand: article id, start, end."""
    sentences = {one for output in row["output"] for one in output["selected_sentences"] if one}
    spans = []
    for ref in bot.archive.articles():
        text = bot.archive.article(ref.id).text
        for sentence in sentences:
            if (start := text.find(sentence)) >= 0:
                spans.append((ref.id, start, start + len(sentence)))
    return spans
