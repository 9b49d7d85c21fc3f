"""Train the reader on SQuAD 1.1: ``python evals/training/train.py --help``.

The learning rate follows *elapsed time*, not steps: it rises over the first `WARM_UP` of the
``--minutes`` given and falls linearly to zero at their end, so a run ends annealed whatever the
machine's speed. Time is counted across resumes, and so are pauses within a run. The stream of
examples depends on the seed alone; which part of it is seen depends on the speed.

Runs on a GPU when there is one, else on the CPU, in both cases with float32 weights and bfloat16
matrix products (autocast).
"""

from __future__ import annotations

import argparse
import json
import logging
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from data import Drawer, Example, collate, find_siblings, load_squad, load_tokenizer
from model import LAYERS, Output, Reader, from_minilm
from pace import Pace
from torch import Tensor
from torch.nn import functional

LEARNING_RATE = 1.8e-4
HEAD_LEARNING_RATE = 6e-4
LAYER_DECAY = 0.9
WEIGHT_DECAY = 0.01
WARM_UP = 0.04
CLIP = 1.0
RELEVANCE_WEIGHT = 0.5
CROWDED = 3500  # tokens/s; see Pace
REPORT_SECONDS = 30

log = logging.getLogger("train")


def parameter_groups(reader: Reader) -> list[dict]:
    """Optimiser groups: lower layers learn slower, norms and biases do not decay."""
    groups: dict[tuple[float, float], list[Tensor]] = {}
    for name, parameter in reader.named_parameters():
        if not parameter.requires_grad:
            continue
        if name.startswith(("span.", "relevance.")):
            rate = HEAD_LEARNING_RATE
        elif name.startswith("layers."):
            rate = LEARNING_RATE * LAYER_DECAY ** (LAYERS - 1 - int(name.split(".")[1]))
        else:
            rate = LEARNING_RATE * LAYER_DECAY**LAYERS
        decay = WEIGHT_DECAY if parameter.ndim > 1 else 0.0
        groups.setdefault((rate, decay), []).append(parameter)
    return [
        {"params": parameters, "lr": rate, "peak": rate, "weight_decay": decay}
        for (rate, decay), parameters in groups.items()
    ]


