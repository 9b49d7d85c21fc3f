"""Checkpoint -> 8-bit ONNX graph: ``python -m evals.training.export --help``.

The graph is built by hand out of onnxruntime's fused operators, because exporters leave the
attention unfused. Word vectors are int8 rows with one scale a row, widened after the gather. All
other matrices are 8-bit in blocks of `BLOCK` inputs with a scale each (``MatMulNBits``, which
rounds activations in the same blocks, token by token): what a passage scores does not depend on
what it is batched with. Norms, biases and heads stay float32.

With ``--mix`` the weights are averaged with those of an earlier export: what a run taught on news
is kept, and most of what it had cost on other text comes back (Wortsman et al. 2022,
https://arxiv.org/abs/2109.01903).

Operators: https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md; 8 bits in
``MatMulNBits`` need onnxruntime 1.22.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from evals.training.model import EPSILON, HEADS, HIDDEN, LAYERS, MASKED, Reader
from evals.training.reading import load_reader
from evals.training.warm_start import from_export

OPSET = 17
IR_VERSION = 8
CONTRIB = "com.microsoft"
BLOCK = 64


def quantise(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Symmetric int8 and float32 scales, one scale for each slice along the last axis.

    For example ``[[1.0, -2.0]]`` gives ``[[64, -127]]`` and ``[[2/127]]``.
    """
    scales = np.maximum(np.abs(weights).max(axis=-1, keepdims=True) / 127, 1e-12)
    return np.rint(weights / scales).astype(np.int8), scales.astype(np.float32)


