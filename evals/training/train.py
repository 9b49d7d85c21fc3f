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
from pathlib import Path

import torch
import torch.nn.functional as F
from data import Drawer, Example, collate, find_siblings, load_squad, load_tokenizer
from model import LAYERS, Output, Reader, from_minilm
from torch import Tensor

LEARNING_RATE = 1.8e-4
HEAD_LEARNING_RATE = 6e-4
LAYER_DECAY = 0.9
WEIGHT_DECAY = 0.01
WARM_UP = 0.04
CLIP = 1.0
RELEVANCE_WEIGHT = 0.5

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
    span = (F.cross_entropy(output.start, start) + F.cross_entropy(output.end, end)) / 2
    relevance = F.binary_cross_entropy_with_logits(output.relevance, relevant)
    return span + RELEVANCE_WEIGHT * relevance


def rate_factor(progress: float) -> float:
    """Share of the peak learning rate at ``progress`` in [0, 1] of the time."""
    return max(0.0, min(progress / WARM_UP, (1 - progress) / (1 - WARM_UP)))


def save(path: Path, state: dict) -> None:
    """Write a checkpoint so that a kill leaves the old or the new one, never a torn one."""
    partial = path.with_suffix(".partial")
    torch.save(state, partial)
    partial.replace(path)


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
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(arguments.seed)
    began = time.monotonic()
    tokenizer = load_tokenizer(arguments.base / "tokenizer.json")
    paragraphs, questions = load_squad("squad_train_v1.1", tokenizer)
    questions = questions[: arguments.limit]
    find_siblings(paragraphs, questions)
    drawer = Drawer(paragraphs, questions, tokenizer, seed=arguments.seed)
    log.info("%d questions ready in %.0f s", len(drawer.questions), time.monotonic() - began)

    reader = from_minilm(arguments.base / "model.safetensors", dropout=arguments.dropout)
    reader.to(device).train()
    groups = parameter_groups(reader)
    optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.98), fused=True)
    chunk = place = step = seen = 0
    elapsed = 0.0
    latest = arguments.out / "latest.pt"
    if latest.exists():
        state = torch.load(latest, map_location=device, weights_only=True)
        reader.load_state_dict(state["reader"])
        optimizer.load_state_dict(state["optimizer"])
        chunk, place, step, seen = (state[key] for key in ("chunk", "place", "step", "seen"))
        elapsed = state["elapsed"]
        log.info("resumed at step %d, %.1f minutes", step, elapsed / 60)

    def checkpoint() -> None:
        counters = {"chunk": chunk, "place": place, "step": step, "seen": seen, "elapsed": elapsed}
        state = {"reader": reader.state_dict(), "optimizer": optimizer.state_dict(), **counters}
        save(latest, state)
        with (arguments.out / "log.jsonl").open("a") as lines:
            lines.write(json.dumps({**counters, "loss": round(running, 4)}) + "\n")

    total, running, tokens = arguments.minutes * 60, 0.0, 0
    saved, reported, clock = elapsed, elapsed, time.monotonic()
    while elapsed < total:
        for batch in drawer.batches(chunk, tokens=arguments.tokens)[place:]:
            ids, mask, types, first = (
                torch.from_numpy(array).to(device)
                for array in collate([(example.question, example.passage) for example in batch])
            )
            gold = [part.to(device) for part in targets(batch, first.cpu())]
            for group in optimizer.param_groups:
                group["lr"] = group["peak"] * rate_factor(elapsed / total)
            with torch.autocast(device.type, torch.bfloat16):
                output = reader(ids, mask, types)
            loss = loss_of(output, *gold)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(reader.parameters(), CLIP)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)

            place, step, seen, tokens = place + 1, step + 1, seen + len(batch), tokens + ids.numel()
            running = loss.item() if step == 1 else 0.98 * running + 0.02 * loss.item()
            elapsed, clock = elapsed + time.monotonic() - clock, time.monotonic()
            if elapsed - reported > 30:
                speed = tokens / (elapsed - reported)
                log.info(
                    "step %d  %.1f min  examples %d  loss %.3f  lr x%.2f  %d tokens/s",
                    *(step, elapsed / 60, seen, running, rate_factor(elapsed / total), speed),
                )
                reported, tokens = elapsed, 0
            if elapsed - saved > arguments.checkpoint_minutes * 60:
                checkpoint()
                saved = elapsed
            if elapsed >= total:
                break
        else:
            chunk, place = chunk + 1, 0
    checkpoint()
    log.info("done: %d steps, %d examples, loss %.3f", step, seen, running)


if __name__ == "__main__":
    main()
