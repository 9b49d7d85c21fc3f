"""The archive in LangChain's terms, by LangChain's own conformance ideas."""

from __future__ import annotations

import asyncio
import math
from pathlib import Path

import pytest

from retrieval import Archive, BundledEmbeddings, NewsRetriever
from tests import newsroom


@pytest.fixture
def retriever(tmp_path: Path) -> NewsRetriever:
    archive = Archive.open(tmp_path / "archive", create=True)
    archive.ingest([newsroom.write(tmp_path / "articles")])
    return NewsRetriever(archive=archive, k=3)


def test_documents_are_exact_spans(retriever: NewsRetriever) -> None:
    """A document's text is the stored text between its offsets, and its metadata is scalar."""
    documents = retriever.invoke("Why was the bridge closed?")
    assert len(documents) == 3
    for document in documents:
        meta = document.metadata
        article = retriever.archive.article(meta["article_id"], meta["revision"])
        assert article.text[meta["start_index"] : meta["end_index"]] == document.page_content
        assert all(isinstance(value, str | int | float) for value in meta.values())


def test_the_asynchronous_twin_gives_the_same(retriever: NewsRetriever) -> None:
    """`ainvoke` finds what `invoke` finds."""
    question = "Who is the mediator?"
    assert asyncio.run(retriever.ainvoke(question)) == retriever.invoke(question)


def test_k_can_be_given_with_the_call(retriever: NewsRetriever) -> None:
    """`k` in the call outranks the retriever's own."""
    assert len(retriever.invoke("bridge", k=1)) == 1


def test_embeddings_are_unit_vectors_and_agree() -> None:
    """A text has the same unit vector as a document and as a query."""
    embeddings = BundledEmbeddings()
    (row,) = embeddings.embed_documents(["The bridge was closed."])
    assert math.isclose(sum(x * x for x in row), 1.0, rel_tol=1e-4)
    assert embeddings.embed_query("The bridge was closed.") == pytest.approx(row, abs=1e-5)
