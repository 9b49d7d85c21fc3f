"""A reader and a writer, or two writers, on one archive: real processes."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from retrieval.archive import Archive
from retrieval.embedding.bundled import BundledEmbedder
from retrieval.errors import ArchiveLockedError
from tests import newsroom

Ids = Callable[[str], str]

_READER = """
import json, sys
from retrieval.archive import Archive
with Archive.open(sys.argv[1], dense=sys.argv[2]) as archive:
    print("ready", flush=True)
    for question in sys.stdin:
        found = archive.retrieve(question.strip(), limit=20)
        print(json.dumps({
            "index": found.dense_index,
            "failure": archive.dense_failure,
            "articles": [hit.article.id for hit in found.hits],
            "exact": all(
                hit.text == hit.article.text[hit.passage.start:hit.passage.end] != ""
                for hit in found.hits
            ),
            "dense": [hit.article.id for hit in found.hits if hit.dense_rank],
        }), flush=True)
"""

_WRITER = """
import sys
from retrieval.archive import Archive
with Archive.open(sys.argv[1]) as archive:
    def tell(step):
        if step.done == 0:
            print("writing", flush=True)
            sys.stdin.readline()
    print(archive.ingest(sys.argv[2:], on_progress=tell))
"""


class Reader:
    """Another process that has the archive open and answers questions."""

    def __init__(self, path: Path, dense: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _READER, str(path), dense],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._line() == "ready"

    def ask(self, question: str) -> dict[str, Any]:
        assert self.process.stdin is not None
        self.process.stdin.write(question + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._line())
        assert answer["exact"]
        return answer

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture(params=["chroma", "exact"])
def reader(request: pytest.FixtureRequest, archive_path: Path) -> Iterator[Reader]:
    """A reader that has answered once: its indexes are open and loaded."""
    opened = Reader(archive_path, request.param)
    assert opened.ask("ferry strike")["index"] == request.param
    yield opened
    opened.close()


def test_a_reader_sees_what_a_writer_adds_and_never_what_it_removed(
    archive: Archive, reader: Reader, tmp_path: Path, id_of: Ids
) -> None:
    """From its next question on, several times over, through the index it had open."""
    for turn in range(3):
        new = tmp_path / f"otter-{turn}.txt"
        new.write_text(f"Otter number {turn} swam up the Calder canal and slept on the lock gate.")
        (added,) = archive.ingest([new]).added
        seen = reader.ask(f"Where did otter number {turn} sleep?")
        assert seen["articles"][0] == added
        assert added in seen["dense"]
        assert seen["failure"] is None
        archive.remove(added)
        assert added not in reader.ask(f"Where did otter number {turn} sleep?")["articles"]
    archive.remove(id_of("telescope.txt"))
    seen = reader.ask("first light of the telescope")
    assert id_of("telescope.txt") not in seen["articles"]
    assert len(seen["articles"]) == len(newsroom.FILES) - 1


def test_a_reader_sees_a_changed_article_in_its_new_text(
    archive: Archive, reader: Reader, tmp_path: Path
) -> None:
    """The old revision's passages are not found any more."""
    file = tmp_path / "otter.txt"
    file.write_text("An otter slept on the lock gate.")
    (article_id,) = archive.ingest([file]).added
    assert reader.ask("Where did the otter sleep?")["articles"][0] == article_id
    file.write_text("A badger slept in the engine shed.")
    assert archive.ingest([file]).changed == (article_id,)
    seen = reader.ask("Where did the badger sleep?")
    assert seen["articles"].count(article_id) == 1
    assert seen["articles"][0] == article_id


def test_a_reader_goes_on_while_chroma_is_rebuilt_under_it(
    archive_path: Path, archive: Archive, reader: Reader, tmp_path: Path
) -> None:
    """It follows to the new folder, and uses Chroma again if it used it before."""
    before = reader.ask("Who was elected mayor?")
    shutil.rmtree(archive_path / "dense-1")
    assert archive.doctor(repair=True).ok
    assert not (archive_path / "dense-1").exists()
    after = reader.ask("Who was elected mayor?")
    assert (after["index"], after["articles"]) == (before["index"], before["articles"])
    shutil.rmtree(archive_path / "dense-2")
    broken = reader.ask("Who was elected mayor?")
    assert broken["articles"] == before["articles"]
    assert archive.doctor(repair=True).ok
    again = reader.ask("Who was elected mayor?")
    assert (again["index"], again["failure"]) == (before["index"], None)


def test_a_reader_that_asks_all_the_time_meets_no_error(
    archive_path: Path, reader: Reader, tmp_path: Path
) -> None:
    """While another process stores sixty articles and writes Chroma, each answer is sound."""
    files = newsroom.write_many(tmp_path / "many", 60, sentences=3)
    writer = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.kill_harness", str(archive_path), str(files)],
        stdout=subprocess.PIPE,
        text=True,
    )
    counts = []
    while writer.poll() is None:
        counts.append(len(reader.ask("a flood barrier of the district")["articles"]))
    assert writer.communicate()[0].endswith("done\n")
    counts.append(len(reader.ask("a flood barrier of the district")["articles"]))
    assert len(counts) > 5
    assert counts[0] <= len(newsroom.FILES) + 20
    assert counts[-1] == 20
    with Archive.open(archive_path) as archive:
        assert archive.doctor().problems == ()


@pytest.fixture
def writer(archive_path: Path, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process in the middle of an ingest, until a line is written to it."""
    new = tmp_path / "slow.txt"
    new.write_text("A heron stood in the weir all day.")
    process = subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(archive_path), str(new)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "writing\n"
    yield process
    process.kill()
    process.communicate()


def test_of_two_writers_the_second_says_who_is_first(
    archive: Archive, writer: subprocess.Popen[str], tmp_path: Path
) -> None:
    """It gives up while the first still writes, names its process, and can write after it."""
    new = tmp_path / "new.txt"
    new.write_text("An otter slept on the lock gate.")
    with pytest.raises(ArchiveLockedError, match=rf"\(process {writer.pid}, since "):
        archive.ingest([new])
    assert writer.poll() is None
    assert archive.search("ferry")
    out, _ = writer.communicate("\n")
    assert re.search(r"added=\('[0-9a-f]{12}',\)", out)
    assert len(archive.ingest([new]).added) == 1
    assert archive.stats().articles == len(newsroom.FILES) + 2
    assert archive.doctor().ok


def test_after_a_killed_writer_the_next_can_write(
    archive: Archive, writer: subprocess.Popen[str], tmp_path: Path
) -> None:
    """kill -9 leaves no lock that somebody would have to remove."""
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    report = archive.ingest([tmp_path / "slow.txt"])
    assert len(report.added) == 1
    assert archive.doctor().ok


def test_ctrl_c_keeps_what_was_reported(tmp_path: Path, embedder: BundledEmbedder) -> None:
    """An interrupted ingest leaves its finished batches, searchable in both indexes."""
    files = newsroom.write_many(tmp_path / "many", 60, sentences=3)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.kill_harness", str(tmp_path / "own"), str(files)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    said = [process.stdout.readline().strip() for _ in range(10)]
    process.send_signal(signal.SIGINT)
    said += process.communicate()[0].splitlines()
    assert process.returncode != 0
    assert "done" not in said
    promised = {line.split()[1] for line in said if line.startswith("stored ")}
    assert promised
    with Archive.open(tmp_path / "own", embedder=embedder, dense="chroma") as archive:
        assert promised <= {ref.id for ref in archive.articles()}
        assert archive.doctor().problems == ()
        assert archive.retrieve("flood barrier").dense_index == "chroma"