class Graph:
    """Builds the ONNX model of a reader.

    Args:
        reader: the trained model.
        full_precision: keep everything in float32, for comparison.
    """

    def __init__(self, reader: Reader, *, full_precision: bool = False) -> None:
        self.weights = {name: value.numpy() for name, value in reader.state_dict().items()}
        self.full_precision = full_precision
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}

    def constant(self, name: str, value: np.ndarray) -> str:
        if name not in self.constants:
            self.constants[name] = numpy_helper.from_array(np.asarray(value, order="C"), name)
        return name

    def weight(self, name: str) -> str:
        return self.constant(name, self.weights[name])

    def add(self, kind: str, inputs: list[str], *, domain: str = "", outputs: int = 1, **settings):
        names = [f"{kind}_{len(self.nodes)}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, inputs, names, domain=domain, **settings))
        return names[0] if outputs == 1 else names

    def name(self, output: str, final: str) -> None:
        self.nodes.append(helper.make_node("Identity", [output], [final]))

    def product(self, x: str, name: str, matrix: np.ndarray) -> str:
        """``x @ matrix.T``; ``matrix`` is [outputs, inputs], as torch stores it."""
        if self.full_precision:
            return self.add("MatMul", [x, self.constant(name, matrix.T)])
        outputs, inputs = matrix.shape
        integers, scales = quantise(matrix.reshape(outputs, inputs // BLOCK, BLOCK))
        unsigned = (integers.astype(np.int16) + 128).astype(np.uint8)  # 128 stands for 0
        return self.add(
            "MatMulNBits",
            [
                x,
                self.constant(name, unsigned),
                self.constant(f"{name}.scale", scales[..., 0]),
            ],
            domain=CONTRIB,
            K=inputs,
            N=outputs,
            bits=8,
            block_size=BLOCK,
            accuracy_level=4,  # multiply in 8-bit integers where the processor can
        )

    def embeddings(self) -> str:
        table = "embeddings.word_embeddings.weight"
        if self.full_precision:
            words = self.add("Gather", [self.weight(table), "input_ids"])
        else:
            integers, scales = quantise(self.weights[table])
            rows = self.add("Gather", [self.constant(table, integers), "input_ids"])
            rows = self.add("Cast", [rows], to=TensorProto.FLOAT)
            scale = self.add("Gather", [self.constant(f"{table}.scale", scales), "input_ids"])
            words = self.add("Mul", [rows, scale])
        types = self.weight("embeddings.token_type_embeddings.weight")
        words = self.add("Add", [words, self.add("Gather", [types, "token_type_ids"])])
        length = self.add("Shape", ["input_ids"], start=1, end=2)
        zero, axis = (self.constant(name, np.array([0], np.int64)) for name in ("from", "axis"))
        positions = self.weight("embeddings.position_embeddings.weight")
        positions = self.add("Slice", [positions, zero, length, axis])
        norm = [self.weight(f"embeddings.LayerNorm.{part}") for part in ("weight", "bias")]
        summed = self.add("Add", [words, positions])
        return self.add("LayerNormalization", [summed, *norm], axis=-1, epsilon=EPSILON)

    def layer(self, x: str, index: int, mask: str) -> str:
        prefix = f"layers.{index}."
        parts = ("query", "key", "value")
        matrix = np.concatenate([self.weights[f"{prefix}{part}.weight"] for part in parts])
        bias = np.concatenate([self.weights[f"{prefix}{part}.bias"] for part in parts])
        joined = self.product(x, f"{prefix}qkv", matrix)
        sizes = self.constant("thirds", np.array([HIDDEN] * 3, np.int64))
        split = self.add("Split", [joined, sizes], outputs=3, axis=-1)
        inputs = [*split, self.constant(f"{prefix}qkv.bias", bias), mask]
        context = self.add("MultiHeadAttention", inputs, domain=CONTRIB, num_heads=HEADS)
        name = f"{prefix}attention_output"
        context = self.product(context, name, self.weights[f"{name}.weight"])
        x = self.skip_norm(context, x, f"{prefix}attention_norm", f"{name}.bias")

        hidden = self.product(x, f"{prefix}up", self.weights[f"{prefix}up.weight"])
        hidden = self.add("BiasGelu", [hidden, self.weight(f"{prefix}up.bias")], domain=CONTRIB)
        hidden = self.product(hidden, f"{prefix}down", self.weights[f"{prefix}down.weight"])
        return self.skip_norm(hidden, x, f"{prefix}output_norm", f"{prefix}down.bias")

    def skip_norm(self, x: str, residual: str, norm: str, bias: str) -> str:
        inputs = [x, residual, *(self.weight(name) for name in (f"{norm}.weight", f"{norm}.bias"))]
        inputs.append(self.weight(bias))
        return self.add("SkipLayerNormalization", inputs, domain=CONTRIB, epsilon=EPSILON)

    def heads(self, x: str) -> None:
        one = self.constant("one", np.array([1], np.int64))
        zero, axis = self.constant("from", np.array([0], np.int64)), one
        last = self.constant("last", np.array([2**31 - 1], np.int64))
        passage = self.add("Mul", ["attention_mask", "token_type_ids"])
        # The first token is never part of the passage, yet it may be pointed at: "no answer".
        allowed = self.add(
            "Concat",
            [
                self.add("Slice", ["attention_mask", zero, one, axis]),
                self.add("Slice", [passage, one, last, axis]),
            ],
            axis=1,
        )
        forbidden = self.add("Cast", [self.add("Sub", [one, allowed])], to=TensorProto.FLOAT)
        penalty = self.add("Mul", [forbidden, self.constant("masked", np.float32([MASKED]))])
        for row, final in enumerate(("start_logits", "end_logits")):
            column = self.constant(f"span.{row}", self.weights["span.weight"][row][:, None])
            logits = self.add("Squeeze", [self.add("MatMul", [x, column]), self.constant_axis(-1)])
            bias = self.constant(f"span.{row}.bias", self.weights["span.bias"][row : row + 1])
            logits = self.add("Add", [logits, bias])
            self.name(self.add("Add", [logits, penalty]), final)
        first = self.add("Gather", [x, self.constant("first", np.array(0, np.int64))], axis=1)
        column = self.constant("relevance.column", self.weights["relevance.weight"].T)
        logit = self.add("Squeeze", [self.add("MatMul", [first, column]), self.constant_axis(-1)])
        self.name(self.add("Add", [logit, self.weight("relevance.bias")]), "relevance")

    def constant_axis(self, axis: int) -> str:
        return self.constant(f"axis{axis}", np.array([axis], np.int64))

    def build(self) -> onnx.ModelProto:
        """The whole model: inputs int64 [B, S], outputs as `model.Output`."""
        x = self.embeddings()
        mask = self.add("Cast", ["attention_mask"], to=TensorProto.INT32)
        for index in range(LAYERS):
            x = self.layer(x, index, mask)
        self.heads(x)
        inputs = [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["B", "S"])
            for name in ("input_ids", "attention_mask", "token_type_ids")
        ]
        outputs = [
            helper.make_tensor_value_info("start_logits", TensorProto.FLOAT, ["B", "S"]),
            helper.make_tensor_value_info("end_logits", TensorProto.FLOAT, ["B", "S"]),
            helper.make_tensor_value_info("relevance", TensorProto.FLOAT, ["B"]),
        ]
        graph = helper.make_graph(
            self.nodes, "reader", inputs, outputs, list(self.constants.values())
        )
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(CONTRIB, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)


def main() -> None:
    parser = argparse.ArgumentParser(description="Export a checkpoint as an ONNX model.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--mix", type=Path, help="exported .onnx to average the weights with")
    parser.add_argument("--share", type=float, default=0.7, help="of the checkpoint in the average")
    parser.add_argument("--base", type=Path, help="folder of all-MiniLM-L6-v2, for --mix")
    parser.add_argument("--float32", action="store_true", help="no quantisation, to compare")
    arguments = parser.parse_args()

    reader = load_reader(arguments.checkpoint)
    if arguments.mix:
        if arguments.base is None:
            parser.error("--mix needs --base")
        earlier = from_export(arguments.mix, arguments.base / "model.safetensors").state_dict()
        share = arguments.share
        reader.load_state_dict(
            {n: (1 - share) * earlier[n] + share * w for n, w in reader.state_dict().items()}
        )
    graph = Graph(reader, full_precision=arguments.float32)
    model = graph.build()
    onnx.checker.check_model(model)
    content = model.SerializeToString(deterministic=True)
    partial = arguments.out.with_suffix(".partial")
    partial.write_bytes(content)
    partial.replace(arguments.out)
    digest = hashlib.sha256(content).hexdigest()
    print(f"{arguments.out.name}: {len(content) / 1e6:.2f} MB, sha256 {digest}")


if __name__ == "__main__":
    main()
