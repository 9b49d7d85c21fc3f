"""Steps 7 to 10 in order: question -> passages -> draft -> verified answer. The composition root.

with Bot.open("archive/") as bot:
    answer = bot.ask("Which countries joined the boycott?")
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self

from bot.citations import CitationCheck, CitationMaker, verify_answer
from bot.errors import UsageError
from bot.readers import DraftClaim, Evidence, NoAnswer, Reader
from bot.types import (
    Abstention,
    Answer,
    AskedFilters,
    CitationEvent,
    Claim,
    Event,
    Final,
    Nearest,
    Reason,
    Rejected,
    Status,
    StatusEvent,
    TextDelta,
)
from retrieval.archive import Archive
from retrieval.types import Filters, Hit, IngestReport, ProgressCallback, Span

if TYPE_CHECKING:
    from retrieval.dense.chooser import DensePolicy
    from retrieval.embedding import MakeEmbedder

DEFAULT_K = 8  # passages read for one question
_LONGEST_QUESTION = 4_000  # characters
_NEAREST = 3

_MESSAGES = {
    Reason.NO_MATCH: "Nothing in the archive is about this.",
    Reason.OUTSIDE_FILTERS: "The archive says something about this, but only in articles that "
    "your filters leave out.",
    Reason.MENTIONED_NOT_ANSWERED: "The archive mentions this, and does not say the answer.",
    Reason.UNVERIFIABLE: "An answer was drafted, and its citations did not hold; it is withheld.",
}


class Bot:
    """Answers questions from one archive. Safe to share between threads."""

    def __init__(
        self,
        archive: Archive,
        reader: Reader,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.archive = archive
        self.reader = reader
        self._clock = clock

    @classmethod
    def open(
        cls,
        path: str | Path | None = None,
        *,
        create: bool = True,
        dense: DensePolicy = "chroma",
        reader: Reader | None = None,
        make_embedder: MakeEmbedder | None = None,
    ) -> Self:
        """Open the archive at `path`, by default the one the command line uses.

        Args:
            create: make the archive if it is not there.
            dense: "chroma"; "exact" for a scan of all vectors; "auto" for whichever costs less
                for a single question.
            reader: what reads the passages; the extractive reader by default.
            make_embedder: makes the embedder that the archive names; by default with the key and
                the address that the settings have.

        Raises:
            ArchiveNotFoundError: there is none, and `create` is False.
        """
        if path is None:
            from bot.settings import Settings

            path = Settings.load().archive
        if reader is None:
            from bot.readers.extractive import ExtractiveReader

            reader = ExtractiveReader()
        if make_embedder is None:
            from bot.embedding import from_settings

            make_embedder = from_settings
        archive = Archive.open(path, create=create, dense=dense, make_embedder=make_embedder)
        return cls(archive, reader)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release the archive's files."""
        self.archive.close()

    def ingest(
        self,
        inputs: Sequence[str | Path],
        *,
        format: str = "auto",
        prune: bool = False,
        dry_run: bool = False,
        allow_private: bool = False,
        stdin: BinaryIO | None = None,
        on_progress: ProgressCallback | None = None,
    ) -> IngestReport:
        """Read files, folders, URLs or feeds into the archive. See `Archive.ingest`."""
        return self.archive.ingest(
            inputs,
            format=format,
            prune=prune,
            dry_run=dry_run,
            allow_private=allow_private,
            stdin=stdin,
            on_progress=on_progress,
        )

    def ask(
        self,
        question: str,
        *,
        k: int = DEFAULT_K,
        since: date | str | None = None,
        until: date | str | None = None,
        source: str | Sequence[str] | None = None,
    ) -> Answer:
        """Answer a question from the archive, or abstain.

        Args:
            k: how many passages are read, 1 to 100.
            since: first publication day that counts, a date or "YYYY-MM-DD".
            until: last publication day that counts, likewise.
            source: outlet, or outlets, to use.

        Raises:
            UsageError: the question is empty or too long, or an argument makes no sense.
            EmbedderMismatchError: the archive was indexed with another embedder.
        """
        for event in self.stream(question, k=k, since=since, until=until, source=source):
            if isinstance(event, Final):
                return event.answer
        raise AssertionError("a stream ends with Final")

    def stream(
        self,
        question: str,
        *,
        k: int = DEFAULT_K,
        since: date | str | None = None,
        until: date | str | None = None,
        source: str | Sequence[str] | None = None,
    ) -> Iterator[Event]:
        """As `ask`, in events. Text is sent only once it is verified; the last event is `Final`."""
        question = _checked_question(question)
        if not 1 <= k <= 100:
            raise UsageError(f"k is {k}: it must be from 1 to 100")
        filters = make_filters(since=since, until=until, source=source)
        return self._events(question, filters, k)

    async def aask(
        self,
        question: str,
        *,
        k: int = DEFAULT_K,
        since: date | str | None = None,
        until: date | str | None = None,
        source: str | Sequence[str] | None = None,
    ) -> Answer:
        """As `ask`, without blocking the event loop."""
        return await asyncio.to_thread(
            self.ask, question, k=k, since=since, until=until, source=source
        )

    async def astream(
        self,
        question: str,
        *,
        k: int = DEFAULT_K,
        since: date | str | None = None,
        until: date | str | None = None,
        source: str | Sequence[str] | None = None,
    ) -> AsyncIterator[Event]:
        """As `stream`, without blocking the event loop."""
        events = self.stream(question, k=k, since=since, until=until, source=source)
        while (event := await asyncio.to_thread(next, events, None)) is not None:
            yield event

    def verify(self, answer: Answer) -> list[CitationCheck]:
        """Re-prove every citation of a saved answer against the archive, offline."""
        return verify_answer(answer, self.archive.article)

    # -- one question ---------------------------------------------------------------------------

    def _events(self, question: str, filters: Filters, k: int) -> Iterator[Event]:
        started = perf_counter()
        yield StatusEvent("searching")
        found = self.archive.retrieve(question, filters=filters, limit=k)
        yield StatusEvent("reading")
        read_from = perf_counter()
        work = _Work(CitationMaker(self.archive.article))
        for draft in self.reader.read(question, found.hits) if found.hits else ():
            if isinstance(draft, NoAnswer):
                work.reason, work.nearest = draft.reason, draft.nearest
            else:
                yield from work.verify(draft)
        if not work.claims and work.rejected:
            work.reason = Reason.UNVERIFIABLE
        elif not work.claims and filters and self._answered_outside(question, k):
            work.reason = Reason.OUTSIDE_FILTERS
        now = perf_counter()
        timings = {
            **found.timings,
            "read": round((now - read_from) * 1000, 3),
            "total": round((now - started) * 1000, 3),
        }
        yield Final(self._answer(question, filters, found.hits, work, timings=timings))

    def _answer(
        self,
        question: str,
        filters: Filters,
        hits: Sequence[Hit],
        work: _Work,
        *,
        timings: dict[str, float],
    ) -> Answer:
        status = Status.PARTIAL if work.rejected else Status.ANSWERED
        abstention = None
        if not work.claims:
            status = Status.ABSTAINED
            abstention = Abstention(work.reason, _MESSAGES[work.reason])
        return Answer(
            id=uuid.uuid4().hex[:16],
            question=question,
            status=status,
            claims=tuple(work.claims),
            citations=tuple(work.maker.citations),
            abstention=abstention,
            nearest=work.nearest_to(hits) if abstention else (),
            rejected=tuple(work.rejected),
            filters=AskedFilters(filters.since, filters.until, filters.sources),
            reader=self.reader.name,
            created=self._clock(),
            timings=timings,
        )

    def _answered_outside(self, question: str, k: int) -> bool:
        """Whether the archive answers the question in articles that the filters leave out."""
        hits = self.archive.search(question, limit=k)
        drafts = self.reader.read(question, hits) if hits else iter(())
        return any(isinstance(draft, DraftClaim) for draft in drafts)


