"""Step 9. The language model: messages -> text, in pieces as they come. This file is the port.

A model writes text and nothing else: it has no tools, and what it writes is not shown before
`bot.readers` and `bot.citations` have been through it.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import closing
from typing import Protocol

from bot.model.deadline import Deadline
from bot.model.spending import Tally
from bot.prompts import Messages

__all__ = ["Deadline", "LanguageModel", "Messages", "Tally", "ask_briefly", "estimate_tokens"]

_LONGEST = 20_000  # characters of a brief reply that are read, thoughts included
_THOUGHTS = re.compile(r"\A\s*<(think|thinking|reasoning)>.*?</\1>", re.S)


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


def ask_briefly(
    model: LanguageModel, messages: Messages, *, deadline: Deadline, tally: Tally
) -> str:
    """A reply that should be a line, whole and without its thoughts; of an endless one, a part.

    Raises:
        ModelError: as `LanguageModel.stream`.
    """
    reply = ""
    with closing(model.stream(messages, deadline=deadline, tally=tally)) as pieces:
        for piece in pieces:
            reply += piece
            if len(reply) > _LONGEST:
                break
    return _THOUGHTS.sub("", reply[:_LONGEST]).strip()


def estimate_tokens(text: str) -> int:
    """About how many tokens `text` has, rather too many: three bytes of UTF-8 count as one."""
    return len(text.encode("utf-8", "replace")) // 3 + 1
