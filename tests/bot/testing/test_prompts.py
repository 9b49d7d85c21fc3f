"""Scripted models that read their prompt."""

from __future__ import annotations

from typing import Any

import pytest

from bot.testing import Fault, ModelServer, Quoting, Request, sentences_in
from tests.bot.testing.raw import STREAM, see

PROMPT = """Question: who closed the bridge?

--- 4f2a The Eastmarch Echo, 2026-03-02
[1] The bridge was closed on Tuesday.
[12] “It is unsafe,” said the mayor [of Eastmarch].

 [3] indented, so no sentence
Not [4] one either.
[x] nor this
[12] a second twelve"""


def request(*messages: dict[str, Any]) -> Request:
    """A chat request of these messages."""
    return Request(
        1, "POST", "/v1/chat/completions", {}, {"model": "m", "messages": list(messages)}
    )


def test_sentences_are_lines_that_begin_with_a_number() -> None:
    """`[12] text` at the beginning of a line; of two with one number the first."""
    assert sentences_in(request({"role": "user", "content": PROMPT})) == {
        1: "The bridge was closed on Tuesday.",
        12: "“It is unsafe,” said the mayor [of Eastmarch].",
    }


def test_only_the_last_message_of_the_user_counts() -> None:
    """Rules, earlier turns and the model's own words hold no sentences."""
    found = sentences_in(
        request(
            {"role": "system", "content": "[1] a rule"},
            {"role": "user", "content": "[2] an earlier turn"},
            {"role": "user", "content": "[3] now"},
            {"role": "assistant", "content": "[4] said by the model"},
        )
    )
    assert found == {3: "now"}


def test_a_message_may_come_in_parts() -> None:
    """Parts of text are joined, parts of other kinds passed over."""
    parts = [
        {"type": "text", "text": "[1] one\n"},
        {"type": "image_url", "image_url": {"url": "data:,"}},
        {"type": "text", "text": "[2] two"},
    ]
    assert sentences_in(request({"role": "user", "content": parts})) == {1: "one", 2: "two"}


@pytest.mark.parametrize("messages", [[], [{"role": "user", "content": None}]])
def test_a_prompt_without_sentences_has_none(messages: list[dict[str, Any]]) -> None:
    """No message, or no text in it."""
    assert sentences_in(request(*messages)) == {}


def test_a_quoting_model_answers_from_its_prompt() -> None:
    """The function is given the sentences by number, and writes the answer."""
    model = Quoting(lambda sentences: f"{sentences[1]} [1]", chunks=2)
    body = {**STREAM, "messages": [{"role": "user", "content": PROMPT}]}
    with ModelServer(model) as server:
        seen = see(server.base_url, body)
    assert seen.text == "The bridge was closed on Tuesday. [1]"
    assert {len(delta["content"]) for delta in seen.deltas[1:-1]} == {1, 2}


def test_a_quoting_model_may_go_wrong() -> None:
    """In place of a text the function may return any reply."""
    model = Quoting(lambda sentences: Fault("hang_up", f"{len(sentences)} sentences"))
    with ModelServer(model) as server:
        seen = see(server.base_url)
    assert (seen.text, seen.end) == ("0 sentences", "cut")
