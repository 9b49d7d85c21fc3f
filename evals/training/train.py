"""Train the reader on SQuAD 1.1 and our own questions: ``python -m evals.training.train --help``.

A chunk of the stream is one pass over our own questions and `SQUAD` questions of SQuAD.

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
import random
import time
from collections.abc import Callable
from dataclasses import asdict, astuple, dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from evals.training.data import (
    Drawer,
    Group,
    batches,
    collate,
    find_siblings,
    load_squad,
    load_tokenizer,
)
from evals.training.model import LAYERS, Output, Reader, from_minilm
from evals.training.pace import Pace
from evals.training.places import find_places
from evals.training.warm_start import from_export
from evals.training.written import load_written
from evals.training.written_drawer import WrittenDrawer

LEARNING_RATE = 1.8e-4
HEAD_LEARNING_RATE = 6e-4
LAYER_DECAY = 0.9
WEIGHT_DECAY = 0.01
WARM_UP = 0.04
CLIP = 1.0
RELEVANCE_WEIGHT = 0.5
TOGETHER_WEIGHT = 0.5
AVERAGE = 0.998  # of the moving average of the weights, a step
SQUAD = 4096  # questions in a chunk
CROWDED = 1500  # tokens/s; see Pace
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


@dataclass(frozen=True, slots=True)
class Gold:
    """What a batch of B examples of S tokens should be read as.

    Attributes:
        start, end: [B, S] evenly spread over the answers' first and last tokens; token 0 stands
            for no answer.
        answered: [B] 1 where there is one.
        members: [G, M] the examples of each group that has several, padded with B.
    """

    start: Tensor
    end: Tensor
    answered: Tensor
    members: Tensor


def gold_of(batch: list[Group], first: Tensor, length: int) -> Gold:
    """The gold of a batch.

    Args:
        batch: groups of examples.
        first: [B] place of each passage's first token.
        length: S.
    """
    examples = [example for group in batch for example in group]
    start, end = torch.zeros(len(examples), length), torch.zeros(len(examples), length)
    for row, example in enumerate(examples):
        shift = int(first[row])
        for low, high in example.spans:
            start[row, low + shift] += 1 / len(example.spans)
            end[row, high + shift] += 1 / len(example.spans)
        if not example.spans:
            start[row, 0] = end[row, 0] = 1
    numbers = iter(range(len(examples)))
    members = [[next(numbers) for _ in group] for group in batch]
    several = [group for group in members if len(group) > 1]
    most = max(map(len, several), default=0)
    padded = [group + [len(examples)] * (most - len(group)) for group in several]
    return Gold(
        start,
        end,
        torch.tensor([float(bool(example.spans)) for example in examples]),
        torch.tensor(padded, dtype=torch.long).reshape(len(several), most),
    )


def loss_of(output: Output, gold: Gold) -> Tensor:
    """Cross-entropy of start and end, within each example and within each group, and of relevance.

    Within a group all places of all its passages compete, each passage measured from its own "no
    answer here", as they compete when the best of several passages is chosen: shared
    normalisation, Clark and Gardner 2017, https://arxiv.org/abs/1710.10723.
    """
    total = functional.binary_cross_entropy_with_logits(output.relevance, gold.answered)
    total = RELEVANCE_WEIGHT * total
    for logits, wanted in ((output.start, gold.start), (output.end, gold.end)):
        alone = -(wanted * logits.log_softmax(-1)).sum(-1).mean()
        total = total + alone / 2
        if len(gold.members):
            total = total + TOGETHER_WEIGHT * together(logits, wanted, gold.members) / 2
    return total


def together(logits: Tensor, wanted: Tensor, members: Tensor) -> Tensor:
    """Mean cross-entropy over groups: logits and wanted [B, S], members [G, M]."""
    margins = logits[:, 1:] - logits[:, :1]
    inside = wanted[:, 1:]
    each = functional.pad(margins.logsumexp(-1), (0, 1), value=-1e9)[members]  # [G, M]
    everything = functional.pad(each, (1, 0)).logsumexp(-1)  # "no answer" counts once, at 0
    reached = functional.pad((inside * margins).sum(-1), (0, 1))[members].sum(-1)
    answers = functional.pad(inside.sum(-1), (0, 1))[members].sum(-1)
    return (everything - reached / answers.clamp(min=1)).mean()


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
        peak: multiplies every group's peak learning rate.
    """

    def __init__(self, reader: Reader, folder: Path, *, seconds: float, peak: float = 1.0) -> None:
        self.reader = reader
        self.peak = peak
        self.folder = folder
        self.seconds = seconds
        self.device = next(reader.parameters()).device
        groups = parameter_groups(reader)
        self.optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.98), fused=True)
        self.progress = Progress()
        self.running = 0.0
        self.trained = [p for p in reader.parameters() if p.requires_grad]
        self.average = [p.detach().clone() for p in self.trained]
        latest = folder / "latest.pt"
        if latest.exists():
            state = torch.load(latest, map_location=self.device, weights_only=True)
            reader.load_state_dict(state.pop("reader"))
            self.optimizer.load_state_dict(state.pop("optimizer"))
            averaged = state.pop("averaged")
            names = [name for name, p in reader.named_parameters() if p.requires_grad]
            self.average = [averaged[name] for name in names]
            self.progress = Progress(**state)
            log.info("resumed at step %d", self.progress.step)

    @property
    def done(self) -> bool:
        return self.progress.elapsed >= self.seconds

    @property
    def rate(self) -> float:
        """Share of the peak learning rate at this moment."""
        return rate_factor(self.progress.elapsed / self.seconds)

    def step(self, batch: list[Group]) -> int:
        """Learn from a batch; returns its padded tokens."""
        examples = [example for group in batch for example in group]
        ids, mask, types, first = map(
            torch.from_numpy, collate([(example.question, example.passage) for example in examples])
        )
        gold = gold_of(batch, first, ids.shape[1])
        gold = Gold(*(part.to(self.device) for part in astuple(gold)))
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * self.peak * self.rate
        with torch.autocast(self.device.type, torch.bfloat16):
            output = self.reader(*(part.to(self.device) for part in (ids, mask, types)))
        loss = loss_of(output, gold)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.trained, CLIP)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.running = 0.98 * (self.running or loss.item()) + 0.02 * loss.item()
        self.progress.place += 1
        self.progress.step += 1
        self.progress.seen += len(examples)
        step = self.progress.step
        with torch.no_grad():
            share = 1 - min(AVERAGE, (1 + step) / (10 + step))
            torch._foreach_lerp_(self.average, [p.detach() for p in self.trained], share)
        return ids.numel()

    def save(self) -> None:
        """Write the checkpoint so that a kill leaves the old or the new one, never a torn one."""
        counters = asdict(self.progress)
        names = [name for name, p in self.reader.named_parameters() if p.requires_grad]
        state = {
            "reader": self.reader.state_dict(),
            "averaged": dict(zip(names, self.average, strict=True)),
            "optimizer": self.optimizer.state_dict(),
            **counters,
        }
        partial = self.folder / "latest.partial"
        torch.save(state, partial)
        partial.replace(self.folder / "latest.pt")
        with (self.folder / "log.jsonl").open("a") as lines:
            lines.write(json.dumps({**counters, "loss": round(self.running, 4)}) + "\n")


