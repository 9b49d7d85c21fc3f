"""Signs requests as Slack does: https://docs.slack.dev/authentication/verifying-requests-from-slack"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlencode

from bot.slack.testing.delivery import Delivery


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The signature of a body."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def signed_headers(
    secret: str, body: bytes, *, at: float | None = None, kind: str = "events_api"
) -> dict[str, str]:
    """The headers of a request with this body, sent at a Unix time, by default now."""
    stamp = str(int(time.time() if at is None else at))
    form = "application/x-www-form-urlencoded"
    return {
        "Content-Type": "application/json" if kind == "events_api" else form,
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": sign(secret, stamp, body),
    }


def body_of(delivery: Delivery) -> bytes:
    """A delivery as the body of an HTTP request."""
    if delivery.kind == "events_api":
        return json.dumps(delivery.payload).encode()
    fields: dict[str, Any] = delivery.payload
    if delivery.kind == "interactive":
        fields = {"payload": json.dumps(delivery.payload)}
    return urlencode(fields).encode()
