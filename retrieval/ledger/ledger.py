"""Step 4. The ledger: one SQLite file that is the truth about an archive.

It holds articles with every revision's text, passages, their vectors and the lexical index. One
transaction stores an article whole, and its commit is the acknowledgement. Everything else, the
dense index above all, is derived and can be rebuilt from here.

The ledger stores and finds rows. It does not split, embed or rank.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retrieval.errors import ArchiveError
from retrieval.ledger.conversations import StoredConversations
from retrieval.ledger.events import StoredEvents
from retrieval.ledger.file import connect
from retrieval.ledger.opinions import StoredOpinions
from retrieval.ledger.reading import LedgerReader
from retrieval.ledger.rows import NewRevision, new_ref, revision_row
from retrieval.ledger.schema import SCHEMA_VERSION, migrate, readable, version
from retrieval.types import Article, ArticleRef, Span

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[Any]


class Ledger(LedgerReader, StoredConversations, StoredEvents, StoredOpinions):
    """The SQLite file of one archive. Who writes articles holds the archive's writer lock."""

    @classmethod
    def open(cls, path: Path, *, create: bool = False) -> Ledger:
        """Open the ledger file at `path`, with `create` a new one, and bring it to this version.

        On a read-only mount it opens read-only, and stays at the version it has. So does one on a
        full disk.

        Raises:
            ArchiveError: the file cannot be opened or is no ledger.
            SchemaError: it was written by a newer version.
        """
        connection: sqlite3.Connection | None = None
        try:
            connection = connect(path, create=create)
            if create or version(connection) != SCHEMA_VERSION:
                _migrate(connection, path)
            connection.execute("SELECT count(*) FROM meta").fetchone()
        except (sqlite3.Error, ArchiveError) as error:
            if connection is not None:
                connection.close()  # an open one would keep its locks
            if isinstance(error, ArchiveError):
                raise
            raise ArchiveError(f"cannot open the archive at {path.parent}: {error}") from error
        return cls(connection, path)

    def set_meta(self, **values: str) -> None:
        """Store settings, in one transaction."""
        with self._transaction() as db:
            db.executemany("REPLACE INTO meta VALUES (?, ?)", values.items())

    # -- writing --------------------------------------------------------------------------------

    def put(self, batch: Sequence[NewRevision]) -> None:
        """Store revisions and make them current, all in one transaction."""
        with self._transaction() as db:
            for new in batch:
                self._drop_passages(db, new.id)
                db.execute(
                    "INSERT INTO article VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
                    "key = excluded.key, origin = excluded.origin, revision = excluded.revision",
                    (new.id, new.parsed.key, new.parsed.origin, new.revision),
                )
                db.execute(
                    f"INSERT INTO revision VALUES ({', '.join('?' * 14)})", revision_row(new)
                )
                ref = new_ref(new)
                self._insert_passages(db, ref, new.parsed.text, new.passages, new.vectors)
            _bump(db)

    def touch_origin(self, article_id: str, origin: str) -> None:
        """Record that an unchanged article was last read from `origin`."""
        with self._transaction() as db:
            db.execute("UPDATE article SET origin = ? WHERE id = ?", (origin, article_id))

    def remove(self, article_id: str) -> None:
        """Delete an article with all its revisions and passages."""
        with self._transaction() as db:
            self._drop_passages(db, article_id)
            db.execute("DELETE FROM article WHERE id = ?", (article_id,))
            _bump(db)

    def replace_passages(
        self, article: Article, passages: Sequence[tuple[Span, ...]], vectors: Matrix
    ) -> None:
        """Give the current revision of an article new passages and vectors."""
        with self._transaction() as db:
            self._drop_passages(db, article.id)
            self._insert_passages(db, article.ref, article.text, passages, vectors)
            _bump(db)

    def rebuild_lexical(self) -> None:
        """Rebuild the lexical index from the stored texts."""
        with self._transaction() as db:
            db.execute("INSERT INTO lexical(lexical) VALUES ('rebuild')")

    def forget_dead(self, ids: Sequence[int]) -> None:
        """Forget passages that the dense index no longer holds."""
        with self._transaction() as db:
            db.executemany("DELETE FROM dense_dead WHERE passage_id = ?", ((i,) for i in ids))

    @staticmethod
    def _insert_passages(
        db: sqlite3.Connection,
        ref: ArticleRef,
        text: str,
        passages: Sequence[tuple[Span, ...]],
        vectors: Matrix,
    ) -> None:
        for ordinal, (spans, vector) in enumerate(zip(passages, vectors, strict=True)):
            start, end = spans[0].start, spans[-1].end
            passage_id = db.execute(
                "INSERT INTO passage VALUES (NULL, ?, ?, ?, ?, ?, ?)",
                (ref.id, ref.revision, ordinal, start, end, json.dumps(spans)),
            ).lastrowid
            db.execute("INSERT INTO vector VALUES (?, ?)", (passage_id, vector.tobytes()))
            db.execute(
                "INSERT INTO lexical(rowid, title, body) VALUES (?, ?, ?)",
                (passage_id, ref.title, text[start:end]),
            )

    @staticmethod
    def _drop_passages(db: sqlite3.Connection, article_id: str) -> None:
        # FTS5 with external content must be given the exact old text; the view still has it.
        db.execute(
            "INSERT INTO lexical(lexical, rowid, title, body) SELECT 'delete', t.id, t.title, "
            "t.body FROM passage_text t JOIN passage p ON p.id = t.id WHERE p.article_id = ?",
            (article_id,),
        )
        db.execute(
            "INSERT INTO dense_dead SELECT id FROM passage WHERE article_id = ?", (article_id,)
        )
        db.execute("DELETE FROM passage WHERE article_id = ?", (article_id,))

    def check_file(self) -> list[str]:
        """What SQLite's own check of the file complains of."""
        return [str(row[0]) for row in self._all("PRAGMA quick_check") if row[0] != "ok"]

    def check_lexical(self) -> list[str]:
        """What FTS5's comparison of the lexical index with the stored texts complains of."""
        try:
            with self._lock:
                # Needs SQLite >= 3.44 to compare; older ones check the index's own structure.
                self._db.execute("INSERT INTO lexical(lexical, rank) VALUES ('integrity-check', 1)")
        except sqlite3.DatabaseError as error:
            return [f"the lexical index does not match the articles ({error})"]
        return []


# SQLite's primary result codes where the file is sound and cannot be written now.
_UNWRITABLE = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY)


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    try:
        migrate(connection, name=str(path.parent))
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in _UNWRITABLE or not readable(connection):
            raise


def _bump(db: sqlite3.Connection) -> None:
    db.execute(
        "INSERT INTO meta VALUES ('generation', '1') "
        "ON CONFLICT (name) DO UPDATE SET value = CAST(value AS INTEGER) + 1"
    )
