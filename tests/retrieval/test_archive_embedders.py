"""Archives and their embedder: which one is used, what is refused, and what a failure leaves."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.testing import Connection, Embeds, Fault, ModelServer, Request, Says
from retrieval.archive import Archive
from retrieval.embedding import Embedder
from retrieval.embedding.bundled import BundledEmbedder
from retrieval.embedding.named import open_embedder
from retrieval.embedding.openai import OpenAIEmbedder
from retrieval.errors import EmbedderError, EmbedderMismatchError, MissingKeyError
from retrieval.types import Filters
from tests import newsroom

NAME = "openai:scripted"
COUNT = len(newsroom.FILES)


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer(Says("")) as running:
        yield running


class Maker:
    """A `MakeEmbedder` for one server, which remembers what it was asked for."""

    def __init__(self, server: ModelServer) -> None:
        self.base_url = server.base_url
        self.asked: list[tuple[str | None, int | None]] = []

    def __call__(self, name: str | None, dimension: int | None) -> Embedder:
        self.asked.append((name, dimension))
        return open_embedder(name or NAME, base_url=self.base_url, dimension=dimension)


@pytest.fixture
def maker(server: ModelServer) -> Maker:
    return Maker(server)


@pytest.fixture
def wide_path(tmp_path: Path, articles: Path, maker: Maker) -> Path:
    """An archive of `newsroom` with vectors of 1,536 numbers, closed."""
    with Archive.open(tmp_path / "wide", create=True, make_embedder=maker) as archive:
        assert len(archive.ingest([articles]).added) == COUNT
    return tmp_path / "wide"


def recorded(path: Path, name: str) -> str:
    with sqlite3.connect(path / "ledger.sqlite3") as db:
        row = db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    db.close()
    return str(row[0]) if row else ""


# -- vectors of another length --------------------------------------------------------------------


@pytest.mark.parametrize("dense", ["chroma", "exact"])
def test_an_archive_of_1536_dimensions_does_all_that_one_of_384_does(
    wide_path: Path, maker: Maker, dense: Any, tmp_path: Path
) -> None:
    """Search, filters, ingest, remove, doctor and repair."""
    more = tmp_path / "otter.txt"
    more.write_text("An otter swam up the Calder canal and slept on the lock gate.")
    with Archive.open(wide_path, dense=dense, make_embedder=maker) as archive:
        found = archive.retrieve("Merrowby road bridge crack")
        assert found.dense_index == dense
        assert found.hits[0].article.ref.title == "Crack closes Merrowby bridge"
        assert found.hits[0].similarity is not None
        wire = archive.search("ferries", filters=Filters(sources=("Harbour Wire",)))
        assert {hit.article.ref.source for hit in wire} == {"Harbour Wire"}
        (added,) = archive.ingest([more]).added
        assert archive.search("otter canal")[0].article.id == added
        archive.remove(added)
        assert archive.doctor().ok
        for folder in wide_path.glob("dense-*"):
            for file in folder.glob("*/*"):
                file.unlink()
        assert not archive.doctor().ok
        report = archive.doctor(repair=True)
        assert report.ok
        assert report.dense_rows == report.passages
    with Archive.open(wide_path, dense="chroma", make_embedder=maker) as archive:
        assert archive.retrieve("bridge").dense_index == "chroma"


def test_both_dense_indexes_rank_1536_dimensions_alike(wide_path: Path, maker: Maker) -> None:
    """Chroma and exact search agree on order and cosine."""
    found: list[list[tuple[int, int | None, float]]] = []
    for dense in ("chroma", "exact"):
        with Archive.open(wide_path, dense=dense, make_embedder=maker) as archive:  # type: ignore[arg-type]
            hits = archive.search("How did the ferry dispute end?", limit=9)
            found.append([(h.passage.id, h.dense_rank, h.similarity or 0.0) for h in hits])
    assert found[0] == found[1]


def test_wider_vectors_go_to_chroma_sooner(
    wide_path: Path, archive_path: Path, maker: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In `auto` it is numbers that count: here 9 times 384 are scanned, 9 times 1,536 are not."""
    monkeypatch.setattr("retrieval.dense.chooser.EXACT_UP_TO", 9 * 1000)
    with Archive.open(archive_path, make_embedder=maker) as archive:
        assert archive.retrieve("bridge").dense_index == "exact"
    with Archive.open(wide_path, make_embedder=maker) as archive:
        assert archive.retrieve("bridge").dense_index == "chroma"


