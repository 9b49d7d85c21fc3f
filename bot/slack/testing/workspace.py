"""What a workspace holds: messages, windows, Home tabs and statuses. Knows no protocol."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

TEAM, BOT_USER, BOT, APP = "T0000TEST", "U0000BOT", "B0000BOT", "A0000APP"
PERSON, CHANNEL, DIRECT = "U0000ADA", "C0000NEWS", "D0000ADA"


@dataclass(slots=True)
class Message:
    """One message. `streaming` while a stream of it is open; `only_for` names who alone sees it."""

    channel: str
    ts: str
    user: str
    thread: str = ""
    text: str = ""
    markdown: str = ""  # what was streamed
    blocks: list[dict[str, Any]] = field(default_factory=list)
    tasks: list[dict[str, Any]] = field(default_factory=list)
    streaming: bool = False
    began: float = 0.0
    only_for: str = ""
    updates: int = 0
    appends: int = 0

    @property
    def shown(self) -> str:
        """All text that a person reads in it."""
        parts = [self.markdown, *_texts(self.blocks)]
        return "\n".join(part for part in parts if part) or self.text

    def elements(self, kind: str) -> list[dict[str, Any]]:
        """Everything of this type in its blocks."""
        return [item for item in objects(self.blocks) if item.get("type") == kind]

    def value_of(self, action: str) -> str:
        """The value of the button with this action."""
        return next(str(e["value"]) for e in self.elements("button") if e["action_id"] == action)


class Workspace:
    """The state of one workspace. Every method is safe to call from any thread."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self.changed = threading.Condition()
        self.messages: list[Message] = []
        self.deleted: list[Message] = []
        self.views: list[dict[str, Any]] = []
        self.homes: dict[str, dict[str, Any]] = {}
        self.statuses: list[dict[str, Any]] = []

    def new_ts(self) -> str:
        """The next message's timestamp."""
        return f"1700000000.{next(self._numbers):06}"

    def add(self, message: Message) -> Message:
        """Add a message."""
        with self.changed:
            self.messages.append(message)
            self.changed.notify_all()
        return message

    def find(self, channel: str, ts: str) -> Message | None:
        """The message with this timestamp."""
        with self.changed:
            found = (m for m in self.messages if (m.channel, m.ts) == (channel, ts))
            return next(found, None)

    def delete(self, message: Message) -> None:
        """Delete a message."""
        with self.changed:
            self.messages.remove(message)
            self.deleted.append(message)
            self.changed.notify_all()

    def replies(self, thread: str) -> list[Message]:
        """The bot's messages in a thread that everybody sees, oldest first."""
        with self.changed:
            return [
                m
                for m in self.messages
                if m.thread == thread and m.user == BOT_USER and not m.only_for
            ]

    def asides(self) -> list[Message]:
        """The bot's messages that one person sees."""
        with self.changed:
            return [m for m in self.messages if m.only_for]

    def wait(self, condition: Callable[[], object], seconds: float) -> bool:
        """Whether `condition` holds, now or within so many seconds."""
        with self.changed:
            return bool(self.changed.wait_for(condition, seconds))

    def touch(self) -> None:
        """Tell who waits that something changed."""
        with self.changed:
            self.changed.notify_all()


def objects(value: object) -> Iterator[dict[str, Any]]:
    """All JSON objects inside a value, itself first."""
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from objects(item)
    elif isinstance(value, list):
        for item in value:
            yield from objects(item)


def _texts(blocks: list[dict[str, Any]]) -> list[str]:
    return [item["text"] for item in objects(blocks) if isinstance(item.get("text"), str)]
