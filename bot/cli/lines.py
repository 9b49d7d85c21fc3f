"""Lines that a person types into the chat, with history; or standard input, read plainly."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from bot.cli.terminal import Terminal

PROMPT = "> "


def read_lines(terminal: Terminal, state: Path) -> Iterator[str]:
    """Lines as a person types them, with history; or standard input where that is no terminal.

    Ctrl-C at the prompt drops the line, Ctrl-D ends the iteration.
    """
    if not (sys.stdin.isatty() and terminal.live):
        for line in sys.stdin.buffer:
            yield line.decode("utf-8", "replace")
        return
    from prompt_toolkit import PromptSession
    from prompt_toolkit.history import FileHistory, History, InMemoryHistory

    history: History = InMemoryHistory()
    try:
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = state / "chat-history"
        file.touch(mode=0o600)
        history = FileHistory(str(file))
    except OSError as error:
        terminal.note(f"this chat's history is not kept: {state}: {error.strerror}")
    session: PromptSession[str] = PromptSession(history=history)
    while True:
        try:
            yield session.prompt(PROMPT)
        except KeyboardInterrupt:
            terminal.note("Ctrl-D or /quit leaves the chat")
        except EOFError:
            return
