"""Two numbers of a cited sentence that have changed places in the claim.

"42 people died and 11 were injured" has every number of "11 people died and 42 were injured". What
stands around a number tells them apart: here each has in the claim what the other has in the
sentence, and little of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from bot.support.figure import Figure, Value
from bot.support.figures import figures
from bot.support.words import Word, content

_NEAR = 4  # content words that a number belongs to
_TOKENS = 12  # in which they stand
_MOST = 12  # numbers of one sentence that are compared
_BREAKS = frozenset(",.;:!?()\"'")

_Places = dict[Value, frozenset[str]]  # a number -> what stands around it


def swapped(claim: Sequence[Word], cited: Sequence[Sequence[Word]]) -> tuple[str, str] | None:
    """Two numbers of the claim that have each other's words in a cited sentence, or None."""
    shown: dict[Value, str] = {}
    said = _places(claim, shown)
    if len(said) < 2:
        return None
    for tokens in cited:
        held = _places(tokens, {})
        both = [value for value in said if value in held]
        for a, b in combinations(both[:_MOST], 2):
            own = len(said[a] & held[a]) + len(said[b] & held[b])
            other = len(said[a] & held[b]) + len(said[b] & held[a])
            if other >= 2 * own + 2 and said[a] & held[b] and said[b] & held[a]:
                return shown[a], shown[b]
    return None


def _places(tokens: Sequence[Word], shown: dict[Value, str]) -> _Places:
    """Numbers that stand once in a sentence, and the words around each."""
    found = [figure for figure in figures(tokens) if figure.readings and not figure.code]
    places: _Places = {}
    twice: set[Value] = set()
    for at, figure in enumerate(found):
        value = min((value for value, _ in figure.readings), key=str)
        after = found[at + 1] if at + 1 < len(found) else None
        before = found[at - 1] if at else None
        if value in places:
            twice.add(value)
        places[value] = frozenset(_around(tokens, figure, before, after))
        shown[value] = figure.text
    return {value: around for value, around in places.items() if value not in twice}


def _around(
    tokens: Sequence[Word], figure: Figure, before: Figure | None, after: Figure | None
) -> Iterator[str]:
    """Stems after a figure, up to a mark or the next one, and it; before it, back to a mark."""
    end = min(figure.last + 1 + _TOKENS, after.first if after else len(tokens))
    following = _until_break(tokens[figure.last + 1 : end])
    yield from content(following)[:_NEAR]
    if after is not None and len(following) == after.first - figure.last - 1:
        yield after.text.casefold()
    if figure.first and tokens[figure.first - 1].lower in ("from", "to"):
        yield tokens[figure.first - 1].lower
    start = max(figure.first - _TOKENS, before.last + 1 if before else 0)
    leading = _until_break(tokens[start : figure.first][::-1])
    if before is None or len(leading) < figure.first - start:
        yield from content(leading)[:_NEAR]


def _until_break(tokens: Sequence[Word]) -> list[Word]:
    kept: list[Word] = []
    for token in tokens:
        if token.text in _BREAKS:
            break
        kept.append(token)
    return kept
