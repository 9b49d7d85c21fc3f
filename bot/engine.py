"""Steps 7 to 10 in order: question -> passages -> draft -> verified answer. The composition root.

with Bot.open("archive/") as bot:
    answer = bot.ask("Which countries joined the boycott?")
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator, Iterator, Sequence
from contextlib import aclosing, closing
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self

from bot.asked import DEFAULT_K, Asked, make_asked
from bot.citations import CitationCheck, CitationMaker, verify_answer
from bot.errors import ModelError
from bot.readers import DraftClaim, Judge, Reader, Record
from bot.searching import search
from bot.types import Answer, Event, Final, Reason, StatusEvent
from bot.work import Work
from retrieval.archive import Archive
from retrieval.types import Filters, Hit, IngestReport, ProgressCallback

if TYPE_CHECKING:
    from bot.model.deadline import Deadline
    from bot.rewriter import ModelRewriter
    from bot.settings import ReaderChoice, Settings
    from retrieval.dense.chooser import DensePolicy
    from retrieval.embedding import MakeEmbedder


class Bot:
    """Answers questions from one archive. Safe to share between threads.

    Args:
        reader: reads the passages.
        stand_in: reads them where a model fails `reader`, or nothing that it drafts holds.
        scout: finds out, when the filters leave nothing, whether there is an answer outside them;
            by default `reader`. A model's reader should not be asked, and paid, twice.
        judge: asked about each claim in a reader's own words, after all other checks.
        rewriter: makes questions of a `Session` stand alone; by rule without one.
        seconds: the most that one answer may take of a language model's time.
    """

    def __init__(
        self,
        archive: Archive,
        reader: Reader,
        *,
        stand_in: Reader | None = None,
        scout: Reader | None = None,
        judge: Judge | None = None,
        rewriter: ModelRewriter | None = None,
        seconds: float = 120.0,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.archive = archive
        self.reader = reader
        self._stand_in = stand_in
        self._scout = scout or reader
        self.rewriter = rewriter
        self._judge = judge
        self._seconds = seconds
        self._clock = clock

    @classmethod
    def open(
        cls,
        path: str | Path | None = None,
        *,
        create: bool = True,
        dense: DensePolicy = "chroma",
        reader: Reader | ReaderChoice | None = None,
        model: str | None = None,
        base_url: str | None = None,
        settings: Settings | None = None,
        make_embedder: MakeEmbedder | None = None,
    ) -> Self:
        """Open the archive at `path`, by default the one the command line uses.

        Args:
            create: make the archive if it is not there.
            dense: "chroma"; "exact" for a scan of all vectors; "auto" for whichever costs less
                for a single question.
            reader: "extractive", "model", or "auto": the model where one is configured; or what
                reads the passages. By default as the settings say.
            model: the language model's name; by default as the settings say, like `base_url`.
            settings: by default what the environment and the configuration file say.
            make_embedder: makes the embedder that the archive names; by default with the key and
                the address that the settings have.

        Raises:
            ArchiveNotFoundError: there is none, and `create` is False.
            NotConfiguredError: a model is asked for, and a key, address or package is missing.
            UsageError: a setting makes no sense.
        """
        from bot.settings import Settings

        choice = reader if isinstance(reader, str) else None
        if settings is None:
            settings = Settings.load(
                options={"reader": choice, "model": model, "base_url": base_url}
            )
        if make_embedder is None:
            from bot.embedding import from_settings

            make_embedder = from_settings
        from bot.choose import choose_readers

        readers = choose_readers(settings)
        archive = Archive.open(
            path or settings.archive, create=create, dense=dense, make_embedder=make_embedder
        )
        if reader is not None and not isinstance(reader, str):
            return cls(archive, reader)
        return cls(
            archive,
            readers.reader,
            stand_in=readers.stand_in,
            scout=readers.scout,
            judge=readers.judge,
            rewriter=readers.rewriter,
            seconds=settings.deadline,
        )

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
        events = self.stream(question, k=k, since=since, until=until, source=source)
        return last_event(events).answer

    def stream(
        self,
        question: str,
        *,
        k: int = DEFAULT_K,
        since: date | str | None = None,
        until: date | str | None = None,
        source: str | Sequence[str] | None = None,
    ) -> Generator[Event]:
        """As `ask`, in events. Text is sent only once it is verified; the last event is `Final`.

        Closing the iterator stops the answer.
        """
        return self.events(make_asked(question, k=k, since=since, until=until, source=source))

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
        events = self.astream(question, k=k, since=since, until=until, source=source)
        async with aclosing(events):
            async for event in events:
                if isinstance(event, Final):
                    return event.answer
        raise AssertionError("a stream ends with Final")

    async def astream(
        self,
        question: str,
        *,
        k: int = DEFAULT_K,
        since: date | str | None = None,
        until: date | str | None = None,
        source: str | Sequence[str] | None = None,
    ) -> AsyncGenerator[Event]:
        """As `stream`, without blocking the event loop."""
        asked = make_asked(question, k=k, since=since, until=until, source=source)
        deadline = self.deadline()
        events = self.events(asked, deadline=deadline)
        step: asyncio.Task[Event | None] | None = None
        try:
            while True:
                step = asyncio.create_task(asyncio.to_thread(next, events, None))
                if (event := await asyncio.shield(step)) is None:
                    return
                yield event
        finally:
            # A cancelled task leaves its thread at work on `events`, which must stop first.
            deadline.cancel()
            if step is not None:
                await asyncio.wait([step])
                if not step.cancelled():
                    step.exception()  # looked at: asyncio would report it as lost
            events.close()

    def verify(self, answer: Answer) -> list[CitationCheck]:
        """Re-prove every citation of a saved answer against the archive, offline."""
        return verify_answer(answer, self.archive.article)

    def deadline(self) -> Deadline:
        """A deadline for an answer that begins now."""
        from bot.model.deadline import Deadline

        return Deadline(self._seconds)

    # -- one question ---------------------------------------------------------------------------

    def events(self, asked: Asked, *, deadline: Deadline | None = None) -> Generator[Event]:
        """As `stream`, for what has been checked already. `deadline` may have begun before."""
        deadline = deadline or self.deadline()
        started = perf_counter()
        yield StatusEvent("searching")
        found = search(self.archive, asked.search, filters=asked.filters, k=asked.k)
        hits = (*self._carried(asked, found.hits), *found.hits)
        yield StatusEvent("reading")
        read_from = perf_counter()
        judge = partial(self._judge, deadline=deadline) if self._judge else None
        maker = CitationMaker(self.archive.article, asked.search, judge)
        work = Work(maker, self.reader.name, record=asked.record)
        if hits:
            yield from self._read(work, asked, hits, deadline)
        if not work.claims and not work.rejected and asked.filters and self._outside(asked):
            work.reason = Reason.OUTSIDE_FILTERS
        now = perf_counter()
        timings = {
            **found.timings,
            "read": round((now - read_from) * 1000, 3),
            "total": round((now - started) * 1000, 3),
        }
        answer = work.answer(asked, hits, created=self._clock(), timings=timings)
        yield Final(answer, hits)

    def _read(
        self, work: Work, asked: Asked, hits: Sequence[Hit], deadline: Deadline
    ) -> Iterator[Event]:
        """Let the reader draft, and if nothing comes of that, the one that stands in."""
        try:
            with closing(self.reader.read(asked.search, hits, deadline=deadline)) as drafts:
                for draft in drafts:
                    yield from work.take(draft)
            why = work.nothing_holds
        except ModelError as error:
            if self._stand_in is None:
                raise
            why = str(error)
        if why and self._stand_in is not None:
            yield from work.take(_taking_over(self._stand_in, why))
            for draft in self._stand_in.read(asked.search, hits):
                yield from work.take(draft)

    def _carried(self, asked: Asked, hits: Sequence[Hit]) -> list[Hit]:
        """The passages that the turn before was answered from, as far as `hits` lack them."""
        known = {hit.passage.id for hit in hits}
        carried: dict[int, Hit] = {}
        for citation in asked.carried:
            for hit in self.archive.hits_around(citation.article, citation.start, citation.end):
                if hit.passage.id not in known:
                    carried[hit.passage.id] = hit
        return list(carried.values())

    def _outside(self, asked: Asked) -> bool:
        """Whether the archive answers the question in articles that the filters leave out."""
        hits = search(self.archive, asked.search, filters=Filters(), k=asked.k).hits
        drafts = self._scout.read(asked.search, hits) if hits else iter(())
        return any(isinstance(draft, DraftClaim) for draft in drafts)


def _taking_over(reader: Reader, why: str) -> Record:
    return Record(reader=reader.name, notices=(f"{why}; this answer was made without it",))


def last_event(events: Iterator[Event]) -> Final:
    """The event that a stream ends with."""
    for event in events:
        if isinstance(event, Final):
            return event
    raise AssertionError("a stream ends with Final")
