"""A client that shows what is on the wire, and how it ended; and openai's own."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import openai

from bot.testing import ModelServer, Reply

ASKED: dict[str, Any] = {
    "model": "scripted",
    "messages": [{"role": "user", "content": "Was it closed?"}],
}
STREAM: dict[str, Any] = {**ASKED, "stream": True}
COUNTED: dict[str, Any] = {**STREAM, "stream_options": {"include_usage": True}}


@dataclass(frozen=True, slots=True)
class Seen:
    """A response as it came.

    Attributes:
        status: the status; 0 where the connection ended before one came.
        end: "clean", "cut" (closed before what was promised), "reset" or "silence".
    """

    status: int
    headers: dict[str, str]
    body: bytes
    end: str

    @property
    def data(self) -> list[str]:
        """The data of each event of a stream."""
        events = self.body.decode("utf-8", "replace").split("\n\n")
        return [event.removeprefix("data: ") for event in events if event.startswith("data: ")]

    @property
    def chunks(self) -> list[Any]:
        """The events that are JSON objects."""
        return [json.loads(data) for data in self.data if data != "[DONE]"]

    @property
    def deltas(self) -> list[Any]:
        """The delta of each choice of each chunk."""
        return [choice["delta"] for chunk in self.chunks for choice in chunk["choices"]]

    @property
    def text(self) -> str:
        """The content of all chunks."""
        return "".join(delta.get("content") or "" for delta in self.deltas)

    @property
    def finishes(self) -> list[str]:
        """The reasons given for the end."""
        choices = [choice for chunk in self.chunks for choice in chunk["choices"]]
        return [choice["finish_reason"] for choice in choices if choice["finish_reason"]]

    @property
    def json(self) -> Any:
        """The body, which is one JSON value."""
        return json.loads(self.body)


@cache
def _shared() -> openai.OpenAI:
    return openai.OpenAI(base_url="http://127.0.0.1:9/v1", api_key="any")


def openai_client(
    base_url: str, *, api_key: str = "any", retries: int = 0, timeout: float = 5.0
) -> openai.OpenAI:
    """openai's own client. All share their certificates, which take long to load."""
    return _shared().with_options(
        base_url=base_url, api_key=api_key, max_retries=retries, timeout=timeout
    )


def connect(base_url: str, *, silence: float = 2.0) -> http.client.HTTPConnection:
    """A connection to a server; `silence` is how many seconds of it count as an end."""
    return http.client.HTTPConnection(urlsplit(base_url).netloc, timeout=silence)


def send(
    connection: http.client.HTTPConnection, body: object, path: str = "/v1/chat/completions"
) -> None:
    """Send a JSON body."""
    headers = {"Content-Type": "application/json", "Authorization": "Bearer sk-secret"}
    connection.request("POST", path, json.dumps(body), headers)


def see(
    base_url: str,
    body: object = STREAM,
    *,
    path: str = "/v1/chat/completions",
    silence: float = 2.0,
    at_most: int = 10_000_000,
) -> Seen:
    """Ask, and read to the end, or until there are `at_most` bytes."""
    connection = connect(base_url, silence=silence)
    status, headers, got, end = 0, {}, b"", "clean"
    try:
        send(connection, body, path)
        response = connection.getresponse()
        status = response.status
        headers = {name.lower(): value for name, value in response.getheaders()}
        while len(got) < at_most and (piece := response.read1(65536)):
            got += piece
        if len(got) < int(headers.get("content-length", 0)):
            end = "cut"
    except TimeoutError:
        end = "silence"
    except (http.client.IncompleteRead, http.client.RemoteDisconnected):
        end = "cut"
    except ConnectionResetError:
        end = "reset"
    finally:
        connection.close()
    return Seen(status, headers, got, end)


def see_reply(reply: Reply, body: object = STREAM, *, silence: float = 2.0) -> Seen:
    """What one request gets from a server that gives this reply."""
    with ModelServer(reply) as server:
        return see(server.base_url, body, silence=silence)
