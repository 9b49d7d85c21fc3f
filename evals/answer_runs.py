"""Asks many questions through one bot, keeps what is finished, and knows when to stop."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.engine import Bot
from bot.errors import AnswerFormatError, ModelError, SpendCapError
from bot.types import Answer
from retrieval.archive import Archive

_IN_A_ROW = 3  # failures


class StoppedError(Exception):
    """The run cannot go on; says why, and how far it came."""


class Finished:
    """The answers of this and earlier runs, in a file with one JSON object a line."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._answers: dict[str, Answer] = {}
        if file.exists():
            for line in file.read_text("utf-8").splitlines():
                try:
                    record = json.loads(line)
                    self._answers[record["key"]] = Answer.from_json(json.dumps(record["answer"]))
                except (ValueError, LookupError, TypeError, AnswerFormatError):
                    continue  # the line was cut, or an older version wrote it

    def get(self, key: str) -> Answer | None:
        """The answer that is kept under `key`."""
        return self._answers.get(key)

    def add(self, key: str, answer: Answer, **about: Any) -> None:
        """Keep an answer; it is on the disk when this returns."""
        self._answers[key] = answer
        record = {"key": key, **about, "answer": json.loads(answer.to_json(indent=None))}
        with self._file.open("a", encoding="utf-8") as out:
            # A line of its own, also after one that was cut.
            out.write(("\n" if self._cut() else "") + json.dumps(record) + "\n")

    def _cut(self) -> bool:
        data = self._file.read_bytes()
        return bool(data) and not data.endswith(b"\n")


@dataclass(frozen=True, slots=True)
class Run:
    """One bot asked: `prompt` names what is sent to its model, `articles` what it reads."""

    bot: Bot
    finished: Finished
    articles: str
    prompt: str | None = None

    @property
    def reader(self) -> str:
        """Who reads."""
        return self.bot.reader.name

    def key(self, question: dict[str, Any]) -> str:
        """What an answer may be used again for."""
        parts = [question["id"], question["question"], self.reader, self.prompt, self.articles]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def fingerprint(archive: Archive) -> str:
    """Changes with any article. An archive made anew of the same files has the same."""
    digest = hashlib.sha256()
    for ref in sorted(archive.articles(), key=lambda ref: ref.id):
        digest.update(f"{ref}\0{archive.article(ref.id).text}\0".encode())
    return digest.hexdigest()[:12]


def ask_all(
    run: Run, questions: Sequence[dict[str, Any]]
) -> tuple[dict[str, Answer], dict[str, str]]:
    """The answers by question id, and what went wrong with the others.

    Raises:
        StoppedError: the model failed several times in a row or with every question, or it may
            not spend more.
    """
    answers: dict[str, Answer] = {}
    failures: dict[str, str] = {}
    in_a_row = 0
    progress = _Progress(run.reader, len(questions))
    for question in questions:
        name, key = question["id"], run.key(question)
        answer = run.finished.get(key)
        if answer is None:
            try:
                answer = run.bot.ask(question["question"])
            except ModelError as error:
                failures[name] = str(error)
                in_a_row += 1
                if isinstance(error, SpendCapError) or in_a_row == _IN_A_ROW:
                    progress.end()
                    often = "" if in_a_row < _IN_A_ROW else f" ({in_a_row} failures in a row)"
                    raise StoppedError(
                        f"stopped after {len(answers)} of {len(questions)} questions: {error}"
                        f"{often}. The same command goes on from here"
                    ) from error
            else:
                in_a_row = 0
                run.finished.add(key, answer, question=name, reader=run.reader)
        if answer is not None:
            answers[name] = answer
        progress.show(len(answers) + len(failures), len(failures))
    progress.end()
    if not answers:
        raise StoppedError(f"no question was answered: {list(failures.values())[-1]}")
    return answers, failures


class _Progress:
    """Where a run is, on standard error: one line that changes, or now and then a line."""

    def __init__(self, reader: str, total: int) -> None:
        self._reader = reader
        self._total = total
        self._terminal = sys.stderr.isatty()

    def show(self, done: int, failed: int) -> None:
        line = f"{self._reader}: {done} of {self._total}" + (f", {failed} failed" if failed else "")
        if self._terminal:
            print(f"\r{line}\x1b[K", end="", file=sys.stderr, flush=True)
        elif done % max(self._total // 10, 1) == 0 or done == self._total:
            print(line, file=sys.stderr, flush=True)

    def end(self) -> None:
        if self._terminal:
            print(file=sys.stderr)
