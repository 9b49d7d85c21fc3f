"""The embedder behind OpenAI's protocol, against a real server on loopback.

What it shares with the bundled one is in tests/contracts/test_embedder.py.
"""

from __future__ import annotations

import base64
import logging
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.testing import (
    FAULTS,
    Connection,
    Embeds,
    Fault,
    ModelServer,
    Request,
    Says,
    connection_refused,
    word_vector,
)
from retrieval.embedding.named import BUNDLED, open_by_archive, open_embedder
from retrieval.embedding.openai import OpenAIEmbedder, _batches
from retrieval.errors import EmbedderError, MissingKeyError, UnknownEmbedderError

KEY = "sk-proj-SECRET-0123456789"


@dataclass(frozen=True)
class Sends:
    """Answers with this object, whatever was asked."""

    payload: Any

    def answer(self, request: Request, connection: Connection) -> None:
        connection.respond_json(200, self.payload)


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer(Says("")) as running:
        yield running


def embedder_at(server: ModelServer, **options: Any) -> OpenAIEmbedder:
    return OpenAIEmbedder("scripted", base_url=server.base_url, api_key=KEY, **options)


def vectors(*rows: object) -> dict[str, Any]:
    data = [{"object": "embedding", "index": i, "embedding": row} for i, row in enumerate(rows)]
    return {"object": "list", "model": "scripted", "data": data}


# -- what is sent -------------------------------------------------------------------------------


def test_a_request_holds_the_texts_and_the_key_and_nothing_more(server: ModelServer) -> None:
    """Servers refuse parameters that they do not know: only what is needed is sent."""
    embedder_at(server).embed_passages(["The bridge.", "The ferry."])
    (request,) = server.requests
    assert request.endpoint == "/v1/embeddings"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.body == {
        "model": "scripted",
        "input": ["The bridge.", "The ferry."],
        "encoding_format": "base64",
    }


def test_shorter_vectors_are_asked_of_the_server(server: ModelServer) -> None:
    """`openai:scripted@256` sends `dimensions: 256`, and knows its dimension without asking."""
    embedder = open_embedder("openai:scripted@256", base_url=server.base_url)
    assert embedder.dimension == 256
    assert server.requests == []
    assert embedder.embed_question("The bridge.").shape == (256,)
    assert server.requests[0].body["dimensions"] == 256


def test_many_texts_go_in_several_requests(server: ModelServer) -> None:
    """At most 512 texts and 64,000 bytes each; the rows keep the order of the texts."""
    texts = [f"article {n}" for n in range(1000)] + ["long " * 1500] * 20
    rows = embedder_at(server).embed_passages(texts)
    assert len(server.requests) > 3
    assert [text for request in server.requests for text in request.body["input"]] == texts
    expected = np.array([word_vector(text, 1536) for text in texts])
    np.testing.assert_allclose(rows, expected, atol=1e-6)


@given(st.lists(st.integers(1, 9_000), max_size=60), st.sampled_from("aé字"))
def test_requests_are_bounded_and_lose_no_text(lengths: list[int], letter: str) -> None:
    """Each text is sent once, in order, cut at 8,000 bytes and never in the middle of a letter."""
    texts = [letter * length for length in lengths]
    batches = list(_batches(texts))
    for batch in batches:
        assert 0 < len(batch) <= 512
        assert sum(len(text.encode()) for text in batch) <= 64_000
    sent = [text for batch in batches for text in batch]
    assert len(sent) == len(texts)
    for text, whole in zip(sent, texts, strict=True):
        assert whole.startswith(text)
        assert len(text) == len(whole) or 8_000 - len(letter.encode()) < len(text.encode()) <= 8_000


