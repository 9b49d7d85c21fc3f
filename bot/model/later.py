"""A language model that is made when it is first asked: its library takes seconds to load."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator

from bot.model import Deadline, LanguageModel, Messages, Tally


class LaterModel:
    """Implements `LanguageModel` with what `make` returns. Threads may share one."""

    def __init__(self, name: str, make: Callable[[], LanguageModel]) -> None:
        self.name = name
        self._make = make
        self._lock = threading.Lock()
        self._made: LanguageModel | None = None

    def stream(self, messages: Messages, *, deadline: Deadline, tally: Tally) -> Generator[str]:
        """As `LanguageModel.stream`.

        Raises:
            NotConfiguredError: as the making of the model raises it.
        """
        with self._lock:
            if self._made is None:
                self._made = self._make()
        yield from self._made.stream(messages, deadline=deadline, tally=tally)
