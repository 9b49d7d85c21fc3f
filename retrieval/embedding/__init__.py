"""Step 3: passages and questions -> unit vectors.

`Embedder` is the port. `bundled.py` is the embedder that ships with Dateline; `tokenizer.py` and
`onnx.py` are what it shares with the other bundled model, the cross-encoder. `openai.py` asks a
server that speaks OpenAI's protocol; `named.py` opens either by its name. Nothing heavy is
imported here: numpy for type checking only, onnxruntime and openai by the adapters when they are
first used.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Embedder", "MakeEmbedder"]


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
        """The length of every vector.

        Raises:
            EmbedderError: Only the model can tell, and it cannot be reached.
        """

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


class MakeEmbedder(Protocol):
    """Makes the embedder that an archive names. What a server needs, its key say, it knows."""

    def __call__(self, name: str | None, dimension: int | None) -> Embedder:
        """Make an embedder; nothing is loaded or asked yet.

        Args:
            name: What the archive's vectors were made by; None for a new archive.
            dimension: The length of those vectors; None where there are none.

        Raises:
            EmbedderError: No embedder has that name, or something that it needs is missing.
        """
