"""Everything that can go wrong with a model, each by a name.

The faults themselves are in `refusals` (an error instead of an answer), `breaks` (an answer that is
late, cut or damaged) and `oddities` (an answer that is complete, and not what was hoped for).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from bot.testing import breaks, oddities, refusals
from bot.testing.connection import Connection
from bot.testing.replies import Reply, Says
from bot.testing.request import Request
from bot.testing.turn import Turn

_WRITERS = {**refusals.WRITERS, **breaks.WRITERS, **oddities.WRITERS}

FAULTS: Mapping[str, str] = MappingProxyType(
    {name: " ".join((writer.__doc__ or "").split()) for name, writer in _WRITERS.items()}
)
"""What happens on the wire, by the name of the fault."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A reply that goes wrong in one way; `FAULTS` says how. For streams and whole answers alike.

    Attributes:
        name: a name in `FAULTS`.
        text: what is said before the fault, or around it.
        chunks: how a stream cuts the text, as in `Says`.
        delay: seconds before each piece of the text; between the drops of `slow_drip` (0: 0.05).
        seconds: of silence (`slow_headers`, `stall`), or what `Retry-After` says.
        times: how many requests to the endpoint go wrong before `then` answers. None: all.
        then: the reply where nothing goes wrong. None: the text is said.
        kind: what `slow_drip` lets fall: characters of the text again and again, or comments. A
            whole answer drips spaces, which JSON allows.

    Raises:
        ValueError: there is no fault of this name.
    """

    name: str
    text: str = "The bridge was closed on Tuesday."
    chunks: int | tuple[str, ...] | None = None
    delay: float = 0.0
    seconds: float = 30.0
    times: int | None = None
    then: Reply | None = None
    kind: Literal["text", "comments"] = "text"

    def __post_init__(self) -> None:
        if self.name not in FAULTS:
            raise ValueError(f"no fault is named {self.name!r}; there are: {', '.join(FAULTS)}")

    def answer(self, request: Request, connection: Connection) -> None:
        """Go wrong."""
        says = Says(self.text, chunks=self.chunks, delay=self.delay)
        turn = Turn(self, says, request, connection)
        if self.times is not None and request.number > self.times:
            turn.go_on()
        else:
            _WRITERS[self.name](turn)
