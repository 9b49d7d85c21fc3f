"""The Web API: a client that retries what may be retried, and errors in our own tree."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError
from slack_sdk.http_retry.builtin_handlers import (
    ConnectionErrorRetryHandler,
    RateLimitErrorRetryHandler,
    ServerErrorRetryHandler,
)

from bot.errors import SlackApiRefusedError, SlackError, SlackUnreachableError

SLACK_URL = "https://slack.com/api/"
_TIMEOUT = 15  # seconds

log = logging.getLogger("dateline.slack")


def make_client(token: str | None, *, url: str = SLACK_URL) -> WebClient:
    """A client for one workspace; by default it retries lost connections only."""
    return WebClient(
        token=token,
        base_url=url,
        timeout=_TIMEOUT,
        logger=logging.getLogger("dateline.slack.api"),
        retry_handlers=[
            ConnectionErrorRetryHandler(max_retry_count=2),
            RateLimitErrorRetryHandler(max_retry_count=3),
            ServerErrorRetryHandler(max_retry_count=2),
        ],
    )


@contextmanager
def translated() -> Iterator[None]:
    """Errors of slack_sdk as ours.

    Raises:
        SlackApiRefusedError: Slack refused the call.
        SlackUnreachableError: no answer of Slack could be had.
    """
    try:
        yield
    except (SlackClientError, OSError) as error:
        raise translate(error) from error


def translate(error: Exception) -> SlackError:
    """An error of slack_sdk as one of ours. Its message holds no token."""
    response = getattr(error, "response", None)
    if response is None:
        return SlackUnreachableError(f"Slack cannot be reached: {type(error).__name__}")
    code = str(response.get("error") or getattr(response, "status_code", "unknown"))
    needed = response.get("needed")
    return SlackApiRefusedError(
        f"Slack refused: {code}" + (f"; the app needs the scope {needed}" if needed else ""), code
    )


@contextmanager
def best_effort(what: str) -> Iterator[None]:
    """What is only a courtesy may fail without harm to the answer."""
    try:
        yield
    except (SlackClientError, OSError) as error:
        log.info("%s: %s", what, translate(error))
