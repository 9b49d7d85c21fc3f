"""The server: what it records, which reply it picks, and how it ends."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import openai
import pytest
from openai.types import Model

from bot.testing import Fault, ModelServer, Request, Says, connection_refused
from tests.bot.testing.raw import ASKED, STREAM, connect, openai_client, see, send


def ask(server: ModelServer) -> str:
    """What the model says."""
    return (
        openai_client(server.base_url).chat.completions.create(**ASKED).choices[0].message.content
        or ""
    )


def test_a_request_is_recorded_as_it_came() -> None:
    """Method, path with its query, headers in lower case, and the JSON that was sent."""
    with ModelServer(Says("a")) as server:
        path = "/v1/chat/completions?api-version=1"
        see(server.base_url, STREAM, path=path)
        openai_client(server.base_url).models.list()
        first, second = server.requests
    assert (first.number, first.method, first.path) == (1, "POST", path)
    assert first.headers["authorization"] == "Bearer sk-secret"
    assert first.headers["content-type"] == "application/json"
    assert first.body == STREAM
    assert first.stream
    assert not first.include_usage
    assert first.last("user") == "Was it closed?"
    assert (second.number, second.method, second.path, second.body) == (1, "GET", "/v1/models", {})


def test_the_record_is_a_copy() -> None:
    """Nobody changes the server's own list."""
    with ModelServer(Says("a")) as server:
        ask(server)
        server.requests.clear()
        assert len(server.requests) == 1


def test_a_request_is_recorded_before_it_is_answered() -> None:
    """While the model is silent, what it was asked can be read."""
    with ModelServer(Fault("slow_headers")) as server:
        connection = connect(server.base_url)
        send(connection, STREAM)
        until = time.monotonic() + 5
        while not server.requests and time.monotonic() < until:
            time.sleep(0.005)
        assert server.requests[0].body == STREAM
        connection.close()


def test_replies_of_a_sequence_come_in_turn() -> None:
    """One a request, the last again and again; other endpoints do not count."""
    with ModelServer([Says("one"), Fault("server_error"), Says("three")]) as server:
        assert ask(server) == "one"
        openai_client(server.base_url).embeddings.create(model="e", input="a")
        with pytest.raises(openai.InternalServerError):
            ask(server)
        assert [ask(server), ask(server)] == ["three", "three"]


def test_a_function_answers_each_request() -> None:
    """It is given the request and returns the reply."""

    def reply(request: Request) -> Says:
        return Says(f"{request.number}: {request.last('user')}")

    with ModelServer(reply) as server:
        assert [ask(server), ask(server)] == ["1: Was it closed?", "2: Was it closed?"]


def test_a_server_without_replies_is_refused() -> None:
    """An empty sequence is a mistake, told at once."""
    with pytest.raises(ValueError, match="at least one reply"):
        ModelServer([])


def test_a_mistake_in_a_script_is_not_taken_for_a_fault() -> None:
    """The client gets 500 with the mistake in it, and the block ends with the mistake raised."""

    def reply(request: Request) -> Says:
        raise KeyError("sentence 7")

    with pytest.raises(KeyError, match="sentence 7"), ModelServer(reply) as server:
        seen = see(server.base_url)
    assert seen.status == 500
    assert "sentence 7" in seen.json["error"]["message"]


def test_a_mistake_in_a_reply_is_not_taken_for_a_fault() -> None:
    """A reply that raises while it is written hangs up, and the block ends with what it raised."""

    class Broken:
        def answer(self, request: object, connection: object) -> None:
            raise KeyError("a bug")

    with pytest.raises(KeyError, match="a bug"), ModelServer(Broken()) as server:
        seen = see(server.base_url)
    assert seen.end == "cut"


def test_what_the_block_raises_comes_first() -> None:
    """The failure of a test is not hidden by the failure of its script."""

    def reply(request: Request) -> Says:
        raise KeyError("script")

    with pytest.raises(AssertionError, match="test"), ModelServer(reply) as server:
        assert see(server.base_url).status == 500
        raise AssertionError("test")


def test_models_are_listed() -> None:
    """By the names given, as openai's type has them."""
    with ModelServer(Says("a"), models=["small", "large"]) as server:
        models = list(openai_client(server.base_url).models.list())
    assert [model.id for model in models] == ["small", "large"]
    for model in models:
        Model.model_validate(model.model_dump(), strict=True)


@pytest.mark.parametrize("path", ["/v1/completions", "/chat/completions", "/", "/v1/models"])
def test_an_unknown_path_is_not_found(path: str) -> None:
    """404 in OpenAI's form, also for a known path with the wrong method; and it is recorded."""
    with ModelServer(Says("a")) as server:
        seen = see(server.base_url, path=path)
        assert server.requests[0].path == path
    assert seen.status == 404
    assert seen.json["error"]["message"] == f"Invalid URL (POST {path})"
    assert seen.json["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ([1], "JSON body"),
        ({"messages": ASKED["messages"]}, "model"),
        ({"model": "scripted", "messages": []}, "messages"),
        ({"model": "scripted", "messages": "closed?"}, "messages"),
        ({"model": "scripted", "messages": ["closed?"]}, "messages"),
    ],
)
def test_what_no_model_could_answer_is_refused(body: object, told: str) -> None:
    """400 in OpenAI's form, whatever the script: the mistake is the client's."""
    with ModelServer(Says("a")) as server:
        seen = see(server.base_url, body)
    assert seen.status == 400
    assert told in seen.json["error"]["message"]


