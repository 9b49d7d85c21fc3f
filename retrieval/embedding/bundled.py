"""The bundled embedder: all-MiniLM-L6-v2 in 8-bit integers, run by onnxruntime on the CPU.

No server, no key, no download. How the weights were made, and what they lose against the published
ones, is in `retrieval/weights/README.md`.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retrieval.embedding._tokenizer import load_tokenizer
from retrieval.errors import EmbedderError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

WEIGHTS = Path(__file__).parent.parent / "weights"
MAX_TOKENS = 256  # what the model was published for; a passage has about 200
TOKENS_PER_BATCH = 512  # padding included; larger batches were no faster
TEXTS_PER_CHUNK = 1024  # bounds the memory that tokenising takes


@dataclass(frozen=True, slots=True)
class _Model:
    tokenizer: Tokenizer
    session: Any  # onnxruntime.InferenceSession, which is untyped


class BundledEmbedder:
    """all-MiniLM-L6-v2, 384 dimensions. Implements `Embedder`; safe to share between threads.

    Making one costs nothing: weights are read at the first embedding (or `fingerprint`). Text
    beyond 256 word-pieces (about 190 English words) does not count. A text's vector does not
    depend on the texts it is embedded with.

    Args:
        weights: Folder that holds `minilm.onnx` and `tokenizer.json`; by default the package's.
        threads: Threads that one call computes with.
    """

    name = "minilm-l6-v2"
    dimension = 384

    def __init__(self, *, threads: int | None = None) -> None:
        self._threads = threads or min(2, os.cpu_count() or 1)
        self._lock = threading.Lock()
        self._loaded: _Model | None = None

    @cached_property
    def fingerprint(self) -> str:
        """First 16 hex digits of the SHA-256 of the weights followed by the vocabulary."""
        digest = hashlib.sha256()
        for name in ("minilm.onnx", "tokenizer.json"):
            digest.update(_read(WEIGHTS / name))
        return digest.hexdigest()[:16]

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed passages; see `Embedder`. An empty list gives shape `[0, 384]`."""
        import numpy as np  # noqa: PLC0415 - heavy

        vectors = np.empty((len(texts), self.dimension), np.float32)
        for start in range(0, len(texts), TEXTS_PER_CHUNK):
            chunk = texts[start : start + TEXTS_PER_CHUNK]
            self._embed_into(vectors[start : start + len(chunk)], chunk)
        return vectors

    def embed_question(self, text: str) -> NDArray[np.float32]:
        """Embed one question; see `Embedder`."""
        vector: NDArray[np.float32] = self.embed_passages([text])[0]
        return vector

    def _embed_into(self, vectors: NDArray[np.float32], texts: Sequence[str]) -> None:
        import numpy as np  # noqa: PLC0415 - heavy

        model = self._model()
        tokens = [encoding.ids for encoding in model.tokenizer.encode_batch_fast(list(texts))]
        for batch in _batches([len(ids) for ids in tokens]):
            shape = len(batch), max(len(tokens[i]) for i in batch)
            input_ids, attention_mask = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
            for row, i in enumerate(batch):
                input_ids[row, : len(tokens[i])] = tokens[i]
                attention_mask[row, : len(tokens[i])] = 1
            (vectors[batch],) = model.session.run(
                ["embedding"], {"input_ids": input_ids, "attention_mask": attention_mask}
            )

    def _model(self) -> _Model:
        with self._lock:
            if self._loaded is None:
                tokenizer = load_tokenizer(max_tokens=MAX_TOKENS)
                self._loaded = _Model(tokenizer, _session(_read(WEIGHTS / "minilm.onnx"), self._threads))
            return self._loaded


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Positions grouped by similar length, longest first, each group within the token budget.

    Lengths 3, 200, 190, 5, 300 give [4], [1, 2], [3, 0]: 300 tokens, then 2 x 200, then 2 x 5.
    """
    order = sorted(range(len(lengths)), key=lambda i: -lengths[i])
    start = 0
    while start < len(order):
        size = max(1, TOKENS_PER_BATCH // lengths[order[start]])
        yield order[start : start + size]
        start += size


def _session(weights: bytes, threads: int) -> Any:
    import onnxruntime  # noqa: PLC0415 - heavy

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Spinning threads would fight numpy's and Chroma's for the same cores.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # The graph is fused by hand; looking for more to fuse only costs start-up time.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    try:
        return onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors share no public base
        raise EmbedderError(
            f"The bundled weights {WEIGHTS / 'minilm.onnx'} cannot be loaded ({error}). "
            "Reinstall dateline: pip install --force-reinstall dateline"
        ) from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise EmbedderError(
            f"The bundled weights {path} cannot be read ({error.strerror}). "
            "Reinstall dateline: pip install --force-reinstall dateline"
        ) from error