def test_nothing_of_the_environment_changes_where_texts_go(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address and the key are the caller's, whatever variables the library knows."""
    monkeypatch.setenv("OPENAI_BASE_URL", connection_refused())
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-another")
    OpenAIEmbedder("scripted", base_url=server.base_url).embed_question("The bridge.")
    (request,) = server.requests
    assert "sk-of-another" not in str(request.headers)


# -- what it is -----------------------------------------------------------------------------------


def test_the_dimension_is_asked_for_once_where_only_the_server_knows(server: ModelServer) -> None:
    """One short text tells it; a dimension that is given costs no request."""
    embedder = embedder_at(server)
    assert (embedder.dimension, embedder.dimension) == (1536, 1536)
    assert embedder.fingerprint
    assert len(server.requests) == 1
    assert embedder_at(server, dimension=1536).fingerprint == embedder.fingerprint
    assert len(server.requests) == 1


def test_openais_own_models_are_known_without_asking() -> None:
    """Their dimensions are published; making an embedder connects to nothing."""
    small, large = (
        open_embedder(f"openai:text-embedding-3-{size}", api_key=KEY) for size in ("small", "large")
    )
    assert (small.dimension, large.dimension) == (1536, 3072)
    assert small.fingerprint != large.fingerprint


def test_the_fingerprint_tells_model_dimension_and_whether_the_server_is_openais() -> None:
    """An address of one's own may change; OpenAI's model at another server is another model."""

    def fingerprint(model: str, base_url: str | None, dimension: int) -> str:
        made = OpenAIEmbedder(model, base_url=base_url, api_key=KEY, dimension=dimension)
        return made.fingerprint

    model = "text-embedding-3-small"
    hosted = fingerprint(model, None, 1536)
    assert hosted == fingerprint(model, "https://api.openai.com/v1", 1536)
    assert hosted == fingerprint(model, "https://eu.api.openai.com/v1", 1536)
    own = fingerprint(model, "http://localhost:11434/v1", 1536)
    assert own == fingerprint(model, "https://gpu.example:8000/v1", 1536)
    assert len({hosted, own, fingerprint(model, None, 512), fingerprint("other", None, 1536)}) == 4
    assert hosted != fingerprint(model, "https://api.openai.com.example/v1", 1536)


def test_openai_demands_a_key() -> None:
    """Said when the embedder is made, before a text is read."""
    for key in (None, "", "  "):
        with pytest.raises(MissingKeyError, match=r"api\.openai\.com"):
            open_embedder("openai:text-embedding-3-small", api_key=key)


@pytest.mark.parametrize("key", ["sk-\nx", "sk-\x00", "schlüssel"])
def test_what_cannot_be_a_key_is_refused_and_not_shown(key: str) -> None:
    """Pasted with a line break, or something else: the HTTP library would show it in its error."""
    with pytest.raises(EmbedderError, match="characters that no key has") as raised:
        open_embedder("openai:scripted", base_url="http://localhost:1/v1", api_key=key)
    assert key not in str(raised.value)


@pytest.mark.parametrize(
    "address",
    ["nonsense", "http://", "ftp://localhost/v1", "http://localhost:99999/v1", "http://["],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    """With an example of one."""
    with pytest.raises(EmbedderError, match="http://localhost:11434/v1"):
        open_embedder("openai:scripted", base_url=address)


@pytest.mark.parametrize("name", ["", "minilm", "openai", "openai:", "openai: x", "ollama:bge-m3"])
def test_an_unknown_name_lists_what_exists(name: str) -> None:
    """One error, with the names."""
    with pytest.raises(UnknownEmbedderError, match=r"minilm-l6-v2.*openai:MODEL"):
        open_embedder(name)


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("openai:nomic-embed-text:latest", "nomic-embed-text:latest"),
        ("openai:BAAI/bge-m3", "BAAI/bge-m3"),
        ("openai:embed@003", "embed@003"),
        ("openai:embed@256", "embed"),
    ],
)
def test_names_of_models_may_hold_what_servers_put_into_them(name: str, model: str) -> None:
    """Colons, slashes; of "@" only a number that may be a length is ours."""
    embedder = open_embedder(name, base_url="http://localhost:1/v1")
    assert isinstance(embedder, OpenAIEmbedder)
    assert (embedder.name, embedder.model) == (name, model)


def test_a_new_archive_gets_the_bundled_embedder() -> None:
    """Without a name there is nothing to ask."""
    assert open_by_archive(None, None).name == BUNDLED


# -- what comes back ------------------------------------------------------------------------------


def test_vectors_are_brought_to_unit_length_and_into_order() -> None:
    """Worked by hand: [3, 4] becomes [0.6, 0.8]; the second text's vector came first."""
    payload = vectors([0.0, -2.0], [3, 4])
    payload["data"][0]["index"], payload["data"][1]["index"] = 1, 0
    with ModelServer(Says(""), embeddings=Sends(payload)) as server:
        rows = embedder_at(server).embed_passages(["a", "b"])
    np.testing.assert_allclose(rows, [[0.6, 0.8], [0.0, -1.0]], atol=1e-7)


_NAN = base64.b64encode(np.array([1.0, np.nan], "<f4").tobytes()).decode()


