"""The archive in LangChain's terms: a retriever and an embedding model.

The only module of this package that imports langchain-core. The document's id names the passage's
span, so that what is built on top can still cite exactly.
"""

from __future__ import annotations

from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from retrieval.archive import Archive
from retrieval.embedding.bundled import BundledEmbedder
from retrieval.types import Filters, Hit


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
    """Hybrid retrieval over an archive, as a LangChain retriever.

    Documents hold a passage's exact text. Their metadata is scalar: `source` (URL, else outlet),
    `title`, `outlet`, `published` (ISO 8601), `article_id`, `revision`, `start_index`,
    `end_index` (offsets into the article's stored text) and `score`.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    archive: Archive
    k: int = 8
    filters: Filters = Filters()

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 - the base class's signature
        **kwargs: Any,
    ) -> list[Document]:
        limit = int(kwargs.get("k", self.k))
        hits = self.archive.search(query, filters=self.filters, limit=limit)
        return [to_document(hit) for hit in hits]


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
