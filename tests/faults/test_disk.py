"""A disk that is full, a file that may not grow, a read-only one: one clear line, no damage."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from retrieval.archive import Archive
from retrieval.embedding.bundled import BundledEmbedder
from retrieval.errors import ArchiveError, DatelineError
from retrieval.types import IngestProgress
from tests import newsroom
from tests.counting import CountingEmbedder
from tests.volumes import remount

MANY = 60


@pytest.mark.parametrize("size", ["60k", "200k", "330k", "500k", "700k"])
def test_a_full_disk_is_told_in_one_line_and_loses_nothing(
    volume: Path,
    tmp_path: Path,
    embedder: BundledEmbedder,
    monkeypatch: pytest.MonkeyPatch,
    size: str,
) -> None:
    """Wherever the ingest runs out of space: what was reported is there, and it can be finished."""
    monkeypatch.setattr("retrieval.ingest.BATCH_PASSAGES", 4)
    files = newsroom.write_many(tmp_path / "many", MANY, sentences=12)
    remount(volume, f"size={size}")
    stored: list[str] = []
    path = volume / "archive"
    try:
        with Archive.open(path, create=True, embedder=embedder) as archive:
            report = archive.ingest([files], on_progress=lambda step: stored.extend(step.stored))
        assert len(report.added) == MANY  # only Chroma had no space: a notice says so
        assert not report.notices or "the articles are safe" in report.notices[0]
    except DatelineError as error:
        assert isinstance(error, ArchiveError)
        assert "\n" not in str(error)
        assert str(path) in str(error)
    remount(volume, "size=50m")
    with Archive.open(path, create=True, embedder=embedder, dense="chroma") as archive:
        for article_id in stored:
            assert archive.article(article_id).text
        problems = archive.doctor().problems
        assert all("dense index" in problem for problem in problems), problems
        report = archive.ingest([files])
        assert len(report.added) + len(report.unchanged) == MANY
        assert set(stored) <= set(report.unchanged)
        assert archive.doctor().problems == ()
        assert archive.retrieve("flood barrier").dense_index == "chroma"


def fill(file: Path) -> None:
    """Write `file` until there is no space left."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT)
    try:
        with pytest.raises(OSError, match="No space"):
            while os.write(descriptor, b"x" * 4096):
                pass
    finally:
        os.close(descriptor)


def test_a_full_disk_does_not_stop_reading(
    volume: Path, tmp_path: Path, embedder: BundledEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With no byte left the archive is still searched, and writing to it fails in one line."""
    monkeypatch.setattr("retrieval.ingest.BATCH_PASSAGES", 4)
    path = volume / "archive"
    files = newsroom.write_many(tmp_path / "many", 12)
    with Archive.open(path, create=True, embedder=embedder) as archive:
        ids = archive.ingest([files]).added
    remount(volume, "size=4m")
    fill(volume / "filler")
    for dense in ("chroma", "exact"):
        with Archive.open(path, embedder=embedder, dense=dense) as archive:  # type: ignore[arg-type]
            assert {hit.article.id for hit in archive.search("the council", limit=20)} == set(ids)
            newsroom.write_many(tmp_path / "more", 40, sentences=12, seed=2)
            with pytest.raises(ArchiveError, match="cannot write") as raised:
                archive.ingest([tmp_path / "more"])
            assert "\n" not in str(raised.value)
            with pytest.raises(ArchiveError, match="cannot write"):
                archive.reindex()
            assert archive.stats().articles == 12
    (volume / "filler").unlink()
    with Archive.open(path, embedder=embedder) as archive:
        if archive.doctor().problems:
            assert archive.doctor(repair=True).ok
        assert archive.search("the council")


_LIMITED = """
import resource, sys
from retrieval.archive import Archive
from retrieval.errors import ArchiveError
import retrieval.ingest
retrieval.ingest.BATCH_PASSAGES = 4
with Archive.open(sys.argv[1]) as archive:
    limit = int(sys.argv[3])
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        print(len(archive.ingest([sys.argv[2]]).added))
    except ArchiveError as error:
        print("told:", error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file sizes are POSIX")
@pytest.mark.parametrize("limit", [60_000, 250_000])
def test_a_file_that_may_not_grow_is_told_in_one_line(
    archive_path: Path, tmp_path: Path, embedder: BundledEmbedder, limit: int
) -> None:
    """As with a quota: an `ArchiveError`, and the archive is as sound as before."""
    files = newsroom.write_many(tmp_path / "many", MANY, sentences=12)
    done = subprocess.run(
        [sys.executable, "-c", _LIMITED, str(archive_path), str(files), str(limit)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    assert line.startswith(f"told: cannot write to the archive at {archive_path}")
    with Archive.open(archive_path, embedder=embedder) as archive:
        assert archive.stats().articles >= len(newsroom.FILES)
        problems = archive.doctor().problems
        assert all("dense index" in problem for problem in problems), problems
        archive.ingest([files])
        assert archive.stats().articles == len(newsroom.FILES) + MANY
        assert archive.doctor().problems == ()


def test_a_read_only_archive_can_be_asked(
    volume: Path, built_archive: tuple[Path, Path], counting: CountingEmbedder
) -> None:
    """Chroma cannot open there; exact search answers, and each writing command says why not."""
    path = shutil.copytree(built_archive[0], volume / "archive")
    remount(volume, "ro")
    with Archive.open(path, embedder=counting, dense="chroma") as archive:
        found = archive.retrieve("Who was elected mayor?")
        assert found.hits[0].article.ref.title == "Eastmarch elects a new mayor"
        assert archive.stats().articles == len(newsroom.FILES)
        article_id = archive.articles()[0].id
        progress: list[IngestProgress] = []
        for write in (
            lambda: archive.ingest([built_archive[1]], on_progress=progress.append),
            lambda: archive.remove(article_id),
            archive.reindex,
            lambda: archive.doctor(repair=True),
        ):
            with pytest.raises(ArchiveError, match="cannot write") as raised:
                write()
            assert "\n" not in str(raised.value)
        assert archive.article(article_id)
    remount(volume, "rw")
    with Archive.open(path, embedder=counting) as archive:
        assert archive.doctor().ok
