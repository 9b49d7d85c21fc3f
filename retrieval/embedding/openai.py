"""An embedder behind OpenAI's protocol: OpenAI itself, or Ollama, vLLM, llama.cpp, Azure.

What the server sends back is checked before a number of it is used.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from retrieval.embedding.openai_server import OPENAI_URL, EmbeddingServer
from retrieval.errors import EmbedderError, MissingKeyError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# https://platform.openai.com/docs/guides/embeddings, at OpenAI's own server only.
_DIMENSIONS = {
    "text-embedding-3-small": 1536,
    "text-embedding-3-large": 3072,
    "text-embedding-ada-002": 1536,
}
# A token is at least one byte of UTF-8, so bytes bound tokens without a tokenizer (tiktoken would
# download its data). OpenAI takes 8,192 tokens a text, 300,000 tokens and 2,048 texts a request; a
# server on this machine must get a request done within the time limit.
_BYTES_PER_TEXT = 8_000
_BYTES_PER_REQUEST = 64_000
_TEXTS_PER_REQUEST = 512


class OpenAIEmbedder:
    """A model behind `POST /embeddings`, an `Embedder`. Threads may share one.

    Making one asks nothing of the server. Text beyond 8,000 bytes of UTF-8, about 1,300 words of
    English, does not count. A request that fails in passing is tried twice more, for a question
    once more: it waits for a silent server for less than a minute.

    The fingerprint is made of model, dimension, and whether the server is OpenAI's own. Two other
    servers with one model name count as the same: an address changes with the machine or the port
    that Ollama runs on, and the vectors do not. OpenAI's name at another server is another model.

    Args:
        model: The name the server knows it by.
        base_url: Where the server is, up to and without "/embeddings"; OpenAI's own by default.
        api_key: What the server knows the caller by. OpenAI demands one.
        dimension: The length of its vectors, if known; else the first reply tells it.
        dimensions: Ask the server to shorten its vectors to this length.
        read_timeout: Seconds that the server may be silent.
        deadline: Seconds that one reply may take to come in.

    Raises:
        MissingKeyError: OpenAI's own server is meant, and there is no key.
        EmbedderError: `base_url` is no address, or `api_key` cannot be one.
    """

    def __init__(
        self,
        model: str,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        dimension: int | None = None,
        dimensions: int | None = None,
        read_timeout: float = 60.0,
        deadline: float = 120.0,
    ) -> None:
        self.model = model
        self.name = f"openai:{model}" + (f"@{dimensions}" if dimensions else "")
        self._server = EmbeddingServer(
            base_url or OPENAI_URL, api_key or "", read_timeout=read_timeout, deadline=deadline
        )
        if self._server.hosted and not (api_key or "").strip():
            raise MissingKeyError(f"the embedder {self.name} needs a key of {self._server.place}")
        known = _DIMENSIONS.get(model) if self._server.hosted else None
        self._dimension = dimensions or dimension or known
        self._dimensions = dimensions

    @property
    def dimension(self) -> int:
        """The length of every vector. Where only the server can tell, it is asked once."""
        if self._dimension is None:
            self._embed(["dimension"])
        assert self._dimension is not None  # noqa: S101 - a reply has told it
        return self._dimension

    @property
    def fingerprint(self) -> str:
        """See `Embedder`. Asks the server where only it can tell the dimension."""
        host = "openai" if self._server.hosted else "other"
        identity = f"{self.model} {self.dimension} {host}"
        return hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed passages; see `Embedder`."""
        import numpy as np

        vectors = [self._embed(batch) for batch in _batches(texts)]
        return np.concatenate(vectors) if vectors else np.empty((0, self.dimension), np.float32)

    def embed_question(self, text: str) -> NDArray[np.float32]:
        """Embed one question; see `Embedder`."""
        (batch,) = _batches([text])
        vector: NDArray[np.float32] = self._embed(batch, hurried=True)[0]
        return vector

    def _embed(self, texts: list[str], *, hurried: bool = False) -> NDArray[np.float32]:
        import numpy as np

        reply = self._server.ask(
            texts, model=self.model, dimensions=self._dimensions, hurried=hurried
        )
        try:
            vectors = _vectors(json.loads(reply), len(texts))
        except (ValueError, LookupError, TypeError, RecursionError) as error:
            raise self._refused("a reply that is no list of embeddings") from error
        dimension = vectors.shape[1]
        if self._dimension is not None and dimension != self._dimension:
            raise self._refused(f"{dimension} numbers a text, where {self._dimension} are due")
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.isfinite(lengths).all() or not lengths.all():
            raise self._refused("a vector without a direction (NaN, infinite or all zero)")
        self._dimension = dimension
        unit: NDArray[np.float32] = (vectors / lengths).astype(np.float32)
        return unit

    def _refused(self, what: str) -> EmbedderError:
        place = self._server.place
        return EmbedderError(f"{self.model} at {place} sent {what}: are address and model right?")


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    """Texts as they are sent, in requests of bounded size."""
    batch: list[str] = []
    size = 0
    for text in texts:
        cut = text.encode("utf-8", "replace")[:_BYTES_PER_TEXT]
        if batch and (len(batch) == _TEXTS_PER_REQUEST or size + len(cut) > _BYTES_PER_REQUEST):
            yield batch
            batch, size = [], 0
        batch.append(cut.decode("utf-8", "ignore") or " ")  # OpenAI refuses an empty text
        size += len(cut)
    if batch:
        yield batch


def _vectors(reply: Any, count: int) -> NDArray[np.float64]:
    """The vectors of a reply, [count, dimension], in the order of the texts.

    Raises:
        ValueError, LookupError, TypeError: the reply is not as the protocol has it.
    """
    import numpy as np

    vectors: dict[int, Any] = {}
    for row in reply["data"]:
        data = row["embedding"]
        if isinstance(data, str):
            data = np.frombuffer(base64.b64decode(data, validate=True), "<f4")
        vectors[row["index"]] = data
    # One vector for each text: KeyError if one is missing, ValueError if lengths differ.
    ordered = np.array([vectors[i] for i in range(count)], dtype=np.float64)
    if len(reply["data"]) != count or ordered.ndim != 2 or not ordered.shape[1]:
        raise ValueError(f"{len(reply['data'])} vectors for {count} texts")
    return ordered
