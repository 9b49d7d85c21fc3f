"""Exported 8-bit ONNX model -> torch reader, to train on where no checkpoint was kept.

The inverse of `export.py`: int8 blocks times their scales. What the rounding took away stays away.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from safetensors.torch import load_file

from evals.training.model import HIDDEN, LAYERS, Reader


def from_export(exported: Path, base: Path, *, dropout: float = 0.0) -> Reader:
    """The reader that `export.py` wrote to ``exported``.

    Args:
        exported: the ONNX file, quantised.
        base: the published ``model.safetensors``: word vectors are frozen in training, so that
            the reader's own are these, unrounded.
        dropout: see `Reader`.
    """
    stored = {
        tensor.name: numpy_helper.to_array(tensor)
        for tensor in onnx.load(exported).graph.initializer
    }
    state = {
        name: torch.from_numpy(stored[name].copy())
        for name in stored
        if name.startswith(("embeddings.", "layers."))
        and stored[name].dtype == np.float32
        and not name.endswith((".scale", "qkv.bias"))
    }
    words = "embeddings.word_embeddings.weight"
    state[words] = load_file(base)[words]
    for index in range(LAYERS):
        prefix = f"layers.{index}."
        for name in ("attention_output", "up", "down"):
            state[f"{prefix}{name}.weight"] = torch.from_numpy(_widened(stored, prefix + name))
        joined = torch.from_numpy(_widened(stored, f"{prefix}qkv"))
        biases = torch.from_numpy(stored[f"{prefix}qkv.bias"].copy())
        for part, name in enumerate(("query", "key", "value")):
            rows = slice(part * HIDDEN, (part + 1) * HIDDEN)
            state[f"{prefix}{name}.weight"] = joined[rows].clone()
            state[f"{prefix}{name}.bias"] = biases[rows].clone()
    columns = [stored[f"span.{row}"][:, 0] for row in range(2)]
    state["span.weight"] = torch.from_numpy(np.stack(columns))
    biases = [stored[f"span.{row}.bias"] for row in range(2)]
    state["span.bias"] = torch.from_numpy(np.concatenate(biases))
    state["relevance.weight"] = torch.from_numpy(stored["relevance.column"].T.copy())
    state["relevance.bias"] = torch.from_numpy(stored["relevance.bias"].copy())
    reader = Reader(dropout=dropout)
    reader.load_state_dict(state)
    reader.embeddings.word_embeddings.weight.requires_grad_(False)
    return reader


def _widened(stored: dict[str, np.ndarray], name: str) -> np.ndarray:
    """Rounded blocks [outputs, blocks, inputs of a block] -> float32 [outputs, inputs]."""
    integers, scales = stored[name], stored[f"{name}.scale"]
    return ((integers.astype(np.float32) - 128) * scales[..., None]).reshape(len(integers), -1)
