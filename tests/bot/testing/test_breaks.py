"""Faults in which the answer is late, cut or damaged on its way."""

from __future__ import annotations

import json
import time

import openai
import pytest

from bot.testing import Fault, ModelServer, Says
from tests.bot.testing.raw import ASKED, STREAM, Seen, openai_client, see, see_reply

TEXT = "The bridge was"


def streamed(fault: Fault, *, timeout: float = 5.0) -> tuple[str, Exception | None]:
    """The text that openai's client got out of a stream, and what it raised."""
    text = ""
    with ModelServer(fault) as server:
        client = openai_client(server.base_url, timeout=timeout)
        try:
            for chunk in client.chat.completions.create(**STREAM):
                text += "".join(choice.delta.content or "" for choice in chunk.choices)
        except Exception as error:
            return text, error
    return text, None


def whole(fault: Fault, *, timeout: float = 5.0) -> object:
    """What openai's client makes of a whole answer."""
    with ModelServer(fault) as server:
        client = openai_client(server.base_url, timeout=timeout)
        try:
            return client.chat.completions.create(**ASKED)
        except Exception as error:
            return error


def damage(seen: Seen) -> str:
    """The one event that is no chunk, between the text and a regular end."""
    *said, damaged, finish, done = seen.data
    assert "".join(json.loads(event)["choices"][0]["delta"]["content"] for event in said) == TEXT
    assert json.loads(finish)["choices"][0]["finish_reason"] == "stop"
    assert done == "[DONE]"
    assert seen.end == "clean"
    return damaged


@pytest.mark.parametrize("body", [STREAM, ASKED])
def test_slow_headers(body: object) -> None:
    """Nothing is heard for the given seconds; then comes the answer."""
    assert see_reply(Fault("slow_headers"), body, silence=0.1) == Seen(0, {}, b"", "silence")
    started = time.monotonic()
    seen = see_reply(Fault("slow_headers", seconds=0.15, then=Says("Late.")), body)
    assert time.monotonic() - started >= 0.15
    assert seen.status == 200
    assert b"Late" in seen.body
    _, error = streamed(Fault("slow_headers"), timeout=0.1)
    assert isinstance(error, openai.APITimeoutError)


def test_stall() -> None:
    """The text comes, then nothing; at the end of the given seconds the connection closes."""
    seen = see_reply(Fault("stall", TEXT), silence=0.1)
    assert (seen.text, seen.end) == (TEXT, "silence")
    assert see_reply(Fault("stall", TEXT), ASKED, silence=0.1).end == "silence"
    seen = see_reply(Fault("stall", TEXT, seconds=0.05))
    assert (seen.text, seen.finishes, seen.end) == (TEXT, [], "cut")
    text, error = streamed(Fault("stall", TEXT), timeout=0.1)
    assert text == TEXT
    assert isinstance(error, openai.APIConnectionError)


def test_slow_drip_of_text() -> None:
    """A character at a time, the text again and again: no timeout of a read ends it."""
    with ModelServer(Fault("slow_drip", "ab", delay=0.01)) as server:
        seen = see(server.base_url, at_most=2500)
        assert seen.text.startswith("ababab")
        assert all(len(delta["content"]) == 1 for delta in seen.deltas[1:])
        assert server.wait_until_dropped()


def test_slow_drip_of_comments() -> None:
    """Comments keep a connection alive without saying anything."""
    with ModelServer(Fault("slow_drip", kind="comments", delay=0.01)) as server:
        seen = see(server.base_url, at_most=400)
        assert seen.text == ""
        assert seen.body.count(b": still working\n\n") >= 5
        assert server.wait_until_dropped()


def test_slow_drip_of_a_whole_answer() -> None:
    """Spaces, which may come before any JSON, and never the JSON."""
    with ModelServer(Fault("slow_drip", delay=0.01)) as server:
        seen = see(server.base_url, ASKED, at_most=5)
        assert seen.status == 200
        assert seen.body.strip() == b""
        assert server.wait_until_dropped()


def test_hang_up() -> None:
    """The connection closes after the text, before the end that chunked framing demands."""
    seen = see_reply(Fault("hang_up", TEXT))
    assert (seen.text, seen.finishes, seen.end) == (TEXT, [], "cut")
    assert "[DONE]" not in seen.data
    seen = see_reply(Fault("hang_up", TEXT), ASKED)
    assert (seen.status, seen.end) == (200, "cut")
    assert len(seen.body) == int(seen.headers["content-length"]) // 2
    text, error = streamed(Fault("hang_up", TEXT))
    assert text == TEXT
    assert isinstance(error, openai.APIConnectionError)
    assert isinstance(whole(Fault("hang_up")), openai.APIConnectionError)


