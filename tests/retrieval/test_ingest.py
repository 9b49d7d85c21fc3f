"""Steps 1 to 4 in order: files -> the ledger."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from retrieval.archive import LEDGER_FILE, Archive
from retrieval.errors import EmbedderError
from retrieval.ingest import Ingest, content_hash, passage_inputs
from retrieval.sources import discover
from retrieval.types import IngestProgress, ParsedArticle, SourceFailure, Span
from tests import newsroom
from tests.counting import CountingEmbedder
from tests.revisions import new_revision

Ids = Callable[[str], str]


@pytest.fixture
def own(tmp_path: Path, articles: Path, counting: CountingEmbedder) -> Iterator[Archive]:
    """An archive of the test's own `articles`, with a counting embedder; the count starts at 0."""
    with Archive.open(tmp_path / "own", create=True, embedder=counting) as opened:
        opened.ingest([articles])
        counting.passages.clear()
        yield opened


def contents(archive: Archive) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table that is not an internal one of the full-text index."""
    with sqlite3.connect(archive.path / LEDGER_FILE) as db:
        tables = [
            row[0]
            for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if not row[0].startswith(("sqlite_", "lexical"))
        ]
        found = {t: db.execute(f"SELECT * FROM {t}").fetchall() for t in tables}  # noqa: S608
        found["lexical_docsize"] = db.execute("SELECT * FROM lexical_docsize").fetchall()
    db.close()
    return found


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith("-shm")
    }


def test_each_article_is_stored_with_its_passages(archive: Archive) -> None:
    """Every article has passages that cover its sentences, vectors and lexical rows."""
    stats = archive.stats()
    assert stats.articles == len(newsroom.FILES)
    assert stats.passages >= stats.articles
    assert stats.sources == (
        "Brackwater Mercury",
        "Calder Echo",
        "Harbour Wire",
        "Northgate Courier",
    )
    assert archive.doctor().ok


def test_the_report_counts_what_was_stored(
    tmp_path: Path, articles: Path, counting: CountingEmbedder
) -> None:
    """Added ids, passages and words; nothing else."""
    with Archive.open(tmp_path / "own", create=True, embedder=counting) as archive:
        report = archive.ingest([articles])
        assert set(report.added) == {ref.id for ref in archive.articles()}
        assert (report.changed, report.unchanged, report.removed, report.failed) == ((),) * 4
        assert report.passages == archive.stats().passages == len(counting.passages)
        texts = [archive.article(i).text for i in report.added]
        assert report.words == sum(len(text.split()) for text in texts)


def test_unchanged_articles_cost_no_embedding(
    own: Archive, articles: Path, counting: CountingEmbedder
) -> None:
    """A second ingest of the same files embeds nothing and changes no row."""
    before = contents(own)
    report = own.ingest([articles])
    assert len(report.unchanged) == len(newsroom.FILES)
    assert (report.added, report.changed, report.passages) == ((), (), 0)
    assert counting.passages == []
    assert contents(own) == before


def test_one_changed_article_re_indexes_only_itself(
    own: Archive, articles: Path, counting: CountingEmbedder
) -> None:
    """Only its passages are embedded; the others keep their passage ids."""
    before = {p.id: p.article_id for p in own._ledger.passages(own._ledger.passage_ids()).values()}
    file = articles / "snow.txt"
    file.write_text(file.read_text() + "\nThe road was open again by Monday.\n")
    report = own.ingest([articles])
    (changed,) = report.changed
    assert len(report.unchanged) == len(newsroom.FILES) - 1
    assert own.article(changed).ref.revision == 2
    assert len(counting.passages) == report.passages == 1
    after = {p.id: p.article_id for p in own._ledger.passages(own._ledger.passage_ids()).values()}
    kept = {i: a for i, a in before.items() if a != changed}
    assert {i: a for i, a in after.items() if a != changed} == kept


def test_changed_metadata_is_a_new_revision(own: Archive, articles: Path) -> None:
    """A corrected date changes what a citation shows: it makes a revision, and is searchable."""
    file = articles / "bridge.txt"
    file.write_text(file.read_text().replace("Date: 2023-05-02", "Date: 2023-05-03"))
    (changed,) = own.ingest([articles]).changed
    assert own.article(changed).ref.published == datetime(2023, 5, 3, tzinfo=UTC)
    assert own.article(changed, 1).ref.published == datetime(2023, 5, 2, tzinfo=UTC)


def test_an_article_that_changes_back_gets_a_third_revision(own: Archive, articles: Path) -> None:
    """Revisions are a history: none is used twice."""
    file = articles / "snow.txt"
    original = file.read_text()
    file.write_text(original + "\nMore snow fell.\n")
    own.ingest([articles])
    file.write_text(original)
    (changed,) = own.ingest([articles]).changed
    assert own.article(changed).ref.revision == 3
    assert own.article(changed).text == own.article(changed, 1).text


def test_the_title_is_embedded_with_each_passage() -> None:
    """What is embedded is the title, a line break and the passage's exact text."""
    passages = [(Span(0, 4),), (Span(5, 9),)]
    assert passage_inputs("T", "One. Two.", passages) == ["T\nOne.", "T\nTwo."]


