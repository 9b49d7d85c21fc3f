"""What Slack must know of the app: a manifest, https://docs.slack.dev/reference/app-manifest.

The files in `manifests/` are what `dateline slack manifest` prints.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bot.errors import UsageError

FOLDER = Path(__file__).parent / "manifests"
_PLACEHOLDER = "https://your-server.example"


def manifest(http: str | None = None) -> str:
    """The manifest as JSON text: for Socket Mode; with `http`, for requests to that address.

    Raises:
        UsageError: `http` is no https address, which Slack demands.
    """
    if http is None:
        return (FOLDER / "socket.json").read_text(encoding="utf-8").rstrip("\n")
    if not http.startswith("https://"):
        raise UsageError(f"{http!r} is no address that Slack takes: it must begin with https://")
    text = (FOLDER / "http.json").read_text(encoding="utf-8").rstrip("\n")
    return text.replace(_PLACEHOLDER, json.dumps(http.rstrip("/"))[1:-1])


def scopes() -> frozenset[str]:
    """All scopes that the app asks for."""
    return frozenset(json.loads(manifest())["oauth_config"]["scopes"]["bot"])


def required() -> tuple[frozenset[str], frozenset[str]]:
    """The scopes and the events that the bot cannot do without."""
    asked: dict[str, Any] = json.loads(manifest())
    optional = asked["oauth_config"]["scopes"].get("bot_optional", [])
    scopes = set(asked["oauth_config"]["scopes"]["bot"]) - set(optional)
    events = set(asked["settings"]["event_subscriptions"]["bot_events"])
    return frozenset(scopes), frozenset(events - {"message.channels", "message.groups"})
