"""LangChain's own clients, against the server."""

from __future__ import annotations

from typing import Any

import openai
import pytest
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from pydantic import SecretStr

from bot.testing import Embeds, Fault, ModelServer, Says, word_vector

TEXT = "The bridge was closed [1]. It is unsafe [2]."


def chat(server: ModelServer, **more: Any) -> ChatOpenAI:
    """A chat model as an application builds one."""
    return ChatOpenAI(
        model="m",
        base_url=server.base_url,
        api_key=SecretStr("any"),
        max_retries=0,
        use_responses_api=False,
        **more,
    )


def test_a_stream() -> None:
    """Text, reason and usage come through."""
    with ModelServer(Says(TEXT, chunks=4, usage=(30, 12))) as server:
        chunks = list(chat(server, stream_usage=True).stream("Was it closed?"))
    assert "".join(str(chunk.content) for chunk in chunks) == TEXT
    assert "stop" in [chunk.response_metadata.get("finish_reason") for chunk in chunks]
    (usage,) = [chunk.usage_metadata for chunk in chunks if chunk.usage_metadata]
    assert (usage["input_tokens"], usage["output_tokens"]) == (30, 12)


def test_a_whole_answer() -> None:
    """Text and reason come through."""
    with ModelServer(Says(TEXT, finish="length")) as server:
        answer = chat(server).invoke("Was it closed?")
    assert answer.content == TEXT
    assert answer.response_metadata["finish_reason"] == "length"


def test_a_generator_that_is_closed_hangs_up() -> None:
    """Leaving a stream closes its connection."""
    with ModelServer(Says(TEXT, delay=0.05)) as server:
        stream: Any = chat(server).stream("Was it closed?")
        next(stream)
        stream.close()
        assert server.wait_until_dropped(within=1)


def test_a_fault() -> None:
    """What openai's client raises, LangChain's lets through."""
    with ModelServer(Fault("hang_up", TEXT)) as server, pytest.raises(openai.APIConnectionError):
        list(chat(server).stream("Was it closed?"))


def test_embeddings() -> None:
    """The vectors come through."""
    with ModelServer(Says(""), embeddings=Embeds(32)) as server:
        embeddings = OpenAIEmbeddings(
            model="e",
            base_url=server.base_url,
            api_key=SecretStr("any"),
            max_retries=0,
            check_embedding_ctx_length=False,
        )
        vectors = embeddings.embed_documents(["a bridge", "a mayor"])
    assert vectors[1] == pytest.approx(word_vector("a mayor", 32), abs=1e-6)
