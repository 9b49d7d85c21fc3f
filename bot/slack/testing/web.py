"""The Web API over real HTTP, and the addresses that replies to commands are sent to."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs

from bot.slack.testing.methods import Methods, refused
from bot.slack.testing.rules import problems
from bot.slack.testing.workspace import BOT_USER, Message, Workspace
from bot.testing.listener import HOST, Listener

Payload = dict[str, Any]

_RESPONSES = 5  # replies that one address takes
_SCOPES = (
    "app_mentions:read,assistant:write,channels:history,chat:write,commands,groups:history,"
    "im:history"
)


@dataclass(frozen=True, slots=True)
class Call:
    """A call that an app made. `problems` is what Slack would refuse in it."""

    method: str
    payload: Payload
    problems: tuple[str, ...]
    at: float


@dataclass(slots=True)
class Fault:
    """How a method goes wrong: with an error of the API, a status, or no answer at all."""

    error: str = ""
    status: int = 200
    retry_after: int = 1
    times: int = 1
    hang_up: bool = False


class WebApi:
    """An HTTP server with Slack's methods."""

    def __init__(self, workspace: Workspace, methods: Methods, tokens: frozenset[str]) -> None:
        self._workspace, self._methods, self._tokens = workspace, methods, tokens
        self.calls: list[Call] = []
        self.faults: dict[str, Fault] = {}
        self.scopes = _SCOPES
        self.responses: dict[str, tuple[str, str, str]] = {}  # name -> channel, user, ts
        self._taken: dict[str, int] = {}
        self._lock = threading.Lock()
        self._listener = Listener(self._handle)
        self.base = f"http://{HOST}:{self._listener.server_port}"

    def stop(self) -> None:
        """Stop serving."""
        self._listener.stop()

    def _handle(self, http: BaseHTTPRequestHandler) -> None:
        body = http.rfile.read(int(http.headers.get("Content-Length") or 0))
        path = http.path.partition("?")[0]
        if path.startswith("/response/"):
            self._response(http, path.rpartition("/")[2], json.loads(body))
            return
        method = path.removeprefix("/api/")
        payload = _payload(http.headers.get("Content-Type", ""), body)
        wrong = tuple(problems(method, payload))
        with self._lock:
            self.calls.append(Call(method, payload, wrong, time.monotonic()))
            fault = self.faults.get(method)
            if fault is not None:
                fault.times -= 1
                if fault.times <= 0:
                    del self.faults[method]
        if fault is not None and fault.hang_up:
            http.close_connection = True
            return
        if fault is not None and fault.status != 200:
            _send(http, fault.status, {"ok": False, "error": "ratelimited"}, fault.retry_after)
            return
        if fault is not None and fault.error:
            _send(http, 200, refused(fault.error))
            return
        _send(http, 200, self._answered(http, method, payload, wrong), scopes=self.scopes)

    def _answered(
        self,
        http: BaseHTTPRequestHandler,
        method: str,
        payload: Payload,
        wrong: tuple[str, ...],
    ) -> Payload:
        token = http.headers.get("Authorization", "").removeprefix("Bearer ")
        known = token in self._tokens or token in self._methods.installed
        if not known and method != "oauth.v2.access":
            return refused("invalid_auth")
        if wrong:
            return refused(wrong[0].partition(":")[0])
        do = self._methods.methods.get(method)
        return do({**payload, "token": token}) if do else refused("unknown_method")

    def _response(self, http: BaseHTTPRequestHandler, name: str, payload: Payload) -> None:
        wrong = tuple(problems("response_url", payload))
        with self._lock:
            self.calls.append(Call("response_url", payload, wrong, time.monotonic()))
            self._taken[name] = self._taken.get(name, 0) + 1
            known = self.responses.get(name)
        if known is None or wrong or self._taken[name] > _RESPONSES:
            _send(http, 404, {"ok": False, "error": wrong[0] if wrong else "expired_url"})
            return
        channel, user, _ = known
        message = Message(
            channel, self._workspace.new_ts(), BOT_USER, text=payload.get("text") or ""
        )
        message.blocks = payload.get("blocks") or []
        message.only_for = "" if payload.get("response_type") == "in_channel" else user
        self._workspace.add(message)
        _send(http, 200, {"ok": True})


def _payload(kind: str, body: bytes) -> Payload:
    if kind.startswith("application/json"):
        return dict(json.loads(body or b"{}"))
    fields = {name: values[-1] for name, values in parse_qs(body.decode()).items()}
    return {n: json.loads(v) if n in {"blocks", "view"} else v for n, v in fields.items()}


def _send(
    http: BaseHTTPRequestHandler,
    status: int,
    payload: Payload,
    retry_after: int | None = None,
    scopes: str = "",
) -> None:
    body = json.dumps(payload).encode()
    http.send_response(status)
    http.send_header("Content-Type", "application/json")
    http.send_header("Content-Length", str(len(body)))
    if retry_after is not None:
        http.send_header("Retry-After", str(retry_after))
    if scopes:
        http.send_header("x-oauth-scopes", scopes)
    http.end_headers()
    http.wfile.write(body)
