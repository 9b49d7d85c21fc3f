"""Step 5. Fuses rankings by their scores, each ranking's scaled to 0 to 1. Pure.

Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", ACM TOIS 2023,
https://arxiv.org/abs/2210.11934: a mean of scaled scores keeps how far apart two results are,
which reciprocal rank fusion throws away. What is missing from a ranking counts as its worst, and as
0, which is "nothing in common", in one so short that it holds all there is: the worst of three
passages is no worse for being last.
"""

from __future__ import annotations

from collections.abc import Sequence

Scored = Sequence[tuple[int, float]]  # (id, score), best first, higher is better


def fuse(rankings: Sequence[Scored], *, limit: int) -> list[tuple[int, float]]:
    """Fuse rankings of ids. Returns `(id, score in [0, 1])`, best first, ties by id.

    `limit` is the length at which the rankings were cut off; shorter ones hold all there is.

    >>> fuse([[(1, 9.0), (2, 8.0), (3, 1.0)], [(2, 40.0), (4, 30.0)]], limit=3)[0]
    (2, 0.9375)
    """
    scores: dict[int, float] = {}
    for ranking in rankings:
        for item, score in _scaled(ranking, whole=len(ranking) < limit):
            scores[item] = scores.get(item, 0.0) + score / len(rankings)
    return sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))


def _scaled(ranking: Scored, *, whole: bool) -> list[tuple[int, float]]:
    """The best score becomes 1, the worst (of a whole ranking at most 0) 0; all 1 if level."""
    if not ranking:
        return []
    worst = min(ranking[-1][1], 0.0) if whole else ranking[-1][1]
    across = ranking[0][1] - worst
    return [(item, (score - worst) / across if across > 0 else 1.0) for item, score in ranking]
