"""One connection of a client: HTTP/1.1 written by hand, so that a reply can break it anywhere.

The only file of the package that touches sockets. Knows nothing of what is said.
"""

from __future__ import annotations

import json
import socket
import struct
import time
from http.server import BaseHTTPRequestHandler
from threading import Event

_STEP = 0.02  # seconds between two looks at whether the client is still there


class HungUpError(Exception):
    """The client closed its end before the reply was complete."""


class StoppingError(Exception):
    """The server is being stopped."""


class Connection:
    """What a reply is written on.

    Every method may raise `HungUpError` or `StoppingError`, which a reply lets pass.
    """

    def __init__(self, http: BaseHTTPRequestHandler, stopping: Event) -> None:
        self._http = http
        self._socket: socket.socket = http.connection
        self._stopping = stopping
        self.headers: dict[str, str] = {}

    def respond(self, status: int, body: bytes, content_type: str, **headers: str) -> None:
        """A whole response. Underscores in the names of headers stand for hyphens."""
        self._head(status, content_type, {"Content-Length": str(len(body)), **headers})
        self._write(body)

    def respond_json(self, status: int, payload: object, **headers: str) -> None:
        """A whole response whose body is this value as JSON."""
        self.respond(status, to_json(payload), "application/json", **headers)

    def respond_in_part(self, body: bytes, sent: int) -> None:
        """A response that announces all of `body`, of which `sent` bytes come; then a hang-up."""
        self._head(200, "application/json", {"Content-Length": str(len(body))})
        self._write(body[:sent])
        self.hang_up()

    def start(self, content_type: str = "text/event-stream; charset=utf-8") -> None:
        """Status and headers of a body whose length is not known: chunks follow."""
        self._head(200, content_type, {"Transfer-Encoding": "chunked", "Cache-Control": "no-cache"})

    def chunk(self, data: bytes) -> None:
        """One chunk of the body, exactly these bytes."""
        self._write(_framed(data))

    def event(self, payload: object) -> None:
        """One server-sent event: a JSON value, or a string taken as it is."""
        self.chunk(to_event(payload))

    def end(self, last: bytes = b"") -> None:
        """The end of the body, after these last bytes of it.

        One write: a client that hangs up on reading the last bytes has everything by then.
        """
        self._write((_framed(last) if last else b"") + b"0\r\n\r\n")

    def wait(self, seconds: float) -> None:
        """Let time pass. Ends at once when the server stops or the client hangs up."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if self._stopping.wait(min(left, _STEP)):
                raise StoppingError
            self._look()

    def hang_up(self) -> None:
        """Close the connection once the reply returns, whatever was promised."""
        self._http.close_connection = True

    def reset(self) -> None:
        """Close the connection now, with a TCP RST in place of a goodbye."""
        self._http.close_connection = True
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._http.rfile.close()  # it shares the socket, and keeps it open
        self._socket.close()

    def _head(self, status: int, content_type: str, headers: dict[str, str]) -> None:
        self._look()
        self._http.send_response(status)
        self._http.send_header("Content-Type", content_type)
        for name, value in {**headers, **self.headers}.items():
            self._http.send_header(name.replace("_", "-"), value)
        try:
            self._http.end_headers()
        except OSError as error:
            self._failed(error)

    def _write(self, data: bytes) -> None:
        self._look()
        try:
            self._http.wfile.write(data)
        except OSError as error:
            self._failed(error)

    def _look(self) -> None:
        """Raise if the client has gone. The first write after a hang-up would still succeed."""
        try:
            gone = not self._socket.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        except OSError as error:
            self._failed(error)
        if gone:
            self._failed(None)

    def _failed(self, error: OSError | None) -> None:
        self._http.close_connection = True
        if self._stopping.is_set():
            raise StoppingError from error
        raise HungUpError from error


def unused_port() -> int:
    """A port of 127.0.0.1 where nothing listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


def to_json(payload: object) -> bytes:
    """The value as OpenAI sends it: UTF-8, no spaces."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


def to_event(payload: object) -> bytes:
    """A server-sent event with this JSON value, or this string as it is, as its data."""
    return (
        b"data: " + (payload.encode() if isinstance(payload, str) else to_json(payload)) + b"\n\n"
    )


def _framed(data: bytes) -> bytes:
    """A chunk of an HTTP/1.1 chunked body (RFC 9112, section 7.1)."""
    return b"%x\r\n%b\r\n" % (len(data), data)
