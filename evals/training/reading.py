"""Run a trained reader, in torch or in onnxruntime, and decode its logits into spans.

This is the reference for the decoding that ships: the best span inside the passage, its margin
over "no answer here", and the relevance. Knows nothing of datasets or metrics.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from evals.training.data import QUESTION_TOKENS, collate
from evals.training.model import POSITIONS, Reader

MAX_ANSWER_TOKENS = 30

Logits = tuple[np.ndarray, np.ndarray, np.ndarray]
Runner = Callable[[np.ndarray, np.ndarray, np.ndarray], Logits]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader found in one passage.

    Attributes:
        start, end: characters ``[start, end)`` of the best span in the passage.
        margin: best span's start + end logit, minus those of the first token ("no answer here").
        relevance: logit that the passage answers the question.
    """

    start: int
    end: int
    margin: float
    relevance: float


def load_reader(checkpoint: Path) -> Reader:
    """The trained torch model of a checkpoint of ``train.py``, ready to read.

    Its weights are the moving average over the last steps.
    """
    reader = Reader()
    state = torch.load(checkpoint, map_location="cpu", weights_only=True, mmap=True)
    reader.load_state_dict(state["reader"] | state["averaged"])
    return reader.eval()


def torch_runner(checkpoint: Path) -> Runner:
    """Run a checkpoint in float32."""
    reader = load_reader(checkpoint)

    def run(ids: np.ndarray, mask: np.ndarray, types: np.ndarray) -> Logits:
        with torch.inference_mode():
            output = reader(*(torch.from_numpy(array) for array in (ids, mask, types)))
        return output.start.numpy(), output.end.numpy(), output.relevance.numpy()

    return run


def onnx_runner(path: Path, *, threads: int = 2) -> Runner:
    """Run an exported model with onnxruntime."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def run(ids: np.ndarray, mask: np.ndarray, types: np.ndarray) -> Logits:
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
        return tuple(session.run(["start_logits", "end_logits", "relevance"], feed))

    return run


def load_runner(path: Path, *, threads: int = 2) -> Runner:
    """A runner for an ``.onnx`` model or, with torch's own threads, a ``.pt`` checkpoint."""
    return onnx_runner(path, threads=threads) if path.suffix == ".onnx" else torch_runner(path)


def best_span(start: np.ndarray, end: np.ndarray) -> tuple[int, int, float]:
    """The span of at most `MAX_ANSWER_TOKENS` tokens with the highest start + end logit.

    Args:
        start, end: logits [T] of the passage's tokens.

    Returns:
        First token, last token (inclusive) and their summed logits.

    For example start ``[1, 5, 0]`` and end ``[6, 2, 3]`` give ``(1, 2, 8.0)``: token 0 would end
    before token 1 starts.
    """
    length = len(start)
    scores = start[:, None] + end[None, :]
    rows, columns = np.ogrid[:length, :length]
    allowed = (columns >= rows) & (columns < rows + MAX_ANSWER_TOKENS)
    flat = int(np.where(allowed, scores, -np.inf).argmax())
    first, last = divmod(flat, length)
    return first, last, float(scores[first, last])


def read(
    run: Runner,
    tokenizer: Tokenizer,
    pairs: Sequence[tuple[str, str]],
    *,
    titles: Sequence[str] | None = None,
    tokens: int = 4096,
) -> list[Reading]:
    """Read each (question, passage) pair; results in the order given.

    Args:
        run: from `load_runner`.
        tokenizer: from `data.load_tokenizer`.
        pairs: question and passage texts. A passage beyond the model's 512 positions is cut.
        titles: the article's title for each pair, put before the passage and a full stop after
            it, as half of the training examples have it. Answers lie in the passage alone.
        tokens: padded tokens in a batch; pairs are sorted by length first.
    """
    questions = tokenizer.encode_batch(
        [pair[0].strip() for pair in pairs], add_special_tokens=False
    )
    passages = tokenizer.encode_batch([pair[1] for pair in pairs], add_special_tokens=False)
    heads = [f"{title}." for title in titles] if titles else [""] * len(pairs)
    encoded_heads = tokenizer.encode_batch(heads, add_special_tokens=False)
    halves, before = [], []
    for question, head, passage in zip(questions, encoded_heads, passages, strict=True):
        asked = np.array(question.ids[:QUESTION_TOKENS], np.int32)
        text = np.array([*head.ids, *passage.ids], np.int32)
        halves.append((asked, text[: POSITIONS - 3 - len(asked)]))
        before.append(len(head.ids))
    order = sorted(range(len(pairs)), key=lambda i: len(halves[i][0]) + len(halves[i][1]))
    readings: list[Reading | None] = [None] * len(pairs)
    while order:
        batch = [order.pop()]
        longest = len(halves[batch[0]][0]) + len(halves[batch[0]][1]) + 3
        while order and (len(batch) + 1) * longest <= tokens:
            batch.append(order.pop())
        ids, mask, types, first = collate([halves[i] for i in batch])
        starts, ends, relevance = run(ids, mask, types)
        for row, i in enumerate(batch):
            inside = slice(first[row] + before[i], first[row] + len(halves[i][1]))
            low, high, score = best_span(starts[row, inside], ends[row, inside])
            null = float(starts[row, 0] + ends[row, 0])
            offsets = passages[i].offsets
            readings[i] = Reading(
                offsets[low][0], offsets[high][1], score - null, float(relevance[row])
            )
    return readings
