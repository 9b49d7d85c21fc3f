"""`dateline remove`, `verify`, `doctor` and `reindex`."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bot.command import dateline

QUESTION = "Who was elected mayor of Eastmarch?"


@pytest.fixture
def saved(archive_path: Path, tmp_path: Path) -> Path:
    """A saved answer."""
    file = tmp_path / "answer.json"
    ran = dateline("ask", QUESTION, "--format", "json", "--archive", archive_path)
    file.write_text(ran.out)
    return file


def test_a_saved_answer_verifies(saved: Path, archive_path: Path) -> None:
    ran = dateline("verify", saved, "--archive", archive_path)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("[1] holds  Northgate Courier, 11 Oct 2022 · ")
    from_stdin = dateline("verify", "-", "--archive", archive_path, stdin=saved.read_bytes())
    assert from_stdin == ran


@pytest.mark.parametrize(
    ("true", "false"), [("Lena Oake", "Lina Oake"), ('"start": ', '"start": 1'), ("Eastm", "Westm")]
)
def test_a_forged_citation_is_11(saved: Path, archive_path: Path, true: str, false: str) -> None:
    saved.write_text(saved.read_text().replace(true, false))
    ran = dateline("verify", saved, "--archive", archive_path)
    assert ran.code == 11
    assert "DOES NOT HOLD" in ran.out
    report = dateline("verify", saved, "--json", "--archive", archive_path)
    assert report.code == 11
    assert json.loads(report.out)["ok"] is False


def test_an_answer_whose_article_is_gone_is_11(
    saved: Path, archive_path: Path, id_of: Callable[[str], str]
) -> None:
    removed = dateline("remove", id_of("election.md"), "--archive", archive_path)
    assert removed.out == f"removed {id_of('election.md')}  Eastmarch elects a new mayor\n"
    assert dateline("verify", saved, "--archive", archive_path).code == 11


@pytest.mark.parametrize("content", [b"", b"{}", b"\x00\xff", b"[" * 100_000, b'{"schema": "x"}'])
def test_what_is_no_answer_is_refused(content: bytes, archive_path: Path) -> None:
    ran = dateline("verify", "-", "--archive", archive_path, stdin=content)
    assert ran.code == 1
    assert ran.err.startswith("dateline: this is no saved answer: ")
    assert ran.err.count("\n") == 1


def test_a_file_that_is_not_there_is_refused(tmp_path: Path, archive_path: Path) -> None:
    ran = dateline("verify", tmp_path / "none.json", "--archive", archive_path)
    assert ran.code == 1
    assert "none.json: No such file" in ran.err


def test_remove_goes_on_after_an_unknown_id(
    archive_path: Path, id_of: Callable[[str], str]
) -> None:
    ran = dateline("remove", "zzz", id_of("snow.txt"), "--archive", archive_path)
    assert ran.code == 1
    assert "Snow cuts off" in ran.out
    assert "zzz" in ran.err
    assert "Snow cuts off" not in dateline("list", "--archive", archive_path).out


def test_doctor_finds_and_mends_a_lost_index(archive_path: Path) -> None:
    well = dateline("doctor", "--archive", archive_path)
    assert (well.code, well.out.splitlines()[-1]) == (0, "all is well")
    for folder in archive_path.glob("dense*"):
        shutil.rmtree(folder)
    ill = dateline("doctor", "--archive", archive_path)
    assert ill.code == 1
    assert "problem   " in ill.out
    assert "dateline doctor --repair" in ill.err
    mended = dateline("doctor", "--repair", "--archive", archive_path)
    assert mended.code == 0
    assert "repaired  " in mended.out
    assert json.loads(dateline("doctor", "--json", "--archive", archive_path).out)["ok"] is True


def test_reindex(archive_path: Path) -> None:
    ran = dateline("reindex", "--archive", archive_path)
    assert ran == (0, "reindexed 9 articles\n", "")
    assert dateline("ask", QUESTION, "--archive", archive_path).code == 0
