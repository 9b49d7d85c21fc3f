"""Two names of a cited sentence that have changed places in the claim.

"Globex bought Acme" has every word of "Acme bought Globex". Found only where the very same words
stand between the two, and these are not words that work both ways ("met", "and").
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from bot.support.words import Word, plain

_LONGEST = 8  # tokens between two names
_BOTH_WAYS = frozenset(
    "and or & , / - meet met meets with versus vs v married marry joined between like as than "
    "talked spoke agreed play played plays tied drew".split()
)

_Name = tuple[str, ...]
_Role = tuple[_Name, str, _Name]


def exchanged(
    claim: Sequence[Word],
    said: Sequence[Sequence[Word]],
    cited: Sequence[tuple[Sequence[Word], Sequence[Sequence[Word]]]],
) -> tuple[str, str] | None:
    """Two names of the claim in each other's places, or None.

    Args:
        claim: its tokens, with `said`, its names.
        cited: the sentences' tokens, each with its names.
    """
    roles = list(_roles(claim, said))
    if not roles:
        return None
    held = {role for tokens, names in cited for role in _roles(tokens, names)}
    for first, between, last in roles:
        reverse = any((a, between, b) in held for a in _forms(last) for b in _forms(first))
        if reverse and (first, between, last) not in held:
            return " ".join(first).title(), " ".join(last).title()
    return None


def _roles(tokens: Sequence[Word], names: Sequence[Sequence[Word]]) -> Iterator[_Role]:
    """Neighbouring names of a sentence, and the words between them."""
    at = {token.start: place for place, token in enumerate(tokens)}
    for first, last in pairwise(names):
        between = tokens[at[first[-1].start] + 1 : at[last[0].start]]
        said = [token.lower for token in between]
        if 0 < len(said) <= _LONGEST and _BOTH_WAYS.isdisjoint(said):
            yield _name(first), " ".join(said), _name(last)


def _name(words: Sequence[Word]) -> _Name:
    return tuple(plain(word.text) for word in words)


def _forms(name: _Name) -> tuple[_Name, ...]:
    """A name, and its last word alone."""
    return (name, name[-1:])
