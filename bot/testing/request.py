"""What a client asked of the server, as the server recorded it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Request:
    """One recorded request.

    Attributes:
        number: 1 for the first request to this path, 2 for the next, …
        method: "GET" or "POST".
        path: the path as sent, its query with it: "/v1/chat/completions".
        headers: the headers, their names in lower case.
        body: the JSON object that was sent; empty where there was none.
    """

    number: int
    method: str
    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]

    @property
    def endpoint(self) -> str:
        """The path without its query."""
        return self.path.partition("?")[0]

    @property
    def stream(self) -> bool:
        """Whether a stream of events was asked for, and not one JSON object."""
        return self.body.get("stream") is True

    @property
    def include_usage(self) -> bool:
        """Whether the stream is to end with a chunk that counts tokens."""
        options = self.body.get("stream_options")
        return isinstance(options, dict) and options.get("include_usage") is True

    @property
    def model(self) -> str:
        """The model that was asked for."""
        return str(self.body.get("model", ""))

    @property
    def messages(self) -> Sequence[Mapping[str, Any]]:
        """The messages of a chat request, oldest first."""
        given = self.body.get("messages")
        return [each for each in given if isinstance(each, dict)] if isinstance(given, list) else []

    def last(self, role: str) -> str:
        """The text of the last message of this role ("system", "user", …); "" if there is none."""
        said = [message for message in self.messages if message.get("role") == role]
        return _text(said[-1].get("content")) if said else ""


def _text(content: object) -> str:
    """The text of a message's content, which is a string or a list of typed parts."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "".join(str(part.get("text", "")) for part in parts if isinstance(part, dict))
