"""Step 9. The reader without a language model: it answers with sentences of the articles.

Everything it drafts is quoted text. It takes the sentences that answer best, adds an earlier one
where that is needed to be understood and the others of an enumeration, gathers several for
questions that ask for several things, and abstains when no sentence is good enough. What is asked
about as a whole is told by a sentence of each article.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.question.asked_day import asked_day
from bot.question.outlets import named_outlets
from bot.question.overview import asked_overview
from bot.readers import DraftClaim, Evidence, NoAnswer
from bot.readers.antecedents import antecedents
from bot.readers.corrections import correction
from bot.readers.enumerations import enumeration
from bot.readers.overview import tell
from bot.readers.paragraphs import in_one_paragraph
from bot.readers.scoring import ScoredSentence, SentenceScorer
from bot.readers.several import asks_for_several
from bot.stems import are_copies, stems
from bot.types import LEVEL, Reason
from retrieval.types import Hit, Span

if TYPE_CHECKING:
    from bot.model.deadline import Deadline

_ON_TOPIC = 0.25  # least cosine of a passage that counts as being about the question
_MOST_CLAIMS, _AS_GOOD = 4, 0.2  # further sentences must score this share of the best
_MOST_ITEMS, _AS_GOOD_ITEM = 6, 0.1  # for questions that ask for several things


class ExtractiveReader:
    """Answers with quoted sentences only. Needs no language model."""

    def __init__(self, scorer: SentenceScorer | None = None) -> None:
        if scorer is None:
            from bot.readers.cross_encoder_scorer import CrossEncoderScorer

            scorer = CrossEncoderScorer()
        self._scorer = scorer

    @property
    def name(self) -> str:
        """Recorded in every answer."""
        return f"extractive/{self._scorer.name}"

    def read(
        self,
        question: str,
        hits: Sequence[Hit],
        *,
        deadline: Deadline | None = None,  # noqa: ARG002 - it waits for nobody
    ) -> Generator[DraftClaim | NoAnswer]:
        """As `Reader.read`."""
        overview = asked_overview(question, named_outlets(question, hits))
        if overview is not None:
            told = tell(overview, hits)
            yield next(told, NoAnswer(Reason.NO_MATCH))
            yield from told
            return
        ranked = sorted(
            self._scorer.score(question, hits), key=lambda s: (-s.score, -s.hit.score, s.span)
        )
        if not ranked or ranked[0].score < self._scorer.threshold:
            near = any((hit.similarity or 0.0) >= _ON_TOPIC for hit in hits)
            reason = Reason.MENTIONED_NOT_ANSWERED if near else Reason.NO_MATCH
            yield NoAnswer(reason, nearest=tuple(_evidence(sentence) for sentence in ranked))
            return
        chosen = _chosen(ranked, stems(question), several=asks_for_several(question))
        if asked_day(question) is None:
            chosen = _newest_first(chosen)
        for one in _corrected(chosen, hits):
            yield _draft(one)


@dataclass(frozen=True, slots=True)
class _Chosen:
    """A sentence to show, and the indices in its passage of all that are shown for it, in order."""

    sentence: ScoredSentence
    together: Sequence[int]


def _chosen(
    ranked: Sequence[ScoredSentence], topic: frozenset[str], *, several: bool
) -> list[_Chosen]:
    """The best sentence, and those nearly as good that say something else.

    `topic` holds stems of the question.
    """
    most, share = (_MOST_ITEMS, _AS_GOOD_ITEM) if several else (_MOST_CLAIMS, _AS_GOOD)
    chosen: list[_Chosen] = []
    shown: set[tuple[str, Span]] = set()
    for candidate in ranked:
        if candidate.score < ranked[0].score * share or len(chosen) == most:
            break
        article, spans = candidate.hit.article, candidate.hit.passage.sentences
        if (article.ref.id, candidate.span) in shown:
            continue  # a better one brings it along
        if not any(_copies(candidate, other.sentence) for other in chosen):
            counted = enumeration(article.text, spans, candidate.index, several=several)
            earlier = antecedents(article.text, spans, counted[0], topic)
            together = (*earlier, *counted)
            chosen.append(_Chosen(candidate, together))
            shown.update((article.ref.id, spans[i]) for i in together)
    return [_gone_on(one, chosen, shown) for one in chosen] if several else chosen


def _gone_on(
    one: _Chosen, chosen: Sequence[_Chosen], shown: AbstractSet[tuple[str, Span]]
) -> _Chosen:
    """With the next sentence of its paragraph, where a list goes on there.

    What stands around it tells: two chosen sentences before it, or one on either side.
    """
    hit, index = one.sentence.hit, one.sentence.index
    spans, following = hit.passage.sentences, index + 1
    if following == len(spans) or (hit.article.id, spans[following]) in shown:
        return one
    beside = {c.sentence.index for c in chosen if c.sentence.hit.passage == hit.passage}
    text = hit.article.text
    after = index - 1 in beside and in_one_paragraph(text, spans[index - 1], spans[following])
    between = index + 2 in beside and in_one_paragraph(text, spans[index], spans[index + 2])
    if not (after or between) or any(
        _copies(replace(one.sentence, index=following), other.sentence) for other in chosen
    ):
        return one
    return replace(one, together=(*one.together, following))


def _newest_first(chosen: Sequence[_Chosen]) -> list[_Chosen]:
    """Put the level ones in order of publication: later news mends and completes earlier news."""
    level = [c for c in chosen if c.sentence.score >= chosen[0].sentence.score * LEVEL]
    newest = sorted(level, key=lambda c: _published(c.sentence), reverse=True)
    return [*newest, *chosen[len(level) :]]


def _corrected(chosen: Sequence[_Chosen], hits: Sequence[Hit]) -> Iterator[_Chosen]:
    """What the outlet has taken back stands behind its correction, and has no short answer."""
    shown: set[tuple[str, Span]] = set()
    for one in chosen:
        if _key(one) in shown:
            continue
        told = [one]
        if (found := correction(one.sentence, hits)) is not None:
            hit, together = found
            note = _Chosen(ScoredSentence(hit, together[-1], one.sentence.score), together)
            taken_back = replace(one.sentence, short=None, also=())
            told = [replace(one, sentence=taken_back)]
            if _key(note) not in shown:
                told.insert(0, note)
        shown.update(_key(each) for each in told)
        yield from told


def _key(one: _Chosen) -> tuple[str, Span]:
    return one.sentence.hit.article.id, one.sentence.span


def _published(sentence: ScoredSentence) -> float:
    published = sentence.hit.article.ref.published
    return published.timestamp() if published else float("-inf")


def _copies(one: ScoredSentence, other: ScoredSentence) -> bool:
    return are_copies(one.hit.article.text, one.span, other.hit.article.text, other.span)


def _evidence(sentence: ScoredSentence) -> Evidence:
    return Evidence(sentence.hit.article.ref, sentence.span)


def _draft(chosen: _Chosen) -> DraftClaim:
    sentence = chosen.sentence
    article, spans = sentence.hit.article, sentence.hit.passage.sentences
    return DraftClaim(
        evidence=tuple(Evidence(article.ref, spans[i]) for i in chosen.together),
        short=Evidence(article.ref, sentence.short) if sentence.short else None,
        score=round(sentence.score, 4),
        also=sentence.also if sentence.short else (),
    )
