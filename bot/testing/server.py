"""A real HTTP server on loopback that speaks OpenAI's protocol and says what it is told to."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Any, Self

from bot.testing.connection import Connection, HungUpError, StoppingError, unused_port
from bot.testing.embeddings import Embeds
from bot.testing.listener import HOST, Listener
from bot.testing.payloads import error_of
from bot.testing.replies import Models, Reply
from bot.testing.request import Request

Script = Reply | Sequence[Reply] | Callable[[Request], Reply]

CHAT, EMBEDDINGS, MODELS = "/v1/chat/completions", "/v1/embeddings", "/v1/models"


class ModelServer:
    """A server of a model, for the length of one `with` block.

    Attributes:
        base_url: "http://127.0.0.1:PORT/v1", within the block.

    Args:
        reply: what is said to chat requests. One reply for all; a sequence with one for each
            request, the last of them repeated; or a function of the request.
        embeddings: the same for embeddings requests.
        models: the names that `GET /v1/models` lists.

    Raises:
        ValueError: the sequence is empty.
        Exception: on leaving a block that raised nothing itself, what a function given as `reply`
            raised. The client was answered 500.
    """

    def __init__(
        self,
        reply: Script,
        *,
        embeddings: Script | None = None,
        models: Sequence[str] = ("scripted",),
    ) -> None:
        self.base_url = ""
        self._scripts = {
            ("POST", CHAT): _chooser(reply),
            ("POST", EMBEDDINGS): _chooser(Embeds() if embeddings is None else embeddings),
            ("GET", MODELS): _chooser(Models(models)),
        }
        self._requests: list[Request] = []
        self._counts: Counter[tuple[str, str]] = Counter()
        self._dropped = 0
        self._failures: list[Exception] = []
        self._changed = threading.Condition()  # guards the four above
        self._stopping = threading.Event()
        self._listener: Listener | None = None

    @property
    def requests(self) -> list[Request]:
        """The requests so far, in the order in which they were read. A copy."""
        with self._changed:
            return list(self._requests)

    @property
    def dropped(self) -> int:
        """How many clients hung up while a reply to them was being written, or was waiting.

        A reply without delays may be in the network's buffers, whole, before the client hangs up:
        nobody is dropped then.
        """
        with self._changed:
            return self._dropped

    def wait_until_dropped(self, count: int = 1, *, within: float = 5.0) -> bool:
        """Whether at least `count` clients have hung up, now or in the next `within` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: self._dropped >= count, within)

    def __enter__(self) -> Self:
        self._listener = Listener(self._handle)
        self.base_url = f"http://{HOST}:{self._listener.server_port}/v1"
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

    def _handle(self, http: BaseHTTPRequestHandler) -> None:
        connection = Connection(http, self._stopping)
        try:
            self._answer(http, connection)
        except HungUpError:
            with self._changed:
                self._dropped += 1
                self._changed.notify_all()
        except StoppingError:
            connection.hang_up()
        except Exception as error:  # a mistake in a reply: shown to whoever runs the server
            self._fail(error)
            connection.hang_up()

    def _answer(self, http: BaseHTTPRequestHandler, connection: Connection) -> None:
        body = _read_body(http)
        request = self._record(http, body or {})
        connection.headers["x-request-id"] = f"req_{request.number}"
        script = self._scripts.get((request.method, request.endpoint))
        if script is None:
            message = f"Invalid URL ({request.method} {request.path})"
            connection.respond_json(404, error_of(message))
        elif (wrong := _wrong_with(request, body)) is not None:
            connection.respond_json(400, wrong)
        else:
            self._choose(script, request).answer(request, connection)

    def _choose(self, script: Callable[[Request], Reply], request: Request) -> Reply:
        try:
            return script(request)
        except Exception as error:
            self._fail(error)
            return _ScriptFailed(error)

    def _record(self, http: BaseHTTPRequestHandler, body: Mapping[str, Any]) -> Request:
        headers = {name.lower(): value for name, value in http.headers.items()}
        endpoint = (http.command, http.path.partition("?")[0])
        with self._changed:
            self._counts[endpoint] += 1
            request = Request(self._counts[endpoint], http.command, http.path, headers, body)
            self._requests.append(request)
        return request

    def _fail(self, error: Exception) -> None:
        with self._changed:
            self._failures.append(error)


def connection_refused() -> str:
    """A base URL at which nothing listens."""
    return f"http://{HOST}:{unused_port()}/v1"


class _ScriptFailed:
    """500, with what the function raised."""

    def __init__(self, error: Exception) -> None:
        self._message = f"the script of this server failed: {error!r}"

    def answer(self, request: Request, connection: Connection) -> None:  # noqa: ARG002  (the port)
        connection.respond_json(500, error_of(self._message, kind="server_error"))


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


def _read_body(http: BaseHTTPRequestHandler) -> dict[str, Any] | None:
    """The JSON object that was sent, {} if nothing was, None if it was something else."""
    data = http.rfile.read(int(http.headers.get("Content-Length") or 0))
    try:
        body = json.loads(data or b"{}")
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _wrong_with(request: Request, body: dict[str, Any] | None) -> object:
    """The error to send for a request that no model could answer; None for all others."""
    if body is None:
        return error_of("We could not parse the JSON body of your request.")
    if request.method == "POST" and not request.model:
        return error_of("you must provide a model parameter")
    if request.endpoint == CHAT and not request.messages:
        return error_of("Missing required parameter: 'messages'.", param="messages")
    return None
