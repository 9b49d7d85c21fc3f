"""Step 9. Scores sentences with the bundled cross-encoder, calibrated to a probability.

Each passage is read under its article's headline, as the model was trained to: news often names
its subject there and nowhere near the sentence that answers. The best sentences are then read
again by themselves, with the headline and the sentence before: far less text, and the question
whether *this sentence* answers. A logistic regression joins both readings and the passage's ranks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bot.readers.scoring import ScoredSentence
from retrieval.reranker import CrossEncoder
from retrieval.types import Hit, Span

# Fitted by evals/calibrate.py on corpus/questions.jsonl, in the order of `Candidate.features`.
_BIAS = -3.545
_WEIGHTS = (0.205, 0.103, 0.52, 1.044, 0.245, 0.087)
_THRESHOLD = 0.28
# Orders the sentences of the first reading; only these many are read again.
_WIDE_WEIGHTS = (0.36, 0.2, 0.95, 1.35)
_READ_AGAIN = 8
_UNRANKED = 60  # stands for "not found by this index"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence, the short answer in it, and what the regression sees of it."""

    hit: Hit
    index: int  # of the sentence in the passage
    short: Span  # in the article's text
    features: tuple[float, ...]


class CrossEncoderScorer:
    """Implements `SentenceScorer` with `retrieval.reranker.CrossEncoder`."""

    name = "cross-encoder"
    threshold = _THRESHOLD

    def __init__(self, model: CrossEncoder | None = None) -> None:
        self._model = model or CrossEncoder()

    def score(self, question: str, hits: Sequence[Hit]) -> list[ScoredSentence]:
        """As `SentenceScorer.score`, for the sentences that were read twice."""
        return [
            ScoredSentence(c.hit, c.index, _probability(c.features), c.short)
            for c in self.candidates(question, hits)
        ]

    def candidates(self, question: str, hits: Sequence[Hit]) -> list[Candidate]:
        """The sentences that were read twice, with all their features, in no order."""
        first = self._read_passages(question, hits)
        first.sort(key=lambda c: _dot(_WIDE_WEIGHTS, c.features), reverse=True)
        return self._read_sentences(question, first[:_READ_AGAIN])

    def _read_passages(self, question: str, hits: Sequence[Hit]) -> list[Candidate]:
        headings = [_heading(hit) for hit in hits]
        texts = [heading + hit.text for heading, hit in zip(headings, hits, strict=True)]
        found: list[Candidate] = []
        for hit, heading, reading in zip(
            hits, headings, self._model.read(question, texts), strict=True
        ):
            # From offsets in the article to offsets in what was read.
            shift = len(heading) - hit.passage.start
            for index, span in enumerate(hit.passage.sentences):
                best = reading.best(span.start + shift, span.end + shift)
                if best is not None:
                    margin, short = best
                    found.append(
                        Candidate(
                            hit,
                            index,
                            Span(short.start - shift, short.end - shift),
                            (
                                margin,
                                reading.null,
                                1 / (hit.dense_rank or _UNRANKED),
                                1 / (hit.lexical_rank or _UNRANKED),
                            ),
                        )
                    )
        return found

    def _read_sentences(self, question: str, found: Sequence[Candidate]) -> list[Candidate]:
        texts = []
        for c in found:
            spans = c.hit.passage.sentences
            before = spans[max(c.index - 1, 0)].start
            texts.append(_heading(c.hit) + c.hit.article.text[before : spans[c.index].end])
        return [
            Candidate(c.hit, c.index, c.short, (*c.features, reading.relevance, reading.null))
            for c, reading in zip(found, self._model.read(question, texts), strict=True)
        ]


def _heading(hit: Hit) -> str:
    return f"{hit.article.ref.title}. "


def _probability(features: Sequence[float]) -> float:
    return 1 / (1 + math.exp(-max(min(_BIAS + _dot(_WEIGHTS, features), 50.0), -50.0)))


def _dot(weights: Sequence[float], features: Sequence[float]) -> float:
    return sum(w * x for w, x in zip(weights, features, strict=True))
