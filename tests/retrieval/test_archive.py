"""The archive: opening, reading, removing, re-indexing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from retrieval.archive import LEDGER_FILE, Archive
from retrieval.embedding.bundled import BundledEmbedder
from retrieval.errors import (
    ArchiveError,
    ArchiveNotFoundError,
    ArticleNotFoundError,
    EmbedderMismatchError,
)
from retrieval.types import Filters
from tests import newsroom
from tests.counting import CountingEmbedder

Ids = Callable[[str], str]


def test_opening_what_is_not_there_says_how_to_make_it(tmp_path: Path) -> None:
    """Without `create` nothing is made on disk."""
    with pytest.raises(ArchiveNotFoundError, match="dateline ingest"):
        Archive.open(tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_creating_makes_the_folders_on_the_way(tmp_path: Path) -> None:
    """And an archive that is there is opened, not made anew."""
    path = tmp_path / "a" / "b"
    with Archive.open(path, create=True) as archive:
        assert archive.stats().articles == 0
        assert archive.generation == 0
    with Archive.open(path, create=True) as archive:
        assert archive.articles() == []


def test_a_file_in_the_way_is_an_archive_error(tmp_path: Path) -> None:
    """One line that names the place."""
    (tmp_path / "file").touch()
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(ArchiveError, match="file") as raised:
            Archive.open(path, create=True)
        assert "\n" not in str(raised.value)


def test_an_empty_archive_answers_with_nothing(tmp_path: Path, embedder: BundledEmbedder) -> None:
    """Searching, listing and checking an archive without articles work."""
    with Archive.open(tmp_path / "a", create=True, embedder=embedder) as archive:
        assert archive.search("anything") == []
        stats = archive.stats()
        assert (stats.articles, stats.passages, stats.sources) == (0, 0, ())
        assert (stats.earliest, stats.latest) == (None, None)
        report = archive.doctor()
        assert report.ok
        assert report.problems == ()
        assert archive.doctor(repair=True).ok
        assert archive.reindex() == 0


def test_an_archive_can_be_moved(archive_path: Path, tmp_path: Path) -> None:
    """Nothing in it depends on where its folder is."""
    moved = archive_path.rename(tmp_path / "elsewhere")
    with Archive.open(moved, dense="chroma") as archive:
        found = archive.retrieve("Merrowby bridge")
        assert found.dense_index == "chroma"
        assert "Merrowby" in found.hits[0].article.ref.title
        assert archive.doctor().ok


def test_articles_are_found_by_a_unique_beginning_of_their_id(archive: Archive) -> None:
    """As git does with commits."""
    for ref in archive.articles():
        assert archive.article(ref.id).ref == ref
        assert archive.article(ref.id[:8]).ref == ref


@pytest.mark.parametrize("article_id", ["", "zzzz", "%", "_" * 12, "\ud800", "' OR 1 = 1 --", "\0"])
def test_an_unknown_id_is_not_found(archive: Archive, article_id: str) -> None:
    """Wildcards and quotes are no ids; the message is one line."""
    with pytest.raises(ArticleNotFoundError) as raised:
        archive.article(article_id)
    assert "\n" not in str(raised.value)


def test_an_ambiguous_beginning_lists_the_ids(archive: Archive) -> None:
    """Of 9 ids in 16 digits some may share their first; two are made to."""
    first, second = sorted(ref.id for ref in archive.articles())[:2]
    with sqlite3.connect(archive.path / LEDGER_FILE) as db:
        db.execute("PRAGMA foreign_keys = OFF")
        for table, column in (("article", "id"), ("revision", "article_id")):
            for n, old in enumerate((first, second)):
                db.execute(
                    f"UPDATE {table} SET {column} = ? WHERE {column} = ?",  # noqa: S608
                    (f"abcdef00000{n}", old),
                )
    db.close()
    with pytest.raises(ArticleNotFoundError, match="abcdef000000, abcdef000001"):
        archive.article("abcdef")
    assert archive.article("abcdef000001").id == "abcdef000001"


def test_an_unknown_revision_is_not_found(archive: Archive) -> None:
    """Revisions count from 1."""
    article_id = archive.articles()[0].id
    for revision in (0, 2, -1):
        with pytest.raises(ArticleNotFoundError):
            archive.article(article_id, revision)


def test_stats_cover_what_is_held(archive: Archive) -> None:
    """Days are the outlets' own."""
    stats = archive.stats()
    assert stats.articles == len(newsroom.FILES)
    assert (stats.earliest, stats.latest) == (date(2022, 10, 11), date(2023, 6, 20))


