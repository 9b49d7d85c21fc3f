"""Scripted models: they read the prompt, and answer from the sentences in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.testing.replies import Reply, Says
from bot.testing.request import Request

_NUMBERED = re.compile(r"^\[([0-9]{1,9})\] (.*)$", re.MULTILINE)


def sentences_in(request: Request) -> dict[int, str]:
    """The numbered sentences of the last user message, in its order.

    A sentence is a line that begins with its number in brackets: `[12] The bridge was closed.`
    Of two lines with one number, the first counts.
    """
    found: dict[int, str] = {}
    for number, sentence in _NUMBERED.findall(request.last("user")):
        found.setdefault(int(number), sentence.rstrip("\r"))
    return found


@dataclass(frozen=True, slots=True)
class Quoting:
    """A model that answers from the numbered sentences of its prompt. Give it to `ModelServer`.

    Attributes:
        write: makes the answer out of the sentences by number: its text, or a reply.
        chunks: how a text is cut, as in `Says`.
        delay: seconds before each piece of a text.
    """

    write: Callable[[dict[int, str]], str | Reply]
    chunks: int | None = None
    delay: float = 0.0

    def __call__(self, request: Request) -> Reply:
        """The reply to this request."""
        written = self.write(sentences_in(request))
        if isinstance(written, str):
            return Says(written, chunks=self.chunks, delay=self.delay)
        return written
