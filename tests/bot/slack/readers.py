"""Readers for tests: one that tells every sentence it is given, and ones that wait to be told."""

from __future__ import annotations

import threading
from collections.abc import Generator, Sequence

from bot.readers import Draft, DraftClaim, Evidence
from retrieval.types import Hit


class EverySentence:
    """Claims every sentence of every passage, `times` times over, in its own words if given."""

    name = "every sentence"

    def __init__(self, *, times: int = 1, most: int = 10_000, text: str | None = None) -> None:
        self._times, self._most, self._text = times, most, text

    def read(
        self, question: str, hits: Sequence[Hit], *, deadline: object = None
    ) -> Generator[Draft]:
        told = 0
        for _ in range(self._times):
            for hit in hits:
                for span in hit.passage.sentences:
                    if told < self._most:
                        told += 1
                        yield DraftClaim((Evidence(hit.article.ref, span),), self._text)


class Waiting(EverySentence):
    """Claims a sentence each time `go` is released; `began` counts how often it was asked."""

    name = "waiting"

    def __init__(self, *, most: int = 3) -> None:
        super().__init__(most=most)
        self.go = threading.Semaphore(0)
        self.began = threading.Semaphore(0)
        self.asked: list[str] = []

    def read(
        self, question: str, hits: Sequence[Hit], *, deadline: object = None
    ) -> Generator[Draft]:
        self.asked.append(question)
        self.began.release()
        for draft in super().read(question, hits):
            assert self.go.acquire(timeout=30)
            yield draft
