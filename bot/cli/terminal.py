"""Where the command line writes: results to stdout, everything else to stderr."""

from __future__ import annotations

import shutil
import sys
from typing import TextIO

from bot.render.layout import Piece, lay_out
from bot.render.sanitise import clean, clean_line
from bot.settings import Display

_NARROWEST, _WIDEST = 40, 100  # columns; longer lines are hard to read


class Terminal:
    """The process's own stdout and stderr, with what they can show."""

    def __init__(self, display: Display | None = None) -> None:
        wanted = (display or Display.from_environment()).color
        self.out: TextIO = sys.stdout
        self.err: TextIO = sys.stderr
        self.live = self.out.isatty()  # a person watches
        self.color = self.live and wanted
        for stream in (self.out, self.err):
            # A dash must not end the program where the locale cannot write one.
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")

    @property
    def width(self) -> int | None:
        """Columns to wrap at; None if stdout is no terminal."""
        return self._columns() if self.live else None

    def _columns(self) -> int:
        return max(_NARROWEST, min(_WIDEST, shutil.get_terminal_size().columns))

    def show(self, rendered: str) -> None:
        """Write what `bot.render` made, which is clean already, and a newline."""
        self.out.write(rendered + "\n")
        self.out.flush()

    def say(self, text: str) -> None:
        """Write text of any origin, and a newline."""
        self.show(clean(text))

    def note(self, message: str) -> None:
        """Write `dateline: message` to stderr, on one line; on a terminal, wrapped."""
        line = f"dateline: {clean_line(message)}"
        if self.err.isatty():
            line = lay_out([Piece(line)], width=self._columns(), indent="  ")
        self.err.write(f"{line}\n")
        self.err.flush()