def test_a_body_that_is_no_json_is_refused() -> None:
    """400, and the connection goes on."""
    with ModelServer(Says("a")) as server:
        connection = connect(server.base_url)
        connection.request("POST", "/v1/chat/completions", b"{")
        response = connection.getresponse()
        assert response.status == 400
        assert b"JSON" in response.read()
        send(connection, ASKED)
        assert connection.getresponse().status == 200
        connection.close()


def test_requests_are_served_side_by_side() -> None:
    """Twenty answers of a third of a second each take nowhere near twenty thirds."""
    with ModelServer(Says("abc", chunks=1, delay=0.1)) as server:
        with ThreadPoolExecutor(20) as pool:
            started = time.monotonic()
            seen = list(pool.map(lambda _: see(server.base_url, silence=10), range(20)))
            took = time.monotonic() - started
        numbers = [request.number for request in server.requests]
        assert server.dropped == 0
    assert [each.text for each in seen] == ["abc"] * 20
    assert len({each.chunks[0]["id"] for each in seen}) == 20
    assert numbers == list(range(1, 21))
    assert took < 3


@pytest.mark.parametrize("body", [STREAM, ASKED])
def test_a_client_that_hangs_up_is_counted(body: object) -> None:
    """Within moments, though nothing is due for long: nobody pays for what nobody reads."""
    with ModelServer(Says("a b c", delay=20)) as server:
        connection = connect(server.base_url)
        send(connection, body)
        time.sleep(0.05)
        assert server.dropped == 0
        connection.close()
        assert server.wait_until_dropped(within=1)
        assert server.dropped == 1


def test_a_stream_that_is_closed_closes_its_connection() -> None:
    """openai's client hangs up when its stream is closed, and the server knows."""
    with ModelServer(Says("a b c d", delay=0.05)) as server:
        with openai_client(server.base_url).chat.completions.create(**STREAM) as stream:
            next(iter(stream))
        assert server.wait_until_dropped(within=1)


def test_a_client_that_stops_reading_and_hangs_up_is_counted() -> None:
    """Also if the server is stuck in the middle of a write, its buffers full."""
    with ModelServer(Fault("huge", "a" * 10_000_000)) as server:
        connection = connect(server.base_url)
        send(connection, STREAM)
        connection.getresponse().read1(10)
        time.sleep(0.1)
        connection.close()
        assert server.wait_until_dropped(within=2)


def test_waiting_for_a_drop_that_does_not_come_is_said() -> None:
    """After the given seconds the answer is no."""
    with ModelServer(Says("a")) as server:
        ask(server)
        assert not server.wait_until_dropped(within=0.01)


def never_read(base_url: str) -> None:
    """Ask, and keep the connection open without reading from it."""
    connection = connect(base_url, silence=30)
    send(connection, STREAM)
    OPEN.append(connection)


OPEN: list[object] = []  # connections that must outlive their test's block


@pytest.mark.parametrize(
    "reply",
    [
        Fault("slow_headers", seconds=60),
        Fault("stall", seconds=60),
        Fault("slow_drip"),
        Says("a b", delay=60),
        Fault("huge", "a" * 10_000_000),
    ],
    ids=["silent", "stalled", "dripping", "delayed", "stuck in a write"],
)
def test_the_block_ends_at_once(reply: Fault | Says) -> None:
    """Under a second, whatever a reply is in the middle of; no thread is left, none is dropped."""
    before = set(threading.enumerate())
    with ModelServer(reply) as server:
        for _ in range(3):
            never_read(server.base_url)
        until = time.monotonic() + 5
        while len(server.requests) < 3 and time.monotonic() < until:
            time.sleep(0.005)
        started = time.monotonic()
    assert time.monotonic() - started < 1
    assert set(threading.enumerate()) <= before
    assert server.dropped == 0
    for connection in OPEN:
        connection.close()  # type: ignore[attr-defined]
    OPEN.clear()


def test_the_block_ends_at_once_with_idle_connections() -> None:
    """A connection kept alive for a next request does not keep the server alive."""
    before = set(threading.enumerate())
    with ModelServer(Says("a")) as server:
        idle = openai_client(server.base_url)
        idle.chat.completions.create(**ASKED)
        started = time.monotonic()
    assert time.monotonic() - started < 1
    assert set(threading.enumerate()) <= before


def test_nobody_listens_once_the_block_is_left() -> None:
    """A later request is refused."""
    with ModelServer(Says("a")) as server:
        ask(server)
    with pytest.raises(openai.APIConnectionError):
        ask(server)


def test_a_block_that_fails_ends_too() -> None:
    """The failure comes out, and the server is gone."""
    with pytest.raises(ZeroDivisionError), ModelServer(Says("a")) as server:
        raise ZeroDivisionError
    with pytest.raises(ConnectionRefusedError):
        see(server.base_url)


def test_connection_refused() -> None:
    """A base URL at which a connection is refused at once."""
    with pytest.raises(ConnectionRefusedError):
        see(connection_refused())
    with pytest.raises(openai.APIConnectionError):
        openai_client(connection_refused()).chat.completions.create(**STREAM)
