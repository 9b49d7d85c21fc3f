"""Faults in which the answer is complete, and not what was hoped for."""

from __future__ import annotations

from typing import Any

import pytest
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from bot.testing import Fault, ModelServer
from tests.bot.testing.raw import ASKED, COUNTED, STREAM, Seen, openai_client, see_reply

TEXT = "The bridge was closed [1]."
ODDITIES = [
    *("length", "content_filter", "refusal", "empty_choices", "empty", "null_content"),
    *("duplicate_finish", "after_finish", "think", "reasoning", "fenced", "huge", "tool_call"),
    *("comments", "azure_preamble"),
]
REGULAR_WHOLE = ["duplicate_finish", "after_finish", "comments", "azure_preamble"]


def message(seen: Seen) -> Any:
    """The message of a whole answer."""
    return seen.json["choices"][0]["message"]


@pytest.mark.parametrize("name", ODDITIES)
def test_all_of_it_is_openais_protocol(name: str) -> None:
    """Odd or not, each object holds to openai's types, and every stream ends as it should."""
    seen = see_reply(Fault(name, TEXT), COUNTED)
    for chunk in seen.chunks:
        ChatCompletionChunk.model_validate(chunk, strict=True)
    assert (seen.status, seen.end, seen.data[-1]) == (200, "clean", "[DONE]")
    ChatCompletion.model_validate(see_reply(Fault(name, TEXT), ASKED).json, strict=True)


@pytest.mark.parametrize("name", ODDITIES)
def test_openais_client_raises_nothing(name: str) -> None:
    """What is complete passes openai's client: to notice is the application's part."""
    with ModelServer(Fault(name, TEXT)) as server:
        client = openai_client(server.base_url)
        assert list(client.chat.completions.create(**STREAM))
        assert client.chat.completions.create(**ASKED).id == "chatcmpl-2"


@pytest.mark.parametrize("name", ["length", "content_filter"])
def test_cut_off(name: str) -> None:
    """The text, and the reason why there is no more of it."""
    seen = see_reply(Fault(name, TEXT))
    assert (seen.text, seen.finishes) == (TEXT, [name])
    assert see_reply(Fault(name, TEXT), ASKED).json["choices"][0]["finish_reason"] == name


def test_refusal() -> None:
    """What the model says is in `refusal`; there is no content."""
    seen = see_reply(Fault("refusal", "I cannot help."))
    assert "".join(delta.get("refusal") or "" for delta in seen.deltas) == "I cannot help."
    assert (seen.text, seen.finishes) == ("", ["stop"])
    said = message(see_reply(Fault("refusal", "I cannot help."), ASKED))
    assert (said["content"], said["refusal"]) == (None, "I cannot help.")


def test_empty_choices() -> None:
    """No chunk, and no whole answer, has a choice."""
    seen = see_reply(Fault("empty_choices"))
    assert seen.chunks
    assert seen.deltas == []
    assert see_reply(Fault("empty_choices"), ASKED).json["choices"] == []


def test_empty() -> None:
    """An answer like any other, of no text."""
    seen = see_reply(Fault("empty"))
    assert (seen.text, seen.finishes) == ("", ["stop"])
    assert message(see_reply(Fault("empty"), ASKED))["content"] == ""


def test_null_content() -> None:
    """A null after each piece of text; a whole answer is null."""
    seen = see_reply(Fault("null_content", TEXT))
    assert seen.text == TEXT
    assert [delta["content"] for delta in seen.deltas[2:-1:2]] == [None] * 5
    assert message(see_reply(Fault("null_content", TEXT), ASKED))["content"] is None


def test_duplicate_finish() -> None:
    """The reason for the end comes twice."""
    seen = see_reply(Fault("duplicate_finish", TEXT))
    assert (seen.text, seen.finishes) == (TEXT, ["stop", "stop"])


def test_after_finish() -> None:
    """Text goes on after the reason for the end."""
    seen = see_reply(Fault("after_finish", TEXT))
    assert (seen.text, seen.finishes) == (TEXT * 2, ["stop"])
    assert seen.deltas[-1] != {}


def test_think() -> None:
    """Thoughts come in the text, in a tag, and hold numbers like those of sentences."""
    seen = see_reply(Fault("think", TEXT, chunks=3))
    assert seen.text.startswith("<think>\n")
    assert "[2]" in seen.text
    assert seen.text.endswith(f"</think>\n\n{TEXT}")
    assert message(see_reply(Fault("think", TEXT), ASKED))["content"] == seen.text


def test_reasoning() -> None:
    """Thoughts come in a field that OpenAI does not have, the text where it belongs."""
    seen = see_reply(Fault("reasoning", TEXT))
    assert "[2]" in "".join(delta.get("reasoning_content") or "" for delta in seen.deltas)
    assert seen.text == TEXT
    said = message(see_reply(Fault("reasoning", TEXT), ASKED))
    assert said["content"] == TEXT
    assert said["reasoning_content"]


def test_fenced() -> None:
    """The text stands in a fence of backticks."""
    assert see_reply(Fault("fenced", TEXT)).text == f"```\n{TEXT}\n```"
    assert message(see_reply(Fault("fenced", TEXT), ASKED))["content"] == f"```\n{TEXT}\n```"


def test_huge() -> None:
    """A megabyte of the text, over and over."""
    seen = see_reply(Fault("huge", TEXT))
    assert 1_000_000 <= len(seen.text) < 1_000_100
    assert seen.text.startswith(f"{TEXT} {TEXT} ")
    assert len(seen.chunks) < 300
    assert message(see_reply(Fault("huge", TEXT), ASKED))["content"] == seen.text


def test_tool_call() -> None:
    """The model calls a tool, though it was offered none."""
    seen = see_reply(Fault("tool_call", TEXT))
    (call,) = next(delta["tool_calls"] for delta in seen.deltas if "tool_calls" in delta)
    assert call["function"]["name"] == "run_shell"
    assert seen.finishes == ["tool_calls"]
    assert message(see_reply(Fault("tool_call"), ASKED))["tool_calls"][0]["id"] == "call_1"


def test_comments() -> None:
    """Comments stand between events, and change nothing."""
    seen = see_reply(Fault("comments", TEXT))
    assert seen.body.count(b": PROCESSING\n\n") == 5
    assert (seen.text, seen.finishes) == (TEXT, ["stop"])


def test_azure_preamble() -> None:
    """The first chunk has no choices, and the rest is as it should be."""
    seen = see_reply(Fault("azure_preamble", TEXT))
    assert seen.chunks[0]["choices"] == []
    assert "prompt_filter_results" in seen.chunks[0]
    assert (seen.text, seen.finishes) == (TEXT, ["stop"])


@pytest.mark.parametrize("name", REGULAR_WHOLE)
def test_what_only_a_stream_can_have(name: str) -> None:
    """Where only the stream is odd, a whole answer is a regular one."""
    answer = see_reply(Fault(name, TEXT), ASKED).json["choices"][0]
    assert (answer["message"]["content"], answer["finish_reason"]) == (TEXT, "stop")