def test_stored_rows_are_float16_of_unit_length(wide_path: Path) -> None:
    """Rounding 1,536 numbers moves the length by less than 1e-3."""
    with sqlite3.connect(wide_path / "ledger.sqlite3") as db:
        rows = [np.frombuffer(data, "<f2") for (data,) in db.execute("SELECT data FROM vector")]
    db.close()
    assert {len(row) for row in rows} == {1536}
    lengths = np.linalg.norm(np.array(rows, np.float32), axis=1)
    np.testing.assert_allclose(lengths, 1.0, atol=1e-3)


# -- which embedder -------------------------------------------------------------------------------


def test_an_archive_is_opened_with_the_embedder_that_it_names(
    wide_path: Path, maker: Maker, server: ModelServer
) -> None:
    """By name, and with the dimension recorded: the server is asked for the question alone."""
    maker.asked.clear()
    before = len(server.requests)
    with Archive.open(wide_path, make_embedder=maker) as archive:
        assert archive.articles()
        assert maker.asked == []  # nothing that needs no vectors needs an embedder
        archive.search("bridge")
        archive.search("ferry")
    assert maker.asked == [(NAME, 1536)]
    assert [r.body["input"] for r in server.requests[before:]] == [["bridge"], ["ferry"]]


def test_a_new_archive_is_made_with_the_makers_default_and_records_it(wide_path: Path) -> None:
    """Name and dimension; the bundled one where there is no maker is another test's."""
    assert recorded(wide_path, "embedder") == NAME
    assert recorded(wide_path, "embedder_dimension") == "1536"


def test_without_a_maker_the_bundled_embedder_is_found_and_openais_wants_a_key(
    archive_path: Path, tmp_path: Path
) -> None:
    """Said when vectors are needed; what needs none works."""
    with Archive.open(archive_path) as archive:
        assert archive.search("ferry strike")
    embedder = OpenAIEmbedder("text-embedding-3-small", api_key="sk-1")
    with Archive.open(tmp_path / "a", create=True, embedder=embedder) as archive:
        assert archive.reindex() == 0  # an empty archive takes the embedder's name
    with Archive.open(tmp_path / "a") as archive:
        assert archive.search("anything") == []
        assert archive.doctor().ok
        with pytest.raises(MissingKeyError):
            archive.ingest([archive_path])


def test_an_empty_archive_is_asked_nothing(tmp_path: Path, server: ModelServer) -> None:
    """A question to an archive without articles does not leave the machine."""
    with Archive.open(tmp_path / "a", create=True, make_embedder=Maker(server)) as archive:
        assert archive.search("bridge") == []
    assert server.requests == []


def test_an_archive_of_another_embedder_is_refused_with_the_command_that_changes_it(
    archive_path: Path, server: ModelServer
) -> None:
    """Before a text is sent anywhere."""
    other = open_embedder(NAME, base_url=server.base_url)
    with Archive.open(archive_path, embedder=other) as archive:
        for ask in (lambda: archive.search("ferry"), lambda: archive.ingest([archive_path])):
            with pytest.raises(EmbedderMismatchError) as raised:
                ask()
            assert "was indexed with minilm-l6-v2, not with openai:scripted" in str(raised.value)
            command = f"dateline reindex --archive {archive_path} --embedder openai:scripted"
            assert command in str(raised.value)
    assert server.requests == []


