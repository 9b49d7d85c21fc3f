"""The check of an archive, and its repair."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from retrieval.archive import LEDGER_FILE, Archive
from retrieval.dense.chroma import ChromaIndex
from retrieval.embedding.bundled import BundledEmbedder
from tests.counting import CountingEmbedder
from tests.revisions import unit_vectors

Ids = Callable[[str], str]


def damage(archive_path: Path, *statements: str) -> None:
    """Run SQL on the ledger of a closed archive, with its rules switched off."""
    db = sqlite3.connect(archive_path / LEDGER_FILE, isolation_level=None)
    db.execute("PRAGMA foreign_keys = OFF")
    for statement in statements:
        db.execute(statement)
    db.close()


DELETE_TWO_LEXICAL_ROWS = (
    "INSERT INTO lexical(lexical, rowid, title, body) "
    "SELECT 'delete', id, title, body FROM passage_text WHERE id IN (2, 3)"
)


def test_a_sound_archive_has_no_problems(archive: Archive) -> None:
    """Ledger, lexical index and Chroma hold the same passages."""
    report = archive.doctor()
    assert report.ok
    assert (report.problems, report.repaired) == ((), ())
    assert report.passages == report.lexical_rows == report.dense_rows == archive.stats().passages
    assert report.articles == archive.stats().articles


def test_repairing_a_sound_archive_changes_nothing(archive: Archive) -> None:
    """No index is rebuilt without need."""
    folders = sorted(path.name for path in archive.path.iterdir())
    report = archive.doctor(repair=True)
    assert report.ok
    assert report.repaired == ()
    assert sorted(path.name for path in archive.path.iterdir()) == folders


def test_missing_lexical_rows_are_found_and_rebuilt(archive_path: Path, id_of: Ids) -> None:
    """Without `repair` they are reported only."""
    damage(archive_path, DELETE_TWO_LEXICAL_ROWS)
    with Archive.open(archive_path) as archive:
        for _ in range(2):
            report = archive.doctor()
            assert not report.ok
            assert any("lexical index holds 7 rows for 9" in line for line in report.problems)
            assert report.repaired == ()
        report = archive.doctor(repair=True)
        assert report.ok
        assert report.repaired == ("rebuilt the lexical index from the stored texts",)
        assert report.lexical_rows == 9
        assert archive.doctor().problems == ()
        hits = archive.search("deckhands", limit=1)
        assert hits[0].lexical_rank == 1
        assert hits[0].article.id == id_of("ferry-strike.md")


def test_an_emptied_lexical_index_is_found_and_rebuilt(archive_path: Path) -> None:
    """Search goes on meanwhile through the dense half."""
    damage(archive_path, "INSERT INTO lexical(lexical) VALUES ('delete-all')")
    with Archive.open(archive_path) as archive:
        assert [hit.lexical_rank for hit in archive.search("cello", limit=1)] == [None]
        assert not archive.doctor().ok
        assert archive.doctor(repair=True).ok
        assert [hit.lexical_rank for hit in archive.search("cello", limit=1)] == [1]


@pytest.mark.parametrize(
    "change",
    [
        "text = replace(text, 'Soldiers', 'Nobody')",
        "text = text || ' '",
        "title = 'Rain cuts off Upper Calder'",
        "source = 'Harbour Wire'",
        "published = '2021-12-18T00:00:00+00:00'",
        "authors = '[\"Somebody\"]'",
        "content_hash = 'x'",
    ],
)
def test_a_tampered_article_is_reported_and_not_repaired(
    archive_path: Path, id_of: Ids, change: str
) -> None:
    """What was stored cannot be derived again: the article is named, with what to do."""
    changed = id_of("snow.txt")
    damage(archive_path, f"UPDATE revision SET {change} WHERE article_id = '{changed}'")  # noqa: S608
    with Archive.open(archive_path) as archive:
        for repair in (False, True):
            report = archive.doctor(repair=repair)
            assert not report.ok
            assert [line for line in report.problems if changed in line] == [
                f"article {changed} is not as it was stored (revision 1): "
                "remove it and ingest it again"
            ]


def test_a_tampered_earlier_revision_is_reported(
    archive_path: Path, tmp_path: Path, id_of: Ids
) -> None:
    """Saved answers cite it: it is checked too."""
    with Archive.open(archive_path) as archive:
        origin = Path(archive.article(id_of("snow.txt")).origin)
        assert origin.is_file()
        archive._ledger.put([_second_revision(archive, id_of("snow.txt"))])
        assert archive.doctor(repair=True).ok
    damage(archive_path, "UPDATE revision SET text = replace(text, 'Soldiers', 'Nobody')")
    with Archive.open(archive_path) as archive:
        report = archive.doctor()
        assert not report.ok
        (problem,) = report.problems
        assert f"article {id_of('snow.txt')} is not as it was stored (revision 1)" in problem


def _second_revision(archive: Archive, article_id: str):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    from tests.revisions import new_revision

    key = archive._ledger.key_of(article_id)
    assert key is not None
    new = new_revision(key, "The road is open again. The thaw came early.", revision=2)
    return replace(new, id=article_id)


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("DELETE FROM vector WHERE passage_id = 4", "1 passages have no vector"),
        ('UPDATE passage SET "end" = 1000000 WHERE id = 4', "reach outside"),
        ("UPDATE passage SET start = -1 WHERE id = 4", "reach outside"),
        ("DELETE FROM passage WHERE id = 4", "has no passages"),
    ],
)
def test_broken_passages_are_reported(archive_path: Path, statement: str, problem: str) -> None:
    """A passage without a vector, one outside its text, and an article without passages."""
    damage(archive_path, statement)
    with Archive.open(archive_path) as archive:
        report = archive.doctor()
        assert not report.ok
        assert any(problem in line for line in report.problems), report.problems


def chroma(archive_path: Path) -> ChromaIndex:
    return ChromaIndex(archive_path / "dense-1")


def test_rows_missing_from_chroma_are_found_and_rebuilt(
    archive_path: Path, counting: CountingEmbedder
) -> None:
    """From the ledger's vectors: nothing is embedded."""
    index = chroma(archive_path)
    index.delete([1, 2])
    index.close()
    with Archive.open(archive_path, embedder=counting, dense="chroma") as archive:
        report = archive.doctor()
        assert not report.ok
        assert report.problems == ("the dense index lacks 2 of 9 passages",)
        report = archive.doctor(repair=True)
        assert report.ok
        assert report.repaired == ("rebuilt the dense index from the ledger's 9 vectors",)
        assert counting.passages == []
        assert archive.doctor().problems == ()
        assert archive.retrieve("ferry").dense_index == "chroma"


