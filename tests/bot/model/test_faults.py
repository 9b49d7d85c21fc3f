"""What a server's refusal is read as."""

from __future__ import annotations

import time
from email.utils import formatdate

import httpx
import openai
import pytest

from bot.model.faults import translate


def after(said: str) -> float | None:
    """How long to wait when a refusal comes with this `Retry-After`."""
    request = httpx.Request("POST", "https://model.example/v1/chat/completions")
    response = httpx.Response(429, headers={"retry-after": said}, request=request)
    error = openai.RateLimitError("slow down", response=response, body=None)
    return translate(error, where="the server", model="m").after


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("2", 2.0), ("0.5", 0.5), ("soon", None), ("", None), ("-1", None), ("nan", None)],
)
def test_a_wait_in_seconds(said: str, seconds: float | None) -> None:
    """A number is taken as it is; anything else is no wait."""
    assert after(said) == seconds


def test_a_wait_until_a_date() -> None:
    """RFC 9110 allows a date; one that has passed is no wait at all."""
    assert after(formatdate(time.time() + 30, usegmt=True)) == pytest.approx(30, abs=5)
    assert after("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0
