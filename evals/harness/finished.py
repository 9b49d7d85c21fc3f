"""What is done is kept: a run that was stopped, or is run again, goes on where it was."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

Record = dict[str, Any]


class Finished:
    """Records of finished items, in a file with one JSON object a line.

    Args:
        file: made with the first record; its folder must be there.
        made_with: what records depend on beside the item and the file that `compute` is defined
            in, such as hashes of models.
    """

    def __init__(self, file: Path, made_with: Mapping[str, str]) -> None:
        self._file = file
        self._made_with = dict(made_with)
        self._records: dict[str, Record] = {}
        if file.exists():
            for line in file.read_text("utf-8").splitlines():
                try:
                    kept = json.loads(line)
                    self._records[kept["key"]] = kept["record"]
                except (ValueError, LookupError, TypeError):
                    continue  # the line was cut

    def each(
        self, name: str, items: Sequence[Record], compute: Callable[[Record], Record]
    ) -> list[Record]:
        """The record of every item, computed where there is none yet; on disk one by one."""
        code = Path(compute.__code__.co_filename).read_text("utf-8")
        keys = [self._key(name, item, code) for item in items]
        progress = Progress(name, len(items), done=sum(key in self._records for key in keys))
        for item, key in zip(items, keys, strict=True):
            if key not in self._records:
                # Through JSON, so that a record is the same when it is read back.
                record = json.loads(json.dumps(compute(item)))
                self._records[key] = record
                self._append({"key": key, "record": record})
                progress.step()
        return [self._records[key] for key in keys]

    def _key(self, name: str, item: Record, code: str) -> str:
        parts = json.dumps([name, item, code, self._made_with], sort_keys=True)
        return hashlib.sha256(parts.encode()).hexdigest()[:24]

    def _append(self, line: Record) -> None:
        cut = self._file.exists() and not _ends_in_newline(self._file)
        with self._file.open("a", encoding="utf-8") as out:
            out.write(("\n" if cut else "") + json.dumps(line) + "\n")


def _ends_in_newline(file: Path) -> bool:
    with file.open("rb") as data:
        data.seek(0, 2)
        if not data.tell():
            return True
        data.seek(-1, 2)
        return data.read() == b"\n"


class Progress:
    """Where a run is, on standard error: one line that changes, or now and then a line.

    `done` were done before, and say nothing of the time that the others take.
    """

    def __init__(self, name: str, total: int, *, done: int = 0) -> None:
        self._name = name
        self._total = total
        self._before = self._done = done
        self._began = time.monotonic()
        self._terminal = sys.stderr.isatty()

    def step(self, count: int = 1) -> None:
        """`count` more are done."""
        before, self._done = self._done, self._done + count
        took = time.monotonic() - self._began
        left = took / (self._done - self._before) * (self._total - self._done)
        line = f"{self._name}: {self._done} of {self._total}, {left:.0f} s to go"
        if self._terminal:
            end = "\n" if self._done >= self._total else ""
            print(f"\r{line}\x1b[K", end=end, file=sys.stderr, flush=True)
        elif 20 * before // self._total < 20 * self._done // self._total:
            print(line, file=sys.stderr, flush=True)