def test_rows_of_chroma_that_the_ledger_lacks_are_found_and_dropped(
    archive_path: Path, embedder: BundledEmbedder
) -> None:
    """Until then no search shows them, nor loses a place to them."""
    index = chroma(archive_path)
    vector = embedder.embed_question("ferry strike")
    index.add([777, 778], vector.reshape(1, -1).repeat(2, axis=0))
    index.close()
    with Archive.open(archive_path, embedder=embedder, dense="chroma") as archive:
        found = archive.retrieve("ferry strike", limit=9)
        assert found.dense_index == "chroma"
        assert len(found.hits) == 9
        report = archive.doctor()
        assert report.problems == (
            "the dense index holds 2 passages that are gone from the ledger",
        )
        assert archive.doctor(repair=True).ok
        assert archive.doctor().dense_rows == 9


def test_a_missing_chroma_folder_is_found_and_rebuilt(archive_path: Path) -> None:
    """The rows are counted as unknown, not as none."""
    import shutil

    shutil.rmtree(archive_path / "dense-1")
    with Archive.open(archive_path) as archive:
        report = archive.doctor()
        assert not report.ok
        assert report.dense_rows is None
        assert "is missing" in report.problems[0]
        report = archive.doctor(repair=True)
        assert report.ok
        assert report.dense_rows == 9


def test_all_that_can_be_mended_is_mended_at_once(archive_path: Path, id_of: Ids) -> None:
    """Damage to one part does not keep the others from repair, and `ok` stays honest."""
    index = chroma(archive_path)
    index.delete([5])
    index.add([900], unit_vectors(1))
    index.close()
    damage(
        archive_path,
        DELETE_TWO_LEXICAL_ROWS,
        f"UPDATE revision SET title = 'x' WHERE article_id = '{id_of('museum.txt')}'",  # noqa: S608
    )
    with Archive.open(archive_path) as archive:
        report = archive.doctor(repair=True)
        assert len(report.repaired) == 2
        assert not report.ok
        (left,) = archive.doctor().problems
        assert id_of("museum.txt") in left
        archive.remove(id_of("museum.txt"))
        assert archive.doctor().ok
