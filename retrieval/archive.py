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
    EmbedderMismatchError,
)
from retrieval.ledger import Ledger
from retrieval.passages import SPLITTER_VERSION, split_passages
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
    from retrieval.embedding import Embedder

LEDGER_FILE = "ledger.sqlite3"


class Archive:
    """A folder of articles that can be searched. Use `Archive.open`, and close it after."""

    def __init__(
        self, path: Path, ledger: Ledger, embedder: Embedder, *, dense: DensePolicy
    ) -> None:
        self.path = path
        self._ledger = ledger
        self._embedder = embedder
        self._dense = DenseChooser(ledger, dense)
        self._retriever = Retriever(ledger, embedder, self._dense)

    @classmethod
    def open(
        cls,
        path: Path | str,
        *,
        create: bool = False,
        dense: DensePolicy = "auto",
        embedder: Embedder | None = None,
    ) -> Self:
        """Open the archive in the folder `path`; with `create`, make it if it is not there.

        Raises:
            ArchiveNotFoundError: there is no archive, and `create` is False.
            ArchiveError: it cannot be opened.
        """
        folder = Path(path).expanduser().resolve()
        file = folder / LEDGER_FILE
        if embedder is None:
            from retrieval.embedding.bundled import BundledEmbedder

            embedder = BundledEmbedder()
        if not file.is_file():
            if not create:
                raise ArchiveNotFoundError(
                    f"there is no archive at {folder}: make one with `dateline ingest FOLDER`"
                )
            _create(folder)
        return cls(folder, Ledger.open(file), embedder, dense=dense)

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
            EmbedderMismatchError: the archive was built with another embedder.
        """
        from retrieval.ingest import Ingest
        from retrieval.sources import discover

        self._require_embedder()
        with writer_lock(self.path):
            if not dry_run and not self._ledger.counts()[0]:
                self._ledger.set_meta(**_identity(self._embedder))
            run = Ingest(self._ledger, self._embedder, dry_run=dry_run, on_progress=on_progress)
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
        """Split and embed every article again with this version's models.

        `on_progress` gets articles done and in all. Returns the number of articles.
        """
        from retrieval.ingest import narrow, passage_inputs

        with writer_lock(self.path):
            refs = self._ledger.articles()
            # Until the end the archive says that it matches no embedder: a kill leaves it refused.
            self._ledger.set_meta(embedder_fingerprint="unfinished")
            for done, ref in enumerate(refs, start=1):
                article = self._ledger.article(ref.id)
                passages = split_passages(article.text)
                texts = passage_inputs(ref.title, article.text, passages)
                vectors = narrow(self._embedder.embed_passages(texts))
                self._ledger.replace_passages(article, passages, vectors)
                if on_progress is not None:
                    on_progress(done, len(refs))
            self._ledger.set_meta(**_identity(self._embedder))
            self._synchronize()
        return len(refs)

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
            EmbedderMismatchError: the archive was built with another embedder.
        """
        self._require_embedder()
        return self._retriever.retrieve(question, filters=filters or Filters(), limit=limit)

    def search(self, question: str, *, filters: Filters | None = None, limit: int = 8) -> list[Hit]:
        """As `retrieve`, only the hits, best first."""
        return list(self.retrieve(question, filters=filters, limit=limit).hits)

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
    def generation(self) -> int:
        """Grows with every change to the articles."""
        return self._ledger.generation

    @property
    def dense_failure(self) -> str | None:
        """Why Chroma is not in use, None while all is well."""
        return self._dense.failure

    # -- plumbing -------------------------------------------------------------------------------

    def _require_embedder(self) -> None:
        if not self._ledger.counts()[0]:
            return  # nothing is indexed yet
        for name, ours in _identity(self._embedder).items():
            theirs = self._ledger.meta(name)
            if theirs != ours:
                raise EmbedderMismatchError(
                    f"the archive at {self.path} was indexed with {name.replace('_', ' ')} "
                    f"{theirs!r}, and this dateline has {ours!r}: run `dateline reindex`"
                )

    def _synchronize(self) -> str | None:
        """Bring Chroma up to date. Returns why it could not be; exact search answers meanwhile."""
        from retrieval.dense.sync import synchronize

        try:
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
        Ledger.open(new, create=True).close()
        new.rename(folder / LEDGER_FILE)


def _identity(embedder: Embedder) -> dict[str, str]:
    """What an index depends on; archives made with another one must be re-indexed."""
    return {
        "embedder": embedder.name,
        "embedder_fingerprint": embedder.fingerprint,
        "embedder_dimension": str(embedder.dimension),
        "splitter": SPLITTER_VERSION,
    }
