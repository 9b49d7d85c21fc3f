"""Slack's HTTP requests: what is not signed by Slack, or is old, never reaches Bolt.

Bolt checks signatures too, but fails on what no Slack sends: a timestamp that is no number, a
signature that is not ASCII, a missing secret. A replay within the five minutes is signed, and is
stopped by the claim. https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from slack_bolt import App, BoltRequest
from slack_bolt.response import BoltResponse

PATH = "/slack/events"

_WINDOW = 300  # seconds, as Slack recommends
_LARGEST = 2**20  # bytes of a body; Slack's payloads are some kilobytes

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class SignedRequests:
    """An ASGI application (https://asgi.readthedocs.io) that gives Bolt what Slack has signed.

    Raises:
        ValueError: there is no secret, with which anybody could sign.
    """

    def __init__(self, app: App, secret: str, *, clock: Callable[[], float] = time.time) -> None:
        if not secret:
            raise ValueError("a signing secret is needed")
        self._app = app
        self._secret = secret.encode()
        self._clock = clock
        flow = app.oauth_flow
        self._visits: dict[str, Callable[[BoltRequest], BoltResponse]] = {}
        if flow is not None:  # pages that a person's browser opens, which nobody can sign
            self._visits[flow.install_path] = flow.handle_installation
            self._visits[flow.redirect_uri_path] = flow.handle_callback

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] == "http":
            status, headers, body = await self._answer(scope, receive)
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": body})

    async def _answer(
        self, scope: Scope, receive: Receive
    ) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        if scope["method"] == "GET" and (visit := self._visits.get(scope["path"])):
            return await self._visited(scope, visit)
        if scope["path"] != PATH:
            return 404, [], b""
        if scope["method"] != "POST":
            return 405, [(b"allow", b"POST")], b""
        body = await _read(receive)
        return (413, [], b"") if body is None else await self._taken(scope, body)

    async def _taken(
        self, scope: Scope, body: bytes
    ) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        """What Slack sends."""
        headers = [(name.lower(), value) for name, value in scope["headers"]]
        if not self._signed(headers, body):
            return 401, [], b""
        try:
            text = body.decode()
        except UnicodeDecodeError:
            return 400, [], b""
        decoded = {n.decode("latin-1"): [v.decode("latin-1")] for n, v in headers}
        request = BoltRequest(body=text, headers=dict(decoded))
        answered = await asyncio.to_thread(self._app.dispatch, request)
        return answered.status, _headers(answered), answered.body.encode()

    async def _visited(
        self, scope: Scope, visit: Callable[[BoltRequest], BoltResponse]
    ) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        """A page of the installation."""
        headers = {n.decode("latin-1").lower(): [v.decode("latin-1")] for n, v in scope["headers"]}
        query = scope["query_string"].decode("latin-1")
        request = BoltRequest(body="", query=query, headers=dict(headers))
        answered = await asyncio.to_thread(visit, request)
        return answered.status, _headers(answered), answered.body.encode()

    def _signed(self, headers: list[tuple[bytes, bytes]], body: bytes) -> bool:
        """Whether Slack signed this body, within the last five minutes."""
        stamps = [v for n, v in headers if n == b"x-slack-request-timestamp"]
        signatures = [v for n, v in headers if n == b"x-slack-signature"]
        if len(stamps) != 1 or len(signatures) != 1:
            return False
        stamp = stamps[0]
        if not stamp.isdigit() or len(stamp) > 12 or abs(self._clock() - int(stamp)) > _WINDOW:
            return False
        digest = hmac.new(self._secret, b"v0:" + stamp + b":" + body, hashlib.sha256)
        return hmac.compare_digest(b"v0=" + digest.hexdigest().encode(), signatures[0])


async def _read(receive: Receive) -> bytes | None:
    """The whole body; None if it is too large."""
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        more = bool(message.get("more_body"))
        if len(body) > _LARGEST:
            return None
    return body


async def _lifespan(receive: Receive, send: Send) -> None:
    while (message := await receive())["type"] != "lifespan.shutdown":
        await send({"type": f"{message['type']}.complete"})
    await send({"type": "lifespan.shutdown.complete"})


def _headers(answered: BoltResponse) -> list[tuple[bytes, bytes]]:
    return [
        (name.lower().encode("latin-1"), str(value).encode("latin-1"))
        for name, values in answered.headers.items()
        for value in values
    ]
