"""Opens the archive that the options and the environment name."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from bot.settings import Settings
from retrieval.errors import ArchiveNotFoundError

if TYPE_CHECKING:
    from bot.engine import Bot
    from retrieval.archive import Archive
    from retrieval.dense.chooser import DensePolicy


def open_archive(folder: Path | None, *, create: bool = False) -> Archive:
    """The archive at `folder`, else at the configured place.

    Raises:
        ArchiveNotFoundError: there is none, and `create` is False.
    """
    from retrieval.archive import Archive

    place = _place(folder)
    try:
        return Archive.open(place, create=create)
    except ArchiveNotFoundError as error:
        raise _none_at(place, folder) from error


def open_bot(folder: Path | None, *, dense: DensePolicy = "auto") -> Bot:
    """As `open_archive`, with what answers from it."""
    from bot.engine import Bot

    place = _place(folder)
    try:
        return Bot.open(place, create=False, dense=dense)
    except ArchiveNotFoundError as error:
        raise _none_at(place, folder) from error


def _place(folder: Path | None) -> Path:
    return folder if folder is not None else Settings.load().archive


def _none_at(place: Path, folder: Path | None) -> ArchiveNotFoundError:
    option = f"--archive {shlex.quote(str(folder))} " if folder is not None else ""
    return ArchiveNotFoundError(
        f"no archive at {place}; make one with: dateline ingest {option}FOLDER"
    )
