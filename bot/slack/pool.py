"""The threads that answer, and the queue before them. Knows nothing of Slack.

Questions of one conversation are answered one after another, since each may lean on the one
before; of different ones side by side. Bolt's own pool has five threads and takes everything: a
button would wait behind five answers.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

Job = TypeVar("Job")


class Pool(Generic[Job]):
    """Works on jobs, in order, on threads of its own.

    Args:
        work: does one job; what it raises is its own affair and must not happen.
        turn: jobs with the same value are done one after another.
    """

    def __init__(
        self, work: Callable[[Job], None], *, turn: Callable[[Job], str], workers: int
    ) -> None:
        self._work = work
        self._turn = turn
        self._waiting: deque[Job] = deque()
        self._busy: dict[str, int] = {}
        self._changed = threading.Condition()
        self._closing = False
        self._threads = [
            threading.Thread(target=self._run, name=f"answer-{n}", daemon=True)
            for n in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    def put(self, job: Job) -> int:
        """Add a job. Returns how many must end before it begins: 0 if it begins at once."""
        with self._changed:
            ahead = self._ahead(self._turn(job))
            self._waiting.append(job)
            self._changed.notify_all()
            return ahead

    def close(self, *, seconds: float = 5.0) -> bool:
        """Begin nothing more, and wait for what is under way; whether all of it ended."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        end = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _ahead(self, turn: str) -> int:
        turns = [self._turn(job) for job in self._waiting]
        same = turns.count(turn) + (turn in self._busy)
        free = len(self._threads) - len(self._busy)
        beginning = len(set(turns) - self._busy.keys())  # as soon as a thread looks for work
        return same if free > beginning else max(same, len(turns) + 1 - free)

    def _run(self) -> None:
        while (job := self._next()) is not None:
            try:
                self._work(job)
            finally:
                with self._changed:
                    del self._busy[self._turn(job)]
                    self._changed.notify_all()

    def _next(self) -> Job | None:
        with self._changed:
            while not self._closing:
                for job in self._waiting:
                    if self._turn(job) not in self._busy:
                        self._waiting.remove(job)
                        self._busy[self._turn(job)] = threading.get_ident()
                        return job
                self._changed.wait()
            return None
