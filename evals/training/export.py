"""Checkpoint -> int8 ONNX graph: ``python evals/training/export.py --help``.

The graph is built by hand out of onnxruntime's fused operators, because exporters leave the
attention unfused. What is narrow and what is not:

* word vectors: int8 rows with one scale a row, widened after the gather;
* attention projections and the feed-forward's first half: int8 weights (one scale an output
  channel), activations quantised on the fly. Per-channel outliers of the activations are moved
  into the weights first (SmoothQuant, Xiao et al. 2023, https://arxiv.org/abs/2211.10438);
* the feed-forward's second half: int8 weights widened when the model is loaded, activations in
  float. Its inputs come from a GELU and do not survive 8 bits;
* norms, biases, heads: float.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

import numpy as np
import onnx
import torch
from data import Drawer, collate, find_siblings, load_squad, load_tokenizer
from model import EPSILON, HEADS, HIDDEN, LAYERS, MASKED, Reader
from onnx import TensorProto, helper, numpy_helper
from reading import load_reader

OPSET = 17
IR_VERSION = 8
CONTRIB = "com.microsoft"


def input_ranges(reader: Reader, batches: list[tuple[np.ndarray, ...]]) -> dict[str, np.ndarray]:
    """Largest absolute input of each linear layer, per input channel, over calibration batches."""
    ranges: dict[str, np.ndarray] = {}

    def watch(name: str):
        def hook(_module, inputs):
            peak = inputs[0].detach().flatten(0, -2).abs().amax(0).numpy()
            ranges[name] = np.maximum(ranges.get(name, 0), peak)

        return hook

    hooks = [
        module.register_forward_pre_hook(watch(name))
        for name, module in reader.named_modules()
        if isinstance(module, torch.nn.Linear) and name.startswith("layers.")
    ]
    with torch.inference_mode():
        for batch in batches:
            reader(*(torch.from_numpy(array) for array in batch))
    for hook in hooks:
        hook.remove()
    return ranges


def quantise(weights: np.ndarray, axis: int, *, bits: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """Symmetric integers and float32 scales, one scale for each slice along ``axis``.

    For example ``[[1.0, -2.0]]`` along axis 1 gives ``[[127, -127]]`` and ``[1/127, 2/127]``.
    """
    limit = 2 ** (bits - 1) - 1
    others = tuple(i for i in range(weights.ndim) if i != axis)
    scales = np.abs(weights).max(axis=others, keepdims=True) / limit
    scales = np.maximum(scales, 1e-12).astype(np.float32)
    integers = np.clip(np.rint(weights / scales), -limit, limit).astype(np.int8)
    return integers, scales


class Graph:
    """Builds the ONNX model of a reader.

    Args:
        reader: the trained model.
        ranges: from `input_ranges`.
        smoothing: share of an activation's range that moves into the weights, 0 to 1.
        weight_bits: 8, or 7 to keep sums within 16 bits on processors without VNNI.
        full_precision: keep everything in float32, for comparison.
    """

    def __init__(
        self,
        reader: Reader,
        ranges: dict[str, np.ndarray],
        *,
        smoothing: float = 0.7,
        weight_bits: int = 8,
        full_precision: bool = False,
    ) -> None:
        self.weights = {name: value.numpy() for name, value in reader.state_dict().items()}
        self.ranges = ranges
        self.smoothing = smoothing
        self.weight_bits = weight_bits
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

    def widened(self, name: str, matrix: np.ndarray) -> str:
        """A float matrix [in, out] stored as int8; the runtime folds the product when loading."""
        if self.full_precision:
            return self.constant(name, matrix)
        integers, scales = quantise(matrix, 1)
        as_float = self.add("Cast", [self.constant(name, integers)], to=TensorProto.FLOAT)
        return self.add("Mul", [as_float, self.constant(f"{name}.scale", scales)])

    def quantised_product(self, x: str, name: str, matrix: np.ndarray) -> str:
        """``x @ matrix`` in integers; ``matrix`` is [in, out] and already smoothed."""
        if self.full_precision:
            return self.add("MatMul", [x, self.constant(name, matrix)])
        integers, scales = quantise(matrix, 1, bits=self.weight_bits)
        inputs = [x, self.constant(name, integers), self.constant(f"{name}.scale", scales[0])]
        return self.add("DynamicQuantizeMatMul", inputs, domain=CONTRIB)

    def smoothing_scales(self, layer: str, matrix: np.ndarray) -> np.ndarray:
        """Divisors [in] of the input channels of ``matrix`` [in, out]; their mean log is zero."""
        if self.full_precision:
            return np.ones(len(matrix), np.float32)
        activation = np.maximum(self.ranges[layer], 1e-5)
        weight = np.maximum(np.abs(matrix).max(1), 1e-5)
        scales = activation**self.smoothing / weight ** (1 - self.smoothing)
        return (scales / np.exp(np.log(scales).mean())).astype(np.float32)

    def smoothed_product(self, x: str, name: str, matrix: np.ndarray, layer: str) -> str:
        scales = self.smoothing_scales(layer, matrix)
        if not self.full_precision:
            x = self.add("Mul", [x, self.constant(f"{name}.smooth", 1 / scales)])
        return self.quantised_product(x, name, matrix * scales[:, None])

    def embeddings(self) -> str:
        table = "embeddings.word_embeddings.weight"
        if self.full_precision:
            words = self.add("Gather", [self.weight(table), "input_ids"])
        else:
            integers, scales = quantise(self.weights[table], 0)
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
        matrix = np.concatenate([self.weights[f"{prefix}{part}.weight"] for part in parts]).T
        bias = np.concatenate([self.weights[f"{prefix}{part}.bias"] for part in parts])
        output = self.weights[f"{prefix}attention_output.weight"].T
        scales = self.smoothing_scales(f"{prefix}attention_output", output)
        # The context is linear in the values: its scales fold into them and cost nothing.
        matrix, bias = matrix.copy(), bias.copy()
        matrix[:, 2 * HIDDEN :] /= scales
        bias[2 * HIDDEN :] /= scales

        joined = self.smoothed_product(x, f"{prefix}qkv", matrix, f"{prefix}query")
        sizes = self.constant("thirds", np.array([HIDDEN] * 3, np.int64))
        split = self.add("Split", [joined, sizes], outputs=3, axis=-1)
        bias_name = self.constant(f"{prefix}qkv.bias", bias)
        attention = [*split, bias_name, mask]
        context = self.add("MultiHeadAttention", attention, domain=CONTRIB, num_heads=HEADS)
        name = f"{prefix}attention_output"
        context = self.quantised_product(context, name, output * scales[:, None])
        x = self.skip_norm(context, x, f"{prefix}attention_norm", f"{name}.bias")

        up = self.weights[f"{prefix}up.weight"].T
        hidden = self.smoothed_product(x, f"{prefix}up", up, f"{prefix}up")
        hidden = self.add("BiasGelu", [hidden, self.weight(f"{prefix}up.bias")], domain=CONTRIB)
        down = self.widened(f"{prefix}down", self.weights[f"{prefix}down.weight"].T)
        hidden = self.add("MatMul", [hidden, down])
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


def calibration_batches(tokenizer_path: Path, *, seed: int = 11) -> list[tuple[np.ndarray, ...]]:
    """Four batches of training examples: the only text the smoothing sees."""
    tokenizer = load_tokenizer(tokenizer_path)
    paragraphs, questions = load_squad("squad_train_v1.1", tokenizer)
    questions = questions[:: len(questions) // 2000]
    find_siblings(paragraphs, questions)
    batches = Drawer(paragraphs, questions, tokenizer, seed=seed).batches(0)
    return [collate([(e.question, e.passage) for e in batch])[:3] for batch in batches[:4]]


def main() -> None:
    parser = argparse.ArgumentParser(description="Export a checkpoint as an ONNX model.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--base", type=Path, required=True, help="folder of all-MiniLM-L6-v2")
    parser.add_argument("--smoothing", type=float, default=0.7)
    parser.add_argument("--weight-bits", type=int, default=8, choices=(7, 8))
    parser.add_argument("--float32", action="store_true", help="no quantisation, to compare")
    arguments = parser.parse_args()

    reader = load_reader(arguments.checkpoint)
    ranges = input_ranges(reader, calibration_batches(arguments.base / "tokenizer.json"))
    graph = Graph(
        reader,
        ranges,
        smoothing=arguments.smoothing,
        weight_bits=arguments.weight_bits,
        full_precision=arguments.float32,
    )
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
