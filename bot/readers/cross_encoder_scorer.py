"""Step 9. Scores sentences with the bundled cross-encoder, calibrated to a probability.

The cross-encoder reads each passage under its article's headline, as it was trained to: news
often names its subject there and nowhere near the sentence that answers. A logistic regression
over its span score and the passage's ranks turns the result into a probability.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from bot.readers.scoring import ScoredSentence
from retrieval.reranker import CrossEncoder, Reading
from retrieval.types import Hit, Span

# Fitted by evals/calibrate.py on corpus/questions.jsonl.
_BIAS = -3.0
_MARGIN = 0.6  # span score over "no answer here"
_NULL = 0.2  # score of "no answer here"
_DENSE = 1.0  # reciprocal of the rank in the dense index
_LEXICAL = 1.0  # reciprocal of the rank in the lexical index
_UNRANKED = 60


class CrossEncoderScorer:
    """Implements `SentenceScorer` with `retrieval.reranker.CrossEncoder`."""

    name = "cross-encoder"
    threshold = 0.3  # chosen with the weights above; see evals/ask.md

    def __init__(self, model: CrossEncoder | None = None) -> None:
        self._model = model or CrossEncoder()

    def score(self, question: str, hits: Sequence[Hit]) -> list[ScoredSentence]:
        """As `SentenceScorer.score`."""
        texts, shifts = under_headline(hits)
        readings = self._model.read(question, texts)
        scored: list[ScoredSentence] = []
        for hit, shift, reading in zip(hits, shifts, readings, strict=True):
            for index, span in enumerate(hit.passage.sentences):
                found = reading.best(span.start + shift, span.end + shift)
                if found is not None:
                    margin, short = found
                    scored.append(
                        ScoredSentence(
                            hit,
                            index,
                            _probability(margin, reading, hit),
                            Span(short.start - shift, short.end - shift),
                        )
                    )
        return scored


def under_headline(hits: Sequence[Hit]) -> tuple[list[str], list[int]]:
    """What is read for each hit, and what turns an offset in its article into one in that."""
    headings = [f"{hit.article.ref.title}. " for hit in hits]
    texts = [heading + hit.text for heading, hit in zip(headings, hits, strict=True)]
    shifts = [len(heading) - hit.passage.start for heading, hit in zip(headings, hits, strict=True)]
    return texts, shifts


def features(margin: float, reading: Reading, hit: Hit) -> tuple[float, float, float, float]:
    """What the regression sees of a sentence, in the order of the weights above."""
    return (
        margin,
        reading.null,
        1 / (hit.dense_rank or _UNRANKED),
        1 / (hit.lexical_rank or _UNRANKED),
    )


def _probability(margin: float, reading: Reading, hit: Hit) -> float:
    weights = (_MARGIN, _NULL, _DENSE, _LEXICAL)
    logit = _BIAS + sum(w * x for w, x in zip(weights, features(margin, reading, hit), strict=True))
    return 1 / (1 + math.exp(-max(min(logit, 50.0), -50.0)))
