"""LangChain's own conformance suites, held by the retriever and the embedding model.

Their asynchronous tests are run by anyio's plugin, which comes with LangChain; the mark reaches
no further than this file.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever
from langchain_tests.integration_tests import (
    EmbeddingsIntegrationTests,
    RetrieversIntegrationTests,
)
from langchain_tests.unit_tests import EmbeddingsUnitTests

from retrieval import Archive, BundledEmbeddings, NewsRetriever
from retrieval.embedding.bundled import BundledEmbedder

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


class TestNewsRetriever(RetrieversIntegrationTests):
    """The suite wants its parameters without fixtures: the archive is opened before each test."""

    archive: ClassVar[Archive]

    @pytest.fixture(autouse=True)
    def _archive(
        self, built_archive: tuple[Path, Path], embedder: BundledEmbedder
    ) -> Iterator[None]:
        with Archive.open(built_archive[0], embedder=embedder) as archive:
            type(self).archive = archive
            yield

    @property
    def retriever_constructor(self) -> type[BaseRetriever]:
        return NewsRetriever

    @property
    def retriever_constructor_params(self) -> dict[str, Any]:
        return {"archive": self.archive}

    @property
    def retriever_query_example(self) -> str:
        return "Why was the bridge closed?"


class TestBundledEmbeddings(EmbeddingsUnitTests):
    @property
    def embeddings_class(self) -> type[Embeddings]:
        return BundledEmbeddings


class TestBundledEmbeddingsEmbed(EmbeddingsIntegrationTests):
    @property
    def embeddings_class(self) -> type[Embeddings]:
        return BundledEmbeddings
