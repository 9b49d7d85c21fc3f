"""The figures of the harness, each as its source defines it. Pure.

A ranking is ids, best first. Scores of one answer are in [0, 1]; the statistics over many answers
take an array of one row an answer, so that `bootstrap` can draw rows again.
"""

from __future__ import annotations

import math
import re
import string
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from difflib import SequenceMatcher
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float64]

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATED = re.compile(r"[^\w\s]")
_PUNCTUATION = str.maketrans("", "", string.punctuation)
_SEED = 20_220_204


# -- rankings ------------------------------------------------------------------------------------


def hits_at(ranking: Sequence[str], gold: Collection[str], k: int) -> float:
    """1.0 if one of the first `k` is gold (success@k of trec_eval)."""
    return float(any(one in gold for one in ranking[:k]))


def reciprocal_rank(ranking: Sequence[str], gold: Collection[str]) -> float:
    """1 / rank of the first that is gold, 0.0 without one; its mean is MRR (Voorhees 1999, TREC-8).

    >>> reciprocal_rank(["c", "a", "b"], {"a", "b"})
    0.5
    """
    return next((1 / rank for rank, one in enumerate(ranking, 1) if one in gold), 0.0)


def ndcg_at(ranking: Sequence[str], gold: Collection[str], k: int = 10) -> float:
    """Normalised discounted cumulated gain, gold or not (Järvelin and Kekäläinen 2002).

    Gain 1, discount 1 / log2(rank + 1), divided by that of the best ranking possible.
    """
    found = sum(1 / math.log2(rank + 1) for rank, one in enumerate(ranking[:k], 1) if one in gold)
    best = sum(1 / math.log2(rank + 1) for rank in range(1, min(len(gold), k) + 1))
    return found / best if best else 0.0


# -- short answers -------------------------------------------------------------------------------


def normalise(text: str) -> str:
    """Lower case, no ASCII punctuation, no articles, single spaces.

    As `evaluate-v2.0.py` does, https://rajpurkar.github.io/SQuAD-explorer/.
    """
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def exact_match(predicted: str, golds: Iterable[str]) -> float:
    """1.0 if the answer is one of the gold answers after `normalise`. No gold is the gold ""."""
    return float(any(normalise(predicted) == normalise(gold) for gold in golds or ("",)))


def f1(predicted: str, golds: Iterable[str]) -> float:
    """The highest F1 of word counts against a gold answer, as `evaluate-v2.0.py` computes it.

    For example "in early 1973" against "1973": precision 1/3, recall 1, F1 0.5.
    """
    best = 0.0
    said = normalise(predicted).split()
    for gold in golds or ("",):
        wanted = normalise(gold).split()
        if not said or not wanted:
            best = max(best, float(said == wanted))
            continue
        shared = sum((Counter(said) & Counter(wanted)).values())
        best = max(best, 2 * shared / (len(said) + len(wanted)))
    return best


def states(text: str, golds: Iterable[str]) -> bool:
    """Whether the words of a gold answer stand in the text, next to each other, normalised.

    Punctuation within a word is dropped, or else parts it: "Maverick's" and "12-year-old" state
    "Maverick" and "12".
    """
    whole, parted = f" {normalise(text)} ", f" {_parted(text)} "
    return any(
        f" {words} " in padded
        for gold in golds
        for words, padded in ((normalise(gold), whole), (_parted(gold), parted))
        if words
    )


def _parted(text: str) -> str:
    """As `normalise`, with punctuation made a space instead of dropped."""
    return normalise(_PUNCTUATED.sub(" ", text))


def partial_match(predicted: Iterable[str], golds: Iterable[str]) -> tuple[float, int, float, int]:
    """What one list of answers adds to partial precision and recall of MultiSpanQA.

    Li et al. 2022, NAACL, "MultiSpanQA", and its `eval_script.py`: for each predicted string the
    longest run of characters that it has in common with a gold string, as a share of the predicted
    one; for each gold string likewise, as a share of the gold one. Strings are normalised, each
    counts once.

    Returns:
        Sum of the predicted strings' shares, their number (at least 1), and the same for gold.
    """
    said, wanted = ({normalise(one) for one in many} for many in (predicted, golds))
    counts = max(len(said), 1), max(len(wanted), 1)
    if said <= {""} or not wanted:
        both = float(said <= {""} and not wanted)
        return both, counts[0], both, counts[1]
    runs = {(s, w): _longest_run(w, s) for s in said for w in wanted}
    precise = sum(max(runs[s, w] / len(s) if s else 0.0 for w in wanted) for s in said)
    found = sum(max(runs[s, w] / len(w) if w else 0.0 for s in said) for w in wanted)
    return precise, counts[0], found, counts[1]


