"""Step 4a: the schema, its version and its migrations."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from retrieval.archive import LEDGER_FILE, Archive
from retrieval.errors import ArchiveError, ArchiveLockedError, SchemaError
from retrieval.ledger import Ledger
from retrieval.ledger.schema import MIGRATIONS, SCHEMA_VERSION, _statements, migrate, version


def raw(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)


def test_there_is_one_migration_a_version() -> None:
    """The version is the number of migrations: none is left out and none is written twice."""
    assert len(MIGRATIONS) == SCHEMA_VERSION


def test_an_empty_file_is_migrated_from_version_0(tmp_path: Path) -> None:
    """A file that a crash left empty at the first start becomes a ledger when it is opened."""
    file = tmp_path / LEDGER_FILE
    file.touch()
    ledger = Ledger.open(file)
    assert ledger.counts() == (0, 0)
    ledger.close()
    assert version(raw(file)) == SCHEMA_VERSION


def test_opening_again_changes_no_schema(tmp_path: Path) -> None:
    """A ledger of this version is opened as it is."""
    file = tmp_path / LEDGER_FILE
    Ledger.open(file, create=True).close()
    before = raw(file).execute("SELECT sql FROM sqlite_master ORDER BY name").fetchall()
    Ledger.open(file).close()
    assert raw(file).execute("SELECT sql FROM sqlite_master ORDER BY name").fetchall() == before


def test_an_interrupted_migration_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A migration that fails half-way leaves neither tables nor a new version behind."""
    broken = MIGRATIONS[0] + "\nINSERT INTO no_such_table VALUES (1);"
    monkeypatch.setattr("retrieval.ledger.schema.MIGRATIONS", (broken,))
    file = tmp_path / LEDGER_FILE
    with pytest.raises(ArchiveError, match="no_such_table"):
        Ledger.open(file, create=True)
    monkeypatch.undo()
    assert version(raw(file)) == 0
    assert raw(file).execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    Ledger.open(file, create=True).close()


def test_a_newer_schema_is_refused(archive_path: Path) -> None:
    """An archive of a newer version is not touched; the message says to upgrade."""
    db = raw(archive_path / LEDGER_FILE)
    db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 3}")
    db.close()
    with pytest.raises(SchemaError, match=rf"schema {SCHEMA_VERSION + 3}.*upgrade dateline"):
        Archive.open(archive_path)
    assert version(raw(archive_path / LEDGER_FILE)) == SCHEMA_VERSION + 3


def test_many_that_create_one_archive_at_once_all_get_it(tmp_path: Path) -> None:
    """Whoever comes second finds the ledger whole: it gets its name when it is complete."""
    failures: list[BaseException] = []
    start = threading.Barrier(6)

    def create() -> None:
        start.wait()
        try:
            with Archive.open(tmp_path / "archive", create=True) as archive:
                assert archive.stats().articles == 0
        except ArchiveLockedError:
            pass  # the machine is so slow that somebody held the lock for half a second
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=create) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert version(raw(tmp_path / "archive" / LEDGER_FILE)) == SCHEMA_VERSION


def test_a_migration_that_another_has_done_meanwhile_is_not_done_again(tmp_path: Path) -> None:
    """The version is read again inside the transaction that changes it."""
    file = tmp_path / LEDGER_FILE
    first, second = raw(file), raw(file)
    first.execute("BEGIN IMMEDIATE")  # a migration is under way
    failures: list[BaseException] = []

    def migrate_second() -> None:
        try:
            migrate(second, name="x")
        except sqlite3.Error as error:
            failures.append(error)

    waiting = threading.Thread(target=migrate_second)
    waiting.start()
    waiting.join(0.3)
    for statement in _statements(MIGRATIONS[0]):
        first.execute(statement)
    first.execute("PRAGMA user_version = 1")
    first.execute("COMMIT")
    waiting.join()
    assert failures == []
    assert version(second) == SCHEMA_VERSION


@pytest.mark.parametrize(
    "content",
    [b"This is no database.\n" * 100, b"\0" * 4096, b"SQLite format 3\0" + b"\xff" * 4080],
    ids=["text", "zeros", "header only"],
)
def test_a_file_that_is_no_ledger_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    """What is no SQLite file is named as the trouble, and is left as it was."""
    file = tmp_path / LEDGER_FILE
    file.write_bytes(content)
    with pytest.raises(ArchiveError, match="cannot open the archive at") as raised:
        Archive.open(tmp_path)
    assert "\n" not in str(raised.value)
    assert str(tmp_path) in str(raised.value)
    assert file.read_bytes() == content


def test_the_database_of_another_program_is_not_taken_over(tmp_path: Path) -> None:
    """An SQLite file with tables of its own is refused, and gets none of ours."""
    file = tmp_path / LEDGER_FILE
    db = raw(file)
    db.execute("CREATE TABLE article (colour TEXT)")
    db.close()
    with pytest.raises(ArchiveError):
        Archive.open(tmp_path)
    assert raw(file).execute("SELECT name FROM sqlite_master").fetchall() == [("article",)]
