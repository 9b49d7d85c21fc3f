"""What is done is kept, and asked again only when something has changed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from evals.harness.data import sampled
from evals.harness.finished import Finished, Record
from tests.evals import tiny_data

ITEMS: list[Record] = [{"n": number} for number in range(5)]
MADE_WITH = {"reader": "1"}


class Squares:
    """Computes squares, and counts; from `stop` on it is interrupted."""

    def __init__(self, stop: int = 99) -> None:
        self.asked: list[int] = []
        self.stop = stop

    def compute(self, item: Record) -> Record:
        if item["n"] >= self.stop:
            raise KeyboardInterrupt
        self.asked.append(item["n"])
        return {"square": item["n"] ** 2, "pair": (1, 2)}


def run(file: Path, squares: Squares, made_with: dict[str, str] = MADE_WITH) -> list[Record]:
    """The records of all items, by a process that has just started."""
    return Finished(file, made_with).each("squares", ITEMS, squares.compute)


def test_a_run_that_was_stopped_goes_on_where_it_was(tmp_path: Path) -> None:
    """Nothing is computed twice, and the records are the same as without the stop."""
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "kept", Squares(stop=3))
    rest = Squares()
    records = run(tmp_path / "kept", rest)
    assert rest.asked == [3, 4]
    assert records == run(tmp_path / "other", Squares())
    assert records[2] == {"square": 4, "pair": [1, 2]}


def test_a_line_that_was_cut_is_computed_again(tmp_path: Path) -> None:
    """And what is added after it is on a line of its own."""
    run(tmp_path / "kept", Squares())
    whole = (tmp_path / "kept").read_text()
    (tmp_path / "kept").write_text(whole[:-10])
    again = Squares()
    run(tmp_path / "kept", again)
    assert again.asked == [4]
    third = Squares()
    run(tmp_path / "kept", third)
    assert third.asked == []


def test_other_models_or_code_are_asked_again(tmp_path: Path) -> None:
    """A record belongs to what it was made with."""
    run(tmp_path / "kept", Squares())
    again = Squares()
    run(tmp_path / "kept", again, {"reader": "2"})
    assert again.asked == [0, 1, 2, 3, 4]


def test_a_sample_is_always_the_same() -> None:
    """A smaller one is part of a larger one, and one larger than there is, is all."""
    assert sampled(ITEMS, 3) == sampled(ITEMS, 3)
    assert sampled(ITEMS, 2) == sampled(ITEMS, 3)[:2] == sampled(ITEMS, 4)[:2]
    assert sampled(ITEMS, 9) == sampled(ITEMS, None) == ITEMS


def test_ctrl_c_loses_nothing(tmp_path: Path) -> None:
    """The command ends with 130, and the next one asks only the questions that are left."""
    data = tiny_data.write(tmp_path / "data")
    command = [sys.executable, "-m", "evals", "conflict", "--data", str(data), "--json"]
    command += ["--cache", str(tmp_path / "cache")]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("RGB: 1 of 5"):
            process.send_signal(signal.SIGINT)
            break
    _, errors = process.communicate()
    assert process.returncode == 130, errors
    kept = (tmp_path / "cache" / "finished.jsonl").read_text().splitlines()
    assert 1 <= len(kept) < 5
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert json.loads(done.stdout)["conflict"]["figures"]["RGB: abstains"]["n"] == 5
    after = (tmp_path / "cache" / "finished.jsonl").read_text().splitlines()
    assert after[: len(kept)] == kept
    assert len({json.loads(line)["key"] for line in after}) == len(after)
