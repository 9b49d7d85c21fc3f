"""The JSON objects of OpenAI's protocol, as plain dictionaries. Pure.

Source: https://platform.openai.com/docs/api-reference. The tests hold every object to openai's own
types.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
Usage = tuple[int, int]

CREATED = 1_750_000_000  # seconds since 1970; fixed, so that a reply is the same every time


@dataclass(frozen=True, slots=True)
class ChatPayloads:
    """Makes the objects of one chat answer, which share an id and a model."""

    id: str
    model: str
    include_usage: bool

    def chunk(self, delta: Json, finish: str | None = None) -> Json:
        """A chunk of a stream with one choice."""
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return self.chunk_of([choice])

    def chunk_of(self, choices: list[Json]) -> Json:
        """A chunk of a stream with these choices. Its usage is null until the last chunk."""
        payload = self._head("chat.completion.chunk") | {"choices": choices}
        return payload | {"usage": None} if self.include_usage else payload

    def usage_chunk(self, usage: Usage) -> Json:
        """The chunk that counts tokens: no choices."""
        return self.chunk_of([]) | {"usage": usage_of(usage)}

    def whole(self, message: Json, finish: str | None, usage: Usage | None) -> Json:
        """The answer as one object."""
        message = {"role": "assistant", "content": None, "refusal": None, **message}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish}
        payload = self._head("chat.completion") | {"choices": [choice]}
        return payload | {"usage": usage_of(usage)} if usage is not None else payload

    def _head(self, kind: str) -> Json:
        return {"id": self.id, "object": kind, "created": CREATED, "model": self.model}


def usage_of(usage: Usage) -> Json:
    """Tokens of the prompt and of the answer."""
    prompt, answer = usage
    return {
        "prompt_tokens": prompt,
        "completion_tokens": answer,
        "total_tokens": prompt + answer,
    }


def error_of(
    message: str,
    *,
    kind: str = "invalid_request_error",
    param: str | None = None,
    code: str | None = None,
) -> Json:
    """An error in OpenAI's form."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def model_list(names: Iterable[str]) -> Json:
    """The list of models that a server has."""
    models = [
        {"id": name, "object": "model", "created": CREATED, "owned_by": "dateline"}
        for name in names
    ]
    return {"object": "list", "data": models}


def embedding_list(vectors: Sequence[list[float] | str], *, model: str, tokens: int) -> Json:
    """Embeddings in the order of their texts: numbers, or base64 of little-endian float32."""
    data = [
        {"object": "embedding", "index": index, "embedding": vector}
        for index, vector in enumerate(vectors)
    ]
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "data": data, "model": model, "usage": usage}


def count_tokens(text: str) -> int:
    """A rough count: a token for every four characters, rounded up."""
    return -(-len(text) // 4)
