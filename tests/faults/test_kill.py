"""kill -9 at random moments of an ingest: nothing acknowledged is lost, no half article is seen.

`DATELINE_KILLS` says how often (12 unless told), `DATELINE_KILL_SEED` which moments.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from retrieval.archive import Archive
from retrieval.embedding.bundled import BundledEmbedder
from retrieval.errors import ArticleNotFoundError
from retrieval.ledger import Ledger
from retrieval.passages import split_passages
from tests import newsroom

KILLS = int(os.environ.get("DATELINE_KILLS", "12"))
SEED = int(os.environ.get("DATELINE_KILL_SEED", "2023"))
ARTICLES = 60
LONG = 6  # of them have two passages
CHANGED, REMOVED = range(10, 30), range(50, 60)
LONGEST_WAIT = 0.06  # seconds after a step: storing a batch takes about that long
LONGEST_CHROMA_WAIT = 0.02  # writing a batch to Chroma
LONGEST_START = 1.0  # seconds from the start of the process to its first step

Texts = dict[str, str]  # article id -> text


class Scene:
    """Two states of a folder of articles, and an archive of each, made without a kill."""

    def __init__(self, base: Path, embedder: BundledEmbedder) -> None:
        self.files = newsroom.write_many(base / "files", ARTICLES, sentences=3)
        for file in sorted(self.files.iterdir())[:LONG]:
            file.write_text(file.read_text() + "\n\n" + "A further word on this matter. " * 30)
        self.first_files = shutil.copytree(self.files, base / "first-files")
        self.embedder = embedder
        self.first = base / "first"
        self.first_texts = self._ingest(self.first)
        for number in CHANGED:
            file = self.files / f"article-{number:03}.txt"
            file.write_text(file.read_text() + "This was corrected later.\n")
        for number in REMOVED:
            (self.files / f"article-{number:03}.txt").unlink()
        self.second_files = shutil.copytree(self.files, base / "second-files")
        second = shutil.copytree(self.first, base / "second")
        self.second_texts = self._ingest(second)
        assert len(self.first_texts) == ARTICLES
        assert len(self.second_texts) == ARTICLES - len(REMOVED)

    def _ingest(self, path: Path) -> Texts:
        with Archive.open(path, create=True, embedder=self.embedder) as archive:
            archive.ingest([self.files], prune=True)
            return {ref.id: archive.article(ref.id).text for ref in archive.articles()}

    def set_files(self, state: Path) -> None:
        """Put the files of one state where the archives expect them: ids depend on the path."""
        shutil.rmtree(self.files)
        shutil.copytree(state, self.files)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, embedder: BundledEmbedder) -> Scene:
    return Scene(tmp_path_factory.mktemp("kill"), embedder)


def killed_ingest(archive: Path, files: Path, chance: random.Random, steps: list[str]) -> list[str]:
    """Run the harness and kill it a random moment after a random one of its `steps`.

    Half of the kills hit the writing of Chroma, which is short. Returns all that it said before it
    died: what stands in the pipe was acknowledged.
    """
    phase = chance.choice([True, False])
    last_step = chance.choice([n for n, line in enumerate(steps) if (line == "chroma") is phase])
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.kill_harness", str(archive), str(files)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    said = ["start"]
    while len(said) <= last_step and (line := process.stdout.readline()):
        said.append(line.strip())
    longest = LONGEST_CHROMA_WAIT if phase else LONGEST_WAIT if last_step else LONGEST_START
    time.sleep(chance.uniform(0, longest))
    process.send_signal(signal.SIGKILL)
    said += [line.strip() for line in process.stdout]
    process.stdout.close()
    assert process.wait() in (0, -signal.SIGKILL)
    return said


def acknowledged(said: list[str]) -> set[str]:
    return {line.split()[1] for line in said if line.startswith("stored ")}


def check_articles(path: Path, before: Texts, after: Texts, promised: set[str]) -> None:
    """Each article is whole, in its old text or its new one; what was promised is the new one."""
    ledger = Ledger.open(path / "ledger.sqlite3")
    held = {ref.id: ledger.article(ref.id) for ref in ledger.articles()}
    for article_id in promised:
        assert held[article_id].text == after[article_id]
    assert set(before) & set(after) <= set(held) <= set(before) | set(after)
    passages: dict[str, list[object]] = {}
    for passage in ledger.passages(ledger.passage_ids()).values():
        passages.setdefault(passage.article_id, []).append(passage.sentences)
        assert passage.revision == held[passage.article_id].ref.revision
    for article_id, article in held.items():
        assert article.text in (before.get(article_id), after.get(article_id))
        assert passages[article_id] == split_passages(article.text)
    assert set(ledger.vectors(ledger.passage_ids())) == set(ledger.passage_ids())
    assert ledger.check_file() == ledger.check_lexical() == []
    assert ledger.lexical_rows() == ledger.counts()[1]
    ledger.close()


def check_after_kill(path: Path, scene: Scene, chance: random.Random, after: Texts) -> None:
    """The next open works: search, check, repair; then the ingest is finished."""
    with Archive.open(path, create=True, embedder=scene.embedder, dense="chroma") as archive:
        report = archive.doctor()
        assert all("dense index" in problem for problem in report.problems), report.problems
        held = {ref.id for ref in archive.articles()}
        hits = archive.search("a flood barrier of district 7", limit=5)
        assert {hit.article.id for hit in hits} <= held
        assert len(hits) == min(5, report.passages)
        if report.articles and chance.random() < 0.5:
            assert archive.doctor(repair=True).ok
            assert archive.retrieve("harbour budget").dense_index == "chroma"
        archive.ingest([scene.files], prune=True)
        assert {ref.id: archive.article(ref.id).text for ref in archive.articles()} == after
        assert archive.doctor().problems == ()
        assert archive.retrieve("harbour budget").dense_index == "chroma"


def steps_of(archive: Path, files: Path) -> list[str]:
    """What the harness says when nobody kills it."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.kill_harness", str(archive), str(files)],
        capture_output=True,
        text=True,
        check=True,
    )
    *steps, last = done.stdout.splitlines()
    assert last == "done"
    return ["start", *steps]