def test_the_same_name_at_another_kind_of_server_is_refused(
    archive_path: Path, server: ModelServer, tmp_path: Path
) -> None:
    """OpenAI's model and another that bears its name have other vectors."""
    name = "openai:text-embedding-3-small"
    here = open_embedder(name, base_url=server.base_url)
    with Archive.open(archive_path, embedder=here) as archive:
        archive.reindex()
        assert archive.search("ferry")
    sent = len(server.requests)
    hosted = open_embedder(name, api_key="sk-1")
    with Archive.open(archive_path, embedder=hosted) as archive:
        for ask in (lambda: archive.search("ferry"), lambda: archive.ingest([tmp_path])):
            with pytest.raises(EmbedderMismatchError, match=r"fingerprint.*dateline reindex"):
                ask()
    assert len(server.requests) == sent


def test_an_open_archive_follows_a_change_of_embedder(
    archive_path: Path, maker: Maker, embedder: BundledEmbedder
) -> None:
    """Another process re-indexes it with another one: the next question is embedded by that."""
    with Archive.open(archive_path, dense="chroma", make_embedder=maker) as reader:
        assert reader.retrieve("ferry strike").hits
        other = open_embedder(NAME, base_url=maker.base_url)
        with Archive.open(archive_path, embedder=other) as writer:
            writer.reindex()
        found = reader.retrieve("ferry crews walk out")
        assert found.dense_index == "chroma"
        assert "Ferry crews" in found.hits[0].article.ref.title
        with Archive.open(archive_path, embedder=embedder) as writer:
            writer.reindex()
        assert reader.retrieve("ferry strike").dense_index == "chroma"
    assert [name for name, _ in maker.asked] == ["minilm-l6-v2", NAME, "minilm-l6-v2"]


def test_an_emptied_archive_takes_another_embedder(
    archive_path: Path, articles: Path, server: ModelServer
) -> None:
    """Nothing is left to compare with, Chroma's old rows included."""
    with Archive.open(archive_path) as archive:
        for ref in archive.articles():
            archive.remove(ref.id)
    wide = open_embedder(NAME, base_url=server.base_url)
    with Archive.open(archive_path, dense="chroma", embedder=wide) as archive:
        assert len(archive.ingest([articles]).added) == COUNT
        assert archive.retrieve("bridge").dense_index == "chroma"
        assert archive.doctor().ok


# -- what a failure leaves ------------------------------------------------------------------------


