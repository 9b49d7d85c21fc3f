"""One thing that Slack tells an app, and what became of it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Delivery:
    """An envelope. `ts` is the message it is about; `seconds` is how long the app took."""

    kind: str  # "events_api", "slash_commands" or "interactive"
    payload: dict[str, Any]
    ts: str = ""
    acknowledged: threading.Event = field(default_factory=threading.Event)
    answer: dict[str, Any] = field(default_factory=dict)
    seconds: float | None = None
    attempts: int = 0
