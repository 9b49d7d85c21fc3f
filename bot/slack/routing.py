"""A payload of Slack -> what is asked, or None where nothing is. Pure.

Bots are never answered, nor are edits and deletions: whoever edits a question asks it again.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from bot.slack.fmt import as_said

Place = Literal["thread", "ephemeral"]

# What a message of a person is; every other subtype tells of something that happened.
_SUBTYPES = frozenset({None, "thread_broadcast", "file_share"})


@dataclass(frozen=True, slots=True)
class Ask:
    """A question that was asked in Slack, and where its answer belongs.

    `thread` is the message that the thread hangs on. `keys` are the names under which Slack may
    deliver the same question again. `response_url` is where a reply that one person sees is sent.
    """

    team: str
    channel: str
    user: str
    text: str
    keys: tuple[str, ...]
    thread: str = ""
    direct: bool = False  # in a conversation with the bot alone
    place: Place = "thread"
    response_url: str = ""

    @property
    def conversation(self) -> str:
        """The conversation's id in the ledger."""
        return conversation(self.team, self.channel, self.thread)

    def to_json(self) -> str:
        """As text, for the ledger."""
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Ask:
        """Read it back.

        Raises:
            ValueError: it is none, or one of a newer version.
        """
        try:
            value = json.loads(text)
            return cls(**{**value, "keys": tuple(value["keys"])})
        except (TypeError, KeyError) as error:
            raise ValueError(f"this is no question: {error}") from error


def conversation(team: str, channel: str, thread: str) -> str:
    """The id in the ledger of the conversation in a thread."""
    return f"slack:{team}:{channel}:{thread}"


def channel_key(team: str, channel: str) -> str:
    """A channel's name in the ledger."""
    return f"slack:{team}:{channel}"


def mention(body: Mapping[str, Any], *, bot_user: str) -> Ask | None:
    """Somebody wrote @dateline."""
    return _from_message(body, bot_user)


def message(body: Mapping[str, Any], *, bot_user: str) -> Ask | None:
    """Somebody wrote to the bot alone; or, in a channel, without mentioning it.

    Whether the latter is a question, the channel's settings and the thread say: see `is_reply`.
    """
    event = body.get("event") or {}
    direct = event.get("channel_type") == "im"
    if not direct and f"<@{bot_user}>" in (event.get("text") or ""):
        return None  # comes as app_mention too
    return _from_message(body, bot_user)


def is_reply(ask: Ask, body: Mapping[str, Any]) -> bool:
    """Whether a message stands in somebody's thread."""
    event = body.get("event") or {}
    return bool(event.get("thread_ts")) and ask.thread != event.get("ts")


def command(body: Mapping[str, Any], *, bot_user: str) -> Ask:
    """Somebody wrote /news."""
    team, channel, user = (_text(body, f"{name}_id") for name in ("team", "channel", "user"))
    return Ask(
        team=team,
        channel=channel,
        user=user,
        text=as_said(_text(body, "text"), bot_user=bot_user),
        keys=(f"trigger:{_text(body, 'trigger_id')}",),
        place="ephemeral",
        response_url=_text(body, "response_url"),
    )


def stopped(body: Mapping[str, Any]) -> str | None:
    """The conversation in which somebody pressed Stop."""
    event = body.get("event") or {}
    channel, thread = _text(event, "channel"), _text(event, "thread_ts")
    return conversation(team_of(body), channel, thread) if channel and thread else None


def team_of(body: Mapping[str, Any]) -> str:
    """The workspace that a payload comes from."""
    team = body.get("team_id") or body.get("team") or ""
    return str(team.get("id", "")) if isinstance(team, Mapping) else str(team)


def _from_message(body: Mapping[str, Any], bot_user: str) -> Ask | None:
    event = cast("Mapping[str, Any]", body.get("event") or {})
    by_bot = event.get("bot_id") or event.get("bot_profile") or event.get("user") == bot_user
    if by_bot or event.get("edited") or event.get("hidden"):
        return None
    if event.get("subtype") not in _SUBTYPES or not event.get("user") or not event.get("ts"):
        return None
    team, channel, ts = team_of(body), _text(event, "channel"), _text(event, "ts")
    keys = [f"message:{team}:{channel}:{ts}"]
    if body.get("event_id"):
        keys.append(f"event:{body['event_id']}")
    return Ask(
        team=team,
        channel=channel,
        user=_text(event, "user"),
        text=as_said(_text(event, "text"), bot_user=bot_user),
        keys=tuple(keys),
        thread=_text(event, "thread_ts") or ts,
        direct=event.get("channel_type") == "im" or channel.startswith("D"),
    )


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""
