"""The bundled embedder: all-MiniLM-L6-v2 in 8-bit integers, run by onnxruntime on the CPU.

No server, no key, no download. How the weights were made, and what they lose against the published
ones, is in `retrieval/weights/README.md`.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retrieval.embedding import tokenizer
from retrieval.embedding.onnx import WEIGHTS, batches, open_session, read_weights

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

SHA256 = "09f608076322c367aa6a08ef96ef101b084c558f07495ad68c6fa2a18116e14c"
MAX_TOKENS = 256  # what the model was published for; a passage of 150 words has about 200
TEXTS_PER_CHUNK = 1024  # tokenised together; bounds memory


@dataclass(frozen=True, slots=True)
class _Model:
    tokenizer: Tokenizer
    session: Any  # onnxruntime.InferenceSession, which is untyped


class BundledEmbedder:
    """all-MiniLM-L6-v2, an `Embedder` with 384 dimensions. Threads may share one.

    Making one costs nothing: the weights are read and checked at the first embedding. Text beyond
    256 word-pieces, about 190 words of English, does not count. A text's vector does not depend on
    the texts embedded with it, up to float rounding (under 1e-6).

    Args:
        threads: How many threads one call computes with; by default the cores, up to four.
        weights: The folder that holds `minilm.onnx` and `tokenizer.json`.
    """

    name = "minilm-l6-v2"
    dimension = 384
    fingerprint = hashlib.sha256(f"{SHA256} {tokenizer.SHA256}".encode()).hexdigest()[:16]

    def __init__(self, *, threads: int | None = None, weights: Path = WEIGHTS) -> None:
        self._threads = threads or min(4, os.cpu_count() or 1)
        self._weights = weights
        self._lock = threading.Lock()
        self._loaded: _Model | None = None

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed passages; see `Embedder`. No texts give shape `[0, 384]`."""
        import numpy as np

        vectors = np.empty((len(texts), self.dimension), np.float32)
        for start in range(0, len(texts), TEXTS_PER_CHUNK):
            stop = start + TEXTS_PER_CHUNK
            self._embed_into(vectors[start:stop], texts[start:stop])
        return vectors

    def embed_question(self, text: str) -> NDArray[np.float32]:
        """Embed one question; see `Embedder`."""
        vector: NDArray[np.float32] = self.embed_passages([text])[0]
        return vector

    def _embed_into(self, vectors: NDArray[np.float32], texts: Sequence[str]) -> None:
        import numpy as np

        model = self._model()
        # Lone surrogates (undecodable bytes of a command line) cannot be passed to the tokenizer.
        valid = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
        tokens = [encoding.ids for encoding in model.tokenizer.encode_batch_fast(valid)]
        for batch in batches([len(ids) for ids in tokens]):
            shape = len(batch), len(tokens[batch[0]])
            input_ids, attention_mask = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
            for row, i in enumerate(batch):
                input_ids[row, : len(tokens[i])] = tokens[i]
                attention_mask[row, : len(tokens[i])] = 1
            inputs = {"input_ids": input_ids, "attention_mask": attention_mask}
            (vectors[batch],) = model.session.run(["embedding"], inputs)

    def _model(self) -> _Model:
        with self._lock:
            if self._loaded is None:
                weights = read_weights("minilm.onnx", sha256=SHA256, folder=self._weights)
                self._loaded = _Model(
                    tokenizer.load_tokenizer(max_tokens=MAX_TOKENS, weights=self._weights),
                    open_session(weights, threads=self._threads),
                )
            return self._loaded
