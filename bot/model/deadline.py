"""The time that one answer may take, all of its calls and waits included."""

from __future__ import annotations

import time
from collections.abc import Callable

from bot.errors import DeadlineError


class Deadline:
    """A moment by which an answer must be done, on a clock that never goes back."""

    def __init__(self, seconds: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self._clock = clock
        self._end = clock() + seconds

    def remaining(self) -> float:
        """Seconds left; 0 when it is over."""
        return max(0.0, self._end - self._clock())

    def cancel(self) -> None:
        """End it now: nobody waits for the answer any more. Any thread may."""
        self._end = float("-inf")

    def error(self) -> DeadlineError:
        """What to raise when it is over."""
        return DeadlineError(
            f"the model had not finished after {self.seconds:g} seconds (DATELINE_DEADLINE)"
        )