@pytest.mark.timeout(60 + 20 * KILLS)
@pytest.mark.parametrize("kind", ["first ingest", "changes and removals"])
def test_kill_9_at_random_points_of_an_ingest(
    scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    """Each time: what was acknowledged is there whole, nothing is half, it can be finished."""
    fresh = kind == "first ingest"
    scene.set_files(scene.first_files if fresh else scene.second_files)
    before = {} if fresh else scene.first_texts
    after = scene.first_texts if fresh else scene.second_texts

    def prepared(name: str) -> Path:
        return tmp_path / name if fresh else shutil.copytree(scene.first, tmp_path / name)

    chance = random.Random(f"{SEED} {kind}")
    steps = steps_of(prepared("whole"), scene.files)
    died = writing_chroma = behind = 0
    while died < (KILLS + fresh) // 2:
        path = prepared(f"killed-{died}")
        said = killed_ingest(path, scene.files, chance, steps)
        if said[-1:] == ["done"]:
            shutil.rmtree(path)
            continue
        died += 1
        writing_chroma += "chroma" in said
        promised = acknowledged(said)
        if path.exists() and (path / "ledger.sqlite3").exists():
            check_articles(path, before, after, promised)
            with Archive.open(path, embedder=scene.embedder) as archive:
                behind += bool(archive.doctor().problems)
        else:
            assert not promised
        check_after_kill(path, scene, chance, after)
        shutil.rmtree(path)
    with capsys.disabled():
        print(
            f"\n  {kind}: {died} kills, {died - writing_chroma} before and while articles were "
            f"stored, {writing_chroma} while Chroma was written; Chroma was behind or damaged "
            f"after {behind}"
        )


def test_the_harness_is_not_blind(scene: Scene, tmp_path: Path) -> None:
    """The checks above do fail where an acknowledged article, or a part of one, is missing."""
    path = shutil.copytree(scene.first, tmp_path / "archive")
    gone = next(iter(scene.first_texts))
    check_articles(path, {}, scene.first_texts, {gone})
    ledger = Ledger.open(path / "ledger.sqlite3")
    with ledger._transaction() as db:
        db.execute("DELETE FROM vector WHERE passage_id = 3")
    ledger.close()
    with pytest.raises(AssertionError):
        check_articles(path, {}, scene.first_texts, {gone})
    with Archive.open(path, embedder=scene.embedder) as archive:
        archive.remove(gone)
        with pytest.raises(ArticleNotFoundError):
            archive.article(gone)
    with pytest.raises(KeyError):
        check_articles(path, {}, scene.first_texts, {gone})
