"""What people do in Slack, as the payloads that an app gets to see. Pure but for counting."""

from __future__ import annotations

import itertools
from typing import Any

from bot.slack.testing.workspace import APP, BOT_USER, CHANNEL, DIRECT, PERSON, TEAM

Payload = dict[str, Any]

_numbers = itertools.count(1)


def event(inner: Payload) -> Payload:
    """The envelope of the Events API around an event."""
    return {
        "type": "event_callback",
        "team_id": TEAM,
        "api_app_id": APP,
        "event_id": f"Ev{next(_numbers):06}",
        "event_time": 1_700_000_000,
        "authorizations": [{"team_id": TEAM, "user_id": BOT_USER, "is_bot": True}],
        "event": inner,
    }


def mention(text: str, ts: str, **extra: Any) -> Payload:
    """`@dateline text` in a channel."""
    said = {"type": "app_mention", "text": f"<@{BOT_USER}> {text}", "ts": ts, "event_ts": ts}
    return event({"user": PERSON, "channel": CHANNEL, "team": TEAM, **said, **extra})


def message(text: str, ts: str, **extra: Any) -> Payload:
    """A message in a channel that mentions nobody."""
    said = {"type": "message", "text": text, "ts": ts, "event_ts": ts}
    place = {"channel": CHANNEL, "channel_type": "channel"}
    return event({"user": PERSON, **place, **said, **extra})


def direct_message(text: str, ts: str, **extra: Any) -> Payload:
    """A message to the bot alone."""
    return message(text, ts, **{"channel": DIRECT, "channel_type": "im", **extra})


def command(text: str, response_url: str, **extra: str) -> Payload:
    """`/news text`."""
    return {
        "command": "/news",
        "text": text,
        "team_id": TEAM,
        "channel_id": CHANNEL,
        "user_id": PERSON,
        "api_app_id": APP,
        "trigger_id": f"trigger.{next(_numbers)}",
        "response_url": response_url,
        **extra,
    }


def press(action: str, value: str, response_url: str, **extra: Any) -> Payload:
    """A press on a button."""
    pressed = {"action_id": action, "value": value, "type": "button", "block_id": "b"}
    return {**_interaction("block_actions", response_url), "actions": [pressed], **extra}


def shortcut(text: str, ts: str, response_url: str) -> Payload:
    """“Ask Dateline about this” on a message."""
    about = {"text": text, "ts": ts, "user": PERSON, "type": "message"}
    return {
        **_interaction("message_action", response_url),
        "callback_id": "ask_about",
        "message": about,
        "message_ts": ts,
    }


def submission(view: Payload, values: dict[str, Payload]) -> Payload:
    """A window is sent. `values` are by the names of its fields."""
    state = {"values": {name: {"value": value} for name, value in values.items()}}
    sent = {**_interaction("view_submission", ""), "view": {**view, "state": state}}
    del sent["channel"]
    return sent


def _interaction(kind: str, response_url: str) -> Payload:
    return {
        "type": kind,
        "team": {"id": TEAM, "domain": "test"},
        "user": {"id": PERSON, "team_id": TEAM},
        "channel": {"id": CHANNEL, "name": "news"},
        "api_app_id": APP,
        "trigger_id": f"trigger.{next(_numbers)}",
        "response_url": response_url,
        "container": {"type": "message"},
    }