def chunk_of(
    number: int, squad: Drawer, own: WrittenDrawer | None, *, size: int, tokens: int, seed: int
) -> list[list[Group]]:
    """Batches of chunk ``number`` of the stream."""
    groups = squad.groups(number, size=size)
    if own:
        groups += own.groups(number)
    return batches(groups, random.Random(seed * 1_000_003 + number), tokens=tokens)


def run(
    trainer: Trainer, chunk: Callable[[int], list[list[Group]]], *, checkpoint_seconds: float
) -> None:
    """Train until the time is up, with a checkpoint every so many seconds and at the end."""
    progress = trainer.progress
    on_cpu = trainer.device.type == "cpu"
    pace = Pace(torch.get_num_threads() if on_cpu else 1, floor=CROWDED)
    saved = reported = progress.elapsed
    counted, clock = 0, time.monotonic()
    while not trainer.done:
        for batch in chunk(progress.chunk)[progress.place :]:
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
    parser = argparse.ArgumentParser(description="Train the reader.")
    parser.add_argument("--base", type=Path, required=True, help="folder of all-MiniLM-L6-v2")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints")
    parser.add_argument("--minutes", type=float, default=75)
    parser.add_argument("--start", type=Path, help="exported .onnx to go on from, not the base")
    parser.add_argument("--peak", type=float, default=1.0, help="times the peak learning rate")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--tokens", type=int, default=4096, help="padded tokens in a batch")
    parser.add_argument("--limit", type=int, help="train on so many questions: an overfit test")
    parser.add_argument("--squad", type=int, default=SQUAD, help="SQuAD questions in a chunk")
    parser.add_argument("--no-own", dest="own", action="store_false", help="SQuAD alone")
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
    own = None
    if arguments.own:
        written = load_written(tokenizer)
        find_places(written)
        asked = [question for question in written.questions if not written.held(question)]
        own = WrittenDrawer(written.articles, asked, tokenizer, seed=arguments.seed)
    log.info("%d questions and %d own ready", len(drawer.questions), len(asked) if own else 0)

    def chunk(number: int) -> list[list[Group]]:
        return chunk_of(
            number,
            drawer,
            own,
            size=arguments.squad,
            tokens=arguments.tokens,
            seed=arguments.seed,
        )

    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    published = arguments.base / "model.safetensors"
    if arguments.start:
        reader = from_export(arguments.start, published, dropout=arguments.dropout)
    else:
        reader = from_minilm(published, dropout=arguments.dropout)
    trainer = Trainer(
        reader.to(device).train(),
        arguments.out,
        seconds=arguments.minutes * 60,
        peak=arguments.peak,
    )
    seconds = arguments.checkpoint_minutes * 60
    run(trainer, chunk, checkpoint_seconds=seconds)


if __name__ == "__main__":
    main()
