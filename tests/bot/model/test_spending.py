"""What calls take is counted, and the cap holds however many are made side by side."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.errors import NotConfiguredError, SpendCapError
from bot.model import Tally
from bot.model.spending import Budget, Prices, Purse
from bot.types import Usage

PRICES = Prices(2.0, 8.0)


def test_prices_are_for_a_million_tokens() -> None:
    """1,000 in at $2 and 500 out at $8: 0.002 + 0.004."""
    assert PRICES.cost(1_000, 500) == pytest.approx(0.006)
    assert Prices(0, 0).cost(10**9, 10**9) == 0


def test_a_tally_adds_up_calls() -> None:
    """No request, no usage; no prices, no cost."""
    tally = Tally()
    assert tally.usage is None
    tally.requests += 1
    tally.add(100, 20, None)
    assert tally.usage == Usage(1, 100, 20, None)
    tally.requests += 1
    tally.add(50, 5, 0.25)
    assert tally.usage == Usage(2, 150, 25, 0.25)


def test_a_reservation_is_replaced_by_the_cost() -> None:
    budget = Budget(PRICES, cap=0.01, purse=Purse())
    reserved = budget.reserve(1_000, 1_000)
    assert reserved == pytest.approx(0.01)
    assert budget.purse.spent == pytest.approx(0.01)
    with pytest.raises(
        SpendCapError, match=r"could cost \$0\.0100,.* \$0\.01 .* \$0\.0000 is left"
    ):
        budget.reserve(1_000, 1_000)
    assert budget.settle(reserved, 1_000, 0) == pytest.approx(0.002)
    assert budget.purse.spent == pytest.approx(0.002)
    budget.reserve(1_000, 700)


def test_without_a_cap_costs_are_counted_all_the_same() -> None:
    budget = Budget(PRICES, purse=Purse())
    assert budget.reserve(10**9, 10**9) == 0
    assert budget.settle(0, 1_000, 500) == pytest.approx(0.006)
    assert budget.purse.spent == pytest.approx(0.006)


def test_without_prices_there_are_no_costs() -> None:
    budget = Budget(purse=Purse())
    assert budget.settle(budget.reserve(5, 5), 5, 5) is None
    assert budget.purse.spent == 0


def test_a_cap_without_prices_is_not_configured() -> None:
    with pytest.raises(NotConfiguredError, match="DATELINE_PRICE_IN and DATELINE_PRICE_OUT"):
        Budget(cap=1.0)


def test_models_of_one_process_share_its_purse() -> None:
    assert Budget(PRICES).purse is Budget(Prices(1, 1)).purse


def test_calls_side_by_side_cannot_pass_the_cap_together() -> None:
    """Forty threads want a cent each of ten: ten get one, and no more than ten are ever out."""
    budget = Budget(Prices(10_000, 0), cap=0.1, purse=Purse())  # a cent a token
    start = threading.Barrier(40)

    def call(_: int) -> bool:
        start.wait()
        try:
            budget.reserve(1, 0)
        except SpendCapError:
            return False
        assert budget.purse.spent <= 0.1 + 1e-9
        return True

    with ThreadPoolExecutor(40) as pool:
        granted = sum(pool.map(call, range(40)))
    assert granted == 10
    assert budget.purse.spent == pytest.approx(0.1)


def test_settling_from_many_threads_loses_nothing() -> None:
    budget = Budget(Prices(1e6, 0), cap=1e9, purse=Purse())

    def call(_: int) -> None:
        for _ in range(200):
            budget.settle(budget.reserve(3, 0), 1, 0)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(call, range(8)))
    assert budget.purse.spent == pytest.approx(8 * 200)