@pytest.mark.parametrize("body", [STREAM, ASKED])
def test_hang_up_headers(body: object) -> None:
    """The connection closes before a byte of a response."""
    assert see_reply(Fault("hang_up_headers"), body) == Seen(0, {}, b"", "cut")
    assert isinstance(whole(Fault("hang_up_headers")), openai.APIConnectionError)


def test_reset() -> None:
    """The text, then a TCP reset, which is not a close."""
    seen = see_reply(Fault("reset", TEXT))
    assert (seen.text, seen.end) == (TEXT, "reset")
    assert see_reply(Fault("reset", TEXT), ASKED).end == "reset"
    text, error = streamed(Fault("reset", TEXT))
    assert text == TEXT
    assert isinstance(error, openai.APIConnectionError)


def test_no_finish() -> None:
    """A clean end with [DONE], and no reason for it: nothing is raised anywhere."""
    seen = see_reply(Fault("no_finish", TEXT))
    assert (seen.text, seen.finishes, seen.end, seen.data[-1]) == (TEXT, [], "clean", "[DONE]")
    assert streamed(Fault("no_finish", TEXT)) == (TEXT, None)
    answer = see_reply(Fault("no_finish", TEXT), ASKED).json
    assert answer["choices"][0]["finish_reason"] is None


def test_no_done() -> None:
    """A clean end of the body after the text: no reason, no [DONE], nothing raised."""
    seen = see_reply(Fault("no_done", TEXT))
    assert (seen.text, seen.finishes, seen.end) == (TEXT, [], "clean")
    assert "[DONE]" not in seen.data
    assert streamed(Fault("no_done", TEXT)) == (TEXT, None)
    answer = see_reply(Fault("no_done", TEXT), ASKED).json
    assert answer["choices"][0]["finish_reason"] is None


def test_half_event() -> None:
    """A clean end of the body in the middle of an event, which the client throws away."""
    seen = see_reply(Fault("half_event", TEXT))
    assert seen.end == "clean"
    assert not seen.body.endswith(b"\n\n")
    assert streamed(Fault("half_event", TEXT)) == (TEXT, None)
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        _ = see_reply(Fault("half_event", TEXT), ASKED).json
    assert isinstance(whole(Fault("half_event")), ValueError)


def test_bad_sse_json() -> None:
    """A data line that is no JSON: openai's client lets the parser's own error out."""
    damaged = damage(see_reply(Fault("bad_sse_json", TEXT)))
    with pytest.raises(ValueError, match="Expecting"):
        json.loads(damaged)
    text, error = streamed(Fault("bad_sse_json", TEXT))
    assert text == TEXT
    assert isinstance(error, json.JSONDecodeError)
    assert isinstance(whole(Fault("bad_sse_json")), json.JSONDecodeError)


def test_non_utf8() -> None:
    """Bytes that are not UTF-8 within a data line."""
    seen = see_reply(Fault("non_utf8", TEXT))
    damage(seen)
    with pytest.raises(UnicodeDecodeError):
        seen.body.decode()
    text, error = streamed(Fault("non_utf8", TEXT))
    assert text == TEXT
    assert isinstance(error, UnicodeDecodeError)
    assert isinstance(whole(Fault("non_utf8")), UnicodeDecodeError)


def test_deep_json() -> None:
    """Brackets nested deeper than Python's parser goes."""
    assert damage(see_reply(Fault("deep_json", TEXT))).startswith("[" * 100_000 + "]")
    text, error = streamed(Fault("deep_json", TEXT))
    assert text == TEXT
    assert isinstance(error, RecursionError)
    assert isinstance(whole(Fault("deep_json")), RecursionError)


def test_midstream_error() -> None:
    """An error as an event among events; a whole answer is an error with status 200."""
    seen = see_reply(Fault("midstream_error", TEXT))
    assert (seen.status, seen.end) == (200, "clean")
    assert json.loads(seen.data[-1])["error"]["type"] == "server_error"
    text, error = streamed(Fault("midstream_error", TEXT))
    assert text == TEXT
    assert isinstance(error, openai.APIError)
    seen = see_reply(Fault("midstream_error", TEXT), ASKED)
    assert seen.status == 200
    assert set(seen.json) == {"error"}
