"""Step 9. The language model: messages -> text, in pieces as they come. This file is the port.

A model writes text and nothing else: it has no tools, and what it writes is not shown before
`bot.readers` and `bot.citations` have been through it.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Protocol

from bot.model.deadline import Deadline
from bot.model.spending import Tally
from bot.prompts import Messages

__all__ = ["Deadline", "LanguageModel", "Messages", "Tally", "estimate_tokens"]


class LanguageModel(Protocol):
    """Writes replies."""

    @property
    def name(self) -> str:
        """The model's name, recorded in every answer that it has a part in."""
        ...

    def stream(self, messages: Messages, *, deadline: Deadline, tally: Tally) -> Generator[str]:
        """The reply, in pieces. Closing the generator ends the call and drops its connection.

        Args:
            tally: what the call took is added to it, also when it fails.

        Raises:
            ModelError: there is no usable reply, or none whole: it may come after some pieces.
        """
        ...


def estimate_tokens(text: str) -> int:
    """About how many tokens `text` has, rather too many: three bytes of UTF-8 count as one."""
    return len(text.encode("utf-8", "replace")) // 3 + 1
