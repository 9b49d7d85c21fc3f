"""The process that `test_kill` kills: a real ingest that tells each step as it is done.

    python -m tests.faults.kill_harness ARCHIVE FOLDER

Prints `ready`, then `stored ID` for each acknowledged article, `chroma` before each write to
Chroma, and `done`. Batches are small, so that there are many commits and many saves of HNSW files
to be killed in; everything else is as it ships.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from retrieval import ingest
from retrieval.archive import Archive
from retrieval.dense import chroma, sync
from retrieval.types import IngestProgress


def tell(*words: str) -> None:
    print(*words, flush=True)


def tell_stored(step: IngestProgress) -> None:
    for article_id in step.stored:
        tell("stored", article_id)


class TellingChroma(chroma.ChromaIndex):
    """Chroma, telling before each write."""

    def add(self, *args: Any) -> None:
        tell("chroma")
        super().add(*args)

    def delete(self, *args: Any) -> None:
        tell("chroma")
        super().delete(*args)


def main(archive_path: str, folder: str) -> None:
    ingest.BATCH_PASSAGES = 4
    sync._BATCH = chroma._BATCH = 4
    chroma._HNSW |= {"sync_threshold": 8, "batch_size": 4}
    sync.ChromaIndex = TellingChroma
    with Archive.open(Path(archive_path), create=True) as archive:
        archive._embedder.get().embed_question("ready")
        tell("ready")
        archive.ingest([folder], prune=True, on_progress=tell_stored)
    tell("done")


if __name__ == "__main__":
    main(*sys.argv[1:])
