"""One writer at a time, also between processes."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval.archive import Archive
from retrieval.errors import ArchiveError, ArchiveLockedError
from retrieval.writer_lock import writer_lock

_HOLD = """
import sys
from pathlib import Path
from retrieval.writer_lock import writer_lock
with writer_lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_the_second_writer_is_told_who_is_writing(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    """One line with the place, the process's id and since when; it does not wait for the first."""
    with pytest.raises(ArchiveLockedError) as raised, writer_lock(tmp_path):
        pass
    assert re.fullmatch(
        rf"another process is writing to {re.escape(str(tmp_path))} \(process {holder.pid}, "
        r"since \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00\): wait for it, or stop it",
        str(raised.value),
    )


def test_the_lock_is_free_when_the_first_writer_is_done(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    """It can be taken, and again after that; no note stays behind."""
    holder.communicate()
    for _ in range(2):
        with writer_lock(tmp_path):
            note = json.loads((tmp_path / "writer.json").read_text())
            assert note["pid"] == os.getpid()
        assert not (tmp_path / "writer.json").exists()


def test_a_killed_writer_leaves_no_lock(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    """The kernel releases it; the dead writer's note does not count."""
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert (tmp_path / "writer.json").exists()
    with writer_lock(tmp_path):
        assert json.loads((tmp_path / "writer.json").read_text())["pid"] == os.getpid()


@pytest.mark.parametrize("note", [None, "", "{", "[]", '{"pid": "x", "since": 1}', "\xff"])
def test_an_unreadable_note_is_no_obstacle(
    tmp_path: Path, holder: subprocess.Popen[str], note: str | None
) -> None:
    """Without a readable note the message leaves the process out."""
    if note is None:
        (tmp_path / "writer.json").unlink()
    else:
        (tmp_path / "writer.json").write_bytes(note.encode("latin-1"))
    with (
        pytest.raises(ArchiveLockedError, match=r"is writing to \S+: wait for it"),
        writer_lock(tmp_path),
    ):
        pass


def test_an_error_under_the_lock_releases_it(tmp_path: Path) -> None:
    """Also when the error is a Ctrl-C."""
    with pytest.raises(KeyboardInterrupt), writer_lock(tmp_path):
        raise KeyboardInterrupt
    with writer_lock(tmp_path):
        pass


def test_a_folder_that_cannot_be_written_to_is_an_archive_error(tmp_path: Path) -> None:
    """It is told in one line, and is not taken for a second writer."""
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(ArchiveError, match="cannot write") as raised, writer_lock(file):
        pass
    assert not isinstance(raised.value, ArchiveLockedError)


def test_reading_needs_no_lock(archive_path: Path) -> None:
    """While somebody writes, everybody else can search and list."""
    with writer_lock(archive_path), Archive.open(archive_path) as archive:
        assert archive.search("ferry")
        assert archive.doctor().ok
        article_id = archive.articles()[0].id
        for write in (
            lambda: archive.ingest([archive_path]),
            lambda: archive.remove(article_id),
            archive.reindex,
            lambda: archive.doctor(repair=True),
        ):
            with pytest.raises(ArchiveLockedError):
                write()
        assert archive.article(article_id)
