"""A real HTTP server on loopback that speaks OpenAI's protocol and says what it is told to."""

from __future__ import annotations

import json
import socketserver
import sys
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from bot.testing.connection import Connection, HungUpError, StoppingError, unused_port
from bot.testing.embeddings import Embeds
from bot.testing.payloads import error_of
from bot.testing.replies import Models, Reply
from bot.testing.request import Request

Script = Reply | Sequence[Reply] | Callable[[Request], Reply]

_HOST = "127.0.0.1"
_JOIN = 5.0  # seconds; a thread ends within milliseconds once its connection is closed


class ModelServer:
    """A server of a model, for the length of a `with` block.

    Args:
        reply: what is said to chat requests. One reply for all; a sequence with one for each
            request, the last of them repeated; or a function of the request.
        embeddings: the same for embeddings requests.
        models: the names that `GET /v1/models` lists.

    Raises:
        Exception: on leaving the block, what a function given as `reply` raised, if the block
            itself raised nothing. The client was answered 500.
    """

    def __init__(
        self,
        reply: Script,
        *,
        embeddings: Script | None = None,
        models: Sequence[str] = ("scripted",),
    ) -> None:
        self._scripts = {
            ("POST", "/v1/chat/completions"): _chooser(reply),
            ("POST", "/v1/embeddings"): _chooser(embeddings or Embeds()),
            ("GET", "/v1/models"): _chooser(Models(models)),
        }
        self._changed = threading.Condition()
        self._requests: list[Request] = []
        self._counts: Counter[tuple[str, str]] = Counter()
        self._dropped = 0
        self._failures: list[Exception] = []
        self._stopping = threading.Event()
        self._listener: _Listener | None = None
        self.base_url = ""

    @property
    def requests(self) -> list[Request]:
        """The requests so far, in the order in which they were read. A copy."""
        with self._changed:
            return list(self._requests)

    @property
    def dropped(self) -> int:
        """How many clients hung up while a reply to them was being written, or was waiting."""
        with self._changed:
            return self._dropped

    def wait_until_dropped(self, count: int = 1, *, within: float = 5.0) -> bool:
        """Whether at least `count` clients have hung up, now or in the next `within` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: self._dropped >= count, within)

    def __enter__(self) -> Self:
        self._listener = _Listener(self)
        self.base_url = f"http://{_HOST}:{self._listener.server_port}/v1"
        threading.Thread(target=self._listener.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopping.set()
        if self._listener is not None:
            self._listener.stop()
        if error is None and self._failures:
            raise self._failures[0]

    def handle(self, http: BaseHTTPRequestHandler) -> None:
        """Record a request and write the reply to it. Called by the server's threads."""
        connection = Connection(http, self._stopping)
        try:
            body = _read_json(http)
            request = self._record(http, body if isinstance(body, dict) else {})
            connection.headers["x-request-id"] = f"req_{request.number}"
            if body is None:
                message = "We could not parse the JSON body of your request."
                connection.respond_json(400, error_of(message))
            else:
                self._reply(request, connection)
        except HungUpError:
            with self._changed:
                self._dropped += 1
                self._changed.notify_all()
        except StoppingError:
            http.close_connection = True

    def _record(self, http: BaseHTTPRequestHandler, body: dict[str, Any]) -> Request:
        headers = {name.lower(): value for name, value in http.headers.items()}
        endpoint = (http.command, http.path.partition("?")[0])
        with self._changed:
            self._counts[endpoint] += 1
            request = Request(self._counts[endpoint], http.command, http.path, headers, body)
            self._requests.append(request)
        return request

    def _reply(self, request: Request, connection: Connection) -> None:
        script = self._scripts.get((request.method, request.endpoint))
        if script is None:
            message = f"Invalid URL ({request.method} {request.path})"
            connection.respond_json(404, error_of(message))
            return
        try:
            reply = script(request)
        except Exception as error:
            with self._changed:
                self._failures.append(error)
            message = f"the script of this server failed: {error!r}"
            connection.respond_json(500, error_of(message, kind="server_error"))
            return
        reply.answer(request, connection)


def connection_refused() -> str:
    """A base URL at which nothing listens."""
    return f"http://{_HOST}:{unused_port()}/v1"


class _Handler(BaseHTTPRequestHandler):
    """Reads requests off one connection."""

    server: _Listener
    protocol_version = "HTTP/1.1"  # with 1.0, a cut stream would look like a complete one
    server_version = "dateline"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self.server.model.handle(self)

    def do_POST(self) -> None:
        self.server.model.handle(self)

    def log_message(self, format: str, *args: object) -> None:
        """Write nothing: `ModelServer.requests` is the log."""


class _Listener(ThreadingHTTPServer):
    """Accepts connections, a thread for each, and can close them all."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, model: ModelServer) -> None:
        self.model = model
        self._open: dict[threading.Thread, Any] = {}
        super().__init__((_HOST, 0), _Handler)

    def server_bind(self) -> None:
        """Without the look-up of the host's name that `HTTPServer` does here."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]

    def process_request(self, request: Any, client_address: Any) -> None:
        thread = threading.Thread(
            target=self.process_request_thread, args=(request, client_address), daemon=True
        )
        self._open[thread] = request
        thread.start()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client may break off at any time; anything else is a mistake of ours, and is shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def stop(self) -> None:
        """Accept no more, close every connection, and see the threads end."""
        self.shutdown()
        self.server_close()
        for connection in self._open.values():
            with suppress(OSError):
                connection.shutdown(2)
        for thread in self._open:
            thread.join(_JOIN)


def _chooser(script: Script) -> Callable[[Request], Reply]:
    """The function that picks the reply to a request."""
    if isinstance(script, Reply):
        return lambda _: script
    if isinstance(script, Sequence):
        replies = list(script)
        if not replies:
            raise ValueError("a server needs at least one reply")
        return lambda request: replies[min(request.number, len(replies)) - 1]
    return script


def _read_json(http: BaseHTTPRequestHandler) -> Any:
    """The JSON object that was sent, {} if nothing was, None if it was something else."""
    data = http.rfile.read(int(http.headers.get("Content-Length") or 0))
    if not data:
        return {}
    try:
        body = json.loads(data)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None
