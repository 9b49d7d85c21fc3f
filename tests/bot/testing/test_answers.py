"""What a regular answer is on the wire. Every object is held to openai's own types."""

from __future__ import annotations

import re
import time

import pytest
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from bot.testing import ModelServer, Says, random_cuts
from tests.bot.testing.raw import (
    ASKED,
    COUNTED,
    STREAM,
    connect,
    openai_client,
    see,
    see_reply,
    send,
)

TEXT = "The bridge was closed [1].\nIt is “unsafe”, said the mayor 🌉 [2][3]."


def test_a_stream_is_role_text_finish_done() -> None:
    """The role first, then the text, then the reason for the end, then [DONE]."""
    seen = see_reply(Says("a b", chunks=["a", " b"]))
    assert seen.deltas == [
        {"role": "assistant", "content": "", "refusal": None},
        {"content": "a"},
        {"content": " b"},
        {},
    ]
    assert seen.finishes == ["stop"]
    assert seen.chunks[-1]["choices"][0]["finish_reason"] == "stop"
    assert seen.data[-1] == "[DONE]"
    assert seen.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert seen.headers["transfer-encoding"] == "chunked"


def test_usage_comes_only_if_asked_for() -> None:
    """Asked for, a last chunk without choices counts tokens, and all others have a null usage."""
    says = Says(TEXT, usage=(12, 5))
    assert not any("usage" in chunk for chunk in see_reply(says, STREAM).chunks)
    *others, last = see_reply(says, COUNTED).chunks
    assert last["choices"] == []
    assert last["usage"] == {"prompt_tokens": 12, "completion_tokens": 5, "total_tokens": 17}
    assert all(chunk["usage"] is None for chunk in others)
    assert len(others) == len(see_reply(says, STREAM).chunks)


def test_usage_is_counted_from_characters_unless_told() -> None:
    """Four characters make a token: 14 of the question are 4, 9 of the answer are 3."""
    usage = see_reply(Says("It closed"), ASKED).json["usage"]
    assert usage == {"prompt_tokens": 4, "completion_tokens": 3, "total_tokens": 7}


def test_a_server_may_keep_no_account() -> None:
    """With no usage there is none in either form, asked for or not."""
    assert all(chunk["usage"] is None for chunk in see_reply(Says("a", usage=None), COUNTED).chunks)
    assert "usage" not in see_reply(Says("a", usage=None), ASKED).json


def test_a_whole_answer_is_one_object() -> None:
    """Without `stream`, text, reason and model are in one JSON object of a known length."""
    seen = see_reply(Says(TEXT, finish="length", model="other"), ASKED)
    (choice,) = seen.json["choices"]
    assert choice["message"]["content"] == TEXT
    assert choice["finish_reason"] == "length"
    assert seen.json["model"] == "other"
    assert seen.headers["content-type"] == "application/json"
    assert int(seen.headers["content-length"]) == len(seen.body)


def test_every_object_is_what_openai_says_it_is() -> None:
    """Chunks and whole answers hold to openai's types, which forbid nothing and miss nothing."""
    for chunk in see_reply(Says(TEXT), COUNTED).chunks:
        ChatCompletionChunk.model_validate(chunk, strict=True)
        assert chunk["model"] == "scripted"
    ChatCompletion.model_validate(see_reply(Says(TEXT), ASKED).json, strict=True)


@pytest.mark.parametrize(
    "chunks",
    [
        *(None, 1, 7, 1000, random_cuts(TEXT, seed=1), random_cuts(TEXT, seed=2, longest=3)),
        re.split(r"(?=\[)", TEXT),
    ],
)
def test_the_text_is_the_same_however_it_is_cut(chunks: int | list[str] | None) -> None:
    """The chunks of a stream make up the text, to openai's client too."""
    says = Says(TEXT, chunks=chunks)
    seen = see_reply(says)
    assert seen.text == TEXT
    assert [delta["content"] for delta in seen.deltas[1:-1]] == list(says.pieces())
    with ModelServer(says) as server:
        stream = openai_client(server.base_url).chat.completions.create(**STREAM)
        assert "".join(chunk.choices[0].delta.content or "" for chunk in stream) == TEXT


def test_words_are_the_usual_chunks() -> None:
    """Left alone, a text is cut before each space."""
    assert Says("One two\nthree. ").pieces() == ["One", " two", "\nthree.", " "]
    assert Says("").pieces() == []


@pytest.mark.parametrize("chunks", [["The", "bridge"], [], 0, -1])
def test_pieces_that_are_not_the_text_are_refused(chunks: int | list[str]) -> None:
    """A script that would say something else than its text is a mistake, told at once."""
    with pytest.raises(ValueError, match=r"pieces|zero"):
        Says("The bridge", chunks=chunks)


def test_random_cuts_repeat_with_their_seed() -> None:
    """The same seed cuts alike, another differently, and no piece is longer than allowed."""
    assert random_cuts(TEXT, seed=3) == random_cuts(TEXT, seed=3)
    assert random_cuts(TEXT, seed=3) != random_cuts(TEXT, seed=4)
    assert {len(piece) for piece in random_cuts(TEXT * 9, seed=3, longest=2)} == {1, 2}
    assert random_cuts("", seed=1) == []


def test_pieces_arrive_when_they_are_said() -> None:
    """Each piece reaches the client before the next is due: nothing is held in a buffer."""
    with ModelServer(Says("abc", chunks=1, delay=0.1)) as server:
        started = time.monotonic()
        stream = openai_client(server.base_url).chat.completions.create(**STREAM)
        came = [time.monotonic() - started for chunk in stream if chunk.choices[0].delta.content]
    assert came == sorted(came)
    assert came[2] - came[0] >= 0.15
    assert came[0] < came[2] - 0.1


def test_a_whole_answer_takes_as_long_as_its_stream() -> None:
    """Without `stream`, the delays of all pieces come before the answer."""
    started = time.monotonic()
    see_reply(Says("abc", chunks=1, delay=0.05), ASKED)
    assert time.monotonic() - started >= 0.15


@pytest.mark.parametrize("body", [STREAM, COUNTED, ASKED])
def test_a_connection_serves_many_requests(body: object) -> None:
    """After an answer of either form the same connection takes the next request."""
    with ModelServer([Says("one"), Says("two")]) as server:
        connection = connect(server.base_url)
        bodies, sockets = [], set()
        for _ in range(2):
            send(connection, body)
            sockets.add(connection.sock)
            bodies.append(connection.getresponse().read())
        connection.close()
    assert b"one" in bodies[0]
    assert b"two" in bodies[1]
    assert len(sockets) == 1


def test_a_client_that_leaves_at_done_was_not_dropped() -> None:
    """openai's client closes the stream once it has read [DONE]: the reply was complete."""
    with ModelServer(Says(TEXT)) as server:
        for _ in range(20):
            list(openai_client(server.base_url).chat.completions.create(**STREAM))
        assert not server.wait_until_dropped(within=0.05)


def test_the_answer_names_the_model_asked_for() -> None:
    """Unless told otherwise the model in the answer is the one in the request."""
    with ModelServer(Says("a")) as server:
        assert see(server.base_url, {**ASKED, "model": "other"}).json["model"] == "other"
