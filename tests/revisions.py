"""Revisions to put into a ledger directly, with random unit vectors instead of embedded ones."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from retrieval.ingest import content_hash
from retrieval.ledger import NewRevision
from retrieval.passages import split_passages
from retrieval.types import ParsedArticle

if TYPE_CHECKING:
    from numpy.typing import NDArray

DIMENSION = 384


def unit_vectors(count: int, *, seed: int = 0) -> NDArray[Any]:
    """Random unit vectors [count, 384], float32."""
    import numpy as np

    rows = np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float32)
    unit: NDArray[Any] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def new_revision(
    key: str,
    text: str,
    *,
    revision: int = 1,
    title: str = "A title",
    source: str | None = None,
    published: datetime | None = None,
    seed: int = 0,
) -> NewRevision:
    """A revision of the article with this key, ready to be stored."""
    parsed = ParsedArticle(
        key=key,
        origin=f"/files/{key}",
        title=title,
        text=text,
        source=source,
        published=published,
    )
    passages = split_passages(text)
    return NewRevision(
        id=hashlib.sha256(key.encode()).hexdigest()[:12],
        revision=revision,
        parsed=parsed,
        content_hash=content_hash(parsed),
        ingested=datetime.now(UTC),
        passages=passages,
        vectors=unit_vectors(len(passages), seed=seed).astype("<f2"),
    )
