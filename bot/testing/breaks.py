"""Faults: the answer is late, cut or damaged on its way."""

from __future__ import annotations

from dataclasses import replace
from itertools import cycle

from bot.testing.connection import to_event, to_json
from bot.testing.payloads import error_of
from bot.testing.turn import Turn, named

_DEEP = b"[" * 100_000 + b"]" * 100_000  # deeper than json.loads can go
_DRIP = 0.05  # seconds


def slow_headers(turn: Turn) -> None:
    """Not a byte for `seconds`, then it answers."""
    turn.connection.wait(turn.fault.seconds)
    turn.go_on()


def stall(turn: Turn) -> None:
    """The text, then not a byte for `seconds`, then the connection is closed."""
    if turn.streaming:
        turn.say_all()
    else:
        turn.connection.start("application/json")
    turn.connection.wait(turn.fault.seconds)
    turn.connection.hang_up()


def slow_drip(turn: Turn) -> None:
    """For ever, each `delay` seconds: a character of the text, or a comment (`kind`)."""
    if not turn.streaming:
        turn.connection.start("application/json")
        drops = cycle([b" "])
    else:
        turn.start()
        chunks = [turn.payloads.chunk({"content": letter}) for letter in turn.fault.text or " "]
        is_text = turn.fault.kind == "text"
        drops = cycle(map(to_event, chunks) if is_text else [b": still working\n\n"])
    for drop in drops:
        turn.connection.wait(turn.fault.delay or _DRIP)
        turn.connection.chunk(drop)


def hang_up(turn: Turn) -> None:
    """The text, then the connection is closed in mid-stream. A whole answer: half of its bytes."""
    if turn.streaming:
        turn.say_all()
        turn.connection.hang_up()
    else:
        body = to_json(turn.whole())
        turn.connection.respond_in_part(body, len(body) // 2)


def hang_up_headers(turn: Turn) -> None:
    """The connection is closed before any byte of a response."""
    turn.connection.hang_up()


def reset(turn: Turn) -> None:
    """The text, then a TCP reset. A whole answer: half of its bytes, then the reset."""
    hang_up(turn)
    turn.connection.reset()


def no_finish(turn: Turn) -> None:
    """The text and [DONE]; no finish_reason anywhere, as a truncated answer ends."""
    if turn.streaming:
        turn.say_all()
        turn.done()
    else:
        turn.say_instead(replace(turn.says, finish=None))


def no_done(turn: Turn) -> None:
    """The text, then a clean end of the body: no finish_reason, no [DONE]."""
    if turn.streaming:
        turn.say_all()
        turn.connection.end()
    else:
        no_finish(turn)


def half_event(turn: Turn) -> None:
    """The text, then a clean end of the body in the middle of an event. A whole answer: half."""
    if turn.streaming:
        turn.say_all()
        event = to_event(turn.payloads.chunk({}, "stop"))
        turn.connection.end(event[: len(event) // 2])
    else:
        body = to_json(turn.whole())
        turn.connection.respond(200, body[: len(body) // 2], "application/json")


def bad_sse_json(turn: Turn) -> None:
    """The text, then a data line that is no JSON, then a regular end. A whole answer: no JSON."""
    _damaged(turn, b'{"id": "chatcmpl-1", "choices": [}')


def non_utf8(turn: Turn) -> None:
    """The text, then a data line that is not UTF-8, then a regular end. A whole answer: as it."""
    payload = turn.payloads.chunk({"content": "?"}) if turn.streaming else turn.whole(content="?")
    _damaged(turn, to_json(payload).replace(b'"?"', b'"caf\xe9 \xff"'))


def deep_json(turn: Turn) -> None:
    """The text, then a data line of 100,000 nested brackets, then a regular end. Whole: as it."""
    _damaged(turn, _DEEP)


def midstream_error(turn: Turn) -> None:
    """The text, then an event with an error, and the end. A whole answer: 200 and the error."""
    error = error_of("The server had an error while generating.", kind="server_error")
    if turn.streaming:
        turn.say_all()
        turn.connection.end(to_event(error))
    else:
        turn.json(error)


def _damaged(turn: Turn, data: bytes) -> None:
    """This data within a regular stream, or as the whole answer."""
    if turn.streaming:
        turn.say_all()
        turn.connection.chunk(b"data: " + data + b"\n\n")
        turn.close()
    else:
        turn.connection.respond(200, data, "application/json")


WRITERS = named(
    *(slow_headers, stall, slow_drip, hang_up, hang_up_headers, reset),
    *(no_finish, no_done, half_event, bad_sse_json, non_utf8, deep_json, midstream_error),
)