def test_ids_are_stable(tmp_path: Path, articles: Path, counting: CountingEmbedder) -> None:
    """An id is the first 12 hex digits of the key's SHA-256: the same in every archive."""
    ids = []
    for name in ("one", "two"):
        with Archive.open(tmp_path / name, create=True, embedder=counting) as archive:
            archive.ingest([articles])
            ids.append({ref.title: ref.id for ref in archive.articles()})
            keys = {i: archive._ledger.key_of(i) for i in ids[-1].values()}
            for article_id, key in keys.items():
                assert hashlib.sha256(str(key).encode()).hexdigest().startswith(article_id)
                assert re.fullmatch("[0-9a-f]{12}", article_id)
    assert ids[0] == ids[1]


def test_a_colliding_id_is_made_longer(tmp_path: Path, counting: CountingEmbedder) -> None:
    """Where another article has the 12 digits, the new one gets 16, and both are found."""
    file = tmp_path / "new.txt"
    file.write_text("A second article. It is short.")
    digest = hashlib.sha256(file.as_uri().encode()).hexdigest()
    with Archive.open(tmp_path / "own", create=True, embedder=counting) as archive:
        first = replace(new_revision("first", "A first article."), id=digest[:12])
        archive._ledger.put([first])
        archive._ledger.set_meta(
            embedder=counting.name,
            embedder_fingerprint=counting.fingerprint,
            embedder_dimension=str(counting.dimension),
            splitter="1",
        )
        assert archive.ingest([file]).added == (digest[:16],)
        assert archive.article(digest[:12]).text == "A first article."
        assert archive.article(digest[:16]).text == "A second article. It is short."
        assert archive.ingest([file]).unchanged == (digest[:16],)


def test_the_same_article_twice_in_one_run_is_kept_once(
    tmp_path: Path, counting: CountingEmbedder
) -> None:
    """Two files with one URL and one text are one article, and a notice says so."""
    for name in ("a.md", "b.md"):
        (tmp_path / name).write_text("---\nurl: https://news.example/1\n---\nThe same words.\n")
    with Archive.open(tmp_path / "own", create=True, embedder=counting) as archive:
        report = archive.ingest([tmp_path / "a.md", tmp_path / "b.md"])
        assert len(report.added) == 1
        assert report.failed == ()
        (notice,) = report.notices
        assert "b.md" in notice
        assert "a.md" in notice


def test_one_key_with_two_texts_in_one_run_is_a_failure(
    tmp_path: Path, counting: CountingEmbedder
) -> None:
    """The first is kept, the second reported with what to do; the ingest goes on."""
    for name, words in (("a.md", "First words."), ("b.md", "Other words."), ("c.md", "Third.")):
        url = "https://news.example/" + ("2" if name == "c.md" else "1")
        (tmp_path / name).write_text(f"---\nurl: {url}\n---\n{words}\n")
    with Archive.open(tmp_path / "own", create=True, embedder=counting) as archive:
        report = archive.ingest([tmp_path / name for name in ("a.md", "b.md", "c.md")])
        assert len(report.added) == 2
        (failure,) = report.failed
        assert failure.origin.endswith("b.md")
        assert "duplicate id 'https://news.example/1'" in failure.reason
        assert "\n" not in failure.reason
        assert "First words." in {archive.article(i).text for i in report.added}