def test_articles_can_be_listed_by_filter(archive: Archive) -> None:
    """The same filters as for questions."""
    titles = [ref.title for ref in archive.articles(Filters(sources=("Harbour Wire",)))]
    assert titles == ["Ferries to sail again after deal", "Ferry crews walk out at Orrel Sound"]


@pytest.mark.parametrize("dense", ["chroma", "exact", "auto"])
def test_a_removed_article_is_gone_from_every_index(
    archive_path: Path, embedder: BundledEmbedder, id_of: Ids, dense: str
) -> None:
    """Text, lists, search by either half: no trace, at once, in the process that removed it."""
    gone = id_of("telescope.txt")
    with Archive.open(archive_path, embedder=embedder, dense=dense) as archive:  # type: ignore[arg-type]
        assert archive.search("first light of the telescope")[0].article.id == gone
        assert archive.remove(gone[:9]).id == gone
        assert gone not in {hit.article.id for hit in archive.search("telescope", limit=50)}
        assert gone not in {ref.id for ref in archive.articles()}
        with pytest.raises(ArticleNotFoundError):
            archive.article(gone)
        with pytest.raises(ArticleNotFoundError):
            archive.remove(gone)
        report = archive.doctor()
        assert report.ok, report.problems
        assert report.dense_rows == report.passages


def test_a_removed_article_can_be_ingested_again(
    archive: Archive, built_archive: tuple[Path, Path], id_of: Ids
) -> None:
    """It gets its id back, and begins at revision 1."""
    archive.remove(id_of("snow.txt"))
    report = archive.ingest([built_archive[1]])
    assert report.added == (id_of("snow.txt"),)
    assert archive.article(id_of("snow.txt")).ref.revision == 1
    assert archive.search("heavy snow")[0].article.id == id_of("snow.txt")
    assert archive.doctor().ok


@pytest.mark.parametrize("dense", ["chroma", "exact"])
def test_what_was_just_ingested_is_found(
    archive_path: Path, embedder: BundledEmbedder, tmp_path: Path, dense: str
) -> None:
    """By the archive that was open and had answered before."""
    new = tmp_path / "new.txt"
    new.write_text("An otter swam up the Calder canal and slept on the lock gate.")
    with Archive.open(archive_path, embedder=embedder, dense=dense) as archive:  # type: ignore[arg-type]
        archive.search("otter")
        (added,) = archive.ingest([new]).added
        found = archive.retrieve("Where did the otter sleep?")
        assert found.dense_index == dense
        assert found.hits[0].article.id == added
        assert found.hits[0].dense_rank == 1


def test_passages_newer_than_chroma_are_found_once(archive_path: Path, tmp_path: Path) -> None:
    """A writer that was killed after Chroma had the rows and before it was noted leaves no copies.

    Until the next ingest such rows are both in Chroma and "newer than Chroma".
    """
    with Archive.open(archive_path, dense="chroma") as archive:
        archive._ledger.set_meta(dense_high="4")  # as it was before the last rows were noted
        hits = archive.search("ferry strike", limit=9)
        assert sorted(hit.dense_rank or 0 for hit in hits) == list(range(1, 10))
        assert (hits[0].dense_rank, hits[0].lexical_rank) == (1, 1)
        assert hits[0].score == pytest.approx(1)  # a copy would count twice


