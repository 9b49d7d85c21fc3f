"""Chroma is a cache: whatever happens to its files, questions are answered and it is rebuilt."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from retrieval.archive import Archive
from retrieval.embedding.bundled import BundledEmbedder
from tests.counting import CountingEmbedder
from tests.revisions import new_revision

# Chroma writes its HNSW files every 1,000 rows; the rest is in its own log.
FILLERS = 1_500
QUESTION = "How long will repairs to the Merrowby bridge take?"


def hnsw(folder: Path) -> Path:
    (found,) = (path for path in folder.iterdir() if path.is_dir())
    return found


def truncate(file: Path, *, to: float) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * to)])


def empty(folder: Path) -> None:
    """Delete the files of a folder."""
    for file in folder.iterdir():
        file.unlink()


def overwrite(file: Path) -> None:
    """Put something else into a file."""
    file.write_bytes(b"junk" * 999)


def make_folder(file: Path) -> None:
    """Put a folder where a file was."""
    file.unlink()
    file.mkdir()


DAMAGES: dict[str, Callable[[Path], None]] = {
    "the folder is gone": shutil.rmtree,
    "the HNSW folder is gone": lambda folder: shutil.rmtree(hnsw(folder)),
    "the HNSW folder is empty": lambda folder: empty(hnsw(folder)),
    **{
        f"{name} is cut to {share:.0%}": (
            lambda folder, name=name, share=share: truncate(hnsw(folder) / name, to=share)
        )
        for name in ("header.bin", "data_level0.bin", "index_metadata.pickle", "link_lists.bin")
        for share in (0.0, 0.5)
    },
    "chroma.sqlite3 is junk": lambda folder: overwrite(folder / "chroma.sqlite3"),
    "chroma.sqlite3 is empty": lambda folder: truncate(folder / "chroma.sqlite3", to=0),
    "chroma.sqlite3 is cut in half": lambda folder: truncate(folder / "chroma.sqlite3", to=0.5),
    "chroma.sqlite3 is gone": lambda folder: (folder / "chroma.sqlite3").unlink(),
    "chroma.sqlite3 is a folder": lambda folder: make_folder(folder / "chroma.sqlite3"),
}


@pytest.fixture(scope="module")
def large_archive(
    tmp_path_factory: pytest.TempPathFactory,
    built_archive: tuple[Path, Path],
    embedder: BundledEmbedder,
) -> Path:
    """The archive of `newsroom` with so many more passages that Chroma has saved HNSW files."""
    path = tmp_path_factory.mktemp("large") / "archive"
    shutil.copytree(built_archive[0], path)
    with Archive.open(path, embedder=embedder) as archive:
        archive._ledger.put(
            [new_revision(f"filler-{n}", f"Filler number {n}.", seed=n) for n in range(FILLERS)]
        )
        assert archive._synchronize() is None
        assert archive.doctor().ok
    assert (hnsw(path / "dense-1") / "data_level0.bin").is_file()
    return path


@pytest.fixture
def damaged(large_archive: Path, tmp_path: Path) -> Path:
    return shutil.copytree(large_archive, tmp_path / "archive")


def passages(archive: Archive) -> list[int]:
    return [hit.passage.id for hit in archive.search(QUESTION, limit=20)]


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_chroma_costs_no_answer_and_is_rebuilt(
    damaged: Path, tmp_path: Path, counting: CountingEmbedder, damage: Callable[[Path], None]
) -> None:
    """Search goes on with the same result, doctor tells, the next ingest rebuilds from vectors."""
    with Archive.open(damaged, embedder=counting, dense="exact") as archive:
        expected = passages(archive)
    damage(damaged / "dense-1")
    new = tmp_path / "new.txt"
    new.write_text("An otter swam up the Calder canal and slept on the lock gate.")
    with Archive.open(damaged, embedder=counting, dense="chroma") as archive:
        found = archive.retrieve(QUESTION)
        assert "bridge" in found.hits[0].article.ref.title
        assert passages(archive) == expected
        if found.dense_index == "exact":
            assert archive.dense_failure
            assert "\n" not in archive.dense_failure
            assert not archive.doctor().ok
        report = archive.ingest([new])
        assert report.notices == ()
        assert len(counting.passages) == 1
        found = archive.retrieve("Where did the otter sleep?")
        assert found.dense_index == "chroma"
        assert archive.dense_failure is None
        assert found.hits[0].article.id == report.added[0]
        report = archive.doctor()
        assert report.ok, report.problems
    with Archive.open(damaged, embedder=counting, dense="chroma") as archive:
        assert archive.retrieve(QUESTION).dense_index == "chroma"
        assert archive.dense_failure is None


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_doctor_repairs_a_damaged_chroma(
    damaged: Path, counting: CountingEmbedder, damage: Callable[[Path], None]
) -> None:
    """From the ledger's vectors, into a fresh folder; the damaged one is deleted."""
    damage(damaged / "dense-1")
    with Archive.open(damaged, embedder=counting, dense="chroma") as archive:
        before = archive.doctor()
        report = archive.doctor(repair=True)
        assert report.ok
        assert report.dense_rows == report.passages
        assert counting.passages == []
        if not before.ok:
            assert [p.name for p in damaged.iterdir() if p.name.startswith("dense")] == ["dense-2"]
        assert archive.retrieve(QUESTION).dense_index == "chroma"
        assert archive.doctor().problems == ()


def test_a_process_that_had_chroma_open_survives_the_damage(
    damaged: Path, embedder: BundledEmbedder
) -> None:
    """The files may go away under an open index: what is found stays right."""
    with Archive.open(damaged, embedder=embedder, dense="chroma") as archive:
        expected = passages(archive)
        shutil.rmtree(damaged / "dense-1")
        assert passages(archive) == expected


def test_an_interrupted_rebuild_is_begun_anew(damaged: Path, embedder: BundledEmbedder) -> None:
    """What a killed rebuild left in the next folder is not taken for an index."""
    shutil.rmtree(damaged / "dense-1")
    (damaged / "dense-2").mkdir()
    (damaged / "dense-2" / "chroma.sqlite3").write_bytes(b"half")
    with Archive.open(damaged, embedder=embedder, dense="chroma") as archive:
        assert archive.doctor(repair=True).ok
        assert archive.retrieve(QUESTION).dense_index == "chroma"


def test_a_chroma_that_cannot_be_written_does_not_fail_the_ingest(
    damaged: Path, tmp_path: Path, embedder: BundledEmbedder
) -> None:
    """The article is stored and found; a notice says that the index is behind."""
    shutil.rmtree(damaged / "dense-1")
    (damaged / "dense-1").touch()
    (damaged / "dense-2").touch()
    new = tmp_path / "new.txt"
    new.write_text("An otter swam up the Calder canal and slept on the lock gate.")
    with Archive.open(damaged, embedder=embedder, dense="chroma") as archive:
        report = archive.ingest([new])
        (notice,) = report.notices
        assert "the articles are safe" in notice
        found = archive.retrieve("Where did the otter sleep?")
        assert found.dense_index == "exact"
        assert found.hits[0].article.id == report.added[0]
