"""Step 3: passages and questions -> unit vectors.

`Embedder` is the port. `bundled.py` is the embedder that ships with Dateline; `tokenizer.py` and
`onnx.py` are what it shares with the other bundled model, the cross-encoder. Nothing heavy is
imported here: numpy for type checking only, onnxruntime by the adapter when it is first used.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Embedder"]


class Embedder(Protocol):
    """Maps text to unit vectors whose dot product is the cosine similarity.

    An archive records `name`, `fingerprint` and `dimension`; vectors of embedders that differ in
    any of them are not comparable.
    """

    @property
    def name(self) -> str:
        """The model's public name, for people to read: `"minilm-l6-v2"`."""

    @property
    def fingerprint(self) -> str:
        """Lower-case hex that changes whenever the vectors could change."""

    @property
    def dimension(self) -> int:
        """The length of every vector."""

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed passages.

        Returns:
            Shape `[len(texts), dimension]`, one unit row a text, in the order given.

        Raises:
            EmbedderError: The model cannot be loaded or reached.
        """

    def embed_question(self, text: str) -> NDArray[np.float32]:
        """Embed one question.

        Returns:
            Shape `[dimension]`, unit length.

        Raises:
            EmbedderError: The model cannot be loaded or reached.
        """
