"""What Slack allows in one message or view, and what one person or channel may ask of us.

Slack's numbers are from https://docs.slack.dev/reference/block-kit and the methods' own pages.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable

MESSAGE = 11_000  # characters of a message; Slack cuts or refuses somewhat above
UPDATE_TEXT = 4_000  # characters of `text` in chat.update
RICH_TEXT = 3_000  # characters of one rich_text block of ours
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
TITLE = 24  # characters of a modal's title, submit and close
BUTTON = 75
METADATA = 3_000  # characters of private_metadata
INPUT = 3_000  # characters of a text field
FLUSH = 0.7  # seconds between two additions to a stream; 100 a minute are allowed
UPDATE = 1.5  # seconds between two chat.update of one message; 50 a minute are allowed

_MINUTE = 60.0


class Rates:
    """How often people and channels may ask in any minute. Safe to share between threads.

    Args:
        person: questions a minute of one person, over all channels.
        channel: questions a minute in one channel, of all people.
    """

    def __init__(
        self, *, person: int, channel: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = {"person": person, "channel": channel}
        self._clock = clock
        self._asked: dict[tuple[str, str], deque[float]] = defaultdict(deque)
        self._lock = threading.Lock()

    def wait(self, *, person: str, channel: str) -> int:
        """0 if a question may be asked now, and then it counts; else in how many seconds."""
        now = self._clock()
        with self._lock:
            times = {
                name: self._recent(name, key, now)
                for name, key in (("person", person), ("channel", channel))
            }
            waits = [
                recent[-self._most[name]] + _MINUTE - now
                for name, recent in times.items()
                if len(recent) >= self._most[name]
            ]
            if waits:
                return max(1, round(max(waits)))
            for recent in times.values():
                recent.append(now)
            return 0

    def _recent(self, name: str, key: str, now: float) -> deque[float]:
        recent = self._asked[name, key]
        while recent and recent[0] <= now - _MINUTE:
            recent.popleft()
        return recent