def test_what_cannot_be_read_is_reported_and_the_rest_is_stored(
    own: Archive, articles: Path
) -> None:
    """An empty file and a missing one fail with a reason each; a new article is added."""
    (articles / "empty.txt").touch()
    (articles / "new.txt").write_text("A new story. It is short.")
    report = own.ingest([articles, articles / "missing.txt"])
    assert len(report.added) == 1
    assert {Path(failure.origin).name for failure in report.failed} == {"empty.txt", "missing.txt"}
    assert all(failure.reason and "\n" not in failure.reason for failure in report.failed)


def test_prune_removes_what_is_gone_from_under_the_inputs(
    own: Archive, articles: Path, id_of: Ids, tmp_path: Path
) -> None:
    """Only there: what came from elsewhere stays; without `prune` nothing is removed."""
    elsewhere = tmp_path / "elsewhere.txt"
    elsewhere.write_text("A story from another folder.")
    own.ingest([elsewhere])
    elsewhere.unlink()
    gone = next(ref.id for ref in own.articles() if ref.title.startswith("Snow"))
    (articles / "snow.txt").unlink()
    assert own.ingest([articles]).removed == ()
    report = own.ingest([articles], prune=True)
    assert report.removed == (gone,)
    assert own.stats().articles == len(newsroom.FILES)
    assert all(hit.article.id != gone for hit in own.search("heavy snow", limit=20))
    assert own.doctor().ok


def test_prune_keeps_what_is_there_and_cannot_be_read_now(own: Archive, articles: Path) -> None:
    """A file that has become unreadable is not a file that is gone."""
    (articles / "snow.txt").write_bytes(b"")
    report = own.ingest([articles], prune=True)
    assert len(report.failed) == 1
    assert report.removed == ()


def test_prune_with_an_input_that_is_missing_removes_nothing(own: Archive, articles: Path) -> None:
    """A folder that is not there may be a volume that is not mounted."""
    articles.rename(articles.with_name("away"))
    report = own.ingest([articles], prune=True)
    assert len(report.failed) == 1
    assert report.removed == ()
    assert own.stats().articles == len(newsroom.FILES)


def test_prune_with_an_empty_folder_removes_nothing(own: Archive, articles: Path) -> None:
    """So may a mount point be while its volume is away: remove such articles by their ids."""
    for file in articles.iterdir():
        file.unlink()
    assert own.ingest([articles], prune=True).removed == ()
    assert own.stats().articles == len(newsroom.FILES)


