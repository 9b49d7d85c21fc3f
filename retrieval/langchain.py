"""The archive in LangChain's terms: a retriever and an embedding model.

The only module of this package that imports langchain-core. The document's id names the passage's
span, so that what is built on top can still cite exactly.

    with NewsRetriever.open("archive/", k=8, since="2023-01-01") as retriever:
        documents = retriever.invoke("Why was the bridge closed?")
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from langchain_core.callbacks import (
    AsyncCallbackManagerForRetrieverRun,
    CallbackManagerForRetrieverRun,
)
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables.config import run_in_executor
from pydantic import ConfigDict, Field

from retrieval.archive import Archive
from retrieval.embedding.bundled import BundledEmbedder
from retrieval.types import Filters, Hit

if TYPE_CHECKING:
    from retrieval.embedding import Embedder, MakeEmbedder


class BundledEmbeddings(Embeddings):
    """The bundled MiniLM as a LangChain embedding model. 384 dimensions, unit length."""

    def __init__(self) -> None:
        self._embedder = BundledEmbedder()

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One vector a text."""
        rows: list[list[float]] = self._embedder.embed_passages(texts).tolist()
        return rows

    def embed_query(self, text: str) -> list[float]:
        """The vector of a question."""
        row: list[float] = self._embedder.embed_question(text).tolist()
        return row


class NewsRetriever(BaseRetriever):
    """Hybrid retrieval over an archive, as a LangChain retriever. Threads may share one.

    Documents hold a passage's exact text. Their metadata is scalar: `source` (URL, else outlet),
    `title`, `outlet`, `published` (ISO 8601), `article_id`, `revision`, `start_index`,
    `end_index` (offsets into the article's stored text) and `score`.

    `k` and `filters` may also be given with a call, which outranks the retriever's own:
    `retriever.invoke(question, k=3, filters=Filters(sources=("Harbour Wire",)))`.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    archive: Archive
    k: int = Field(default=8, ge=1)  # most documents of one question
    filters: Filters = Filters()

    @classmethod
    def open(
        cls,
        path: Path | str,
        *,
        k: int = 8,
        since: date | str | None = None,
        until: date | str | None = None,
        source: str | Sequence[str] | None = None,
        embedder: Embedder | None = None,
        make_embedder: MakeEmbedder | None = None,
        tags: list[str] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> Self:
        """Open a retriever over the archive at `path`. Close it after, or use it with `with`.

        Args:
            k: most documents of one question.
            since: first publication day that counts, a date or "YYYY-MM-DD".
            until: last publication day that counts, likewise.
            source: outlet, or outlets, to search.
            embedder: as for `Archive.open`.
            make_embedder: as for `Archive.open`.
            tags: of every run, for LangChain's callbacks.
            metadata: likewise.

        Raises:
            ArchiveNotFoundError: there is no archive.
            ValueError: `k` is less than 1, or a day is none.
        """
        sources = (source,) if isinstance(source, str) else tuple(source or ())
        filters = Filters(since=_day(since), until=_day(until), sources=sources)
        archive = Archive.open(path, embedder=embedder, make_embedder=make_embedder)
        try:
            return cls(archive=archive, k=k, filters=filters, tags=tags, metadata=metadata)
        except ValueError:
            archive.close()
            raise

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
        """Release the archive's files. Closing twice is harmless."""
        self.archive.close()

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 - the base class's signature
        k: int | None = None,
        filters: Filters | None = None,
    ) -> list[Document]:
        return self._documents(query, k, filters)

    async def _aget_relevant_documents(
        self,
        query: str,
        *,
        run_manager: AsyncCallbackManagerForRetrieverRun,  # noqa: ARG002 - likewise
        k: int | None = None,
        filters: Filters | None = None,
    ) -> list[Document]:
        # The base class's own twin takes no arguments beside the question.
        return await run_in_executor(None, self._documents, query, k, filters)

    def _documents(self, query: str, k: int | None, filters: Filters | None) -> list[Document]:
        limit = self.k if k is None else k
        if limit < 1:
            raise ValueError(f"k is {limit}: it must be 1 or more")
        chosen = self.filters if filters is None else filters
        return [to_document(hit) for hit in self.archive.search(query, filters=chosen, limit=limit)]


def to_document(hit: Hit) -> Document:
    """A hit as a LangChain document."""
    ref, passage = hit.article.ref, hit.passage
    values = {
        "source": ref.url or ref.source,
        "title": ref.title,
        "outlet": ref.source,
        "published": ref.published.isoformat() if ref.published else None,
        "article_id": ref.id,
        "revision": ref.revision,
        "start_index": passage.start,
        "end_index": passage.end,
        "score": hit.score,
    }
    return Document(
        id=f"{ref.id}.{ref.revision}:{passage.start}-{passage.end}",
        page_content=hit.text,
        metadata={name: value for name, value in values.items() if value is not None},
    )


def _day(value: date | str | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value
