"""Faults: the answer is complete, and not what was hoped for."""

from __future__ import annotations

from dataclasses import replace

from bot.testing.replies import Says
from bot.testing.turn import Turn, named

_HUGE = 1_000_000  # characters
_THOUGHT = "The first sentence says so [1], or perhaps the second does [2]."
_CALL = {
    "id": "call_1",
    "type": "function",
    "function": {"name": "run_shell", "arguments": '{"command":"id"}'},
}


def length(turn: Turn) -> None:
    """The text, cut off at the limit of tokens: finish_reason length."""
    turn.say_instead(replace(turn.says, finish="length"))


def content_filter(turn: Turn) -> None:
    """The text, cut off by the provider's filter: finish_reason content_filter."""
    turn.say_instead(replace(turn.says, finish="content_filter"))


def refusal(turn: Turn) -> None:
    """The text in `refusal` in place of `content`; finish_reason stop."""
    if not turn.streaming:
        turn.json(turn.whole(content=None, refusal=turn.fault.text))
        return
    turn.start()
    for piece in turn.says.pieces():
        turn.connection.wait(turn.fault.delay)
        turn.chunk({"refusal": piece})
    turn.close()


def empty_choices(turn: Turn) -> None:
    """An answer without choices: `"choices": []` in every chunk, or in the whole answer."""
    if not turn.streaming:
        turn.json(turn.whole() | {"choices": []})
        return
    turn.connection.start()
    turn.connection.event(turn.payloads.chunk_of([]))
    turn.connection.event(turn.payloads.chunk_of([]))
    turn.done()


def empty(turn: Turn) -> None:
    """A regular answer with no text in it; finish_reason stop."""
    turn.say_instead(Says(""))


def null_content(turn: Turn) -> None:
    """The text, with a chunk of `"content": null` after each piece. A whole answer: null only."""
    if not turn.streaming:
        turn.json(turn.whole(content=None))
        return
    turn.start()
    for piece in turn.says.pieces():
        turn.say(piece)
        turn.chunk({"content": None})
    turn.close()


def duplicate_finish(turn: Turn) -> None:
    """The text, and the chunk with its finish_reason twice. A whole answer: a regular one."""
    if not turn.streaming:
        turn.say_instead(turn.says)
        return
    turn.say_all()
    turn.chunk({}, "stop")
    turn.close()


def after_finish(turn: Turn) -> None:
    """The text, its finish_reason, then the text once more. A whole answer: a regular one."""
    if not turn.streaming:
        turn.say_instead(turn.says)
        return
    turn.say_all()
    turn.chunk({}, "stop")
    turn.say(*turn.says.pieces())
    turn.done()


def think(turn: Turn) -> None:
    """Thoughts in `<think>…</think>`, with sentence numbers in them, then the text."""
    _say_whole_text(turn, f"<think>\n{_THOUGHT}\n</think>\n\n{turn.fault.text}")


def reasoning(turn: Turn) -> None:
    """Thoughts in a field `reasoning_content` of their own, as vLLM sends them, then the text."""
    if not turn.streaming:
        turn.json(turn.whole(reasoning_content=_THOUGHT))
        return
    turn.start()
    for word in _THOUGHT.split():
        turn.chunk({"content": None, "reasoning_content": word + " "})
    turn.say(*turn.says.pieces())
    turn.close()


def fenced(turn: Turn) -> None:
    """The text between two lines of three backticks."""
    _say_whole_text(turn, f"```\n{turn.fault.text}\n```")


def huge(turn: Turn) -> None:
    """The text over and over, a megabyte of it, in chunks of 4,096 characters (`chunks`)."""
    once = turn.fault.text + " "
    times = -(-_HUGE // len(once))
    _say_whole_text(turn, once * times, default=4096)


def tool_call(turn: Turn) -> None:
    """The text, then a call of a tool that nobody offered; finish_reason tool_calls."""
    turn.says = replace(turn.says, finish="tool_calls")
    if not turn.streaming:
        turn.json(turn.whole(tool_calls=[_CALL]))
        return
    turn.say_all()
    turn.chunk({"tool_calls": [{"index": 0, **_CALL}]})
    turn.close()


def comments(turn: Turn) -> None:
    """A comment before each event, as OpenRouter keeps connections open. Harmless."""
    if not turn.streaming:
        turn.say_instead(turn.says)
        return
    turn.start()
    for piece in turn.says.pieces():
        turn.connection.chunk(b": PROCESSING\n\n")
        turn.say(piece)
    turn.close()


def azure_preamble(turn: Turn) -> None:
    """A first chunk without choices, as Azure sends the verdicts of its filter. Harmless."""
    if not turn.streaming:
        turn.say_instead(turn.says)
        return
    turn.connection.start()
    verdict = {"model": "", "prompt_filter_results": [{"prompt_index": 0}]}
    turn.connection.event(turn.payloads.chunk_of([]) | verdict)
    turn.say(*turn.says.pieces())
    turn.close()


def _say_whole_text(turn: Turn, text: str, default: int | None = None) -> None:
    """A regular answer with this text; pieces made for another text do not fit it."""
    chunks = turn.fault.chunks if isinstance(turn.fault.chunks, int) else default
    turn.say_instead(Says(text, chunks=chunks, delay=turn.fault.delay))


WRITERS = named(
    *(length, content_filter, refusal, empty_choices, empty, null_content),
    *(duplicate_finish, after_finish, think, reasoning, fenced, huge, tool_call),
    *(comments, azure_preamble),
)
