"""A real embedder that counts what it is asked to embed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retrieval.embedding import Embedder


class CountingEmbedder:
    """Embeds with another embedder and remembers every passage text.

    A given `fingerprint` makes it one that archives of the other were not built with.
    """

    def __init__(self, inner: Embedder, *, fingerprint: str | None = None) -> None:
        self._inner = inner
        self.name = inner.name
        self.dimension = inner.dimension
        self.fingerprint = fingerprint or inner.fingerprint
        self.passages: list[str] = []

    def embed_passages(self, texts: Sequence[str]) -> NDArray[Any]:
        self.passages += texts
        return self._inner.embed_passages(texts)

    def embed_question(self, text: str) -> NDArray[Any]:
        return self._inner.embed_question(text)
