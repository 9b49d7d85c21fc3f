"""Embeddings made of words."""

from __future__ import annotations

import base64
import math
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.types import CreateEmbeddingResponse

from bot.testing import Embeds, ModelServer, Says, word_vector
from tests.bot.testing.raw import openai_client, see

PATH = "/v1/embeddings"


def embedded(**body: object) -> Any:
    """What the server answers to this request for embeddings, in vectors of 8."""
    with ModelServer(Says(""), embeddings=Embeds(8)) as server:
        return see(server.base_url, {"model": "e", **body}, path=PATH).json


def cosine(one: list[float], other: list[float]) -> float:
    """Of two unit vectors."""
    return sum(x * y for x, y in zip(one, other, strict=True))


def test_the_answer_is_what_openai_says_it_is() -> None:
    """One vector a text, in order, and the tokens: 3 characters are 1, 5 are 2."""
    answer = embedded(input=["abc", "abcde"])
    CreateEmbeddingResponse.model_validate(answer, strict=True)
    assert [item["index"] for item in answer["data"]] == [0, 1]
    assert answer["usage"] == {"prompt_tokens": 3, "total_tokens": 3}
    assert answer["model"] == "e"


def test_base64_is_little_endian_float32() -> None:
    """Both encodings hold the same numbers, as far as 32 bits go."""
    (plain,) = embedded(input="The bridge")["data"]
    (packed,) = embedded(input="The bridge", encoding_format="base64")["data"]
    numbers = struct.unpack("<8f", base64.b64decode(packed["embedding"]))
    assert numbers == pytest.approx(plain["embedding"], abs=1e-7)


@pytest.mark.parametrize("encoding", ["float", "base64", None])
def test_openais_client_reads_them(encoding: Any) -> None:
    """The client, which asks for base64 by itself, gets the same vector every time."""
    extra = {} if encoding is None else {"encoding_format": encoding}
    with ModelServer(Says("")) as server:
        client = openai_client(server.base_url)
        answer = client.embeddings.create(model="e", input=["a bridge"], dimensions=16, **extra)
        if encoding is None:
            assert server.requests[0].body["encoding_format"] == "base64"
    vector = answer.data[0].embedding
    expected = word_vector("a bridge", 16)
    if encoding == "base64":
        vector = list(struct.unpack("<16f", base64.b64decode(str(vector))))
    assert vector == pytest.approx(expected, abs=1e-6)


def test_the_request_may_name_the_dimension() -> None:
    """Its own dimension before the server's; 1,536 if neither names one."""
    assert len(embedded(input="a")["data"][0]["embedding"]) == 8
    assert len(embedded(input="a", dimensions=5)["data"][0]["embedding"]) == 5
    with ModelServer(Says("")) as server:
        (item,) = see(server.base_url, {"model": "e", "input": "a"}, path=PATH).json["data"]
    assert len(item["embedding"]) == 1536


def test_tokens_are_taken_in_place_of_texts() -> None:
    """One list of tokens is one text, a list of such lists is many."""
    assert len(embedded(input=[1, 2, 3])["data"]) == 1
    assert len(embedded(input=[[1, 2], [3]])["data"]) == 2


@pytest.mark.parametrize("given", [None, [], {}, 7])
def test_no_text_is_refused(given: object) -> None:
    """400 with param input, in OpenAI's form."""
    assert embedded(input=given)["error"]["param"] == "input"


@pytest.mark.parametrize("dimensions", [0, -1, "8"])
def test_no_dimension_is_refused(dimensions: object) -> None:
    """400 with param dimensions."""
    assert embedded(input="a", dimensions=dimensions)["error"]["param"] == "dimensions"


@given(st.text(), st.integers(1, 40))
def test_every_text_has_a_unit_vector(text: str, dimensions: int) -> None:
    """Also one of no words, or of lone surrogates, or in a single dimension."""
    vector = word_vector(text, dimensions)
    assert len(vector) == dimensions
    assert math.hypot(*vector) == pytest.approx(1)
    assert vector == word_vector(text, dimensions)


def test_texts_that_share_words_are_near() -> None:
    """Half the words in common, half the cosine, give or take; none in common, about nothing."""
    text = "the old bridge was closed"
    same = word_vector(text, 1536)
    assert cosine(same, word_vector("CLOSED was the bridge, old!", 1536)) == pytest.approx(1)
    assert cosine(same, word_vector("the old bridge reopened", 1536)) == pytest.approx(
        3 / math.sqrt(20), abs=0.1
    )
    assert abs(cosine(same, word_vector("prices rose sharply", 1536))) < 0.1
