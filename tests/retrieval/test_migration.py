"""Step 4a: an archive of version 1 becomes one of this version, whole or not at all."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from retrieval.archive import LEDGER_FILE
from retrieval.errors import ArchiveError, SchemaError
from retrieval.ledger import Ledger
from retrieval.ledger.schema import MIGRATIONS, SCHEMA_VERSION, version
from retrieval.types import Filters
from tests.revisions import new_revision
from tests.volumes import remount


@pytest.fixture
def old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of a ledger as version 1 wrote it, with two articles."""
    file = tmp_path / "old" / LEDGER_FILE
    file.parent.mkdir()
    with monkeypatch.context() as old:
        old.setattr("retrieval.ledger.schema.MIGRATIONS", MIGRATIONS[:1])
        old.setattr("retrieval.ledger.schema.SCHEMA_VERSION", 1)
        old.setattr("retrieval.ledger.ledger.SCHEMA_VERSION", 1)
        ledger = Ledger.open(file, create=True)
        ledger.put([new_revision("a", "The bridge was closed."), new_revision("b", "Snow fell.")])
        ledger.set_meta(embedder="some")
        ledger.close()
    assert contents(file)[0] == 1
    return file


def add(ledger: Ledger) -> int:
    return ledger.add_turn(
        "chat:a", question="Why?", standalone="Why?", answer="{}", created=datetime.now(UTC)
    )


def contents(file: Path) -> tuple[int, dict[str, list[tuple[object, ...]]]]:
    """The version, and the rows of all tables that version 1 has."""
    db = sqlite3.connect(file)
    names = ("meta", "article", "revision", "passage", "vector", "dense_dead", "lexical_docsize")
    rows = {n: db.execute(f"SELECT * FROM {n} ORDER BY 1").fetchall() for n in names}  # noqa: S608
    found = version(db)
    db.close()
    return found, rows


def test_an_archive_of_version_1_is_migrated_and_keeps_everything(old_file: Path) -> None:
    """Opening it is enough. Articles are found as before, and it can hold conversations."""
    before = contents(old_file)[1]
    ledger = Ledger.open(old_file)
    assert contents(old_file) == (SCHEMA_VERSION, before)
    assert [len(ledger.match(word, Filters(), 5)) for word in ("bridge", "snow")] == [1, 1]
    assert ledger.check_file() == ledger.check_lexical() == []
    assert add(ledger) == 1
    assert ledger.claim_event(["key"], payload="", owner="me", seconds=1.0)
    ledger.close()


def test_a_migration_that_breaks_off_leaves_version_1(
    old_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of it is left, and the next opening does it whole."""
    before = contents(old_file)
    broken = (*MIGRATIONS[:1], MIGRATIONS[1] + "\nINSERT INTO no_such_table VALUES (1);", "")
    with monkeypatch.context() as patch:
        patch.setattr("retrieval.ledger.schema.MIGRATIONS", broken)
        with pytest.raises(ArchiveError, match="no_such_table"):
            Ledger.open(old_file)
    assert contents(old_file) == before
    tables = sqlite3.connect(old_file).execute("SELECT name FROM sqlite_master").fetchall()
    assert ("turn",) not in tables
    Ledger.open(old_file).close()
    assert contents(old_file) == (SCHEMA_VERSION, before[1])


def test_a_migration_that_is_killed_leaves_version_1(old_file: Path) -> None:
    """kill -9 after its last statement and before its commit."""
    before = contents(old_file)
    script = (
        "import os, signal, sqlite3, sys\n"
        "from retrieval.ledger.schema import MIGRATIONS, _statements\n"
        "db = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "db.execute('BEGIN IMMEDIATE')\n"
        "for statement in _statements(MIGRATIONS[1]): db.execute(statement)\n"
        "db.execute('PRAGMA user_version = 2')\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", script, str(old_file)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert contents(old_file) == before
    Ledger.open(old_file).close()
    assert contents(old_file) == (SCHEMA_VERSION, before[1])


def test_an_older_dateline_says_to_upgrade(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What knew only version 1 refuses this file, and changes nothing in it."""
    file = tmp_path / LEDGER_FILE
    Ledger.open(file, create=True).close()
    monkeypatch.setattr("retrieval.ledger.schema.SCHEMA_VERSION", 1)
    monkeypatch.setattr("retrieval.ledger.ledger.SCHEMA_VERSION", 1)
    with pytest.raises(
        SchemaError, match=rf"has schema {SCHEMA_VERSION}, and this .* up to 1: upgrade dateline"
    ):
        Ledger.open(file)
    assert contents(file)[0] == SCHEMA_VERSION


def test_an_old_archive_on_a_read_only_medium_can_still_be_read(
    volume: Path, old_file: Path
) -> None:
    """It cannot be migrated, and needs not be: it has articles, and no conversations."""
    (volume / LEDGER_FILE).write_bytes(old_file.read_bytes())
    remount(volume, "ro")
    ledger = Ledger.open(volume / LEDGER_FILE)
    assert ledger.counts() == (2, 2)
    assert ledger.turns("chat:a") == []
    assert ledger.last_conversation() is None
    assert ledger.judged() == []
    assert ledger.channel_setting("c") is None
    with pytest.raises(ArchiveError, match="cannot write to the archive"):
        add(ledger)
    ledger.close()
    assert contents(old_file)[0] == 1
