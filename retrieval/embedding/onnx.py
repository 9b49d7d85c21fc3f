"""What the bundled models share: checked weights, an onnxruntime session, batches of like length.

The only module that imports onnxruntime, and only when a session is opened.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from retrieval.errors import EmbedderError

WEIGHTS = Path(__file__).parent.parent / "weights"
TOKENS_PER_BATCH = 512  # padding included; larger batches were no faster


def read_weights(name: str, *, sha256: str | None = None, folder: Path = WEIGHTS) -> bytes:
    """Read a bundled file whole and, if its SHA-256 (lower-case hex) is given, compare that.

    Raises:
        EmbedderError: The file is missing, cannot be read, or is not the expected one.
    """
    path = folder / name
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _unusable(path, f"cannot be read ({error.strerror})") from error
    if sha256 is not None and hashlib.sha256(content).hexdigest() != sha256:
        raise _unusable(path, f"is damaged or was replaced ({len(content):,} bytes)")
    return content


def open_session(model: bytes, *, threads: int) -> Any:
    """Make an `onnxruntime.InferenceSession` of a model whose graph is already fused.

    Raises:
        EmbedderError: onnxruntime cannot run the model.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # fatal only: what fails is raised, and told once
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Threads that spin while they wait would fight numpy's and Chroma's for the same cores.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # The graph is fused by hand; it runs as it was measured, whatever the version would change.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    try:
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors share no base class
        raise EmbedderError(
            f"onnxruntime {onnxruntime.__version__} cannot run the bundled model ({error}). "
            "Dateline needs onnxruntime 1.22 or newer: pip install --upgrade onnxruntime"
        ) from error


def batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Group texts of these lengths (in tokens): positions, longest first, like with like.

    A group, padded to its longest, stays within `TOKENS_PER_BATCH`, unless it is one text. Lengths
    3, 200, 190, 5, 300 give [4], [1, 2], [3, 0]: padded to 300, 2 x 200 and 2 x 5 tokens.
    """
    order = sorted(range(len(lengths)), key=lambda i: -lengths[i])
    start = 0
    while start < len(order):
        stop = start + max(1, TOKENS_PER_BATCH // lengths[order[start]])
        yield order[start:stop]
        start = stop


def _unusable(path: Path, what: str) -> EmbedderError:
    return EmbedderError(
        f"The bundled model file {path} {what}. "
        "Reinstall Dateline: pip install --force-reinstall --no-deps dateline"
    )
