"""Whether a claim is about what its cited sentences say, by the words they share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from bot.support.problem import Problem, ProblemKind, shown
from bot.support.words import Word, content, meaning

# Shares of a claim's content words; see evals/support.md for what they let through.
LEAST_SHARED = 0.4  # in the cited sentences, the headings or the question
LEAST_CITED = 0.25  # in the cited sentences themselves
_REPEATED = 2  # times more than it is cited that a word may be used
_SENTENCE = 3  # words: less may be what an abbreviation's full stop cut off
_YOU = frozenset("you your yours yourself yourselves you're you'll you've you'd".split())
_I = frozenset("i my me mine myself i'm i've i'll i'd".split())


def relation_problems(
    parts: Sequence[Sequence[Word]],
    cited: Sequence[Sequence[Word]],
    around: Sequence[Sequence[Word]],
) -> Iterator[Problem]:
    """Whether a claim's words are not the sentences', or it speaks to the reader.

    `parts` are the claim's own sentences and lines: one that shares nothing is not carried by the
    others.
    """
    wanted = [content(part) for part in parts]
    held = _Held(cited, around)
    in_cited, in_all = held.shares([word for part in wanted for word in part])
    if in_all < LEAST_SHARED or in_cited < LEAST_CITED:
        yield Problem(
            ProblemKind.UNRELATED, f"only {in_cited:.0%} of its words are in the cited sentences"
        )
    elif any(
        content_words and len(part) >= _SENTENCE and held.shares(content_words)[1] == 0
        for part, content_words in zip(parts, wanted, strict=True)
    ):
        yield Problem(ProblemKind.UNRELATED, "a part of it shares no word with the cited sentences")
    spoken = {token.lower for part in parts for token in part if token.is_word}
    for persons in (_YOU, _I):
        said = sorted(spoken & persons)
        if said and all(persons.isdisjoint(token.lower for token in tokens) for tokens in cited):
            yield Problem(
                ProblemKind.ADDRESS,
                f"it speaks to the reader ({shown(said[0])}), and no cited sentence does",
            )
            return


class _Held:
    """Content words of the cited sentences, and of these with what stands around them."""

    def __init__(self, cited: Sequence[Sequence[Word]], around: Sequence[Sequence[Word]]) -> None:
        self._cited = Counter(word for tokens in cited for word in content(tokens))
        self._all = self._cited + Counter(word for tokens in around for word in content(tokens))

    def shares(self, wanted: Sequence[str]) -> tuple[float, float]:
        """Shares of some content words in the cited sentences, and in all.

        1 if there are none: a figure alone is judged by the rules for figures. A word said over
        and over counts as absent from the third time that it is not cited again.
        """
        if not wanted:
            return 1.0, 1.0
        counted = Counter(wanted)
        return _among(counted, self._cited) / len(wanted), _among(counted, self._all) / len(wanted)


def _among(wanted: Counter[str], held: Counter[str]) -> int:
    return sum(min(count, held[word] + _REPEATED) for word, count in wanted.items() if held[word])


def closeness(
    claim: Sequence[Word], cited: Sequence[Sequence[Word]], around: Sequence[Sequence[Word]]
) -> float:
    """The mean of three shares, in [0, 1].

    Of the claim's content words those that are cited at all, and those that the one sentence has
    which has most; and of its pairs of adjacent words, those that stand adjacent in a sentence.
    """
    wanted = content(claim)
    if not wanted or not cited:
        return 0.0
    _, in_all = _Held(cited, around).shares(wanted)
    different = set(wanted)
    most = max(len(different.intersection(content(tokens))) for tokens in cited)
    pairs = list(_pairs(claim))
    held = {pair for tokens in cited for pair in _pairs(tokens)}
    kept = sum(pair in held for pair in pairs) / len(pairs) if pairs else in_all
    return (in_all + most / len(different) + kept) / 3


def _pairs(tokens: Sequence[Word]) -> Iterator[tuple[str, str]]:
    meant = [t for t in tokens if t.is_word or t.is_number]
    return pairwise(meaning(token.text) if token.is_word else token.text for token in meant)
