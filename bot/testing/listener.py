"""Accepts connections and reads requests off them. Knows nothing of models."""

from __future__ import annotations

import socketserver
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HOST = "127.0.0.1"

_POLL = 0.01  # seconds between two looks at whether to stop
_JOIN = 5.0  # seconds; a thread ends within milliseconds once its connection is closed
_BOTH_WAYS = 2  # SHUT_RDWR of shutdown(2)


class Listener(ThreadingHTTPServer):
    """An HTTP/1.1 server on a free port of loopback, a daemon thread for each connection.

    Args:
        handle: called with each request, on the thread of its connection.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, handle: Callable[[BaseHTTPRequestHandler], None]) -> None:
        self.handle = handle
        self._open: dict[threading.Thread, Any] = {}
        super().__init__((HOST, 0), _Requests)
        self._loop = threading.Thread(target=self.serve_forever, args=(_POLL,), daemon=True)
        self._loop.start()

    def stop(self) -> None:
        """Accept no more, close every connection, and see the threads end."""
        self.shutdown()
        self.server_close()
        for connection in self._open.values():
            with suppress(OSError):  # closed already
                connection.shutdown(_BOTH_WAYS)
        for thread in (self._loop, *self._open):
            thread.join(_JOIN)

    def server_bind(self) -> None:
        """Without the look-up of the host's name that `HTTPServer` does here."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.server_address[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        """Start a thread for a connection, and remember both."""
        thread = threading.Thread(
            target=self.process_request_thread, args=(request, client_address), daemon=True
        )
        self._open[thread] = request
        thread.start()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client may break off at any time; anything else is a mistake of ours, and is shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Requests(BaseHTTPRequestHandler):
    """Reads requests off one connection."""

    server: Listener
    protocol_version = "HTTP/1.1"  # with 1.0, a cut stream would look like a complete one
    server_version = "dateline"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self.server.handle(self)

    def do_POST(self) -> None:
        self.server.handle(self)

    def log_message(self, format: str, *args: object) -> None:
        """Write nothing: `ModelServer.requests` is the log."""
