"""The archive that retrieval is measured on: made once, kept in the cache, and gone on with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence

from evals.harness import data
from evals.harness.data import Row
from evals.harness.finished import Progress
from evals.harness.run import Run
from retrieval.archive import Archive
from retrieval.ledger.schema import SCHEMA_VERSION
from retrieval.passages import SPLITTER_VERSION
from retrieval.sources.identity import url_key
from retrieval.types import IngestProgress


def chosen(run: Run, rows: list[Row], gold: Iterable[str]) -> list[Row]:
    """The articles to search: all, or the gold ones and `run.articles` others, always the same."""
    if run.articles is None:
        return rows
    wanted = set(gold)
    others = data.sampled([row for row in rows if row["id"] not in wanted], run.articles)
    kept = wanted | {row["id"] for row in others}
    return [row for row in rows if row["id"] in kept]


def built(run: Run, rows: Sequence[Row]) -> Archive:
    """The open archive of these articles. What an earlier run ingested is not ingested again."""
    folder = run.cache / f"retrieval-{len(rows)}-{fingerprint(run, rows)[:8]}"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "articles.jsonl"
    if not file.is_file():
        new = folder / "articles.jsonl.new"
        new.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        new.rename(file)
    archive = Archive.open(folder / "archive", create=True, embedder=run.asker.embedder)
    if not (folder / "done").is_file():
        progress = Progress("ingest", len(rows))

        def show(report: IngestProgress) -> None:
            if report.stored:
                progress.step(len(report.stored))

        archive.ingest([file], on_progress=show)
        (folder / "done").touch()
    return archive


def fingerprint(run: Run, rows: Sequence[Row]) -> str:
    """Changes with the articles, and with what splits, embeds and stores them."""
    embedder = run.asker.embedder
    made_by = [embedder.name, embedder.fingerprint, SPLITTER_VERSION, SCHEMA_VERSION]
    digest = hashlib.sha256(json.dumps(made_by).encode())
    for row in rows:
        digest.update(json.dumps(row, sort_keys=True).encode())
    return digest.hexdigest()


def ids_by_url(rows: Sequence[Row]) -> dict[str, str]:
    """The data's ids by URL in normal form, which is how an archive tells articles apart."""
    return {key: row["id"] for row in rows if (key := url_key(row["url"]))}
