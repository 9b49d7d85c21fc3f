"""Whatever goes wrong is one line on stderr and a documented exit code."""

import io
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from bot.cli import main
from tests.bot.command import dateline, process
from tests.bot.test_render_sanitise import is_safe


def one_line(text: str) -> bool:
    return text.startswith("dateline: ") and text.count("\n") == 1 and text.endswith("\n")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["aks"], "Did you mean 'ask'?"),
        (["ask"], "Missing argument 'QUESTION' (see: dateline ask --help)"),
        (["ask", "x", "--format", "xml"], "xml"),
        (["ask", "x", "-k", "0"], "-k"),
        (["ask", "x", "-k", "101"], "-k"),
        (["ask", "x", "--colour"], "--colour"),
        (["ask", ""], "the question is empty"),
        (["ask", "\x1b\u200b \t"], "the question is empty"),
        (["--archive"], "--archive"),
        (["ingest"], "Missing argument"),
        (["\x1b[31m\udcff"], "[31m"),
    ],
)
def test_wrong_usage_is_2(arguments: list[str], says: str) -> None:
    ran = dateline(*arguments)
    assert ran.code == 2
    assert ran.out == ""
    assert one_line(ran.err)
    assert says in ran.err
    assert is_safe(ran.err)


@pytest.mark.parametrize(
    "command",
    [
        *[["ask", "who?"], ["chat"], ["search", "x"], ["list"], ["show", "x"], ["remove", "x"]],
        *[["doctor"], ["reindex"]],
    ],
)
def test_no_archive_is_3_and_says_how_to_make_one(command: list[str], tmp_path: Path) -> None:
    place = tmp_path / "none"
    ran = dateline(*command, "--archive", place)
    assert ran == (
        3,
        "",
        f"dateline: no archive at {place}; make one with: "
        f"dateline ingest --archive {place} FOLDER\n",
    )
    assert not place.exists()


def test_the_default_archive_needs_no_option_in_the_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_ARCHIVE", "/no/such/archive")
    ran = dateline("list")
    assert ran.code == 3
    assert ran.err.endswith(
        "no archive at /no/such/archive; make one with: dateline ingest FOLDER\n"
    )


def test_another_embedder_is_12(archive_path: Path) -> None:
    with sqlite3.connect(archive_path / "ledger.sqlite3") as db:
        done = db.execute("UPDATE meta SET value = 'other' WHERE name = 'embedder_fingerprint'")
        assert done.rowcount == 1
    db.close()
    ran = dateline("ask", "Who went on strike?", "--archive", archive_path)
    assert ran.code == 12
    assert one_line(ran.err)
    assert "dateline reindex" in ran.err


def test_an_archive_that_is_no_database_is_1(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite3").write_bytes(b"nothing of the kind" * 99)
    ran = dateline("list", "--archive", tmp_path)
    assert ran.code == 1
    assert one_line(ran.err)
    assert "unexpected" not in ran.err


class _Broken(io.StringIO):
    """A stream that fails in a way that nobody foresaw."""

    def write(self, text: str) -> int:
        raise RuntimeError("the \x1b[31mdisk\nmelted")


def test_the_unexpected_is_1_and_says_how_to_see_more(
    archive_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def run() -> str:
        with redirect_stdout(_Broken()):
            assert main(["list", "--archive", str(archive_path)]) == 1
        return capsys.readouterr().err

    line = "dateline: unexpected RuntimeError: the [31mdisk melted"
    assert run() == f"{line}; DATELINE_DEBUG=1 shows where\n"
    monkeypatch.setenv("DATELINE_DEBUG", "1")
    shown = run()
    assert shown.startswith("Traceback")
    assert shown.endswith(f"{line}\n")
    assert is_safe(shown)


@pytest.mark.skipif(not Path("/proc/self/wchan").exists(), reason="there is no /proc here")
def test_an_interrupt_is_130_and_one_line(archive_path: Path) -> None:
    """Ctrl-C while a command waits: one line, no traceback."""
    with process("ask", "-", "--archive", archive_path) as running:
        _wait_until_reading(running.pid)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=30)
    assert (running.returncode, out, err) == (130, b"", b"dateline: interrupted\n")


def _wait_until_reading(pid: int) -> None:
    """Until the process sleeps in a read of a pipe, which is its standard input."""
    for _ in range(600):
        if "pipe" in Path(f"/proc/{pid}/wchan").read_text():
            return
        time.sleep(0.05)
    pytest.fail("the command never read its standard input")


def test_a_closed_pipe_is_quiet(archive_path: Path) -> None:
    """`dateline list | true` prints no complaint."""
    reading, writing = os.pipe()
    os.close(reading)
    with process("list", "--archive", archive_path, stdout=writing) as running:
        os.close(writing)
        _, err = running.communicate(timeout=60)
    assert (running.returncode, err) == (141, b"")


def test_a_locale_that_cannot_write_a_dash_does_not_end_the_program(archive_path: Path) -> None:
    from tests.bot.command import ROOT, environment

    ran = subprocess.run(
        [sys.executable, "-m", "bot", "list", "--archive", str(archive_path)],
        env=environment(PYTHONUTF8="0", PYTHONIOENCODING="ascii"),
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    assert ran.stdout.isascii()
    assert len(ran.stdout.splitlines()) == 9


def test_the_archive_option_may_stand_before_the_command(archive_path: Path) -> None:
    after = dateline("list", "--archive", archive_path)
    assert after.code == 0
    assert dateline("--archive", archive_path, "list") == after
    assert dateline(f"--archive={archive_path}", "list") == after