def targets(batch: list[Example], first: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Start and end token in the whole sequence (0 for no answer), and relevance; each [B]."""
    spans = torch.tensor([example.span or (-1, -1) for example in batch])
    answered = spans[:, 0] >= 0
    places = torch.where(answered[:, None], spans + first[:, None], 0)
    return places[:, 0], places[:, 1], answered.float()


def loss_of(output: Output, start: Tensor, end: Tensor, relevant: Tensor) -> Tensor:
    """Mean cross-entropy of start and end, plus weighted binary cross-entropy of relevance."""
    span = (
        functional.cross_entropy(output.start, start) + functional.cross_entropy(output.end, end)
    ) / 2
    relevance = functional.binary_cross_entropy_with_logits(output.relevance, relevant)
    return span + RELEVANCE_WEIGHT * relevance


def rate_factor(progress: float) -> float:
    """Share of the peak learning rate at ``progress`` in [0, 1] of the time."""
    return max(0.0, min(progress / WARM_UP, (1 - progress) / (1 - WARM_UP)))


@dataclass(slots=True)
class Progress:
    """Where a run stands: the next chunk and batch of the stream, and what lies behind.

    Attributes:
        chunk, place: chunk of the stream and batch within it that come next.
        step: optimiser steps taken.
        seen: examples trained on.
        elapsed: seconds of training, pauses included.
    """

    chunk: int = 0
    place: int = 0
    step: int = 0
    seen: int = 0
    elapsed: float = 0.0


class Trainer:
    """Model, optimiser and progress, with their checkpoint.

    Args:
        reader: the model, on its device and in training mode.
        folder: holds ``latest.pt``, which is resumed from when it exists, and ``log.jsonl``.
        seconds: length of the whole run, which the learning rate follows.
    """

    def __init__(self, reader: Reader, folder: Path, *, seconds: float) -> None:
        self.reader = reader
        self.folder = folder
        self.seconds = seconds
        self.device = next(reader.parameters()).device
        groups = parameter_groups(reader)
        self.optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.98), fused=True)
        self.progress = Progress()
        self.running = 0.0
        latest = folder / "latest.pt"
        if latest.exists():
            state = torch.load(latest, map_location=self.device, weights_only=True)
            reader.load_state_dict(state.pop("reader"))
            self.optimizer.load_state_dict(state.pop("optimizer"))
            self.progress = Progress(**state)
            log.info("resumed at step %d", self.progress.step)

    @property
    def done(self) -> bool:
        return self.progress.elapsed >= self.seconds

    @property
    def rate(self) -> float:
        """Share of the peak learning rate at this moment."""
        return rate_factor(self.progress.elapsed / self.seconds)

    def step(self, batch: list[Example]) -> int:
        """Learn from a batch; returns its padded tokens."""
        ids, mask, types, first = map(
            torch.from_numpy, collate([(example.question, example.passage) for example in batch])
        )
        gold = [part.to(self.device) for part in targets(batch, first)]
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * self.rate
        with torch.autocast(self.device.type, torch.bfloat16):
            output = self.reader(*(part.to(self.device) for part in (ids, mask, types)))
        loss = loss_of(output, *gold)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.reader.parameters(), CLIP)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.running = 0.98 * (self.running or loss.item()) + 0.02 * loss.item()
        self.progress.place += 1
        self.progress.step += 1
        self.progress.seen += len(batch)
        return ids.numel()

    def save(self) -> None:
        """Write the checkpoint so that a kill leaves the old or the new one, never a torn one."""
        counters = asdict(self.progress)
        state = {
            "reader": self.reader.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            **counters,
        }
        partial = self.folder / "latest.partial"
        torch.save(state, partial)
        partial.replace(self.folder / "latest.pt")
        with (self.folder / "log.jsonl").open("a") as lines:
            lines.write(json.dumps({**counters, "loss": round(self.running, 4)}) + "\n")


def run(trainer: Trainer, drawer: Drawer, *, tokens: int, checkpoint_seconds: float) -> None:
    """Train until the time is up, with a checkpoint every so many seconds and at the end."""
    progress = trainer.progress
    on_cpu = trainer.device.type == "cpu"
    pace = Pace(torch.get_num_threads() if on_cpu else 1, floor=CROWDED)
    saved = reported = progress.elapsed
    counted, clock = 0, time.monotonic()
    while not trainer.done:
        for batch in drawer.batches(progress.chunk, tokens=tokens)[progress.place :]:
            size = trainer.step(batch)
            took, clock = time.monotonic() - clock, time.monotonic()
            progress.elapsed += took
            counted += size
            pace.after_step(size / took)
            if progress.elapsed - reported > REPORT_SECONDS:
                log.info(
                    "step %d  %.1f min  examples %d  loss %.3f  lr x%.2f  %d tokens/s  threads %d",
                    progress.step,
                    progress.elapsed / 60,
                    progress.seen,
                    trainer.running,
                    trainer.rate,
                    counted / (progress.elapsed - reported),
                    pace.threads,
                )
                reported, counted = progress.elapsed, 0
            if progress.elapsed - saved > checkpoint_seconds:
                trainer.save()
                saved = progress.elapsed
            if trainer.done:
                break
        else:
            progress.chunk, progress.place = progress.chunk + 1, 0
    trainer.save()
    log.info("done: %d steps, %d examples", progress.step, progress.seen)


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the reader on SQuAD 1.1.")
    parser.add_argument("--base", type=Path, required=True, help="folder of all-MiniLM-L6-v2")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints")
    parser.add_argument("--minutes", type=float, default=75)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--tokens", type=int, default=4096, help="padded tokens in a batch")
    parser.add_argument("--limit", type=int, help="train on so many questions: an overfit test")
    parser.add_argument("--dropout", type=float, default=0.0)
    parser.add_argument("--checkpoint-minutes", type=float, default=8)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")

    arguments.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(arguments.seed)
    tokenizer = load_tokenizer(arguments.base / "tokenizer.json")
    paragraphs, questions = load_squad("squad_train_v1.1", tokenizer)
    questions = questions[: arguments.limit]
    find_siblings(paragraphs, questions)
    drawer = Drawer(paragraphs, questions, tokenizer, seed=arguments.seed)
    log.info("%d questions ready", len(drawer.questions))

    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    reader = from_minilm(arguments.base / "model.safetensors", dropout=arguments.dropout)
    trainer = Trainer(reader.to(device).train(), arguments.out, seconds=arguments.minutes * 60)
    seconds = arguments.checkpoint_minutes * 60
    run(trainer, drawer, tokens=arguments.tokens, checkpoint_seconds=seconds)


if __name__ == "__main__":
    main()
