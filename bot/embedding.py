"""The embedder that an archive names, with the key and the address of the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import NotConfiguredError, UsageError
from bot.settings import Settings
from retrieval.errors import MissingKeyError, UnknownEmbedderError

if TYPE_CHECKING:
    from retrieval.embedding import Embedder


def make_embedder(
    name: str | None, settings: Settings, *, dimension: int | None = None
) -> Embedder:
    """Make the embedder called `name`, or that of new archives. Nothing is loaded or asked yet.

    `dimension` is the length of its vectors, where an archive has recorded it.

    Raises:
        NotConfiguredError: it needs a key, and the settings have none.
        UsageError: the settings name an embedder for new archives that does not exist.
        UnknownEmbedderError: `name` is no embedder's.
        EmbedderError: the address or the key cannot be one.
    """
    from retrieval.embedding.named import BUNDLED, open_embedder

    try:
        return open_embedder(
            name or settings.embedder or BUNDLED,
            base_url=settings.embedding_base_url or settings.base_url,
            api_key=settings.api_key,
            dimension=dimension,
        )
    except MissingKeyError as error:
        raise NotConfiguredError(
            f"{error}: set OPENAI_API_KEY, or DATELINE_EMBEDDING_BASE_URL for another server"
        ) from error
    except UnknownEmbedderError as error:
        if name is not None:
            raise
        raise UsageError(f"{error} (it is set by {settings.origins['embedder']})") from error


def from_settings(name: str | None, dimension: int | None) -> Embedder:
    """A `retrieval.embedding.MakeEmbedder` that goes by the settings as they are when it is called.

    Raises:
        As `make_embedder`.
    """
    return make_embedder(name, Settings.load(), dimension=dimension)
