"""Steps 9 and 10 for one question: takes in what a reader drafts, and makes the answer of it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.asked import Asked
from bot.citations import CitationMaker
from bot.readers import NOTHING_YET, Draft, DraftClaim, Evidence, NoAnswer, Record
from bot.types import (
    Abstention,
    Answer,
    AskedFilters,
    CitationEvent,
    Claim,
    Event,
    Nearest,
    Reason,
    Rejected,
    Status,
    TextDelta,
    Usage,
)
from retrieval.types import Hit, Span

_NEAREST = 3

_MESSAGES = {
    Reason.NO_MATCH: "Nothing in the archive is about this.",
    Reason.OUTSIDE_FILTERS: "The archive says something about this, but only in articles that "
    "your filters leave out.",
    Reason.MENTIONED_NOT_ANSWERED: "The archive mentions this, and does not say the answer.",
    Reason.UNVERIFIABLE: "An answer was drafted, and the articles do not bear it out; it is "
    "withheld.",
}


@dataclass(slots=True)
class Work:
    """What has become of one question so far. `reason` holds while there are no claims."""

    maker: CitationMaker
    reader: str
    claims: list[Claim] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    record: Record = NOTHING_YET
    reason: Reason = Reason.NO_MATCH
    nearest: tuple[Evidence, ...] = ()

    @property
    def nothing_holds(self) -> str:
        """That nothing is left of what was drafted, in words; empty if something is, or was not."""
        if self.claims or not self.rejected:
            return ""
        return "nothing that the model wrote is borne out by the articles"

    def take(self, draft: Draft) -> Iterator[Event]:
        """Take in a draft; the events are what may be shown of it."""
        match draft:
            case DraftClaim():
                yield from self._verify(draft)
            case NoAnswer(reason, nearest):
                self.reason, self.nearest = reason, nearest
            case Record():
                self.record = _joined(self.record, draft)

    def _verify(self, draft: DraftClaim) -> Iterator[Event]:
        """A draft claim: its new citations, then its text, or nothing if it is withheld."""
        before = len(self.maker.citations)
        claim = self.maker.claim(draft)
        if isinstance(claim, Rejected):
            self.rejected.append(claim)
            return
        for citation in self.maker.citations[before:]:
            yield CitationEvent(citation)
        markers = "".join(f"[{number}]" for number in claim.citations)
        lead = claim.lead if self.claims else ""
        yield TextDelta(f"{lead}{claim.text} {markers}", quotation=draft.text is None)
        self.claims.append(claim)

    def answer(
        self, asked: Asked, hits: Sequence[Hit], *, created: datetime, timings: dict[str, float]
    ) -> Answer:
        """The answer, when the reader is done."""
        record = self.record
        for ruling in self.maker.rulings:
            record = _joined(record, Record(usage=ruling.usage))
        incomplete = self.rejected or record.broke_off
        status = Status.PARTIAL if incomplete else Status.ANSWERED
        abstention = None
        if not self.claims:
            status = Status.ABSTAINED
            if self.rejected:
                self.reason = Reason.UNVERIFIABLE
            abstention = Abstention(self.reason, _MESSAGES[self.reason])
        filters = asked.filters
        return Answer(
            id=uuid.uuid4().hex[:16],
            question=asked.question,
            status=status,
            claims=tuple(self.claims),
            citations=tuple(self.maker.citations),
            abstention=abstention,
            nearest=self._nearest_to(hits) if abstention else (),
            rejected=tuple(self.rejected),
            filters=AskedFilters(filters.since, filters.until, filters.sources),
            reader=record.reader or self.reader,
            created=created,
            timings=timings,
            standalone=asked.search if asked.search != asked.question else None,
            notices=record.notices,
            prompt=record.prompt,
            usage=record.usage,
            unknown_markers=record.unknown_markers,
        )

    def _nearest_to(self, hits: Sequence[Hit]) -> tuple[Nearest, ...]:
        """What came nearest to an unanswered question, one sentence or passage an article."""
        if self.reason is Reason.NO_MATCH:
            return ()
        passages = (Evidence(h.article.ref, Span(h.passage.start, h.passage.end)) for h in hits)
        seen: dict[str, Nearest] = {}
        for near in (*self.nearest, *passages):
            seen.setdefault(near.article.id, Nearest(near.article, *near.span))
        return tuple(seen.values())[:_NEAREST]


def _joined(one: Record, other: Record) -> Record:
    return Record(
        reader=other.reader or one.reader,
        prompt=other.prompt or one.prompt,
        usage=_sum(one.usage, other.usage),
        notices=one.notices + other.notices,
        unknown_markers=one.unknown_markers + other.unknown_markers,
        broke_off=one.broke_off or other.broke_off,
    )


def _sum(one: Usage | None, other: Usage | None) -> Usage | None:
    if one is None or other is None:
        return one or other
    costs = [usage.cost for usage in (one, other) if usage.cost is not None]
    return Usage(
        one.requests + other.requests,
        one.input_tokens + other.input_tokens,
        one.output_tokens + other.output_tokens,
        sum(costs) if costs else None,
    )
