"""Splits and embeds every stored article again: after an update, or with another embedder.

Articles are embedded and committed in small batches. Until the last one the archive says that it
matches no embedder, so a run that is cut short leaves it refused, and the next one goes on from
there: passages made by this run have ids above those that were there when it began.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retrieval.errors import EmbedderError
from retrieval.indexed import UNFINISHED, identity
from retrieval.ingest import BATCH_PASSAGES, narrow, passage_inputs
from retrieval.passages import split_passages

if TYPE_CHECKING:
    from retrieval.embedding import Embedder
    from retrieval.ledger import Ledger
    from retrieval.types import Article, Span


def reindex(
    ledger: Ledger, embedder: Embedder, on_progress: Callable[[int, int], None] | None = None
) -> int:
    """Give every article new passages and vectors. The caller holds the writer's lock.

    `on_progress` gets articles done and in all. Returns the number of articles.

    Raises:
        EmbedderError: the embedder failed. Before the first batch nothing is changed; later, what
            was committed is kept.
    """
    target = identity(embedder)
    ids = [ref.id for ref in ledger.articles()]
    above = _begun(ledger, target)
    ready = set[str]() if above is None else ledger.articles_above(above)
    left = [article_id for article_id in ids if article_id not in ready]
    done = len(ids) - len(left)
    for batch in _batches(ledger, left):
        texts: list[str] = []
        for work in batch:
            article = work.article
            texts += passage_inputs(article.ref.title, article.text, work.passages)
        try:
            vectors = narrow(embedder.embed_passages(texts))
        except EmbedderError as error:
            raise type(error)(f"{error} ({_kept(ledger, done, len(ids))})") from error
        if above is None:
            above = _begin(ledger, target)
        start = 0
        for work in batch:
            end = start + len(work.passages)
            ledger.replace_passages(work.article, work.passages, vectors[start:end])
            start, done = end, done + 1
            if on_progress is not None:
                on_progress(done, len(ids))
    ledger.set_meta(**target, reindexing_with="", reindexing_above="")
    return len(ids)


@dataclass(frozen=True, slots=True)
class _Work:
    article: Article
    passages: list[tuple[Span, ...]]


def _batches(ledger: Ledger, ids: Sequence[str]) -> Iterator[list[_Work]]:
    batch: list[_Work] = []
    waiting = 0
    for article_id in ids:
        article = ledger.article(article_id)
        batch.append(_Work(article, split_passages(article.text)))
        waiting += len(batch[-1].passages)
        if waiting >= BATCH_PASSAGES:
            yield batch
            batch, waiting = [], 0
    if batch:
        yield batch


def _begun(ledger: Ledger, target: dict[str, str]) -> int | None:
    """Where a run with the same target that was cut short began; None if there was none."""
    unfinished = ledger.meta("embedder_fingerprint") == UNFINISHED
    if not unfinished or ledger.meta("reindexing_with") != _named(target):
        return None
    return int(ledger.meta("reindexing_above"))


def _begin(ledger: Ledger, target: dict[str, str]) -> int:
    above = ledger.highest_passage_id()
    ledger.set_meta(
        **target | {"embedder_fingerprint": UNFINISHED},
        reindexing_with=_named(target),
        reindexing_above=str(above),
    )
    return above


def _named(target: dict[str, str]) -> str:
    return " ".join(target.values())


def _kept(ledger: Ledger, done: int, total: int) -> str:
    if ledger.meta("embedder_fingerprint") != UNFINISHED:
        return "the archive is as it was"
    return f"{done} of {total} articles are re-indexed: `dateline reindex` goes on from there"
