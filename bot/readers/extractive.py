"""Step 9. The reader without a language model: it answers with sentences of the articles.

Everything it drafts is quoted text. It picks the sentences that answer, adds an earlier one where
that is needed to be understood, gathers several for questions that ask for several things, and
abstains when no sentence is good enough.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.readers import DraftClaim, Evidence, NoAnswer
from bot.readers.antecedents import antecedents
from bot.readers.lexical_scorer import LexicalScorer, overlap, stems
from bot.readers.question_type import Asks
from bot.types import Reason
from retrieval.types import Hit, Span

# Chosen on corpus/questions.jsonl; evals/ask.py prints what other values give.
_ANSWERS = 0.74  # least score of a sentence that is shown
_ON_TOPIC = 0.25  # least cosine of a passage that counts as being about the question
_AS_GOOD = 0.92  # further sentences must score this share of the best
_MOST_CLAIMS = 3
_MOST_ITEMS = 5  # for questions that ask for several things
_COPY = 0.7  # stem overlap from which two sentences are copies of one


@dataclass(frozen=True, slots=True)
class _Candidate:
    score: float
    hit: Hit
    index: int

    @property
    def span(self) -> Span:
        return self.hit.passage.sentences[self.index]

    @property
    def sentence(self) -> str:
        return self.hit.article.text[slice(*self.span)]


class ExtractiveReader:
    """Answers with quoted sentences only. Needs no model."""

    name = "extractive"

    def read(self, question: str, hits: Sequence[Hit]) -> Iterator[DraftClaim | NoAnswer]:
        """As `Reader.read`."""
        scorer = LexicalScorer(question, hits)
        ranked = sorted(
            (
                _Candidate(scorer.score(hit, index), hit, index)
                for hit in hits
                for index in range(len(hit.passage.sentences))
            ),
            key=lambda c: (-c.score, -c.hit.score, c.span),
        )
        if not ranked or ranked[0].score < _ANSWERS:
            near = any((hit.similarity or 0.0) >= _ON_TOPIC for hit in hits)
            yield NoAnswer(Reason.MENTIONED_NOT_ANSWERED if near else Reason.NO_MATCH)
            return
        topic = stems(question)
        for candidate in _chosen(ranked, _MOST_ITEMS if scorer.asks is Asks.LIST else _MOST_CLAIMS):
            yield _draft(candidate, topic)


def _chosen(ranked: Sequence[_Candidate], most: int) -> list[_Candidate]:
    """The best sentence and those nearly as good that say something else."""
    least = max(_ANSWERS, ranked[0].score * _AS_GOOD)
    chosen: list[_Candidate] = []
    for candidate in ranked:
        if candidate.score < least or len(chosen) == most:
            break
        if not any(_copies(candidate, other) for other in chosen):
            chosen.append(candidate)
    return chosen


def _copies(one: _Candidate, other: _Candidate) -> bool:
    return overlap(one.hit.article.text, one.span, other.hit.article.text, other.span) >= _COPY


def _draft(candidate: _Candidate, topic: frozenset[str]) -> DraftClaim:
    hit = candidate.hit
    spans = hit.passage.sentences
    earlier = antecedents(hit.article.text, spans, candidate.index, topic)
    return DraftClaim(
        evidence=tuple(Evidence(hit.article.ref, spans[i]) for i in (*earlier, candidate.index)),
        score=round(candidate.score, 4),
    )
