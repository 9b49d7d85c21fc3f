"""The log of `dateline slack run`: lines on stderr without secrets or control characters."""

from __future__ import annotations

import logging
import re
import sys

from bot.render.sanitise import clean_line
from bot.settings import Display

# Tokens, and the addresses that let whoever knows them answer a command or open a socket.
_SECRET = re.compile(r"xox[a-z]*-[\w-]+|xapp-[\w-]+|(?<=ticket=)[\w-]+|hooks\.slack\.com/\S+")


class _Lines(logging.Formatter):
    """One line a record; tracebacks only where they were asked for."""

    def __init__(self, *, debug: bool) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")
        self._debug = debug

    def format(self, record: logging.LogRecord) -> str:
        line = self._line(record)
        if self._debug and record.exc_info:
            trace = self.formatException(record.exc_info)
            line += "".join("\n  " + redacted(each) for each in trace.splitlines())
        return line

    def _line(self, record: logging.LogRecord) -> str:
        record.message = record.getMessage()
        record.asctime = self.formatTime(record)
        return redacted(self.formatMessage(record))


def redacted(text: str) -> str:
    """`text` on one line, without secrets."""
    return clean_line(_SECRET.sub("(secret)", text))


def log_to_stderr() -> None:
    """Let what the bot and the libraries it uses report appear on stderr."""
    display = Display.from_environment()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines(debug=display.debug))
    root = logging.getLogger("dateline.slack")
    root.handlers[:] = [handler]
    root.setLevel(logging.DEBUG if display.debug else logging.INFO)
    root.propagate = False
    for name in ("bolt", "api"):  # their debug records hold whole payloads
        logging.getLogger(f"dateline.slack.{name}").setLevel(logging.WARNING)
