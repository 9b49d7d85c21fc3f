"""Checks an archive: the ledger in itself, the lexical index, and Chroma, both ways.

Everything but the articles themselves can be derived again, so repair means rebuilding. Damage to
an article's text cannot be mended; it is reported with the article's id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from retrieval.dense.sync import dense_folder, dense_high, finds_its_rows, rebuild, require_seal
from retrieval.errors import DenseIndexError
from retrieval.indexed import UNFINISHED
from retrieval.ingest import content_hash
from retrieval.types import DoctorReport

if TYPE_CHECKING:
    from retrieval.ledger import Ledger


def examine(ledger: Ledger, *, repair: bool) -> DoctorReport:
    """Check everything; with `repair`, rebuild the indexes that are wrong.

    The caller holds the writer's lock when it asks for repair.
    """
    ledger_problems = _ledger_problems(ledger)
    lexical = _lexical_problems(ledger)
    dense_rows, dense = _dense_problems(ledger)
    repaired: list[str] = []
    if repair and lexical:
        ledger.rebuild_lexical()
        if not _lexical_problems(ledger):
            repaired.append("rebuilt the lexical index from the stored texts")
    if repair and dense:
        dense_rows = rebuild(ledger)
        repaired.append(f"rebuilt the dense index from the ledger's {dense_rows} vectors")
    articles, passages = ledger.counts()
    return DoctorReport(
        problems=(*ledger_problems, *lexical, *dense),
        repaired=tuple(repaired),
        articles=articles,
        passages=passages,
        lexical_rows=ledger.lexical_rows(),
        dense_rows=dense_rows,
        ok=not ledger_problems and len(repaired) == bool(lexical) + bool(dense),
    )


def _ledger_problems(ledger: Ledger) -> list[str]:
    problems = ledger.check_file()
    if _is_unfinished(ledger):
        problems.append("re-indexing was cut short: go on with `dateline reindex`")
    stray = ledger.stray_spans()
    if stray:
        problems.append(f"{stray} passages have no vector or reach outside their article's text")
    problems += [
        f"article {article_id} has no passages: run `dateline reindex`"
        for article_id in ledger.without_passages()
    ]
    for article, parsed, digest in ledger.content_hashes():
        if content_hash(parsed) != digest:
            problems.append(
                f"article {article.id} is not as it was stored (revision {article.ref.revision}): "
                "remove it and ingest it again"
            )
    return problems


def _is_unfinished(ledger: Ledger) -> bool:
    return ledger.meta("embedder_fingerprint") == UNFINISHED


def _lexical_problems(ledger: Ledger) -> list[str]:
    problems = ledger.check_lexical()
    rows, passages = ledger.lexical_rows(), ledger.counts()[1]
    if rows != passages:
        problems.append(f"the lexical index holds {rows} rows for {passages} passages")
    return problems


def _dense_problems(ledger: Ledger) -> tuple[int | None, list[str]]:
    from retrieval.dense.chroma import ChromaIndex

    if _is_unfinished(ledger):
        return None, []  # half of the vectors are another embedder's; reindex rebuilds it
    expected = set(ledger.passage_ids())
    if not expected and not dense_high(ledger):
        return 0, []
    try:
        require_seal(ledger)
        index = ChromaIndex(dense_folder(ledger))
        try:
            held = index.ids()
            searchable = finds_its_rows(ledger, index)
        finally:
            index.close()
    except DenseIndexError as error:
        return None, [str(error)]
    problems: list[str] = []
    if missing := len(expected - held):
        problems.append(f"the dense index lacks {missing} of {len(expected)} passages")
    if stale := len(held - expected):
        problems.append(f"the dense index holds {stale} passages that are gone from the ledger")
    if not missing and not searchable:
        problems.append("the dense index holds its rows and does not find them")
    return len(held), problems
