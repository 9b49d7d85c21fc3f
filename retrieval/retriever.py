"""Step 7. Question + filters -> ranked passages: dense and lexical search, fused.

It ranks passages. Whether one of them answers the question is the reader's to say.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from time import perf_counter
from typing import TYPE_CHECKING, Any

from retrieval.errors import ArticleNotFoundError
from retrieval.fusion import fuse
from retrieval.lexical import search_lexical
from retrieval.types import Article, Filters, Hit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retrieval.dense.chooser import DenseChooser
    from retrieval.embedding import Embedder
    from retrieval.ledger import Ledger

_CANDIDATES = 100  # taken from each index before fusion


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Ranked hits, and how they were found."""

    hits: tuple[Hit, ...]
    dense_index: str  # "chroma" or "exact"
    timings: dict[str, float] = field(default_factory=dict)  # stage -> milliseconds


class Retriever:
    """Hybrid retrieval over one archive."""

    def __init__(self, ledger: Ledger, embedder: Embedder, dense: DenseChooser) -> None:
        self._ledger = ledger
        self._embedder = embedder
        self._dense = dense

    def retrieve(self, question: str, *, filters: Filters, limit: int) -> Retrieval:
        """The `limit` best passages for `question` among articles that pass `filters`."""
        clock = [perf_counter()]
        vector = self._embedder.embed_question(question)
        clock.append(perf_counter())
        index, dense = self._dense.search(vector, filters, _CANDIDATES)
        clock.append(perf_counter())
        lexical = search_lexical(self._ledger, question, filters, _CANDIDATES)
        clock.append(perf_counter())
        hits = self._hits(vector, dense, lexical, limit)
        clock.append(perf_counter())
        stages = ("embed", "dense", "lexical", "load")
        timings = {
            stage: round((after - before) * 1000, 3)
            for stage, (before, after) in zip(stages, pairwise(clock), strict=True)
        }
        return Retrieval(tuple(hits), index, timings)

    def _hits(
        self,
        vector: NDArray[Any],
        dense: list[tuple[int, float]],
        lexical: list[tuple[int, float]],
        limit: int,
    ) -> list[Hit]:
        rising = [(i, -bm25) for i, bm25 in lexical]  # SQLite's bm25: lower is better
        fused = fuse([dense, rising], limit=_CANDIDATES)
        # A stale id in the dense index must not cost a place: drop before cutting to `limit`.
        passages = self._ledger.passages([i for i, _ in fused[: 2 * limit + 20]])
        kept = [(i, score) for i, score in fused if i in passages][:limit]
        similarities = self._similarities(vector, [i for i, _ in kept])
        dense_rank = {i: rank for rank, (i, _) in enumerate(dense, start=1)}
        lexical_rank = {i: rank for rank, (i, _) in enumerate(lexical, start=1)}
        articles: dict[tuple[str, int], Article] = {}
        hits: list[Hit] = []
        for i, score in kept:
            passage = passages[i]
            which = (passage.article_id, passage.revision)
            if which not in articles:
                try:
                    articles[which] = self._ledger.article(*which)
                except ArticleNotFoundError:
                    continue  # another process has just removed it
            hits.append(
                Hit(
                    passage=passage,
                    article=articles[which],
                    score=score,
                    similarity=similarities.get(i),
                    dense_rank=dense_rank.get(i),
                    lexical_rank=lexical_rank.get(i),
                )
            )
        return hits

    def _similarities(self, vector: NDArray[Any], ids: list[int]) -> dict[int, float]:
        import numpy as np

        return {
            i: float(np.frombuffer(data, dtype="<f2").astype(np.float32) @ vector)
            for i, data in self._ledger.vectors(ids).items()
            if len(data) == 2 * len(vector)  # else another process has just re-indexed it
        }
