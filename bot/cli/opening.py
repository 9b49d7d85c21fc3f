"""Opens the archive that the options and the environment name."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from bot.embedding import from_settings, make_embedder
from bot.errors import UsageError
from bot.settings import Settings
from retrieval.errors import ArchiveNotFoundError, UnknownEmbedderError

if TYPE_CHECKING:
    from bot.engine import Bot
    from retrieval.archive import Archive
    from retrieval.dense.chooser import DensePolicy
    from retrieval.embedding import Embedder


def open_archive(
    folder: Path | None, *, create: bool = False, embedder: str | None = None
) -> Archive:
    """The archive at `folder`, else at the configured place.

    `embedder` names the one to index with; by default it is the one that the archive has.

    Raises:
        ArchiveNotFoundError: there is none, and `create` is False.
        UsageError: no embedder has that name.
        NotConfiguredError: the embedder needs a key, and there is none.
    """
    from retrieval.archive import Archive

    place = _place(folder)
    named = _embedder(embedder) if embedder is not None else None
    try:
        return Archive.open(place, create=create, embedder=named, make_embedder=from_settings)
    except ArchiveNotFoundError as error:
        raise _none_at(place, folder) from error


def open_bot(
    folder: Path | None,
    *,
    dense: DensePolicy = "auto",
    options: Mapping[str, object] | None = None,
) -> Bot:
    """As `open_archive`, with what answers from it. `options` are settings by name."""
    from bot.engine import Bot

    settings = Settings.load(options={"archive": folder, **(options or {})})
    place = settings.archive
    try:
        return Bot.open(place, create=False, dense=dense, settings=settings)
    except ArchiveNotFoundError as error:
        raise _none_at(place, folder) from error


def _embedder(name: str) -> Embedder:
    try:
        return make_embedder(name, Settings.load())
    except UnknownEmbedderError as error:
        raise UsageError(str(error)) from error


def _place(folder: Path | None) -> Path:
    return folder if folder is not None else Settings.load().archive


def _none_at(place: Path, folder: Path | None) -> ArchiveNotFoundError:
    option = f"--archive {shlex.quote(str(folder))} " if folder is not None else ""
    return ArchiveNotFoundError(
        f"no archive at {place}; make one with: dateline ingest {option}FOLDER"
    )
