"""Step 5. Reciprocal rank fusion: several rankings -> one. Pure.

Cormack, Clarke and Buettcher, "Reciprocal rank fusion outperforms Condorcet and individual rank
learning methods", SIGIR 2009: score(d) = sum over rankings of 1 / (k + rank(d)), ranks from 1.
"""

from __future__ import annotations

from collections.abc import Sequence

K = 60  # the constant of the paper


def fuse(rankings: Sequence[Sequence[int]], *, k: int = K) -> list[tuple[int, float]]:
    """Fuse rankings of ids, each best first. Returns `(id, score)`, best first, ties by id.

    >>> fuse([[1, 2], [2, 3]])[0][0]
    2
    """
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, item in enumerate(ranking, start=1):
            scores[item] = scores.get(item, 0.0) + 1.0 / (k + rank)
    return sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
