"""The line to a model's server, which can be hung up from another thread.

A thread that waits for a server's next byte does so until its read times out. Whoever stops an
answer wants the server to know at once: it may be busy, or paid by the token.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import suppress
from contextvars import ContextVar
from typing import Any

_OPENED = ("connect_tcp.complete", "start_tls.complete")
_BOTH_WAYS = 2  # SHUT_RDWR of shutdown(2)


class Line:
    """The connection of one call, from before it is made."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: Any = None
        self._hung_up = False

    @property
    def hung_up(self) -> bool:
        """Whether nobody listens any more."""
        return self._hung_up

    def hang_up(self) -> None:
        """End the call. A thread that is reading from the line reads its end."""
        with self._lock:
            self._hung_up = True
            self._shut()

    def use(self) -> None:
        """Note the connections that this thread opens from now on, by `watch`, as this line's."""
        _CURRENT.set(self)

    def opened(self, event: str, told: Mapping[str, Any]) -> None:
        """Take in what the HTTP library tells of its steps (its extension "trace")."""
        if not event.endswith(_OPENED):
            return
        with self._lock:
            self._socket = told["return_value"].get_extra_info("socket")
            if self._hung_up:
                self._shut()

    def _shut(self) -> None:
        if self._socket is not None:
            with suppress(OSError):  # it is closed already
                self._socket.shutdown(_BOTH_WAYS)


_CURRENT: ContextVar[Line | None] = ContextVar("line", default=None)


def watch(request: Any) -> None:
    """Prepare a request of the HTTP library, so that the line it goes out on can be hung up."""
    line = _CURRENT.get()
    if line is not None:
        request.extensions["trace"] = line.opened
        request.headers["connection"] = "close"  # one call a connection: its line is known
