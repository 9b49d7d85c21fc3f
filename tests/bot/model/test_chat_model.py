"""A call of a model: its retries, its deadline, its honest end, and what it books."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bot.errors import (
    DeadlineError,
    ModelError,
    ModelRefusedError,
    ModelReplyError,
    ModelUnreachableError,
    SpendCapError,
)
from bot.model import Deadline, Messages, Tally
from bot.model.build import build_model
from bot.model.chat import ChatModel
from bot.model.spending import Budget, Prices, Purse
from bot.settings import Settings
from bot.testing import Connection, Fault, ModelServer, Request, Says

ASKED = Messages("Answer. " * 20, "What was closed?")
TEXT = "The bridge was closed on Tuesday."


def model_at(server: ModelServer, budget: Budget | None = None) -> ChatModel:
    model = build_model(Settings.load({"DATELINE_BASE_URL": server.base_url}))
    if budget is not None:
        model.budget = budget
    return model


def read(
    server: ModelServer,
    *,
    seconds: float = 30,
    tally: Tally | None = None,
    budget: Budget | None = None,
) -> str:
    stream = model_at(server, budget).stream(
        ASKED, deadline=Deadline(seconds), tally=tally or Tally()
    )
    return "".join(stream)


def at(moments: Sequence[float], number: int) -> float:
    """Seconds between two requests."""
    return moments[number] - moments[number - 1]


# -- trying again -------------------------------------------------------------------------------


def test_a_failure_that_may_pass_is_tried_again_twice() -> None:
    """After half a second and after a second, give or take a fifth."""
    moments: list[float] = []

    def reply(_: Request) -> Fault:
        moments.append(time.monotonic())
        return Fault("server_error")

    tally = Tally()
    with (
        ModelServer(reply) as server,
        pytest.raises(ModelUnreachableError, match="failed"),
    ):
        read(server, tally=tally)
    assert len(moments) == 3
    assert at(moments, 1) >= 0.4
    assert at(moments, 2) >= 0.8
    assert tally.requests == 3
    assert (tally.tokens_in, tally.tokens_out) == (0, 0)


def test_the_third_try_may_succeed() -> None:
    with ModelServer([Fault("server_error"), Fault("rate_limited"), Says(TEXT)]) as server:
        assert read(server) == TEXT
        assert len(server.requests) == 3


def test_retry_after_is_waited_for() -> None:
    moments: list[float] = []

    def reply(request: Request) -> Any:
        moments.append(time.monotonic())
        return Fault("rate_limited_retry_after", seconds=1.5, times=1, then=Says(TEXT))

    with ModelServer(reply) as server:
        assert read(server) == TEXT
    assert at(moments, 1) >= 1.5


@pytest.mark.parametrize("seconds", [30.0, 1e9, -5.0])
def test_no_wait_is_begun_that_the_deadline_would_end(seconds: float) -> None:
    """What the server says is a wish: the deadline counts. Nonsense is no wish."""
    began = time.monotonic()
    with (
        ModelServer(Fault("rate_limited_retry_after", seconds=seconds)) as server,
        pytest.raises(ModelUnreachableError, match="429"),
    ):
        read(server, seconds=5)
    assert time.monotonic() - began < 15


def test_a_deadline_that_is_over_makes_no_request() -> None:
    tally = Tally()
    with ModelServer(Says(TEXT)) as server:
        with pytest.raises(DeadlineError, match="after 0 seconds"):
            read(server, seconds=0, tally=tally)
        assert server.requests == []
    assert tally.usage is None


@pytest.mark.parametrize(
    "name",
    ["unauthorized", "forbidden", "not_found", "context_length", "insufficient_quota"],
)
def test_what_will_not_pass_is_not_tried_again(name: str) -> None:
    with ModelServer(Fault(name)) as server:
        with pytest.raises(ModelRefusedError):
            read(server)
        assert len(server.requests) == 1


@pytest.mark.parametrize("name", ["hang_up", "reset", "midstream_error", "half_event"])
def test_once_text_has_come_nothing_is_tried_again(name: str) -> None:
    """A second reply would be another one; what came is kept."""
    came = []
    with ModelServer(Fault(name, TEXT)) as server:
        with pytest.raises(ModelReplyError):
            for text in model_at(server).stream(ASKED, deadline=Deadline(30), tally=Tally()):
                came.append(text)
        assert len(server.requests) == 1
    assert "".join(came) == TEXT or name == "reset"  # a reset may overtake what was sent


def test_stream_options_are_left_out_once_they_were_refused() -> None:
    """It costs no retry, and is remembered."""
    fault = Fault("bad_request_stream_options", TEXT)
    with ModelServer(fault) as server:
        model = model_at(server)
        for _ in range(2):
            replies = model.stream(ASKED, deadline=Deadline(30), tally=Tally())
            assert "".join(replies) == TEXT
        sent = ["stream_options" in request.body for request in server.requests]
    assert sent == [True, False, False]


# -- the end ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["duplicate_finish", "after_finish", "azure_preamble", "comments"])
def test_what_a_reply_says_is_what_came_before_its_end(name: str) -> None:
    with ModelServer(Fault(name, TEXT)) as server:
        assert read(server) == TEXT


class Sends:
    """A stream of these chunks."""

    def __init__(self, *chunks: object) -> None:
        self._chunks = chunks

    def answer(self, request: Request, connection: Connection) -> None:
        connection.start()
        for chunk in self._chunks:
            connection.event(chunk)
        connection.end(b"data: [DONE]\n\n")


def chunk(delta: object, finish: str | None = None, **more: object) -> dict[str, object]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    head = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "tiny"}
    return {**head, "choices": [choice], **more}


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
@pytest.mark.parametrize(
    "sent",
    [
        *[[], {}, 7, "null", '"text"', '{"choices": 3}', '{"choices": [3]}', '{"choices": [{}]}'],
        chunk(None, "stop"),
        chunk({"content": {"a": 1}}, "stop"),
        chunk({"content": [1, 2]}, "stop"),
        chunk({"role": "tool", "content": "x"}, "stop"),
        chunk({"role": "function", "content": "x"}, "stop"),
        chunk({"content": "x"}, "no_such_reason"),
        chunk({"content": "x"}, "stop", usage="many"),
        chunk({"content": "x"}, "stop", usage={"prompt_tokens": "x", "completion_tokens": []}),
        chunk({"content": "x", "tool_calls": [{"index": None}]}, "tool_calls"),
        {"error": {"message": "no\nmore", "code": 7}},
        {"error": "no more"},
        "{" * 50_000,
    ],
    ids=lambda sent: str(sent)[:40],
)
def test_chunks_of_any_shape_end_in_our_errors(sent: object) -> None:
    """Never in one of a library: IndexError, TypeError, KeyError, ValidationError, …"""
    with ModelServer(Sends(sent)) as server:
        try:
            read(server)
        except ModelError as error:
            assert "\n" not in str(error)
            assert 10 < len(str(error)) < 300


@pytest.mark.parametrize("reported", [(-500, -500), (0, 0), (10**12, 3)])
def test_what_a_server_says_it_used_never_lowers_what_was_spent(reported: tuple[int, int]) -> None:
    """A negative count would be money for a broken, or a dishonest, server to make."""
    budget = Budget(Prices(1, 1), cap=1e9, purse=Purse())
    with ModelServer(Says(TEXT, usage=reported)) as server:
        tally = Tally()
        read(server, tally=tally, budget=budget)
    assert tally.tokens_in >= 0
    assert budget.purse.spent >= 0


# -- stopping -----------------------------------------------------------------------------------


def test_the_deadline_ends_a_reply_that_never_does() -> None:
    began = time.monotonic()
    with ModelServer(Fault("slow_drip", TEXT)) as server:
        with pytest.raises(DeadlineError, match=r"after 1\.5 seconds"):
            read(server, seconds=1.5)
        assert server.wait_until_dropped()
    assert 1.5 <= time.monotonic() - began < 10


@pytest.mark.parametrize("name", ["stall", "slow_headers"])
def test_closing_hangs_up_on_a_silent_server(name: str) -> None:
    """And its reading thread ends."""
    with ModelServer(Fault(name, TEXT)) as server:
        reply = model_at(server).stream(ASKED, deadline=Deadline(30), tally=Tally())
        if name == "stall":
            next(reply)
        else:
            reader = threading.Thread(target=lambda: list(_until_error(server)))
            reader.start()
            reader.join(20)
            assert not reader.is_alive()
        reply.close()
        assert server.wait_until_dropped()


def _until_error(server: ModelServer) -> Any:
    with pytest.raises(DeadlineError):
        read(server, seconds=1)
    yield None


def test_calls_side_by_side_do_not_hang_up_on_each_other() -> None:
    """One model for all threads; every third caller leaves early."""
    says = Says(TEXT, delay=0.01)
    with ModelServer(says) as server:
        model = model_at(server)

        def call(number: int) -> str:
            reply = model.stream(ASKED, deadline=Deadline(60), tally=Tally())
            if number % 3 == 0:
                text = next(reply)
                reply.close()
                return text
            return "".join(reply)

        with ThreadPoolExecutor(12) as pool:
            replies = list(pool.map(call, range(36)))
    assert [reply == TEXT for reply in replies] == [number % 3 != 0 for number in range(36)]


# -- money --------------------------------------------------------------------------------------


def test_usage_is_what_the_server_says() -> None:
    tally, budget = Tally(), Budget(Prices(1, 10), cap=1.0, purse=Purse())
    with ModelServer(Says(TEXT, usage=(321, 45))) as server:
        read(server, tally=tally, budget=budget)
    assert (tally.tokens_in, tally.tokens_out) == (321, 45)
    assert tally.cost == pytest.approx((321 + 450) / 1e6)
    assert budget.purse.spent == pytest.approx(tally.cost)


@pytest.mark.parametrize(
    ("name", "reads", "writes"),
    [
        ("hang_up", True, True),
        ("midstream_error", True, True),
        ("slow_headers", True, False),
        ("html_200", True, False),
        ("server_error", False, False),
        ("unauthorized", False, False),
        ("hang_up_headers", False, False),
    ],
)
def test_what_failed_is_booked_if_the_model_may_have_worked(
    name: str, reads: bool, writes: bool
) -> None:
    """By estimates: rather too much than too little. The reservation is given back."""
    tally, budget = Tally(), Budget(Prices(1, 10), cap=1.0, purse=Purse())
    with ModelServer(Fault(name, TEXT)) as server, pytest.raises(ModelError):
        read(server, seconds=3, tally=tally, budget=budget)
    assert (tally.tokens_in > 0, tally.tokens_out > 0) == (reads, writes)
    assert budget.purse.spent == pytest.approx(tally.cost or 0.0)


def test_a_caller_who_leaves_pays_for_what_was_asked() -> None:
    tally, budget = Tally(), Budget(Prices(1, 10), cap=1.0, purse=Purse())
    with ModelServer(Fault("stall", TEXT)) as server:
        reply = model_at(server, budget).stream(ASKED, deadline=Deadline(30), tally=tally)
        next(reply)
        reply.close()
    assert tally.tokens_in > 0
    assert budget.purse.spent == pytest.approx(tally.cost)


def test_the_cap_holds_for_calls_side_by_side() -> None:
    """Twenty at once, and money for four: four are made."""
    prices = Prices(0, 1_000)  # a dollar for the 1,000 tokens of an answer
    budget = Budget(prices, cap=4.5, purse=Purse())
    with ModelServer(Fault("slow_headers", TEXT, seconds=1.5)) as server:
        model = model_at(server, budget)

        def call(_: int) -> bool:
            try:
                list(model.stream(ASKED, deadline=Deadline(30), tally=Tally()))
            except SpendCapError:
                return False
            return True

        with ThreadPoolExecutor(20) as pool:
            assert sum(pool.map(call, range(20))) == 4
        assert len(server.requests) == 4
    assert budget.purse.spent < 0.1