@pytest.mark.parametrize(
    ("payload", "problem"),
    [
        (vectors([1.0, 0.0]), "no list of embeddings"),  # one for two texts
        (vectors([1.0, 0.0], [0.0, 1.0], [1.0, 1.0]), "no list of embeddings"),
        (vectors([1.0, 0.0], [1.0]), "no list of embeddings"),
        (vectors([], []), "no list of embeddings"),
        (vectors(["x", "y"], ["z", "w"]), "no list of embeddings"),
        (vectors([None, 1.0], [1.0, 0.0]), "without a direction"),
        (vectors({}, {}), "no list of embeddings"),
        (vectors("AAAA", "====x"), "no list of embeddings"),
        (vectors("AAA=", "AAA="), "no list of embeddings"),  # two bytes are no float
        (vectors([[1.0]], [[1.0]]), "no list of embeddings"),
        (vectors([1.0, 0.0], [0.0, 0.0]), "without a direction"),
        (vectors([1.0, 0.0], [float("nan"), 1.0]), "without a direction"),
        (vectors([1.0, 0.0], [float("inf"), 1.0]), "without a direction"),
        (vectors(_NAN, _NAN), "without a direction"),
        (vectors([1.0, 0.0, 0.0], [0.0, 1.0, 0.0]), "3 numbers a text, where 2 are due"),
        ({"data": [{"index": 0, "embedding": [1.0, 0.0]}] * 2}, "no list of embeddings"),
        ({"data": None}, "no list of embeddings"),
        ({}, "no list of embeddings"),
        ([], "no list of embeddings"),
        ("hello", "no list of embeddings"),
        (None, "no list of embeddings"),
    ],
)
def test_a_reply_that_is_not_two_vectors_is_refused(payload: Any, problem: str) -> None:
    """Too few, too many, too short, no numbers, NaN: none of it gets into an archive."""
    with ModelServer(Says(""), embeddings=Sends(payload)) as server:
        with pytest.raises(EmbedderError, match=problem) as raised:
            embedder_at(server, dimension=2).embed_passages(["a", "b"])
        assert len(server.requests) == 1
    assert "\n" not in str(raised.value)


# -- what goes wrong ------------------------------------------------------------------------------

ONCE = {  # a fault that passes -> how it is said where it does not
    "rate_limited": "too many requests",
    "server_error": r"failed \(status 500\)",
    "overloaded": r"failed \(status 503\)",
    "bad_gateway_html": r"failed \(status 502\)",
    "slow_headers": "did not answer in time",
    "stall": "broke off",
    "hang_up": "broke off",
    "hang_up_headers": "cannot be reached",
    "reset": "broke off",
}
ALWAYS = {
    "unauthorized": "refused the key: check OPENAI_API_KEY",
    "forbidden": "does not let this key use scripted",
    "not_found": "has no embedding model 'scripted'",
    "context_length": "too long for scripted",
    "html_200": "no list of embeddings",
    "half_event": "no list of embeddings",
    "bad_sse_json": "no list of embeddings",
    "non_utf8": "no list of embeddings",
    "deep_json": "no list of embeddings",
    "midstream_error": "no list of embeddings",
    "slow_drip": "was not done in 0.6 seconds",
}


def test_the_faults_below_are_the_servers() -> None:
    """All that can befall an embeddings request is covered."""
    of_chat = {  # about what a model says
        *("length", "content_filter", "refusal", "empty_choices", "empty", "null_content"),
        *("duplicate_finish", "after_finish", "think", "reasoning", "fenced", "huge", "tool_call"),
        *("comments", "azure_preamble", "no_finish", "no_done", "bad_request_stream_options"),
        *("server_error_then", "rate_limited_retry_after", "insufficient_quota"),  # see below
    }
    assert set(FAULTS) - of_chat == ONCE.keys() | ALWAYS.keys()


@pytest.mark.parametrize("name", ONCE)
def test_a_fault_that_passes_is_not_noticed(name: str) -> None:
    """The request is tried again, at most twice, and its rows are right."""
    fault = Fault(name, seconds=1.0, times=1, then=Embeds())
    with ModelServer(Says(""), embeddings=fault) as server:
        row = embedder_at(server, read_timeout=0.4).embed_question("The bridge.")
        assert len(server.requests) == 2
    np.testing.assert_allclose(row, word_vector("The bridge.", 1536), atol=1e-6)


@pytest.mark.parametrize("name", ONCE)
def test_a_fault_that_stays_is_given_up_after_three_requests(name: str) -> None:
    """One line, without the key."""
    with ModelServer(Says(""), embeddings=Fault(name, seconds=1.0)) as server:
        with pytest.raises(EmbedderError, match=ONCE[name]) as raised:
            embedder_at(server, read_timeout=0.2).embed_passages(["The bridge."])
        assert len(server.requests) == 3
    said(raised.value)


