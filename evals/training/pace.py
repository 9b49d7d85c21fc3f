"""How many threads to train with on a machine that others use too.

With all cores and one of them busy elsewhere, every parallel loop waits for its slowest thread:
8 times slower was measured (800 instead of 6,500 tokens/s, two cores, lowest priority). One
thread then keeps half of the speed.
"""

from __future__ import annotations

from collections import deque
from pathlib import Path

import torch

_LOAD = Path("/proc/loadavg")


class Pace:
    """Steps down to fewer threads when crowded out, and up again when the machine is quiet.

    Args:
        threads: the most to use; 1, or a system without ``/proc``, switches this off.
        floor: tokens/s under which all threads together count as crowded out.
        patience: quiet looks in a row before stepping up.
    """

    def __init__(self, threads: int, *, floor: float, patience: int = 6) -> None:
        self.most = threads if _LOAD.exists() else 1
        self.floor = floor
        self.quiet: deque[bool] = deque(maxlen=patience)
        self.threads = threads

    def after_step(self, speed: float) -> None:
        """Look at the last step's tokens/s and choose the threads of the next."""
        if self.most == 1:
            return
        if self.threads > 1:
            if speed < self.floor:
                self._use(1)
            return
        running = int(_LOAD.read_text().split()[3].split("/")[0])
        self.quiet.append(running <= 1)
        if all(self.quiet) and len(self.quiet) == self.quiet.maxlen:
            self._use(self.most)

    def _use(self, threads: int) -> None:
        self.threads = threads
        self.quiet.clear()
        torch.set_num_threads(threads)
