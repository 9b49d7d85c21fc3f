"""Opens an embedder by the name that archives record.

minilm-l6-v2         the bundled one
openai:MODEL         a model of OpenAI, or of a server that speaks its protocol
openai:MODEL@NUMBER  the same, its vectors shortened by the server to that many dimensions
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from retrieval.errors import UnknownEmbedderError

if TYPE_CHECKING:
    from retrieval.embedding import Embedder

BUNDLED = "minilm-l6-v2"

_OPENAI = re.compile(r"openai:(?P<model>[^\s@][^\s]*?)(?:@(?P<dimensions>[1-9]\d{0,4}))?")


def open_embedder(
    name: str,
    *,
    base_url: str | None = None,
    api_key: str | None = None,
    dimension: int | None = None,
) -> Embedder:
    """Open the embedder with this name. Nothing is loaded, and no server asked, until it is used.

    Args:
        name: as above.
        base_url: of the server, for example "http://localhost:11434/v1"; OpenAI's own by default.
        api_key: what the server knows the caller by. OpenAI demands one.
        dimension: the length of its vectors, if known; else the server is asked when it matters.

    Raises:
        UnknownEmbedderError: there is none; the message lists what exists.
        MissingKeyError: OpenAI's own server is meant, and there is no `api_key`.
        EmbedderError: `base_url` is no address, or `api_key` cannot be one.
    """
    if name == BUNDLED:
        from retrieval.embedding.bundled import BundledEmbedder

        return BundledEmbedder()
    if parts := _OPENAI.fullmatch(name):
        from retrieval.embedding.openai import OpenAIEmbedder

        return OpenAIEmbedder(
            parts["model"],
            base_url=base_url,
            api_key=api_key,
            dimension=dimension,
            dimensions=int(parts["dimensions"]) if parts["dimensions"] else None,
        )
    raise UnknownEmbedderError(
        f"there is no embedder {name!r}: choose {BUNDLED}, or openai:MODEL, "
        "for example openai:text-embedding-3-small"
    )


def open_by_archive(name: str | None, dimension: int | None) -> Embedder:
    """A `MakeEmbedder` without a key or a server of its own; new archives get the bundled one."""
    return open_embedder(name or BUNDLED, dimension=dimension)
