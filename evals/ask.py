"""How well the archive is asked: gold spans cited, unanswerable questions left unanswered.

    python -m evals.ask [--questions FILE] [--corpus FOLDER] [--json] [--misses] [--write]

Ingests the corpus into a temporary archive and asks every question through `Bot`. An answerable
question counts as right when a citation covers a gold quotation (all of them where the question
says `all`); an unanswerable one when the bot abstains. Every quote shown is compared with the
stored text.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.engine import Bot
from bot.types import Answer, Citation, Status

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question, what came of it, and whether that was right."""

    question: dict[str, Any]
    answer: Answer
    right: bool
    quotes_hold: bool


def main() -> None:
    """Ask, judge, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--questions", type=Path, default=ROOT / "corpus" / "questions.jsonl")
    parser.add_argument("--corpus", type=Path, default=ROOT / "corpus")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument(
        "--misses", action="store_true", help="print every question that went wrong"
    )
    parser.add_argument("--write", action="store_true", help="save the report as evals/ask.md")
    options = parser.parse_args()
    questions = [json.loads(line) for line in options.questions.read_text("utf-8").splitlines()]
    with tempfile.TemporaryDirectory() as folder, Bot.open(folder) as bot:
        report = bot.ingest([options.corpus])
        if report.failed:
            raise SystemExit(f"the corpus did not ingest: {report.failed}")
        outcomes = [judge(bot, question) for question in questions]
    if options.misses:
        for outcome in outcomes:
            if not outcome.right:
                print(_miss(outcome))
    summary = summarize(outcomes)
    if options.write:
        (ROOT / "evals" / "ask.md").write_text(_page(summary), "utf-8")
    print(json.dumps(summary, indent=2) if options.json else _table(summary))


def judge(bot: Bot, question: dict[str, Any]) -> Outcome:
    """Ask one question and compare the answer with its gold."""
    answer = bot.ask(question["question"])
    texts = {
        c.number: bot.archive.article(c.article.id, c.article.revision).text
        for c in answer.citations
    }
    hold = all(texts[c.number][c.start : c.end] == c.quote for c in answer.citations)
    if not question["answerable"]:
        return Outcome(question, answer, answer.status is Status.ABSTAINED, hold)
    found = [
        any(_covers(bot, citation, gold) for citation in answer.citations)
        for gold in question["gold"]
    ]
    right = all(found) if question.get("all") else any(found)
    return Outcome(question, answer, right, hold)


def _covers(bot: Bot, citation: Citation, gold: dict[str, str]) -> bool:
    """Whether the citation's span holds the gold quotation, in the gold file's article."""
    article = bot.archive.article(citation.article.id, citation.article.revision)
    if gold["file"] not in article.origin:
        return False
    start = article.text.find(gold["quote"])
    return start >= 0 and citation.start <= start and start + len(gold["quote"]) <= citation.end


def summarize(outcomes: list[Outcome]) -> dict[str, Any]:
    """Shares and counts over all outcomes."""
    answerable = [o for o in outcomes if o.question["answerable"]]
    rest = [o for o in outcomes if not o.question["answerable"]]
    kinds = Counter(o.question["kind"] for o in answerable)
    right = Counter(o.question["kind"] for o in answerable if o.right)
    return {
        "answerable": len(answerable),
        "gold_cited": _share([o.right for o in answerable]),
        "abstained_wrongly": _share([o.answer.status is Status.ABSTAINED for o in answerable]),
        "unanswerable": len(rest),
        "abstained": _share([o.right for o in rest]),
        "quotes_exact": _share([o.quotes_hold for o in outcomes]),
        "citations_per_answer": round(
            statistics.mean(
                [len(o.answer.citations) for o in answerable if o.answer.claims] or [0]
            ),
            2,
        ),
        "median_ms": round(statistics.median(o.answer.timings["total"] for o in outcomes), 1),
        "right_by_kind": ", ".join(f"{kind} {right[kind]}/{kinds[kind]}" for kind in sorted(kinds)),
    }


def _share(values: list[bool]) -> float:
    return round(sum(values) / len(values), 4) if values else 0.0


def _table(summary: dict[str, Any]) -> str:
    return "\n".join(f"{name:22} {value}" for name, value in summary.items())


def _page(summary: dict[str, Any]) -> str:
    rows = "\n".join(f"| {name.replace('_', ' ')} | {value} |" for name, value in summary.items())
    return (
        "# How well the sample archive is asked\n\n"
        "Written by `python -m evals.ask --write`; what counts as right is said in `evals/ask.py`."
        f"\n\n| | |\n|---|---|\n{rows}\n"
    )


def _miss(outcome: Outcome) -> str:
    answer = outcome.answer
    lines = [f"{outcome.question['id']} {answer.question}"]
    lines += [f"    gold  {gold['quote']}" for gold in outcome.question["gold"]]
    lines += [f"    {claim.score}  {claim.text}" for claim in answer.claims]
    if answer.abstention:
        lines.append(f"    abstained: {answer.abstention.reason}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
