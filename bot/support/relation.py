"""Whether a claim is about what its cited sentences say, by the words they share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.support.problem import Problem, ProblemKind, shown
from bot.support.words import Word, content, plain

LEAST_SHARED = 0.4  # of a claim's content words, in the cited sentences, headings or question
LEAST_CITED = 0.25  # of them in the cited sentences themselves
_SECOND_PERSON = frozenset("you your yours yourself yourselves".split())
_FIRST_PERSON = frozenset("i my me mine myself i'm i've i'll i'd".split())


def relation_problems(
    claim: Sequence[Word],
    cited: Sequence[Sequence[Word]],
    around: Sequence[Sequence[Word]],
) -> Iterator[Problem]:
    """Whether the claim's words are not the sentences', or it speaks to the reader."""
    in_cited, in_all = shares(claim, cited, around)
    if in_all < LEAST_SHARED or in_cited < LEAST_CITED:
        yield Problem(
            ProblemKind.UNRELATED,
            f"only {in_all:.0%} of its words are in the cited sentences",
        )
    spoken = {plain(token.text) for token in claim if token.is_word}
    for persons in (_SECOND_PERSON, _FIRST_PERSON):
        if said := sorted(spoken & persons):
            heard = {plain(t.text) for tokens in cited for t in tokens if t.is_word}
            if not heard & persons:
                yield Problem(
                    ProblemKind.ADDRESS,
                    f"the word {shown(said[0])} speaks to the reader; no cited sentence does",
                )
                return


def shares(
    claim: Sequence[Word],
    cited: Sequence[Sequence[Word]],
    around: Sequence[Sequence[Word]],
) -> tuple[float, float]:
    """Shares of a claim's content words in the cited sentences, and in these or `around`.

    1 for a claim that has none: a figure alone is judged by the rules for figures.
    """
    wanted = content(claim)
    if not wanted:
        return 1.0, 1.0
    in_cited = {word for tokens in cited for word in content(tokens)}
    in_all = in_cited.union(*(content(tokens) for tokens in around))
    return (
        sum(word in in_cited for word in wanted) / len(wanted),
        sum(word in in_all for word in wanted) / len(wanted),
    )
