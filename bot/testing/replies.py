"""What a server says when all goes well. `faults` has what it says when something does not."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from bot.testing.connection import Connection, to_event
from bot.testing.payloads import ChatPayloads, Json, Usage, count_tokens, model_list
from bot.testing.request import Request


@runtime_checkable
class Reply(Protocol):
    """Answers one request."""

    def answer(self, request: Request, connection: Connection) -> None:
        """Write the whole response, or as much of it as this reply is meant to."""


@dataclass(frozen=True, slots=True)
class Says:
    """A chat answer: a stream of events if the request asks for one, else one JSON object.

    Attributes:
        text: what the model says.
        chunks: how the stream cuts it. None: a word at a time. A number: so many characters at a
            time. A list: exactly these pieces, which together must be the text; `random_cuts`
            makes one.
        delay: seconds before each piece. A whole answer comes after as long as its stream would
            have taken.
        finish: the reason given at the end: "stop", "length", "content_filter", …
        usage: tokens of the prompt and of the answer. "counted": a token for every four characters.
            None: the server keeps no account.
        model: the model that is said to have answered. None: the one that was asked for.

    Raises:
        ValueError: the pieces are not the text, or there are to be no characters in one.
    """

    text: str
    chunks: int | Sequence[str] | None = None
    delay: float = 0.0
    finish: str | None = "stop"
    usage: Usage | Literal["counted"] | None = "counted"
    model: str | None = None

    def __post_init__(self) -> None:
        if "".join(self.pieces()) != self.text:
            raise ValueError(f"the pieces do not make up the text {self.text[:60]!r}")

    def pieces(self) -> Sequence[str]:
        """The text, cut as the stream cuts it."""
        if self.chunks is None:
            return re.findall(r"\s*\S+|\s+", self.text)
        if isinstance(self.chunks, int):
            size = self.chunks
            return [self.text[at : at + size] for at in range(0, len(self.text), size)]
        return self.chunks

    def answer(self, request: Request, connection: Connection) -> None:
        """The text, the reason for the end, and the usage if it is asked for."""
        talk = Talk(self, request, connection)
        if talk.streaming:
            talk.say_all()
            talk.close()
        else:
            connection.wait(self.delay * len(self.pieces()))
            connection.respond_json(200, talk.whole())


class Talk:
    """One chat answer being given: what is said, to which request, on which connection."""

    def __init__(self, says: Says, request: Request, connection: Connection) -> None:
        self.says = says
        self.request = request
        self.connection = connection
        name = f"chatcmpl-{request.number}"
        self.payloads = ChatPayloads(name, says.model or request.model, request.include_usage)

    @property
    def streaming(self) -> bool:
        """Whether a stream of events was asked for, and not one JSON object."""
        return self.request.stream

    def start(self) -> None:
        """The headers of a stream, and the chunk that says who speaks."""
        self.connection.start()
        self.chunk({"role": "assistant", "content": "", "refusal": None})

    def say(self, *pieces: str) -> None:
        """One chunk a piece, each after its delay."""
        for piece in pieces:
            self.connection.wait(self.says.delay)
            self.chunk({"content": piece})

    def say_all(self) -> None:
        """A stream up to the end of its text."""
        self.start()
        self.say(*self.says.pieces())

    def chunk(self, delta: Json, finish: str | None = None) -> None:
        """One chunk with one choice."""
        self.connection.event(self.payloads.chunk(delta, finish))

    def close(self) -> None:
        """The reason for the end, the chunk that counts tokens if it was asked for, the end."""
        self.chunk({}, self.says.finish)
        usage = self.usage()
        if usage is not None and self.payloads.include_usage:
            self.connection.event(self.payloads.usage_chunk(usage))
        self.done()

    def done(self) -> None:
        """The event that ends a stream, and the end of the body."""
        self.connection.end(to_event("[DONE]"))

    def whole(self, **message: object) -> Json:
        """The answer as one object, with these fields of its message changed."""
        said = {"content": self.says.text, **message}
        return self.payloads.whole(said, self.says.finish, self.usage())

    def usage(self) -> Usage | None:
        """The tokens to be told."""
        if self.says.usage != "counted":
            return self.says.usage
        prompt = "".join(str(message.get("content")) for message in self.request.messages)
        return count_tokens(prompt), count_tokens(self.says.text)


@dataclass(frozen=True, slots=True)
class Models:
    """Answers a request for the list of models with these names."""

    names: Sequence[str]

    def answer(self, request: Request, connection: Connection) -> None:  # noqa: ARG002  (the port)
        """The list."""
        connection.respond_json(200, model_list(self.names))


def random_cuts(text: str, *, seed: int, longest: int = 12) -> list[str]:
    """The text in pieces of 1 to `longest` characters, the same for the same seed."""
    dice = random.Random(seed)  # noqa: S311  (nothing here is secret)
    pieces, at = [], 0
    while at < len(text):
        size = dice.randint(1, longest)
        pieces.append(text[at : at + size])
        at += size
    return pieces