@dataclass(slots=True)
class _Work:
    """What has become of one question so far. `reason` holds while there are no claims."""

    maker: CitationMaker
    claims: list[Claim] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    reason: Reason = Reason.NO_MATCH
    nearest: tuple[Evidence, ...] = ()

    def verify(self, draft: DraftClaim) -> Iterator[Event]:
        """Take in a draft claim: its new citations, then its text, or nothing if it is withheld."""
        before = len(self.maker.citations)
        claim = self.maker.claim(draft)
        if isinstance(claim, Rejected):
            self.rejected.append(claim)
            return
        for citation in self.maker.citations[before:]:
            yield CitationEvent(citation)
        markers = "".join(f"[{number}]" for number in claim.citations)
        yield TextDelta(("\n" if self.claims else "") + f"{claim.text} {markers}")
        self.claims.append(claim)

    def nearest_to(self, hits: Sequence[Hit]) -> tuple[Nearest, ...]:
        """What came nearest to an unanswered question, one sentence or passage an article."""
        if self.reason is Reason.NO_MATCH:
            return ()
        passages = (Evidence(h.article.ref, Span(h.passage.start, h.passage.end)) for h in hits)
        seen: dict[str, Nearest] = {}
        for near in (*self.nearest, *passages):
            seen.setdefault(near.article.id, Nearest(near.article, *near.span))
        return tuple(seen.values())[:_NEAREST]


def make_filters(
    *,
    since: date | str | None = None,
    until: date | str | None = None,
    source: str | Sequence[str] | None = None,
) -> Filters:
    """Filters from what a person gives.

    Raises:
        UsageError: a date is none, or the first day is after the last.
    """
    first, last = _day("since", since), _day("until", until)
    if first and last and first > last:
        raise UsageError(f"since {first} is after until {last}: no article can match")
    names = (source,) if isinstance(source, str) else tuple(source or ())
    return Filters(since=first, until=last, sources=names)


def _day(name: str, value: date | str | None) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value.strip())
    except ValueError as error:
        raise UsageError(f"{name} is {value!r}: write a date as 2021-12-30") from error


def _checked_question(question: str) -> str:
    cleaned = " ".join(
        question.encode("utf-8", "ignore").decode("utf-8").replace("\0", " ").split()
    )
    if not any(character.isalnum() for character in cleaned):
        raise UsageError("the question is empty: ask something, such as “Who won the vote?”")
    if len(cleaned) > _LONGEST_QUESTION:
        raise UsageError(
            f"the question has {len(cleaned):,} characters: ask in {_LONGEST_QUESTION:,} or fewer"
        )
    return cleaned
