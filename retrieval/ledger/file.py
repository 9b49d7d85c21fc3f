"""Step 4. The ledger's file: one SQLite connection, its transactions and its queries.

Foreign errors end here: whatever SQLite complains of is an `ArchiveError` above this module.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from retrieval.errors import ArchiveError


class LedgerFile:
    """An open ledger file. Safe to share between threads."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._db = connection
        self._lock = threading.RLock()
        self.path = path

    def close(self) -> None:
        """Close the file. Closing twice is harmless."""
        with self._lock:
            self._db.close()

    def settle(self) -> None:
        """Move all that the write-ahead log holds into the file: alone, it is then the whole truth.

        Raises:
            ArchiveError: that cannot be done, for want of space for instance.
        """
        try:
            with self._lock:
                busy, _, _ = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.Error as error:
            raise ArchiveError(
                f"cannot write to the archive at {self.path.parent}: {error}"
            ) from error
        if busy:
            raise ArchiveError(f"the archive at {self.path.parent} is in use")

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                try:
                    yield self._db
                    self._db.execute("COMMIT")
                except BaseException:
                    if self._db.in_transaction:  # on a full disk SQLite has rolled back itself
                        self._db.execute("ROLLBACK")
                    raise
            except sqlite3.Error as error:
                raise ArchiveError(
                    f"cannot write to the archive at {self.path.parent}: {error}"
                ) from error

    def _one(self, sql: str, values: Sequence[object] = ()) -> tuple[Any, ...] | None:
        rows = self._all(sql, values)
        return rows[0] if rows else None

    def _all(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        try:
            with self._lock:
                try:
                    return self._db.execute(sql, values).fetchall()
                except UnicodeEncodeError:  # a lone surrogate, which no stored text can hold
                    return self._db.execute(sql, [_encodable(v) for v in values]).fetchall()
        except sqlite3.Error as error:
            raise ArchiveError(f"cannot read the archive at {self.path.parent}: {error}") from error


def _encodable(value: object) -> object:
    return encodable(value) if isinstance(value, str) else value


def encodable(text: str) -> str:
    """The text with "?" for lone surrogates, which UTF-8 and so SQLite cannot hold."""
    return text.encode("utf-8", "replace").decode()


# SQLite's primary result codes where it cannot make the files of a WAL.
_NO_WAL = (
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
)


def connect(path: Path, *, create: bool) -> sqlite3.Connection:
    """Open the file for reading and writing, on a read-only mount for reading.

    Raises:
        sqlite3.Error: it cannot be opened.
    """
    uri = path.absolute().as_uri()
    mode = "rwc" if create else "rw"
    connection = _opened(f"{uri}?mode={mode}")
    try:
        # FULL: an acknowledged article survives a power cut, not only a killed process.
        connection.executescript(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
        )
    except sqlite3.Error as error:
        connection.close()
        # On a read-only mount and on a full disk SQLite cannot make the files that go with a WAL.
        # Unless a WAL was left there, the file alone is the whole truth.
        left = Path(f"{path}-wal")
        if create or error.sqlite_errorcode & 0xFF not in _NO_WAL:
            raise
        if left.is_file() and left.stat().st_size:
            raise
        connection = _opened(f"{uri}?mode=ro&immutable=1")
    return connection


def _opened(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        uri, uri=True, isolation_level=None, check_same_thread=False, timeout=10
    )
    connection.create_function("fold", 1, _fold, deterministic=True)
    return connection


def _fold(text: str | None) -> str | None:
    """Text without case: SQLite's own NOCASE knows ASCII only."""
    return None if text is None else text.casefold()
