"""A progress bar of one line on stderr. Nothing is drawn unless stderr is a terminal."""

from __future__ import annotations

import shutil
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from bot.render.layout import cells
from bot.render.sanitise import clean_line

if TYPE_CHECKING:
    from retrieval.types import IngestProgress

_EVERY = 0.1  # seconds between two drawings
_BAR = 20  # columns


class ProgressBar:
    """Shows how far something is. Used as a context manager, it leaves no trace on the screen."""

    def __init__(self, stream: TextIO, what: str) -> None:
        self._stream = stream
        self._what = what
        self._live = stream.isatty()
        self._drawn = 0  # columns of what is on the screen
        self._next = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._drawn:
            self._draw("")
            self._stream.write("\r")
            self._stream.flush()

    def ingested(self, progress: IngestProgress) -> None:
        """Take a report of an ingest."""
        self.update(progress.done, progress.total, progress.current)

    def update(self, done: int, total: int, current: str = "") -> None:
        """Draw, but not too often."""
        now = time.monotonic()
        if not self._live or (now < self._next and done < total):
            return
        self._next = now + _EVERY
        share = done / total if total else 1.0
        bar = ("#" * round(share * _BAR)).ljust(_BAR, "-")
        line = f"{self._what} [{bar}] {done}/{total}  {clean_line(current)}"
        room = shutil.get_terminal_size().columns - 1
        while cells(line) > room:
            line = line[:-1]
        self._draw(line)

    def _draw(self, line: str) -> None:
        width = cells(line)
        self._stream.write("\r" + line + " " * max(0, self._drawn - width))
        self._stream.flush()
        self._drawn = width