class FailsAfter:
    """Embeds the first requests, then has this fault, until it is mended."""

    def __init__(self, good: int, fault: str) -> None:
        self.good = good
        self.fault = Fault(fault)

    def answer(self, request: Request, connection: Connection) -> None:
        (Embeds() if request.number <= self.good else self.fault).answer(request, connection)


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three or four articles a batch."""
    monkeypatch.setattr("retrieval.ingest.BATCH_PASSAGES", 3)
    monkeypatch.setattr("retrieval.reindex.BATCH_PASSAGES", 3)


@pytest.mark.usefixtures("small_batches")
def test_an_ingest_that_fails_keeps_what_it_had_stored_and_says_how_much(
    tmp_path: Path, articles: Path
) -> None:
    """The next run sends only what is missing."""
    script = FailsAfter(3, "unauthorized")  # one request tells the dimension, two store batches
    with ModelServer(Says(""), embeddings=script) as server:
        maker = Maker(server)
        with Archive.open(tmp_path / "a", create=True, make_embedder=maker) as archive:
            with pytest.raises(EmbedderError) as raised:
                archive.ingest([articles])
            stored = archive.stats().articles
            assert 0 < stored < COUNT
            assert "refused the key" in str(raised.value)
            assert f"({stored} articles were stored before that" in str(raised.value)
            assert archive.doctor().ok
        script.good = 10**6
        sent = len(server.requests)
        with Archive.open(tmp_path / "a", make_embedder=maker) as archive:
            report = archive.ingest([articles])
            assert len(report.added) == COUNT - stored
            assert len(report.unchanged) == stored
            assert archive.search("bridge")
        again = sum(len(request.body["input"]) for request in server.requests[sent:-1])
        assert again == report.passages


@pytest.mark.usefixtures("small_batches")
def test_an_ingest_that_fails_at_once_leaves_an_archive_that_works(
    tmp_path: Path, articles: Path, embedder: BundledEmbedder
) -> None:
    """Nothing was stored, and another embedder may be chosen."""
    with (
        ModelServer(Says(""), embeddings=FailsAfter(1, "not_found")) as server,
        Archive.open(tmp_path / "a", create=True, make_embedder=Maker(server)) as archive,
        pytest.raises(EmbedderError, match=r"no embedding model.*\(nothing was stored\)"),
    ):
        archive.ingest([articles])
    with Archive.open(tmp_path / "a", embedder=embedder) as archive:
        assert len(archive.ingest([articles]).added) == COUNT


def test_a_reindex_that_fails_at_once_changes_nothing(archive_path: Path) -> None:
    """The archive goes on with the embedder that it had."""
    with ModelServer(Says(""), embeddings=FailsAfter(1, "unauthorized")) as server:
        other = open_embedder(NAME, base_url=server.base_url)
        with (
            Archive.open(archive_path, embedder=other) as archive,
            pytest.raises(EmbedderError, match=r"refused the key.*\(the archive is as it was\)"),
        ):
            archive.reindex()
    with Archive.open(archive_path, dense="chroma") as archive:
        assert archive.retrieve("ferry strike").dense_index == "chroma"
        assert archive.doctor().ok


@pytest.mark.usefixtures("small_batches")
def test_a_reindex_that_fails_half_way_goes_on_from_there(archive_path: Path) -> None:
    """Each passage is sent once; until the end the archive is refused, and doctor says why."""
    script = FailsAfter(2, "insufficient_quota")
    with ModelServer(Says(""), embeddings=script) as server:
        maker = Maker(server)
        other = open_embedder(NAME, base_url=server.base_url)
        with Archive.open(archive_path, embedder=other) as archive:
            passages = archive.stats().passages
            with pytest.raises(EmbedderError, match=rf"used up.*of {COUNT} articles are re-index"):
                archive.reindex()
            with pytest.raises(EmbedderMismatchError, match="cut short: go on"):
                archive.search("ferry")
            assert len(archive.articles()) == COUNT
            for repair in (False, True):
                report = archive.doctor(repair=repair)
                assert not report.ok
                assert report.problems == (
                    "re-indexing was cut short: go on with `dateline reindex`",
                )
        script.good = 10**6
        # Without an embedder it goes on with the one that was asked for.
        with Archive.open(archive_path, dense="chroma", make_embedder=maker) as archive:
            steps: list[tuple[int, int]] = []
            assert archive.reindex(lambda done, of: steps.append((done, of))) == COUNT
            assert steps[-1] == (COUNT, COUNT)
            assert steps[0][0] > 1
            assert archive.stats().passages == passages
            assert archive.retrieve("ferry").dense_index == "chroma"
            assert archive.doctor().ok
        embedded = [
            text
            for request in server.requests
            for text in request.body["input"]
            if text not in {"dimension", "ferry"}
        ]
        assert len(set(embedded)) == passages
        refused = 3 * 3  # the batch that was refused, three times
        assert len(embedded) <= passages + refused + 3


@pytest.mark.usefixtures("small_batches")
def test_half_a_reindex_can_be_undone(archive_path: Path, embedder: BundledEmbedder) -> None:
    """By re-indexing with the first embedder: nothing of the other one is left."""
    with ModelServer(Says(""), embeddings=FailsAfter(2, "unauthorized")) as server:
        other = open_embedder(NAME, base_url=server.base_url)
        with (
            Archive.open(archive_path, embedder=other) as archive,
            pytest.raises(EmbedderError),
        ):
            archive.reindex()
    with Archive.open(archive_path, dense="chroma", embedder=embedder) as archive:
        gone = archive.articles()[0]
        archive.remove(gone.id)  # works meanwhile; Chroma cannot follow, and waits
        archive.reindex()
        assert archive.retrieve("ferry strike").dense_index == "chroma"
        assert archive.doctor().ok
    with sqlite3.connect(archive_path / "ledger.sqlite3") as db:
        lengths = db.execute("SELECT DISTINCT length(data) FROM vector").fetchall()
    db.close()
    assert lengths == [(768,)]
