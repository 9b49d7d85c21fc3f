"""Faults in which an error comes in place of an answer."""

from __future__ import annotations

import time

import openai
import pytest

from bot.testing import Fault, ModelServer, Says
from tests.bot.testing.raw import ASKED, COUNTED, STREAM, openai_client, see, see_reply

# name, status, type, code, param, and what openai's client raises
REFUSALS = [
    ("unauthorized", 401, "invalid_api_key", None, openai.AuthenticationError),
    ("forbidden", 403, "unsupported_country_region_territory", None, openai.PermissionDeniedError),
    ("not_found", 404, "model_not_found", None, openai.NotFoundError),
    ("context_length", 400, "context_length_exceeded", "messages", openai.BadRequestError),
    ("bad_request_stream_options", 400, None, "stream_options", openai.BadRequestError),
    ("rate_limited", 429, "rate_limit_exceeded", None, openai.RateLimitError),
    ("rate_limited_retry_after", 429, "rate_limit_exceeded", None, openai.RateLimitError),
    ("insufficient_quota", 429, "insufficient_quota", None, openai.RateLimitError),
    ("server_error", 500, None, None, openai.InternalServerError),
    ("server_error_then", 500, None, None, openai.InternalServerError),
    ("overloaded", 503, "model_overloaded", None, openai.InternalServerError),
]
names = pytest.mark.parametrize(("name", "status", "code", "param", "raised"), REFUSALS)


@names
def test_an_error_is_in_openais_form(
    name: str, status: int, code: str | None, param: str | None, raised: type
) -> None:
    """Message, type, param and code are there, null where there is nothing to say."""
    seen = see_reply(Fault(name), COUNTED)
    error = seen.json["error"]
    assert (seen.status, error["code"], error["param"]) == (status, code, param)
    assert set(error) == {"message", "type", "param", "code"}
    assert error["message"]
    assert error["type"]
    assert seen.headers["content-type"] == "application/json"
    assert seen.end == "clean"


@names
def test_openais_client_raises_what_it_documents(
    name: str, status: int, code: str | None, param: str | None, raised: type[openai.APIStatusError]
) -> None:
    """The client reads status, code and param out of the error."""
    with ModelServer(Fault(name)) as server, pytest.raises(raised) as caught:
        openai_client(server.base_url).chat.completions.create(**COUNTED)
    assert (caught.value.status_code, caught.value.code, caught.value.param) == (
        status,
        code,
        param,
    )
    assert len(server.requests) == 1


def test_the_key_comes_back_in_the_message() -> None:
    """A server may repeat the key it refuses: an application must not pass that on."""
    assert "sk-secret" in see_reply(Fault("unauthorized")).json["error"]["message"]


def test_stream_options_are_refused_and_nothing_else() -> None:
    """Asked again without them, the server answers."""
    with ModelServer(Fault("bad_request_stream_options", then=Says("Closed."))) as server:
        assert see(server.base_url, COUNTED).status == 400
        assert see(server.base_url, STREAM).text == "Closed."
        assert see(server.base_url, ASKED).json["choices"][0]["message"]["content"] == "Closed."


def test_retry_after_is_told_only_where_named() -> None:
    """One kind of 429 says how many seconds to wait, the other leaves it open."""
    assert "retry-after" not in see_reply(Fault("rate_limited")).headers
    seen = see_reply(Fault("rate_limited_retry_after", seconds=0.5))
    assert seen.headers["retry-after"] == "0.5"
    assert see_reply(Fault("rate_limited_retry_after", seconds=20)).headers["retry-after"] == "20"


def test_openais_client_waits_as_long_as_it_is_told() -> None:
    """Retried once after 0.3 seconds, a request is answered."""
    fault = Fault("rate_limited_retry_after", seconds=0.3, times=1, then=Says("Closed."))
    with ModelServer(fault) as server:
        started = time.monotonic()
        answer = openai_client(server.base_url, retries=1).chat.completions.create(**ASKED)
        assert answer.choices[0].message.content == "Closed."
        assert time.monotonic() - started >= 0.3
        assert len(server.requests) == 2


@pytest.mark.parametrize("name", ["rate_limited", "server_error", "hang_up_headers", "html_200"])
def test_any_fault_may_pass(name: str) -> None:
    """With `times`, that many requests go wrong, and all later ones get the other reply."""
    with ModelServer(Fault(name, times=2, then=Says("Closed."))) as server:
        texts = [see(server.base_url).text for _ in range(2)]
        texts += [see(server.base_url).text for _ in range(2)]
    assert texts == ["", "", "Closed.", "Closed."]


def test_a_server_error_that_passes_does_so_after_one_request_unless_told() -> None:
    """`server_error_then` is over after `times` requests, one if none are named."""
    with ModelServer(Fault("server_error_then", "Closed.")) as server:
        assert [see(server.base_url).status for _ in range(3)] == [500, 200, 200]
    with ModelServer(Fault("server_error_then", "Closed.", times=2)) as server:
        assert [see(server.base_url).status for _ in range(3)] == [500, 500, 200]


def test_a_dead_server_behind_a_proxy_gives_a_page() -> None:
    """502 with HTML, which openai's client takes for a server's error."""
    seen = see_reply(Fault("bad_gateway_html"))
    assert (seen.status, seen.headers["content-type"]) == (502, "text/html")
    assert b"<html>" in seen.body
    with (
        ModelServer(Fault("bad_gateway_html")) as server,
        pytest.raises(openai.InternalServerError),
    ):
        openai_client(server.base_url).chat.completions.create(**STREAM)


def test_the_page_of_a_network_is_no_answer() -> None:
    """200 with HTML: openai's client raises nothing, and has nothing."""
    seen = see_reply(Fault("html_200"))
    assert (seen.status, seen.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert b"<html>" in seen.body
    with ModelServer(Fault("html_200")) as server:
        assert list(openai_client(server.base_url).chat.completions.create(**STREAM)) == []
        assert isinstance(openai_client(server.base_url).chat.completions.create(**ASKED), str)


@pytest.mark.parametrize("name", ["unauthorized", "rate_limited", "html_200", "hang_up_headers"])
def test_faults_befall_embeddings_too(name: str) -> None:
    """A fault given for embeddings leaves the chat alone."""
    with ModelServer(Says("Closed."), embeddings=Fault(name)) as server:
        with pytest.raises((openai.APIError, ValueError, AttributeError)):
            openai_client(server.base_url).embeddings.create(model="e", input="a").data[0]
        assert see(server.base_url).text == "Closed."
