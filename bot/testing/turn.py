"""What a fault is written with."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.testing.connection import Connection
from bot.testing.replies import Says, Talk
from bot.testing.request import Request

if TYPE_CHECKING:
    from bot.testing.faults import Fault


class Turn(Talk):
    """One chat answer that goes wrong."""

    def __init__(self, fault: Fault, says: Says, request: Request, connection: Connection) -> None:
        super().__init__(says, request, connection)
        self.fault = fault

    def json(self, payload: object, status: int = 200, **headers: str) -> None:
        """This value as the whole response."""
        self.connection.respond_json(status, payload, **headers)

    def say_instead(self, says: Says) -> None:
        """A regular answer, this one."""
        says.answer(self.request, self.connection)

    def go_on(self) -> None:
        """Answer as if nothing were wrong."""
        (self.fault.then or self.says).answer(self.request, self.connection)


Writer = Callable[[Turn], None]


def named(*writers: Writer) -> dict[str, Writer]:
    """The writers of faults, each by its name."""
    return {getattr(writer, "__name__", ""): writer for writer in writers}
