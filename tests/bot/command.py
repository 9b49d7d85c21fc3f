"""Runs `dateline` for tests: inside this process, in one of its own, or in a real terminal."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import NamedTuple

from bot.cli import main

ROOT = Path(__file__).parents[2]


class Ran(NamedTuple):
    """How a run ended."""

    code: int
    out: str
    err: str


def dateline(*arguments: str | Path, stdin: bytes = b"") -> Ran:
    """Run the command line in this process, with pipes for its streams."""
    out, err = (TextIOWrapper(BytesIO(), "utf-8", write_through=True) for _ in range(2))
    before, sys.stdin = sys.stdin, TextIOWrapper(BytesIO(stdin), "utf-8")
    try:
        with redirect_stdout(out), redirect_stderr(err):
            code = main([str(argument) for argument in arguments])
    finally:
        sys.stdin = before
    written = [stream.buffer.getvalue().decode("utf-8") for stream in (out, err)]
    return Ran(code, *written)


def environment(**extra: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **extra}


def process(*arguments: str | Path, **options: object) -> subprocess.Popen[bytes]:
    """Start `python -m bot` with pipes."""
    settings = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(
        [sys.executable, "-m", "bot", *map(str, arguments)],
        env=environment(),
        cwd=ROOT,
        **(settings | options),  # type: ignore[arg-type]
    )


TMUX = shutil.which("tmux")


class Screen:
    """A terminal of 100 columns in tmux, with a shell in it."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket

    def type(self, *keys: str) -> None:
        """Press keys: text as it is, and names such as "Enter" or "C-c"."""
        self._tmux("send-keys", *keys)

    def shows(self, text: str, *, times: int = 1, seconds: float = 30) -> str:
        """Wait until the screen holds `text`; return the whole screen, styles and all."""
        until = time.monotonic() + seconds
        while True:
            seen = self._tmux("capture-pane", "-e", "-J", "-p", "-S", "-500")
            if seen.count(text) >= times:
                return seen
            assert time.monotonic() < until, f"the screen never showed {text!r}:\n{seen}"
            time.sleep(0.1)

    def _tmux(self, *arguments: str) -> str:
        command = _tmux(self._socket, *arguments)
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _tmux(socket: Path, *arguments: str) -> list[str]:
    """A tmux command for the server at `socket`, which reads nobody's configuration."""
    assert TMUX is not None
    return [TMUX, "-S", str(socket), "-f", "/dev/null", *arguments]


@contextmanager
def screen(folder: Path, **variables: str) -> Iterator[Screen]:
    """Open a terminal whose shell knows `dateline` and has these environment variables."""
    start = folder / "start.sh"
    exports = "".join(f"export {name}='{value}'\n" for name, value in variables.items())
    start.write_text(
        f"PS1='$ '\ncd '{ROOT}'\n{exports}export PYTHONUTF8=1\n"
        f"dateline() {{ '{sys.executable}' -m bot \"$@\"; }}\n"
    )
    command = f"bash --noprofile --rcfile '{start}' -i"
    opening = ["new-session", "-d", "-x", "100", "-y", "50", command]
    with tempfile.TemporaryDirectory(prefix="tmux-") as place:  # a socket's path must be short
        socket = Path(place) / "socket"
        subprocess.run(_tmux(socket, *opening), check=True)
        try:
            opened = Screen(socket)
            opened.shows("$")
            yield opened
        finally:
            subprocess.run(_tmux(socket, "kill-server"), check=False)
