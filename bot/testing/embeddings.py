"""Embeddings without a model: texts that share words are near each other."""

from __future__ import annotations

import base64
import hashlib
import math
import re
import struct
from collections import Counter
from dataclasses import dataclass
from typing import Any

from bot.testing.connection import Connection
from bot.testing.payloads import count_tokens, embedding_list, error_of
from bot.testing.request import Request

_PER_WORD = 8  # coordinates that a word moves; more would only make the vectors slower


@dataclass(frozen=True, slots=True)
class Embeds:
    """Answers an embeddings request with a unit vector for each text, always the same one.

    Attributes:
        dimensions: length of a vector, where the request does not name one.
    """

    dimensions: int = 1536

    def answer(self, request: Request, connection: Connection) -> None:
        """Numbers, or base64 of little-endian float32 if the request asks for that."""
        texts = _texts(request.body.get("input"))
        if not texts:
            message = "'$.input' is invalid. It must be a text, or a list of texts or of tokens."
            connection.respond_json(400, error_of(message, param="input"))
            return
        size = request.body.get("dimensions", self.dimensions)
        if not isinstance(size, int) or size < 1:
            message = "'$.dimensions' is invalid. It must be a positive integer."
            connection.respond_json(400, error_of(message, param="dimensions"))
            return
        vectors: list[Any] = [word_vector(text, size) for text in texts]
        if request.body.get("encoding_format") == "base64":
            vectors = [_base64(vector) for vector in vectors]
        tokens = sum(count_tokens(text) for text in texts)
        payload = embedding_list(vectors, model=request.model, tokens=tokens)
        connection.respond_json(200, payload)


def word_vector(text: str, dimensions: int) -> list[float]:
    """A unit vector made of the words of a text, in any order and any case.

    Each word moves a few coordinates by one up or down, chosen by its SHA-256. The cosine of two
    texts is about the share of words that they have in common.
    """
    vector = [0.0] * dimensions
    words = Counter(re.findall(r"\w+", text.casefold())) or Counter([text])
    for word, count in words.items():
        digest = hashlib.sha256(word.encode("utf-8", "surrogatepass")).digest()
        for value in struct.unpack(f">{_PER_WORD}I", digest):
            vector[(value >> 1) % dimensions] += count if value & 1 else -count
    length = math.sqrt(sum(x * x for x in vector))
    if length == 0.0:  # the moves took each other back
        return [1.0] + [0.0] * (dimensions - 1)
    return [x / length for x in vector]


def _base64(vector: list[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()


def _texts(given: object) -> list[str]:
    """The texts of `input`: one text, a list of them, one list of tokens, or a list of such."""
    if isinstance(given, str):
        return [given]
    if not isinstance(given, list) or not given:
        return []
    if all(isinstance(item, int) for item in given):
        given = [given]
    return [item if isinstance(item, str) else " ".join(map(str, item)) for item in given]
