"""An archive on disk: opens it, and joins the steps of this package. The composition root.

archive/
  ledger.sqlite3   the truth
  dense-N/         Chroma, rebuilt from the ledger when it is damaged
  writer.lock      held while a process writes
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self

from retrieval.dense.chooser import DenseChooser, DensePolicy
from retrieval.errors import (
    ArchiveError,
    ArchiveNotFoundError,
    ArticleNotFoundError,
    DenseIndexError,
)
from retrieval.indexed import ArchiveEmbedder, identity, require_indexed_with
from retrieval.ledger import ClaimedEvents, Conversations, Ledger, Opinions
from retrieval.retriever import Retrieval, Retriever
from retrieval.types import (
    ArchiveStats,
    Article,
    ArticleRef,
    DoctorReport,
    Filters,
    Hit,
    IngestReport,
    ProgressCallback,
)
from retrieval.writer_lock import writer_lock

if TYPE_CHECKING:
    from retrieval.embedding import Embedder, MakeEmbedder

LEDGER_FILE = "ledger.sqlite3"


class Archive:
    """A folder of articles that can be searched. Use `Archive.open`, and close it after."""

    def __init__(
        self, path: Path, ledger: Ledger, embedder: ArchiveEmbedder, *, dense: DensePolicy
    ) -> None:
        self.path = path
        self._ledger = ledger
        self._embedder = embedder
        self._dense = DenseChooser(ledger, dense)

    @classmethod
    def open(
        cls,
        path: Path | str,
        *,
        create: bool = False,
        dense: DensePolicy = "auto",
        embedder: Embedder | None = None,
        make_embedder: MakeEmbedder | None = None,
    ) -> Self:
        """Open the archive in the folder `path`; with `create`, make it if it is not there.

        Args:
            embedder: embeds passages and questions. By default it is the one that the archive was
                indexed with, in a new archive the bundled one.
            make_embedder: makes that default from its name, when it is first needed; give one where
                it takes a key or an address.

        Raises:
            ArchiveNotFoundError: there is no archive, and `create` is False.
            ArchiveError: it cannot be opened.
        """
        folder = Path(path).expanduser().resolve()
        file = folder / LEDGER_FILE
        if make_embedder is None:
            from retrieval.embedding.named import open_by_archive

            make_embedder = open_by_archive
        if not file.is_file():
            if not create:
                raise ArchiveNotFoundError(
                    f"there is no archive at {folder}: make one with `dateline ingest FOLDER`"
                )
            _create(folder)
        ledger = Ledger.open(file)
        return cls(folder, ledger, ArchiveEmbedder(ledger, embedder, make_embedder), dense=dense)

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
        """Release the files. Closing twice is harmless."""
        self._dense.close()
        self._ledger.close()

    # -- writing --------------------------------------------------------------------------------

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
        """Read files, folders, URLs, feeds or "-" into the archive.

        Args:
            inputs: what to read; folders are read recursively.
            format: one of `retrieval.sources.FORMATS`; "auto" goes by name and content.
            prune: remove articles that were once read from under `inputs` and are gone there.
            dry_run: report what would be done, and change nothing.
            allow_private: let URLs lead to private and loopback addresses.
            stdin: what "-" reads; the process's own standard input by default.
            on_progress: called as inputs are done and articles are committed.

        Raises:
            ArchiveLockedError: another process is writing.
            EmbedderMismatchError: the archive was indexed with another embedder.
            EmbedderError: the embedder failed; what was stored before is kept.
        """
        from retrieval.ingest import Ingest
        from retrieval.sources import discover

        embedder = self._indexed_with()
        with writer_lock(self.path):
            if not dry_run and not self._ledger.counts()[0]:
                self._ledger.set_meta(**identity(embedder))
            run = Ingest(self._ledger, embedder, dry_run=dry_run, on_progress=on_progress)
            behind: str | None = None
            try:
                report = run.run(
                    discover(inputs, format=format),
                    prune=prune,
                    allow_private=allow_private,
                    stdin=stdin,
                )
            finally:
                if not dry_run:
                    behind = self._synchronize()
            return report if behind is None else replace(report, notices=(*report.notices, behind))

    def remove(self, article_id: str) -> ArticleRef:
        """Delete an article with all its revisions. Answers that cite it stop verifying."""
        with writer_lock(self.path):
            ref = self.article(article_id).ref
            self._ledger.remove(ref.id)
            self._synchronize()
        return ref

    def reindex(self, on_progress: Callable[[int, int], None] | None = None) -> int:
        """Split and embed every article again, with the embedder that this archive was opened with.

        A run that was cut short goes on where it was. `on_progress` gets articles done and in all.
        Returns the number of articles.

        Raises:
            ArchiveLockedError: another process is writing.
            EmbedderError: the embedder failed; what was re-indexed before is kept.
        """
        from retrieval.reindex import reindex

        with writer_lock(self.path):
            count = reindex(self._ledger, self._embedder.get(), on_progress)
            self._synchronize(anew=True)
        return count

    def doctor(self, *, repair: bool = False) -> DoctorReport:
        """Compare the ledger, the lexical index and Chroma; with `repair`, rebuild what is off."""
        from retrieval.doctor import examine

        if not repair:
            return examine(self._ledger, repair=False)
        with writer_lock(self.path):
            return examine(self._ledger, repair=True)

    # -- reading --------------------------------------------------------------------------------

    def retrieve(
        self, question: str, *, filters: Filters | None = None, limit: int = 8
    ) -> Retrieval:
        """The passages nearest to a question, with how they were found.

        Raises:
            EmbedderMismatchError: the archive was indexed with another embedder.
            EmbedderError: the embedder failed.
        """
        if not self._ledger.counts()[0]:
            return Retrieval((), "exact")  # nothing to compare the question with: embed nothing
        retriever = Retriever(self._ledger, self._indexed_with(), self._dense)
        return retriever.retrieve(question, filters=filters or Filters(), limit=limit)

    def search(self, question: str, *, filters: Filters | None = None, limit: int = 8) -> list[Hit]:
        """As `retrieve`, only the hits, best first."""
        return list(self.retrieve(question, filters=filters, limit=limit).hits)

    def hits_around(self, article: ArticleRef, start: int, end: int) -> list[Hit]:
        """The passages that overlap `[start, end)`, as hits without a score.

        None if the article is gone or that revision is no longer the current one.
        """
        passages = self._ledger.passages_around(article.id, article.revision, start, end)
        if not passages:
            return []
        whole = self._ledger.article(article.id, article.revision)
        return [Hit(passage, whole, score=0.0) for passage in passages]

    def article(self, article_id: str, revision: int | None = None) -> Article:
        """The article with this id, or with an id that begins so if only one does.

        Raises:
            ArticleNotFoundError: none has it, or several do; the message lists them.
        """
        ids = self._ledger.ids_starting(article_id) if article_id else []
        if article_id in ids or len(ids) == 1:
            return self._ledger.article(article_id if article_id in ids else ids[0], revision)
        if ids:
            raise ArticleNotFoundError(
                f"{article_id!r} begins several article ids: {', '.join(ids)}; give more of it"
            )
        raise ArticleNotFoundError(
            f"the archive has no article {article_id!r}: see `dateline list`"
        )

    def articles(self, filters: Filters | None = None) -> list[ArticleRef]:
        """Articles that pass the filters, newest first."""
        return self._ledger.articles(filters)

    def stats(self) -> ArchiveStats:
        """Numbers, outlets and dates of what the archive holds."""
        articles, passages = self._ledger.counts()
        first, last, sources = self._ledger.coverage()
        return ArchiveStats(
            articles=articles,
            passages=passages,
            sources=tuple(sources),
            earliest=date.fromordinal(first) if first else None,
            latest=date.fromordinal(last) if last else None,
        )

    @property
    def conversations(self) -> Conversations:
        """The conversations that are kept with this archive. They need no writer lock."""
        return self._ledger

    @property
    def events(self) -> ClaimedEvents:
        """Work from outside that several processes share. They need no writer lock."""
        return self._ledger

    @property
    def opinions(self) -> Opinions:
        """Answers that were given, what people thought of them, and channels' settings."""
        return self._ledger

    @property
    def generation(self) -> int:
        """Grows with every change to the articles."""
        return self._ledger.generation

    @property
    def dense_failure(self) -> str | None:
        """Why Chroma is not in use, None while all is well."""
        return self._dense.failure

    # -- plumbing -------------------------------------------------------------------------------

    def _indexed_with(self) -> Embedder:
        """The embedder, if it made this archive's vectors."""
        embedder = self._embedder.get()
        require_indexed_with(self._ledger, embedder)
        return embedder

    def _synchronize(self, *, anew: bool = False) -> str | None:
        """Bring Chroma up to date. Returns why it could not be; exact search answers meanwhile."""
        from retrieval.dense.sync import rebuild, synchronize

        try:
            if anew:  # a collection of Chroma has one dimension for ever
                rebuild(self._ledger)
            else:
                synchronize(self._ledger)
        except DenseIndexError as error:
            return f"{error}; the articles are safe, and are searched without it"
        return None


def _create(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ArchiveError(f"cannot make an archive at {folder}: {error.strerror}") from error
    with writer_lock(folder):
        if (folder / LEDGER_FILE).is_file():
            return  # another process has just made it
        # Made under another name: who opens the archive at this moment must not see half of it.
        new = folder / f"{LEDGER_FILE}.new"
        for left in (new, Path(f"{new}-wal"), Path(f"{new}-shm")):
            left.unlink(missing_ok=True)
        ledger = Ledger.open(new, create=True)
        try:
            ledger.settle()  # on a full disk, a file without its log would be half a ledger
        finally:
            ledger.close()
        new.rename(folder / LEDGER_FILE)
