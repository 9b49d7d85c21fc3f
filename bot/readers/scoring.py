"""Step 9. The port between the extractive reader and what scores sentences for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from retrieval.types import Hit, Span


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """How well one sentence of a hit answers the question.

    `score` is in [0, 1]; `short` is the short answer inside the sentence, a span of the article's
    text, None where none stands out; `also` are further ones, where several things were asked for.
    """

    hit: Hit
    index: int  # of the sentence in the passage
    score: float
    short: Span | None = None
    also: tuple[Span, ...] = ()

    @property
    def span(self) -> Span:
        """The sentence's span in the article's text."""
        return self.hit.passage.sentences[self.index]


class SentenceScorer(Protocol):
    """Scores the sentences of retrieved passages for a question."""

    @property
    def name(self) -> str:
        """Recorded in every answer."""
        ...

    @property
    def threshold(self) -> float:
        """The score from which a sentence counts as an answer."""
        ...

    def score(self, question: str, hits: Sequence[Hit]) -> list[ScoredSentence]:
        """All sentences of all hits, in any order."""
        ...
