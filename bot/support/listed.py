"""A small count of things that a cited sentence lists: "three countries" for "A, B and C"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from bot.support.figure import Figure
from bot.support.figures import figures
from bot.support.words import Word, stem

_HIGHEST = 10
_LONGEST_ITEM = 8  # words


class Lists:
    """The lists of the cited sentences, and the nouns that the sentences give numbers of."""

    def __init__(self, cited: Sequence[Sequence[Word]]) -> None:
        self._sizes = {size for tokens in cited for size in _sizes(tokens)}
        self._counted = {
            _noun(tokens, figure.last) for tokens in cited for figure in figures(tokens)
        }

    def count(self, figure: Figure, claim: Sequence[Word]) -> bool:
        """Whether a figure of the claim, from 2 to 10, counts the items of a list.

        Only before a plural noun which no cited sentence gives another number: "three people" is
        never carried by a list where the sentence says "eleven people".
        """
        ((value, unit), *more) = figure.readings or (("", ""),)
        if more or unit or not isinstance(value, Fraction) or not 2 <= value <= _HIGHEST:
            return False
        noun = _noun(claim, figure.last)
        return noun != "" and noun not in self._counted and int(value) in self._sizes


def _noun(tokens: Sequence[Word], last: int) -> str:
    """The stem of the first plural among the three words after token `last`."""
    for token in tokens[last + 1 : last + 4]:
        if not token.is_word:
            break
        if token.lower == "people" or (token.lower.endswith("s") and len(token.text) > 3):
            return stem(token.text)
    return ""


def _sizes(tokens: Sequence[Word]) -> Iterator[int]:
    """Sizes of the lists of a sentence: items parted by commas, the last by "and" or "or".

    Also one less: the comma before the first item may end what leads up to it.
    """
    size, length = 1, 0
    for at, token in enumerate(tokens):
        if token.lower in ("and", "or"):
            whole = size + (at > 0 and tokens[at - 1].text != ",")
            yield from (whole, whole - 1)
            size, length = 1, 0
        elif token.text == ",":
            size, length = size + 1, 0
        elif token.text in ".;:!?" or length == _LONGEST_ITEM:
            size, length = 1, 0
        else:
            length += 1
