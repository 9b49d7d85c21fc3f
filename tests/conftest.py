"""Shared fixtures: the bundled embedder, a small collection of articles, and archives of it."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests import newsroom, volumes
from tests.counting import CountingEmbedder

if TYPE_CHECKING:
    from retrieval.archive import Archive
    from retrieval.embedding.bundled import BundledEmbedder

settings.register_profile(
    "dateline",
    max_examples=60,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("dateline")


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes what belongs to the person who runs it."""
    home = tmp_path_factory.getbasetemp() / "home"
    home.mkdir(exist_ok=True)
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    ours = ("DATELINE_", "OPENAI_", "LANGCHAIN_", "LANGSMITH_", "SLACK_")
    for name in set(os.environ) - {"DATELINE_EVAL_DATA", "DATELINE_KILLS"}:
        if name.startswith(ours):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def embedder() -> BundledEmbedder:
    """The bundled embedder, loaded once."""
    from retrieval.embedding.bundled import BundledEmbedder

    return BundledEmbedder()


@pytest.fixture
def counting(embedder: BundledEmbedder) -> CountingEmbedder:
    """The bundled embedder, counting."""
    return CountingEmbedder(embedder)


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """A folder with the article files of `newsroom`, for this test to change."""
    return newsroom.write(tmp_path / "articles")


@pytest.fixture(scope="session")
def built_archive(
    tmp_path_factory: pytest.TempPathFactory, embedder: BundledEmbedder
) -> tuple[Path, Path]:
    """The folder of an archive of `newsroom`, and of the files it was read from. Do not write."""
    from retrieval.archive import Archive

    folder = tmp_path_factory.mktemp("built")
    files = newsroom.write(folder / "articles")
    with Archive.open(folder / "archive", create=True, embedder=embedder) as archive:
        report = archive.ingest([files])
    assert len(report.added) == len(newsroom.FILES)
    assert not report.failed
    return folder / "archive", files


@pytest.fixture(scope="session")
def shared_archive(
    built_archive: tuple[Path, Path], embedder: BundledEmbedder
) -> Iterator[Archive]:
    """An open archive of `newsroom`, for tests that only read."""
    from retrieval.archive import Archive

    with Archive.open(built_archive[0], embedder=embedder) as archive:
        yield archive


@pytest.fixture
def archive_path(built_archive: tuple[Path, Path], tmp_path: Path) -> Path:
    """The folder of a fresh copy of the archive of `newsroom`, closed."""
    return shutil.copytree(built_archive[0], tmp_path / "archive")


@pytest.fixture
def archive(archive_path: Path, embedder: BundledEmbedder) -> Iterator[Archive]:
    """A fresh copy of the archive of `newsroom`, open."""
    from retrieval.archive import Archive

    with Archive.open(archive_path, embedder=embedder) as opened:
        yield opened


@pytest.fixture
def id_of(built_archive: tuple[Path, Path]) -> Callable[[str], str]:
    """Finds the id of the article that was read from a file of `newsroom`."""
    with sqlite3.connect(built_archive[0] / "ledger.sqlite3") as db:
        rows = db.execute("SELECT origin, id FROM article").fetchall()
    db.close()
    return {Path(origin).name: str(article_id) for origin, article_id in rows}.__getitem__


@pytest.fixture
def volume(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, which a test can fill up or make read-only."""
    path = tmp_path / "volume"
    path.mkdir()
    if not volumes.mount(path):
        pytest.skip("mounting a file system needs root on Linux")
    yield path
    volumes.unmount(path)
