"""Article file -> ranked passages. Knows nothing of answers.

Read in this order: types, sources, sentences, passages, embedding, ledger, dense, lexical,
fusion, retriever, archive. Names are loaded when first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from retrieval.archive import Archive
    from retrieval.langchain import BundledEmbeddings, NewsRetriever
    from retrieval.types import Article, ArticleRef, Filters, Hit, IngestReport, Passage

_HOME = {
    "Archive": "retrieval.archive",
    "BundledEmbeddings": "retrieval.langchain",
    "NewsRetriever": "retrieval.langchain",
    **dict.fromkeys(
        ("Article", "ArticleRef", "Filters", "Hit", "IngestReport", "Passage"), "retrieval.types"
    ),
}

__all__ = [
    "Archive",
    "Article",
    "ArticleRef",
    "BundledEmbeddings",
    "Filters",
    "Hit",
    "IngestReport",
    "NewsRetriever",
    "Passage",
]


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module 'retrieval' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)
