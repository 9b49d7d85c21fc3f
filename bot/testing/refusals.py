"""Faults: the server answers, and the answer is an error."""

from __future__ import annotations

from bot.testing.payloads import error_of
from bot.testing.turn import Turn, named


def unauthorized(turn: Turn) -> None:
    """401, code invalid_api_key; the message repeats the key that was sent."""
    key = turn.request.headers.get("authorization", "").removeprefix("Bearer ")
    error = error_of(f"Incorrect API key provided: {key}.", code="invalid_api_key")
    turn.json(error, 401)


def forbidden(turn: Turn) -> None:
    """403, code unsupported_country_region_territory."""
    code = "unsupported_country_region_territory"
    message = "Country, region, or territory not supported"
    turn.json(error_of(message, kind="request_forbidden", code=code), 403)


def not_found(turn: Turn) -> None:
    """404, code model_not_found."""
    message = f"The model `{turn.request.model}` does not exist or you do not have access to it."
    turn.json(error_of(message, code="model_not_found"), 404)


def context_length(turn: Turn) -> None:
    """400, code context_length_exceeded, param messages."""
    message = (
        "This model's maximum context length is 4096 tokens. However, your messages resulted in "
        "5120 tokens. Please reduce the length of the messages."
    )
    error = error_of(message, param="messages", code="context_length_exceeded")
    turn.json(error, 400)


def bad_request_stream_options(turn: Turn) -> None:
    """400 with param stream_options to a request that has stream_options; else it answers."""
    if "stream_options" not in turn.request.body:
        turn.go_on()
        return
    message = "Unrecognized request argument supplied: stream_options"
    turn.json(error_of(message, param="stream_options"), 400)


def rate_limited(turn: Turn) -> None:
    """429, code rate_limit_exceeded, no Retry-After."""
    turn.json(_RATE_LIMIT, 429)


def rate_limited_retry_after(turn: Turn) -> None:
    """429 with `Retry-After: seconds`."""
    turn.json(_RATE_LIMIT, 429, Retry_After=f"{turn.fault.seconds:g}")


def insufficient_quota(turn: Turn) -> None:
    """429, code insufficient_quota: the account has no money left, so waiting does not help."""
    message = "You exceeded your current quota, please check your plan and billing details."
    error = error_of(message, kind="insufficient_quota", code="insufficient_quota")
    turn.json(error, 429)


def server_error(turn: Turn) -> None:
    """500 in OpenAI's form, to every request."""
    turn.json(_SERVER_ERROR, 500)


def server_error_then(turn: Turn) -> None:
    """500 to the first `times` requests (1 if None), then it answers."""
    if turn.fault.times is None and turn.request.number > 1:
        turn.go_on()
    else:
        turn.json(_SERVER_ERROR, 500)


def overloaded(turn: Turn) -> None:
    """503, code model_overloaded."""
    message = "That model is currently overloaded with other requests."
    turn.json(error_of(message, kind="server_error", code="model_overloaded"), 503)


def bad_gateway_html(turn: Turn) -> None:
    """502 with a page of HTML, as a proxy in front of a dead server gives it."""
    page = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
    turn.connection.respond(502, page, "text/html")


def html_200(turn: Turn) -> None:
    """200 with a page of HTML, as the sign-in page of a network gives it."""
    page = b"<!doctype html><html><body><h1>Sign in to the network</h1></body></html>"
    turn.connection.respond(200, page, "text/html; charset=utf-8")


_SERVER_ERROR = error_of(
    "The server had an error while processing your request. Sorry about that!", kind="server_error"
)
_RATE_LIMIT = error_of(
    "Rate limit reached for requests. Please try again later.",
    kind="requests",
    code="rate_limit_exceeded",
)

WRITERS = named(
    *(unauthorized, forbidden, not_found, context_length, bad_request_stream_options),
    *(rate_limited, rate_limited_retry_after, insufficient_quota),
    *(server_error, server_error_then, overloaded, bad_gateway_html, html_200),
)
