"""One writer at a time: a lock on the archive's folder, with a note that says who holds it.

The kernel releases the lock when its process dies, however it dies.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from retrieval.errors import ArchiveError, ArchiveLockedError


@contextmanager
def writer_lock(folder: Path) -> Iterator[None]:
    """Hold the writer's lock of the archive in `folder`.

    Raises:
        ArchiveLockedError: another process holds it; says which and since when, at once.
        ArchiveError: the folder cannot be written to.
    """
    from filelock import FileLock, Timeout

    note = folder / "writer.json"
    lock = FileLock(folder / "writer.lock", timeout=0.5)
    try:
        lock.acquire()
    except Timeout as error:
        raise ArchiveLockedError(
            f"another process is writing to {folder}{_holder(note)}: wait for it, or stop it"
        ) from error
    except OSError as error:
        raise ArchiveError(f"cannot write to the archive at {folder}: {error.strerror}") from error
    try:
        with suppress(OSError):  # on a full disk: the note is a courtesy, the lock is what counts
            note.write_text(
                json.dumps(
                    {"pid": os.getpid(), "since": datetime.now(UTC).isoformat("T", "seconds")}
                )
            )
        yield
    finally:
        with suppress(OSError):
            note.unlink(missing_ok=True)
        lock.release()


def _holder(note: Path) -> str:
    try:
        who = json.loads(note.read_text())
        return f" (process {int(who['pid'])}, since {who['since']})"
    except (OSError, ValueError, KeyError, TypeError):
        return ""
