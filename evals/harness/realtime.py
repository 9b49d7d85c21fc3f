"""RealTimeQA with its frozen search results, asked once for the three tests that use it.

Every question is asked of an archive of exactly the articles that its search returned, through the
whole bot: splitting, both indexes, fusion, reading, citing. Then every article that states an
answer is removed, and it is asked again: nothing that is left answers, as far as words can tell.
"""

from __future__ import annotations

from evals.harness import data, metrics
from evals.harness.data import Row
from evals.harness.run import Run

NAME = "RealTimeQA"


def records(run: Run) -> list[Row]:
    """One record a question that has articles.

    `year`; `full`: `graded` over all articles; `removed`: the same without those that state an
    answer, None if none is left; `stated`: whether a passage that was read states one.

    Raises:
        MissingDataError: a file is not there.
    """
    questions = list(data.rows(run.data, "realtimeqa_2022_2023.dev"))
    questions = data.sampled(questions, run.sample)
    texts = data.articles(run.data, {key for row in questions for key in row["articles"]})
    held = [row for row in questions if any(key in texts for key in row["articles"])]

    def compute(row: Row) -> Row:
        found = [texts[key] for key in row["articles"] if key in texts]
        with run.asker.over(found) as bot:
            full = run.asker.ask(bot, row["question"])
            stated = any(metrics.states(text, row["answers"]) for text in full["passages"])
            left = 0
            for ref in bot.archive.articles():
                article = bot.archive.article(ref.id)
                if metrics.states(f"{ref.title}\n{article.text}", row["answers"]):
                    bot.archive.remove(ref.id)
                else:
                    left += 1
            removed = run.asker.ask(bot, row["question"]) if left else None
        return {
            "year": row["date"][:4],
            "stated": stated,
            "full": graded(full, row["answers"]),
            "removed": removed and graded(removed, row["answers"]),
        }

    return run.finished.each(NAME, held, compute)


def graded(shown: Row, answers: list[str]) -> Row:
    """What an answer is worth. The answer is the short answer of the claim that is shown first.

    `right`: F1 of at least .5, or a gold answer's words are within the short answer. `best_f1`: of
    the claim with the highest score, which the order by date may have put second or third.
    `quoted`: a quotation shown for the first claim states a gold answer. `said`: the short answer
    and those quotations.
    """
    nothing: Row = {"short": "", "quotes": [], "score": 0.0}
    first = shown["claims"][0] if shown["claims"] else nothing
    best = max(shown["claims"], key=lambda claim: claim["score"], default=first)
    overlap = metrics.f1(first["short"], answers)
    return {
        "confidence": shown["confidence"],
        "answered": bool(shown["claims"]),
        "said": [first["short"], *first["quotes"]],
        "exact": metrics.exact_match(first["short"], answers),
        "f1": overlap,
        "best_exact": metrics.exact_match(best["short"], answers),
        "best_f1": metrics.f1(best["short"], answers),
        "right": float(overlap >= 0.5 or metrics.states(first["short"], answers)),
        "quoted": float(any(metrics.states(quote, answers) for quote in first["quotes"])),
    }