def _longest_run(one: str, other: str) -> int:
    # The published script leaves the matcher's automatic junk on, which matters from 200 letters.
    matcher = SequenceMatcher(None, one, other)
    return matcher.find_longest_match(0, len(one), 0, len(other)).size


def partial_f1(rows: Rows) -> float:
    """Partial-match F1 over rows of `partial_match`: sums first, then the harmonic mean (micro)."""
    precise, said, found, wanted = rows.sum(axis=0)
    precision, recall = precise / said, found / wanted
    return float(2 * precision * recall / (precision + recall)) if precision + recall else 0.0


def citation_scores(claims: Sequence[Sequence[bool]]) -> tuple[float, float]:
    """Citation precision and recall of one answer, after ALCE (Gao et al. 2023, arXiv 2305.14627).

    Gold spans stand in for ALCE's entailment model: a citation that overlaps a gold span carries
    its claim, any other does not. Recall is the share of claims that a citation carries. Precision
    is the share of citations that carry theirs; ALCE's other citations, which carry only together,
    do not occur then.

    Args:
        claims: for every claim, and in it for every citation, whether it overlaps a gold span.
    """
    every = [right for claim in claims for right in claim]
    precision = sum(every) / len(every) if every else 0.0
    return precision, sum(map(any, claims)) / len(claims) if claims else 0.0


# -- knowing when to abstain ---------------------------------------------------------------------


def risk_coverage(confidence: Rows, right: Rows) -> Rows:
    """The share of wrong answers among the 1, 2, … n most confident (El-Yaniv, Wiener 2010)."""
    ordered = right[np.argsort(-confidence, kind="stable")]
    risks: Rows = 1 - np.cumsum(ordered) / np.arange(1, len(ordered) + 1)
    return risks


def aurc(rows: Rows) -> float:
    """Area under the risk–coverage curve: its mean risk (Geifman et al. 2019, arXiv 1805.08206).

    Columns: confidence, right. Lower is better; the share of wrong answers where confidence says
    nothing.
    """
    return float(risk_coverage(rows[:, 0], rows[:, 1]).mean())


def threshold_keeping(right: Rows, share: float) -> float:
    """The highest threshold that keeps `share` of the confidences of right answers."""
    return float(np.sort(right)[::-1][max(math.ceil(share * len(right) - 1e-9), 1) - 1])


def abstained_at(rows: Rows, *, loss: float = 0.15) -> float:
    """Share of unanswerable questions below the threshold that loses `loss` of the right answers.

    Columns: confidence, right, answerable. The threshold comes from the same rows.
    """
    good = rows[(rows[:, 1] > 0) & (rows[:, 2] > 0), 0]
    bad = rows[rows[:, 2] == 0, 0]
    if not len(good) or not len(bad):
        return math.nan
    return float((bad < threshold_keeping(good, 1 - loss)).mean())


def best_f1(rows: Rows) -> float:
    """F1 at the best threshold for "no answer" (`find_best_thresh` of `evaluate-v2.0.py`).

    Columns: confidence, F1 if answered, answerable.
    """
    ordered = rows[np.argsort(-rows[:, 0], kind="stable")]
    unanswerable = 1 - ordered[:, 2]
    gains = np.cumsum(ordered[:, 1] * ordered[:, 2] - unanswerable)
    return float((unanswerable.sum() + max(0.0, gains.max())) / len(rows))


# -- how sure ------------------------------------------------------------------------------------


def bootstrap(
    rows: Any, statistic: Callable[[Rows], float] | None = None, *, resamples: int = 1_000
) -> dict[str, float]:
    """A statistic, by default the mean, with its 95 % interval, always of the same draws.

    Percentile bootstrap over rows (Efron 1979). Draws in which the statistic is nan are left out.
    """
    table = np.asarray(rows, dtype=float)
    measure = statistic or (lambda some: float(some.mean()))
    random = np.random.default_rng(_SEED)
    drawn = (table[random.integers(0, len(table), len(table))] for _ in range(resamples))
    low, high = np.nanpercentile([measure(some) for some in drawn], (2.5, 97.5))
    return {"value": measure(table), "low": float(low), "high": float(high), "n": len(table)}
