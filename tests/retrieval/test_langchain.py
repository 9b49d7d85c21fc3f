"""The archive in LangChain's terms. LangChain's own suites are in tests/contracts."""

from __future__ import annotations

import asyncio
import math
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from langchain_core.callbacks import BaseCallbackHandler

from bot.testing import ModelServer, Says
from retrieval import Archive, BundledEmbeddings, Filters, NewsRetriever
from retrieval.embedding.bundled import BundledEmbedder
from retrieval.embedding.named import open_embedder
from retrieval.errors import ArchiveError, ArchiveNotFoundError

QUESTIONS = ["Why was the bridge closed?", "Who is the mediator?", "Who won the election?"]


@pytest.fixture
def retriever(built_archive: tuple[Path, Path], embedder: BundledEmbedder) -> Iterator[Any]:
    with NewsRetriever.open(built_archive[0], k=3, embedder=embedder) as opened:
        yield opened


def test_documents_are_exact_spans(retriever: NewsRetriever) -> None:
    """A document's text is the stored text between its offsets, and its metadata is scalar."""
    documents = retriever.invoke("Why was the bridge closed?")
    assert len(documents) == 3
    for document in documents:
        meta = document.metadata
        article = retriever.archive.article(meta["article_id"], meta["revision"])
        assert article.text[meta["start_index"] : meta["end_index"]] == document.page_content
        assert all(isinstance(value, str | int | float) for value in meta.values())
        span = f"{meta['start_index']}-{meta['end_index']}"
        assert document.id == f"{meta['article_id']}.{meta['revision']}:{span}"


def test_the_asynchronous_twins_and_batches_give_the_same(retriever: NewsRetriever) -> None:
    """`ainvoke`, `batch` and `abatch` find what `invoke` finds, also all at once."""
    one_by_one = [retriever.invoke(question) for question in QUESTIONS]
    assert retriever.batch(QUESTIONS) == one_by_one
    assert asyncio.run(retriever.abatch(QUESTIONS)) == one_by_one

    async def together() -> list[Any]:
        return await asyncio.gather(*map(retriever.ainvoke, QUESTIONS))

    assert asyncio.run(together()) == one_by_one


def test_k_and_filters_can_be_given_with_the_call(retriever: NewsRetriever) -> None:
    """What the call gives outranks the retriever's own, for that call."""
    assert len(retriever.invoke("bridge", k=1)) == 1
    wire = retriever.invoke("ferry", k=9, filters=Filters(sources=("Harbour Wire",)))
    assert {document.metadata["outlet"] for document in wire} == {"Harbour Wire"}
    assert len(asyncio.run(retriever.ainvoke("bridge", k=2))) == 2
    assert len(retriever.invoke("bridge")) == 3


def test_a_retriever_is_opened_by_a_path_with_filters_of_its_own(archive_path: Path) -> None:
    """Days as a person writes them; a call may lift them."""
    with NewsRetriever.open(
        str(archive_path), k=9, since="2023-03-01", until=date(2023, 3, 31), source="Harbour Wire"
    ) as retriever:
        found = retriever.invoke("ferry")
        assert {document.metadata["published"][:7] for document in found} == {"2023-03"}
        assert {document.metadata["outlet"] for document in found} == {"Harbour Wire"}
        assert len(retriever.invoke("ferry", filters=Filters())) == 9
    retriever.close()
    with pytest.raises(ArchiveError):
        retriever.invoke("ferry")


def test_what_cannot_be_opened_is_said(archive_path: Path, tmp_path: Path) -> None:
    """No archive, no such day, no documents."""
    with pytest.raises(ArchiveNotFoundError):
        NewsRetriever.open(tmp_path / "none")
    with pytest.raises(ValueError, match="yesterday"):
        NewsRetriever.open(archive_path, since="yesterday")
    with pytest.raises(ValueError, match="greater than or equal to 1"):
        NewsRetriever.open(archive_path, k=0)


def test_a_call_for_no_documents_is_refused(retriever: NewsRetriever) -> None:
    """As it is at construction."""
    with pytest.raises(ValueError, match="k is 0"):
        retriever.invoke("bridge", k=0)


def test_an_archive_of_another_embedder_is_opened_with_a_maker(archive_path: Path) -> None:
    """The retriever asks the server that the archive's embedder needs."""
    with ModelServer(Says("")) as server:
        other = open_embedder("openai:scripted", base_url=server.base_url)
        with Archive.open(archive_path, embedder=other) as archive:
            archive.reindex()
        with NewsRetriever.open(
            archive_path,
            make_embedder=lambda name, dimension: open_embedder(
                name or "", base_url=server.base_url, dimension=dimension
            ),
        ) as retriever:
            assert "Merrowby" in retriever.invoke("Merrowby bridge crack")[0].page_content


def test_tags_and_metadata_reach_the_callbacks(archive_path: Path) -> None:
    """Those of the retriever and those of the call, with the question; then the documents."""

    class Listens(BaseCallbackHandler):
        def __init__(self) -> None:
            self.seen: list[Any] = []

        def on_retriever_start(
            self, serialized: Any, query: str, *, tags: Any = None, metadata: Any = None, **_: Any
        ) -> None:
            self.seen.append((query, set(tags), metadata["desk"], metadata["turn"]))

        def on_retriever_end(self, documents: Any, **_: Any) -> None:
            self.seen.append(len(documents))

    listens = Listens()
    with NewsRetriever.open(archive_path, k=2, tags=["news"], metadata={"desk": "city"}) as opened:
        config: Any = {"callbacks": [listens], "tags": ["chat"], "metadata": {"turn": 3}}
        opened.invoke("bridge", config)
    assert listens.seen == [("bridge", {"news", "chat"}, "city", 3), 2]


def test_it_composes_with_other_runnables(retriever: NewsRetriever) -> None:
    """A retriever is a Runnable: its documents flow on."""
    from langchain_core.runnables import RunnableLambda

    titles = retriever | RunnableLambda(lambda documents: documents[0].metadata["title"])
    assert titles.invoke("Who is the mediator?") == "Mediator called in ferry dispute"


def test_embeddings_are_unit_vectors_and_agree() -> None:
    """A text has the same unit vector as a document and as a query."""
    embeddings = BundledEmbeddings()
    (row,) = embeddings.embed_documents(["The bridge was closed."])
    assert math.isclose(sum(x * x for x in row), 1.0, rel_tol=1e-4)
    assert embeddings.embed_query("The bridge was closed.") == pytest.approx(row, abs=1e-5)
    assert embeddings.embed_documents([]) == []


def test_langchain_is_loaded_when_its_names_are_used_and_not_before() -> None:
    """`import retrieval` and opening an archive's module take nothing of it."""
    code = (
        "import sys, retrieval\n"
        "retrieval.Archive, retrieval.Filters\n"
        "print('langchain_core' in sys.modules)\n"
        "retrieval.NewsRetriever, retrieval.BundledEmbeddings\n"
        "print('langchain_core' in sys.modules)\n"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.split() == ["False", "True"]
