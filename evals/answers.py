"""How well a language model answers from the archive: the gold questions, asked for real.

    python -m evals.answers --model NAME [--base-url URL] [--reader model|extractive] [--judge]
        [--questions FILE] [--corpus FOLDER] [--sample N] [--finished FILE] [--json] [--write]

Ingests the corpus into a temporary archive and asks every question through `Bot`, with the settings
that the environment and the configuration file have where an option says nothing. The extractive
reader answers the same questions for comparison; `--reader extractive` asks it alone. What the
figures mean is said in evals/answer_scores.py.

Finished answers are kept in evals/answers.jsonl (`--finished` names another file), so that a run
that was stopped goes on where it was: an answer is used again for the same question, model, prompt,
judge and articles. Delete the file after a change of the code. A run stops at the spend cap
(DATELINE_SPEND_CAP), and when the model fails three times in a row.

`--write` saves the report as evals/answers.md and evals/answers.json.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.engine import Bot
from bot.prompts import load_prompt
from bot.readers.extractive import ExtractiveReader
from bot.settings import Settings
from evals.answer_report import markdown
from evals.answer_runs import Finished, Run, StoppedError, ask_all, fingerprint
from evals.answer_scores import score, summarize
from evals.ask import ROOT
from retrieval.errors import DatelineError

_SEED = 7


def main(arguments: Sequence[str] | None = None) -> None:
    """Ask, score, print."""
    options = _options(arguments)
    questions = sample(read_questions(options.questions), options.sample)
    try:
        report = evaluate(questions, options)
    except (DatelineError, StoppedError) as error:
        raise SystemExit(str(error)) from error
    except KeyboardInterrupt:
        raise SystemExit("interrupted: the same command goes on from here") from None
    as_json, page = json.dumps(report, indent=2), markdown(report)
    if options.write:
        (ROOT / "evals" / "answers.json").write_text(as_json + "\n", "utf-8")
        (ROOT / "evals" / "answers.md").write_text(page + "\n", "utf-8")
    print(as_json if options.json else page)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--model", help="the language model's name")
    parser.add_argument("--base-url", help="a server that speaks OpenAI's protocol")
    parser.add_argument("--reader", choices=("model", "extractive"), default="model")
    parser.add_argument("--judge", action="store_true", help="let the model check each statement")
    parser.add_argument("--questions", type=Path, default=ROOT / "corpus" / "questions.jsonl")
    parser.add_argument("--corpus", type=Path, default=ROOT / "corpus")
    parser.add_argument("--sample", type=int, metavar="N", help="ask only N of the questions")
    parser.add_argument("--finished", type=Path, default=ROOT / "evals" / "answers.jsonl")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument("--write", action="store_true", help="save the report in evals/")
    return parser.parse_args(arguments)


def read_questions(file: Path) -> list[dict[str, Any]]:
    """The gold questions of a file like corpus/questions.jsonl."""
    return [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]


def sample(questions: list[dict[str, Any]], size: int | None) -> list[dict[str, Any]]:
    """`size` of the questions, in their order. A larger sample holds the smaller ones."""
    if size is None:
        return questions
    shuffled = random.Random(_SEED).sample(range(len(questions)), len(questions))
    return [questions[at] for at in sorted(shuffled[: max(size, 1)])]


def evaluate(questions: list[dict[str, Any]], options: argparse.Namespace) -> dict[str, Any]:
    """The report, as JSON has it.

    Raises:
        DatelineError: the model cannot be asked with these settings.
        StoppedError: it failed too often, or may not spend more.
    """
    settings = Settings.load(
        options={
            "reader": options.reader,
            "model": options.model,
            "base_url": options.base_url,
            "judge": options.judge or None,
        }
    )
    with tempfile.TemporaryDirectory() as folder, Bot.open(folder, settings=settings) as bot:
        ingested = bot.ingest([options.corpus])
        if ingested.failed:
            raise StoppedError(f"the corpus did not ingest: {ingested.failed}")
        articles = fingerprint(bot.archive)
        finished = Finished(options.finished)
        report: dict[str, Any] = {
            "questions": len(questions),
            "answerable": sum(question["answerable"] for question in questions),
            "articles": articles,
            "readers": {},
        }
        runs = [Run(bot, finished, articles=articles)]
        if settings.uses_model:
            names = ("answer", "support") if settings.judge else ("answer",)
            prompt = ", ".join(load_prompt(name).label for name in names)
            plain = Bot(bot.archive, ExtractiveReader())
            runs = [
                Run(bot, finished, articles=articles, prompt=prompt),
                Run(plain, finished, articles=articles),
            ]
        for run in runs:
            report["readers"][run.reader] = _figures(run, questions)
    return report


def _figures(run: Run, questions: list[dict[str, Any]]) -> dict[str, Any]:
    """What one reader is worth."""
    answers, failures = ask_all(run, questions)
    asked = [question for question in questions if question["id"] in answers]
    given = [answers[question["id"]] for question in asked]
    article = run.bot.archive.article
    scores = [score(q, answer, article) for q, answer in zip(asked, given, strict=True)]
    return {"prompt": run.prompt, "failed": failures, **summarize(given, scores)}


if __name__ == "__main__":
    main()