def test_another_embedder_is_refused_until_reindex(
    archive_path: Path, embedder: BundledEmbedder
) -> None:
    """Vectors of two models are not comparable: search and ingest say so, reindex mends it."""
    other = CountingEmbedder(embedder, fingerprint="another")
    with Archive.open(archive_path, embedder=other) as archive:
        with pytest.raises(EmbedderMismatchError, match="dateline reindex"):
            archive.search("ferry")
        with pytest.raises(EmbedderMismatchError, match="dateline reindex"):
            archive.ingest([archive_path])
        assert archive.articles()  # what needs no vectors still works
        steps: list[tuple[int, int]] = []
        total = len(newsroom.FILES)
        assert archive.reindex(lambda done, of: steps.append((done, of))) == total
        assert steps == [(n, total) for n in range(1, total + 1)]
        assert len(other.passages) == archive.stats().passages
        assert archive.search("ferry strike")
        assert archive.doctor().ok
    with (
        Archive.open(archive_path, embedder=embedder) as archive,
        pytest.raises(EmbedderMismatchError),
    ):
        archive.search("ferry")


def test_another_splitter_is_refused_until_reindex(
    archive_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An archive whose passages were cut by other rules must not get a mixture."""
    monkeypatch.setattr("retrieval.indexed.SPLITTER_VERSION", "another")
    with Archive.open(archive_path) as archive:
        with pytest.raises(EmbedderMismatchError, match="splitter"):
            archive.search("ferry")
        archive.reindex()
        assert archive.search("ferry")


def test_an_interrupted_reindex_is_refused_and_reindex_mends_it(
    archive_path: Path, embedder: BundledEmbedder
) -> None:
    """Half of the vectors are the new model's: nothing may be ranked by them."""

    def interrupt(done: int, total: int) -> None:
        if done == 4:
            raise KeyboardInterrupt

    with Archive.open(archive_path, embedder=embedder) as archive:
        with pytest.raises(KeyboardInterrupt):
            archive.reindex(interrupt)
        with pytest.raises(EmbedderMismatchError, match="dateline reindex"):
            archive.search("ferry")
    with Archive.open(archive_path, embedder=embedder, dense="chroma") as archive:
        with pytest.raises(EmbedderMismatchError, match="dateline reindex"):
            archive.search("ferry")
        assert len(archive.articles()) == len(newsroom.FILES)
        archive.reindex()
        assert archive.retrieve("ferry strike").dense_index == "chroma"
        assert archive.doctor().ok


def test_reindex_keeps_texts_and_revisions(archive: Archive) -> None:
    """It changes what is derived; no citation is touched."""
    before = [archive.article(ref.id) for ref in archive.articles()]
    archive.reindex()
    assert [archive.article(ref.id) for ref in archive.articles()] == before


def test_small_archives_do_not_open_chroma_in_auto(archive_path: Path) -> None:
    """Below 100,000 passages exact search is the quicker way to a first answer."""
    with Archive.open(archive_path, dense="auto") as archive:
        assert archive.retrieve("ferry").dense_index == "exact"
        assert archive.dense_failure is None


def test_both_dense_indexes_rank_alike(archive_path: Path, embedder: BundledEmbedder) -> None:
    """Chroma and exact search give the same hits, in the same order."""
    found = []
    for dense in ("chroma", "exact"):
        with Archive.open(archive_path, embedder=embedder, dense=dense) as archive:  # type: ignore[arg-type]
            answer = archive.retrieve("How did the ferry dispute end?", limit=9)
            assert answer.dense_index == dense
            found.append([hit.passage.id for hit in answer.hits])
    assert found[0] == found[1]


def test_filtered_questions_go_to_exact_search(archive_path: Path) -> None:
    """Chroma's own filters are slow; SQL selects the rows."""
    with Archive.open(archive_path, dense="chroma") as archive:
        filters = Filters(sources=("Calder Echo",))
        assert archive.retrieve("bridge", filters=filters).dense_index == "exact"


def test_closing_twice_is_harmless(archive_path: Path) -> None:
    """So is leaving a `with` after closing."""
    with Archive.open(archive_path, dense="chroma") as archive:
        archive.search("ferry")
        archive.close()
    archive.close()
