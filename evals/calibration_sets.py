"""What the extractive reader is calibrated on: questions, the sentences read for them, and gold."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.asked import DEFAULT_K
from bot.engine import Bot
from bot.question.asked_day import asked_day
from bot.readers.cross_encoder_scorer import Candidate, CrossEncoderScorer
from bot.readers.days import Standing
from bot.searching import search
from evals.ask import ROOT
from evals.harness.data import MissingDataError, default_folder, rows
from evals.training.held_out import held_out
from retrieval.types import Filters

TRAINING = ROOT / "evals" / "training"
FEATURES = 3  # of a candidate
STANDINGS = [one for one in Standing if one is not Standing.NOT_THEN]  # those of candidates


@dataclass(frozen=True, slots=True)
class Asked:
    """One question's sentences: features [n, d], and which gold quotes each one holds.

    `wanted` counts the gold quotes; 0: the archive does not answer. `every`: all must be shown.
    `standings` [n, 4] has a column for each of `STANDINGS`, 1 where a sentence stands so to the day
    asked about; all 0 where the question names none.
    """

    wanted: int
    every: bool
    rows: NDArray[np.float64]
    gold: list[set[int]]
    standings: NDArray[np.float64]


def corpus_asked(scorer: CrossEncoderScorer, path: Path) -> list[Asked]:
    """The questions of the sample archive, retrieved and read as the bot does."""
    questions = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    asked = []
    with tempfile.TemporaryDirectory() as folder, Bot.open(folder, dense="exact") as bot:
        bot.ingest([ROOT / "corpus"])
        for question in questions:
            found = _candidates(bot, scorer, question["question"])
            gold = [_gold_in(candidate, question["gold"]) for candidate in found]
            wanted = len(question["gold"]) if question["answerable"] else 0
            asked.append(_asked_of(wanted, found, gold, every=bool(question.get("all"))))
    return asked


def news_asked(scorer: CrossEncoderScorer, *, every: int = 1) -> list[Asked]:
    """Our questions over the held-out Wikinews articles, all 295 of which are in the archive.

    Raises:
        SystemExit: the data folder does not hold the articles.
    """
    try:
        articles = list(rows(default_folder(), "wikinews_2019_2020"))
    except MissingDataError as error:
        raise SystemExit(f"{error}: set DATELINE_EVAL_DATA to it") from error
    questions: dict[str, list[dict[str, Any]]] = {}
    for question in rows(TRAINING, "news_questions"):
        if held_out(question["url"]):
            questions.setdefault(question["url"], []).append(question)
    return _asked(scorer, articles, questions, every=every)


def stories_asked(scorer: CrossEncoderScorer, *, every: int = 1) -> list[Asked]:
    """Our questions over the held-out stories of our own.

    The archive holds one article of every story at a time, as another of the same story may answer
    what this one does not. The questions were written with their article in mind ("How many are
    still missing?"), so they are searched for together with its headline.
    """
    stories: dict[str, list[dict[str, Any]]] = {}
    for row in rows(TRAINING, "stories"):
        told = stories.setdefault(row["story"], [])
        told.append(row | {"url": f"https://stories.example/{row['story']}/{len(told)}"})
    asked = []
    for number in range(max(map(len, stories.values()))):
        articles = [told[number] for told in stories.values() if len(told) > number]
        held = [row for row in articles if held_out(row["story"])]
        questions = {row["url"]: row["questions"] for row in held}
        asked += _asked(scorer, articles, questions, every=every, with_headline=True)
    return asked


def dated_asked(scorer: CrossEncoderScorer, *, every: int = 1) -> list[Asked]:
    """The questions that name a day, over stories told day by day; the archive holds all of them.

    A question that stands with several articles of its story is answered by those that answer it.
    They are searched for together with the story's first headline.
    """
    told = [
        row | {"url": f"https://stories.example/{number}"}
        for number, row in enumerate(rows(TRAINING, "dated_stories"))
    ]
    first: dict[str, str] = {}
    asked: dict[tuple[str, str], dict[str, list[tuple[int, int]]]] = {}
    for row in sorted(told, key=lambda row: str(row["date"])):
        first.setdefault(row["story"], row["title"])
        for question in row["questions"]:
            if asked_day(question["question"]):
                answers = asked.setdefault((row["story"], question["question"]), {})
                answers[row["url"]] = question["answers"]
    texts = {row["url"]: row["text"] for row in told}
    result = []
    with tempfile.TemporaryDirectory() as folder, _archive(folder, told) as bot:
        for (story, question), answers in list(asked.items())[::every]:
            found = _candidates(bot, scorer, question, first[story])
            gold = [
                set().union(*(_answers_in(c, url, a, texts[url]) for url, a in answers.items()))
                for c in found
            ]
            result.append(_asked_of(max(map(len, answers.values())), found, gold))
    return result


def _asked(
    scorer: CrossEncoderScorer,
    articles: list[dict[str, Any]],
    questions: dict[str, list[dict[str, Any]]],
    *,
    every: int,
    with_headline: bool = False,
) -> list[Asked]:
    """Every so-many-th question on each article, searched for in all the articles, and read."""
    texts = {row["url"]: row["text"] for row in articles}
    headlines = {row["url"]: row["title"] if with_headline else "" for row in articles}
    asked = []
    with tempfile.TemporaryDirectory() as folder, _archive(folder, articles) as bot:
        for url, over_it in questions.items():
            for question in over_it[::every]:
                if asked_day(question["question"]):
                    continue
                found = _candidates(bot, scorer, question["question"], headlines[url])
                gold = [_answers_in(c, url, question["answers"], texts[url]) for c in found]
                asked.append(_asked_of(len(question["answers"]), found, gold))
    return asked


@contextmanager
def _archive(folder: str, articles: list[dict[str, Any]]) -> Iterator[Bot]:
    """A bot over these articles alone."""
    fields = ("url", "title", "text", "published", "date", "source", "outlet")
    with Bot.open(f"{folder}/archive", dense="exact") as bot:
        source = Path(folder) / "articles.jsonl"
        kept = ({name: row[name] for name in fields if name in row} for row in articles)
        source.write_text("".join(json.dumps(row) + "\n" for row in kept), "utf-8")
        if failed := bot.ingest([source]).failed:
            raise SystemExit(f"articles did not ingest: {failed}")
        yield bot


def _candidates(
    bot: Bot, scorer: CrossEncoderScorer, question: str, headline: str = ""
) -> list[Candidate]:
    searched = f"{headline} {question}".strip()
    hits = search(bot.archive, searched, filters=Filters(), k=DEFAULT_K).hits
    return scorer.candidates(question, hits)


def _asked_of(
    wanted: int, found: list[Candidate], gold: list[set[int]], *, every: bool = False
) -> Asked:
    rows = np.array([(1.0, *candidate.features) for candidate in found])
    standings = np.array([[c.standing is one for one in STANDINGS] for c in found], dtype=float)
    columns = (1 + FEATURES, len(STANDINGS))  # also where nothing was found
    return Asked(
        wanted, every, rows.reshape(-1, columns[0]), gold, standings.reshape(-1, columns[1])
    )


def _gold_in(candidate: Candidate, gold: list[dict[str, str]]) -> set[int]:
    """Which gold quotes the candidate's sentence overlaps."""
    article, span = candidate.hit.article, candidate.hit.passage.sentences[candidate.index]
    held: set[int] = set()
    for number, quote in enumerate(gold):
        start = article.text.find(quote["quote"])
        inside = span.start < start + len(quote["quote"]) and start < span.end
        if quote["file"] in article.origin and start >= 0 and inside:
            held.add(number)
    return held


def _answers_in(
    candidate: Candidate, url: str, answers: list[tuple[int, int]], text: str
) -> set[int]:
    """Which answers, `[start, end)` in the article as published, the sentence overlaps."""
    article, span = candidate.hit.article, candidate.hit.passage.sentences[candidate.index]
    if article.ref.url != url:
        return set()
    # The stored text differs from the published one in white space alone.
    shift = [
        len("".join(part.split()))
        for part in (article.text[: span.start], article.text[: span.end])
    ]
    held: set[int] = set()
    for number, (start, end) in enumerate(answers):
        low, high = (len("".join(text[:place].split())) for place in (start, end))
        if shift[0] < high and low < shift[1]:
            held.add(number)
    return held