@pytest.mark.parametrize("name", ONCE)
def test_for_a_question_it_is_given_up_after_two(name: str) -> None:
    """Somebody waits."""
    with ModelServer(Says(""), embeddings=Fault(name, seconds=1.0)) as server:
        with pytest.raises(EmbedderError, match=ONCE[name]) as raised:
            embedder_at(server, read_timeout=0.2).embed_question("The bridge.")
        assert len(server.requests) == 2
    said(raised.value)


@pytest.mark.parametrize("name", ALWAYS)
def test_what_trying_again_cannot_mend_is_said_at_once(name: str) -> None:
    """One request, one line, without the key, within the deadline."""
    started = time.monotonic()
    with ModelServer(Says(""), embeddings=Fault(name)) as server:
        with pytest.raises(EmbedderError, match=ALWAYS[name]) as raised:
            embedder_at(server, deadline=0.6).embed_question("The bridge.")
        assert len(server.requests) == 1
    assert time.monotonic() - started < 5
    said(raised.value)


def test_a_quota_that_is_used_up_is_not_a_rate() -> None:
    """Waiting does not help: another line, though the client cannot know and tries again."""
    with (
        ModelServer(Says(""), embeddings=Fault("insufficient_quota")) as server,
        pytest.raises(EmbedderError, match="used up: add credit") as raised,
    ):
        embedder_at(server).embed_question("The bridge.")
    said(raised.value)


def test_retry_after_is_honoured() -> None:
    """The server says one second; the second request comes after it."""
    fault = Fault("rate_limited_retry_after", seconds=1.0, times=1, then=Embeds())
    started = time.monotonic()
    with ModelServer(Says(""), embeddings=fault) as server:
        embedder_at(server).embed_question("The bridge.")
    assert time.monotonic() - started >= 0.9


def test_a_server_that_does_not_run_is_named() -> None:
    """With host and port, and never with a password that the address holds."""
    address = connection_refused().replace("//", "//user:PASSWORD@")
    with pytest.raises(EmbedderError, match=r"127\.0\.0\.1:\d+ cannot be reached") as raised:
        OpenAIEmbedder("scripted", base_url=address, api_key=KEY).embed_question("The bridge.")
    assert "PASSWORD" not in str(raised.value)
    said(raised.value)


def test_other_refusals_quote_the_server_without_the_key() -> None:
    """As much of it as fits on a line."""

    class Refuses:
        def answer(self, request: Request, connection: Connection) -> None:
            message = f"bad\nrequest of {KEY} " + "x" * 1000
            connection.respond_json(422, {"error": {"message": message, "code": None}})

    with (
        ModelServer(Says(""), embeddings=Refuses()) as server,
        pytest.raises(EmbedderError, match=r"status 422\): .*bad request of …") as raised,
    ):
        embedder_at(server).embed_question("The bridge.")
    said(raised.value)


def test_a_redirect_is_not_followed(server: ModelServer) -> None:
    """Texts go to the address that was given, and nowhere else; the other one is named."""

    class Redirects:
        def answer(self, request: Request, connection: Connection) -> None:
            there = f"{server.base_url}/embeddings"
            connection.respond(307, b"", "text/plain", Location=there)

    with (
        ModelServer(Says(""), embeddings=Redirects()) as first,
        pytest.raises(EmbedderError, match=f"redirects to {server.base_url}") as raised,
    ):
        embedder_at(first).embed_question("The bridge.")
    assert server.requests == []
    said(raised.value)


def test_the_key_and_the_texts_are_not_logged(
    server: ModelServer, caplog: pytest.LogCaptureFixture
) -> None:
    """At the level that is on by default, and the key at none."""
    with caplog.at_level(logging.DEBUG):
        embedder = embedder_at(server)
        embedder.embed_question("The bridge.")
    assert KEY not in caplog.text
    assert KEY not in repr(embedder)
    loud = [record for record in caplog.records if record.levelno > logging.INFO]
    assert loud == []


def test_threads_that_make_the_first_call_share_a_client(server: ModelServer) -> None:
    """Eight at once get eight right rows."""
    embedder = embedder_at(server)
    with ThreadPoolExecutor(8) as threads:
        rows = list(threads.map(embedder.embed_question, [f"word{n}" for n in range(8)]))
    for n, row in enumerate(rows):
        np.testing.assert_allclose(row, word_vector(f"word{n}", 1536), atol=1e-6)


def said(error: EmbedderError) -> None:
    """One line of modest length, that does not show the key, with the cause kept behind it."""
    assert "\n" not in str(error)
    assert len(str(error)) < 320
    assert KEY not in str(error)
