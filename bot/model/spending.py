"""What calls of a language model take: tokens, and money where prices are known.

The cap holds for the process, not for one answer: a loop that asks ten thousand questions stops
there. The most a call could cost is reserved before it is made, so that calls side by side cannot
pass the cap together; what it did cost replaces the reservation.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from bot.errors import NotConfiguredError, SpendCapError
from bot.types import Usage


@dataclass(frozen=True, slots=True)
class Prices:
    """US dollars for a million tokens."""

    tokens_in: float
    tokens_out: float

    def cost(self, tokens_in: int, tokens_out: int) -> float:
        """US dollars for so many tokens."""
        return (tokens_in * self.tokens_in + tokens_out * self.tokens_out) / 1e6


class Tally:
    """Adds up what the calls for one answer took."""

    def __init__(self) -> None:
        self.requests = 0
        self.tokens_in = 0
        self.tokens_out = 0
        self.cost: float | None = None

    def add(self, tokens_in: int, tokens_out: int, cost: float | None) -> None:
        """Count the tokens of a call."""
        self.tokens_in += tokens_in
        self.tokens_out += tokens_out
        if cost is not None:
            self.cost = (self.cost or 0.0) + cost

    @property
    def usage(self) -> Usage | None:
        """For the answer's record; None if no request was made."""
        if not self.requests:
            return None
        cost = None if self.cost is None else round(self.cost, 8)
        return Usage(self.requests, self.tokens_in, self.tokens_out, cost)


class Purse:
    """What this process has spent and reserved. Threads may share one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._gone = 0.0  # spent and reserved, US dollars

    @property
    def spent(self) -> float:
        """US dollars spent, and reserved for calls that are under way."""
        return self._gone

    def reserve(self, amount: float, *, cap: float) -> None:
        """Set `amount` aside.

        Raises:
            SpendCapError: more than `cap` would be gone.
        """
        with self._lock:
            if self._gone + amount > cap:
                raise SpendCapError(
                    f"this call could cost ${amount:.4f}, and of the ${cap:g} that this process "
                    f"may spend, ${max(cap - self._gone, 0):.4f} is left (DATELINE_SPEND_CAP)"
                )
            self._gone += amount

    def settle(self, reserved: float, cost: float) -> None:
        """Replace a reservation by what the call did cost."""
        with self._lock:
            self._gone += cost - reserved


PROCESS = Purse()


@dataclass(frozen=True, slots=True)
class Budget:
    """Prices and the cap that one model is called under."""

    prices: Prices | None = None
    cap: float | None = None
    purse: Purse = PROCESS

    def __post_init__(self) -> None:
        if self.cap is not None and self.prices is None:
            raise NotConfiguredError(
                "a spend cap needs prices: set DATELINE_PRICE_IN and DATELINE_PRICE_OUT, in US "
                "dollars for a million tokens"
            )

    def reserve(self, tokens_in: int, tokens_out: int) -> float:
        """Set aside what a call could cost; returns how much.

        Raises:
            SpendCapError: that would pass the cap.
        """
        if self.prices is None or self.cap is None:
            return 0.0
        amount = self.prices.cost(tokens_in, tokens_out)
        self.purse.reserve(amount, cap=self.cap)
        return amount

    def settle(self, reserved: float, tokens_in: int, tokens_out: int) -> float | None:
        """Book what a call took; returns its cost, None without prices."""
        if self.prices is None:
            return None
        cost = self.prices.cost(tokens_in, tokens_out)
        self.purse.settle(reserved, cost)
        return cost
