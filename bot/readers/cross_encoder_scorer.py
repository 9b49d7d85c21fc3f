"""Step 9. Scores sentences with the bundled cross-encoder, calibrated to a probability.

Each passage is read under its article's headline, as the model was trained to: news often names
its subject there and nowhere near the sentence that answers. The best sentences are then read
again by themselves, with the headline and the sentence before: far less text, and the question
whether *this sentence* answers. A logistic regression joins both odds against "no answer here" and
how well the passage was found.

A question about a day ("… by March 9?") is read without it, because news seldom writes its own day
out; how a sentence stands to that day counts instead.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.question.asked_day import AskedDay, asked_day
from bot.readers.days import Standing, standing
from bot.readers.scoring import ScoredSentence
from bot.readers.several import asks_for_several
from retrieval.reranker import CrossEncoder, Reading
from retrieval.types import Hit, Span

# Fitted by `python -m evals.calibrate --every 6` on our own questions over texts that the reader
# was not trained on, in the order of `Candidate.features`. The threshold leaves 72 % of
# those over real news that have no answer unanswered.
_BIAS = -5.974
_WEIGHTS = (0.172, 5.108, 0.167)
_THRESHOLD = 0.08
# Orders the sentences of the first reading; only these many are read again.
_WIDE_WEIGHTS = (0.316, 5.053)
_READ_AGAIN = 8
# What is added for a question about a day, fitted after the rest on questions that name one. What
# does not stand to the day at all is no candidate.
_STANDING = {
    Standing.SAID: 2.54,
    Standing.THEN: -0.14,
    Standing.THEN_OTHER: 0.85,
    Standing.AFTER: 0.0,  # the articles it is fitted on all have a day
}
# How far below the likeliest a token may be and still start or end a short answer of its own.
_ITEMS_WITHIN, _ONE_WITHIN = 2.5, 1.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence, the short answer in it, and what the regression sees of it."""

    hit: Hit
    index: int  # of the sentence in the passage
    shorts: tuple[Span, ...]  # in the article's text; the first is the short answer
    features: tuple[float, ...]
    standing: Standing | None  # to the day asked about; None if the question names none

    @property
    def probability(self) -> float:
        """That the sentence answers."""
        odds = _BIAS + _dot(_WEIGHTS, self.features) + _of(self.standing)
        return 1 / (1 + math.exp(-max(min(odds, 50.0), -50.0)))


@dataclass(frozen=True, slots=True)
class _Wide:
    """A sentence after the first reading, in which it stood among the others of its passage."""

    hit: Hit
    index: int
    reading: Reading
    place: Span  # in what was read: `shift` further on than in the article's text
    shift: int
    best: Span
    features: tuple[float, ...]
    standing: Standing | None

    @property
    def order(self) -> float:
        """The higher, the sooner it is read again."""
        return _dot(_WIDE_WEIGHTS, self.features) + _of(self.standing)

    def shorts(self, within: float) -> tuple[Span, ...]:
        """The short answers, in the article's text; see `Reading.items`."""
        items = self.reading.items(*self.place, within=within) or [self.best]
        return tuple(Span(start - self.shift, end - self.shift) for start, end in items)


class CrossEncoderScorer:
    """Implements `SentenceScorer` with `retrieval.reranker.CrossEncoder`."""

    name = "cross-encoder"
    threshold = _THRESHOLD

    def __init__(self, model: CrossEncoder | None = None) -> None:
        self._model = model or CrossEncoder()

    def score(self, question: str, hits: Sequence[Hit]) -> list[ScoredSentence]:
        """As `SentenceScorer.score`, for the sentences that were read twice."""
        return [
            ScoredSentence(c.hit, c.index, c.probability, c.shorts[0], c.shorts[1:])
            for c in self.candidates(question, hits)
        ]

    def candidates(self, question: str, hits: Sequence[Hit]) -> list[Candidate]:
        """The sentences that were read twice, with all their features, in no order."""
        asked = asked_day(question)
        if asked is not None:
            question = asked.rest
        placed = [(hit, _standings(hit, asked)) for hit in hits]
        # What cannot answer is not read.
        placed = [(hit, days) for hit, days in placed if set(days) != {Standing.NOT_THEN}]
        first = self._read_passages(question, placed)
        first.sort(key=lambda c: c.order, reverse=True)
        return self._read_sentences(question, first[:_READ_AGAIN])

    def _read_passages(
        self, question: str, placed: Sequence[tuple[Hit, Sequence[Standing | None]]]
    ) -> list[_Wide]:
        headings = [_heading(hit) for hit, _ in placed]
        texts = [heading + hit.text for heading, (hit, _) in zip(headings, placed, strict=True)]
        found: list[_Wide] = []
        for (hit, days), heading, reading in zip(
            placed, headings, self._model.read(question, texts), strict=True
        ):
            # From offsets in the article to offsets in what was read.
            shift = len(heading) - hit.passage.start
            for index, (span, day) in enumerate(zip(hit.passage.sentences, days, strict=True)):
                place = Span(span.start + shift, span.end + shift)
                best = reading.best(*place)
                if best is not None and day is not Standing.NOT_THEN:
                    features = (best[0], hit.score)
                    found.append(_Wide(hit, index, reading, place, shift, best[1], features, day))
        return found

    def _read_sentences(self, question: str, found: Sequence[_Wide]) -> list[Candidate]:
        within = _ITEMS_WITHIN if asks_for_several(question) else _ONE_WITHIN
        texts, places = [], []
        for c in found:
            spans, heading = c.hit.passage.sentences, _heading(c.hit)
            before = spans[max(c.index - 1, 0)].start
            texts.append(heading + c.hit.article.text[before : spans[c.index].end])
            shift = len(heading) - before
            places.append((spans[c.index].start + shift, spans[c.index].end + shift))
        again: list[Candidate] = []
        for c, place, reading in zip(found, places, self._model.read(question, texts), strict=True):
            best = reading.best(*place)
            odds = best[0] if best else c.features[0]  # too long to be read to its end
            features = (*c.features, odds)
            again.append(Candidate(c.hit, c.index, c.shorts(within), features, c.standing))
        return again


def _heading(hit: Hit) -> str:
    return f"{hit.article.ref.title}. "


def _standings(hit: Hit, asked: AskedDay | None) -> list[Standing | None]:
    """Of every sentence of the passage; None where no day is asked about."""
    spans, published = hit.passage.sentences, hit.article.ref.published
    if asked is None:
        return [None] * len(spans)
    said = ["", *(hit.article.text[slice(*span)] for span in spans)]
    day = published.date() if published else None
    return [standing(now, before, day, asked) for before, now in pairwise(said)]


def _of(standing: Standing | None) -> float:
    return 0.0 if standing is None else _STANDING[standing]


def _dot(weights: Sequence[float], features: Sequence[float]) -> float:
    return sum(w * x for w, x in zip(weights, features, strict=True))