def test_prune_does_not_take_a_folder_for_one_with_a_longer_name(
    tmp_path: Path, counting: CountingEmbedder
) -> None:
    """Pruning `news` leaves what came from `news-old` alone."""
    for name in ("news", "news-old"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_text(f"A story from {name}.")
        (tmp_path / name / "b.txt").write_text(f"Another story from {name}.")
    with Archive.open(tmp_path / "own", create=True, embedder=counting) as archive:
        archive.ingest([tmp_path / "news", tmp_path / "news-old"])
        (tmp_path / "news-old" / "a.txt").unlink()
        assert archive.ingest([tmp_path / "news"], prune=True).removed == ()


def test_a_dry_run_changes_nothing(
    own: Archive, articles: Path, counting: CountingEmbedder
) -> None:
    """It reports what would be done; the ledger stays as it is, and nothing is embedded."""
    (articles / "new.txt").write_text("A new story. It is short.")
    (articles / "snow.txt").unlink()
    (articles / "bridge.txt").write_text("Title: Bridge\n\nIt is open again. All is well.")
    own._ledger._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before, rows = files_of(own.path), contents(own)
    progress: list[IngestProgress] = []
    report = own.ingest([articles], prune=True, dry_run=True, on_progress=progress.append)
    assert report.dry_run
    assert (len(report.added), len(report.changed), len(report.removed)) == (1, 1, 1)
    assert contents(own) == rows
    assert files_of(own.path) == before
    assert counting.passages == []
    assert all(step.stored == () for step in progress)  # `stored` promises what is committed


def test_a_dry_run_on_an_empty_archive_leaves_it_empty(
    tmp_path: Path, articles: Path, counting: CountingEmbedder
) -> None:
    """Not even the embedder is recorded."""
    with Archive.open(tmp_path / "own", create=True, embedder=counting) as archive:
        before = contents(archive)
        assert len(archive.ingest([articles], dry_run=True).added) == len(newsroom.FILES)
        assert contents(archive) == before


def test_progress_names_what_is_committed(
    tmp_path: Path, counting: CountingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each id is reported once, after another process could read its article."""
    monkeypatch.setattr("retrieval.ingest.BATCH_PASSAGES", 4)
    files = newsroom.write_many(tmp_path / "many", 12)
    reported: list[str] = []
    steps: list[tuple[int, int]] = []
    with (
        Archive.open(tmp_path / "own", create=True, embedder=counting) as archive,
        Archive.open(tmp_path / "own", embedder=counting) as other,
    ):

        def watch(step: IngestProgress) -> None:
            steps.append((step.done, step.total))
            reported.extend(step.stored)
            for article_id in step.stored:
                assert other.article(article_id).text

        report = archive.ingest([files], on_progress=watch)
    assert reported == list(report.added)
    assert steps == sorted(steps)
    assert steps[-1] == (12, 12)


def test_an_error_keeps_what_was_committed_before(
    tmp_path: Path, counting: CountingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the embedder fails half-way, earlier batches are searchable and the next run goes on."""
    monkeypatch.setattr("retrieval.ingest.BATCH_PASSAGES", 4)
    files = newsroom.write_many(tmp_path / "many", 12)

    class Failing(CountingEmbedder):
        def embed_passages(self, texts):  # type: ignore[no-untyped-def]
            if len(self.passages) >= 8:
                raise EmbedderError("the embedder is out of order")
            return super().embed_passages(texts)

    with Archive.open(tmp_path / "own", create=True, embedder=Failing(counting)) as archive:
        with pytest.raises(EmbedderError):
            archive.ingest([files])
        assert archive.stats().articles == 8
        assert archive.doctor().ok
    counting.passages.clear()
    with Archive.open(tmp_path / "own", embedder=counting) as archive:
        report = archive.ingest([files])
        assert (len(report.added), len(report.unchanged)) == (4, 8)
        assert len(counting.passages) == 4
        assert archive.doctor().ok


def test_the_content_hash_covers_all_that_a_reader_sees() -> None:
    """Changing any visible field changes it; where it was read from does not."""
    base = ParsedArticle(key="k", origin="o", title="T", text="X")
    changed = [
        replace(base, title="U"),
        replace(base, text="Y"),
        replace(base, source="S"),
        replace(base, published=datetime(2023, 1, 1, tzinfo=UTC)),
        replace(base, authors=("A",)),
        replace(base, url="https://news.example/"),
        replace(base, dateline="OSLO"),
        replace(base, carrier="C"),
    ]
    assert len({content_hash(item) for item in (base, *changed)}) == len(changed) + 1
    moved = replace(base, origin="elsewhere", notices=("mended",))
    assert content_hash(moved) == content_hash(base)


def test_fields_cannot_be_shifted_into_one_another() -> None:
    """Title "a", text "bc" and title "ab", text "c" are two contents."""
    one = ParsedArticle(key="k", origin="o", title="a", text="bc")
    assert content_hash(one) != content_hash(replace(one, title="ab", text="c"))


def test_failures_of_discovery_are_in_the_report(archive: Archive) -> None:
    """What `discover` could not find is reported like what could not be read."""
    run = Ingest(archive._ledger, archive._embedder.get(), dry_run=True)
    failure = SourceFailure("nowhere", "is not there")
    assert run.run([failure, *discover([])]).failed == (failure,)
