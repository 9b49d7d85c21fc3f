"""Socket Mode over a real websocket: hello, envelopes, acknowledgements, disconnects.

An envelope goes to one of the sockets that are open, as Slack does it. One that is not
acknowledged in time is sent again, with the number of the retry.
https://docs.slack.dev/apis/events-api/using-socket-mode
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from contextlib import suppress

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve

from bot.slack.testing.delivery import Delivery
from bot.testing.listener import HOST

ACK_SECONDS = 3.0
RETRIES = 3
_BOTH_WAYS = 2  # SHUT_RDWR of shutdown(2)


class Sockets:
    """A websocket server that delivers to the apps that are connected."""

    def __init__(self) -> None:
        self.ack_seconds = ACK_SECONDS
        self.opened = 0
        self._open: list[ServerConnection] = []
        self._waiting: dict[str, tuple[Delivery, float]] = {}
        self._changed = threading.Condition()
        self._turn = 0
        self._server: Server = serve(self._serve, HOST, 0, compression=None)
        self.url = f"ws://{HOST}:{self._server.socket.getsockname()[1]}/link"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close all sockets, and take no more."""
        self._server.shutdown()
        for socket in list(self._open):
            socket.close()
        self._thread.join(5)

    def wait(self, count: int = 1, *, seconds: float = 10.0) -> bool:
        """Whether at least `count` sockets are open, now or within so many seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self._open) >= count, seconds)

    def wait_opened(self, count: int, *, seconds: float = 10.0) -> bool:
        """Whether at least `count` sockets were opened in all, and one is open, likewise."""
        with self._changed:
            return self._changed.wait_for(
                lambda: self.opened >= count and bool(self._open), seconds
            )

    def deliver(self, delivery: Delivery) -> Delivery:
        """Send an envelope until it is acknowledged; give up after three retries."""
        for attempt in range(RETRIES + 1):
            self.send(delivery, attempt)
            if delivery.acknowledged.wait(self.ack_seconds):
                break
        return delivery

    def send(self, delivery: Delivery, attempt: int = 0) -> None:
        """Send an envelope once, to the next socket."""
        envelope = str(uuid.uuid4())
        message = {
            "envelope_id": envelope,
            "type": delivery.kind,
            "payload": delivery.payload,
            "accepts_response_payload": delivery.kind != "events_api",
            "retry_attempt": attempt,
            "retry_reason": "timeout" if attempt else "",
        }
        delivery.attempts += 1
        with self._changed:
            self._waiting[envelope] = (delivery, time.monotonic())
            sockets = list(self._open)
            self._turn += 1
        for socket in sockets[self._turn % len(sockets) :] + sockets if sockets else []:
            with suppress(ConnectionClosed):
                socket.send(json.dumps(message))
                return

    def refresh(self) -> None:
        """Ask every app to connect anew, as Slack does every few hours."""
        for socket in list(self._open):
            with suppress(ConnectionClosed):
                socket.send(json.dumps({"type": "disconnect", "reason": "refresh_requested"}))

    def cut(self) -> None:
        """Drop every connection without a word."""
        for socket in list(self._open):
            with suppress(OSError):
                socket.socket.shutdown(_BOTH_WAYS)

    def _serve(self, socket: ServerConnection) -> None:
        with self._changed:  # who has read the hello is sent everything that follows
            socket.send(json.dumps({"type": "hello", "num_connections": len(self._open) + 1}))
            self._open.append(socket)
            self.opened += 1
            self._changed.notify_all()
        try:
            for message in socket:
                self._acknowledge(json.loads(message))
        except ConnectionClosed:
            pass
        finally:
            with self._changed:
                self._open.remove(socket)
                self._changed.notify_all()

    def _acknowledge(self, message: dict[str, object]) -> None:
        with self._changed:
            delivery, sent = self._waiting.pop(str(message.get("envelope_id")), (None, 0.0))
        if delivery is None or delivery.acknowledged.is_set():
            return
        delivery.seconds = time.monotonic() - sent
        payload = message.get("payload")
        delivery.answer = payload if isinstance(payload, dict) else {}
        delivery.acknowledged.set()
