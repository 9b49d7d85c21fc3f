"""What is going on, on one line of stderr. Nothing is drawn unless stderr is a terminal."""

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


class StatusLine:
    """One line that is drawn over and over. Used as a context manager, it leaves no trace."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.live = stream.isatty()
        self._drawn = 0  # columns of what is on the screen

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.clear()

    def show(self, text: str) -> None:
        """Draw `text` in place of what was there, cut to the terminal's width."""
        if not self.live:
            return
        line = clean_line(text)
        room = shutil.get_terminal_size().columns - 1
        while cells(line) > room:
            line = line[:-1]
        self._draw(line)

    def clear(self) -> None:
        """Take away what was drawn."""
        if self._drawn:
            self._draw("")
            self._stream.write("\r")
            self._stream.flush()

    def _draw(self, line: str) -> None:
        width = cells(line)
        self._stream.write("\r" + line + " " * max(0, self._drawn - width))
        self._stream.flush()
        self._drawn = width


class ProgressBar(StatusLine):
    """Shows how far something is."""

    def __init__(self, stream: TextIO, what: str) -> None:
        super().__init__(stream)
        self._what = what
        self._next = 0.0

    def ingested(self, progress: IngestProgress) -> None:
        """Take a report of an ingest."""
        self.update(progress.done, progress.total, progress.current)

    def update(self, done: int, total: int, current: str = "") -> None:
        """Draw, but not too often."""
        now = time.monotonic()
        if not self.live or (now < self._next and done < total):
            return
        self._next = now + _EVERY
        share = done / total if total else 1.0
        bar = ("#" * round(share * _BAR)).ljust(_BAR, "-")
        self.show(f"{self._what} [{bar}] {done}/{total}  {clean_line(current)}")
