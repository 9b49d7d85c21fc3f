"""Figures written in words: eleven, twenty-one, a hundred and five, two-thirds, dozens."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from bot.support import counts
from bot.support.figure import Figure, Reading, read_as, share_of
from bot.support.units import measured
from bot.support.words import Word

_BEFORE_SCALE = frozenset("a the per several few last past".split())
_LARGEST = 10**18


class _Number(NamedTuple):
    value: Fraction
    last: int
    ordinal: bool = False


def read_words(tokens: Sequence[Word], at: int, taken: frozenset[int]) -> Figure | None:
    """The figure that begins with the word at token `at`; None if none does.

    "one" is a number before a unit, a scale or a fraction only: elsewhere it is a pronoun.
    """
    word = tokens[at].lower
    if (figure := _single(tokens, at, word)) is not None:
        return figure
    number = _composed(tokens, at, taken)
    if number is None or (number.last == at and _counts_nothing(tokens, at)):
        return None
    if number.ordinal:
        return _ordinal(tokens, at, number)
    if (fraction := _fraction(tokens, at, number)) is not None:
        return fraction
    follow = [token.lower for token in tokens[number.last + 1 : number.last + 4]]
    if follow == ["and", "a", "half"]:
        return measured(tokens, at, number.last + 3, [number.value + Fraction(1, 2)])
    return measured(tokens, at, number.last, [number.value])


def _single(tokens: Sequence[Word], at: int, word: str) -> Figure | None:
    """Words that are figures by themselves."""
    if word in counts.VAGUE:
        return Figure(tokens[at].text, at, at, frozenset(), vague=word)
    if word in counts.TIMES:
        return read_as(tokens, at, at, (Fraction(counts.TIMES[word]), ""))
    if word in counts.DECADES:
        return read_as(tokens, at, at, (Fraction(counts.DECADES[word]), "s"))
    if word in counts.VULGAR:
        return measured(tokens, at, at, [counts.VULGAR[word]])
    if word == "half":
        return _half(tokens, at)
    return None


def _counts_nothing(tokens: Sequence[Word], at: int) -> bool:
    """Whether "one" is a pronoun, as before no unit, or "first" an adverb: "when it first ran"."""
    word = tokens[at].lower
    if word == "one":
        follow = [token.lower for token in tokens[at + 1 : at + 3] if token.text != "-"]
        named = counts.FRACTIONS.keys() | counts.SCALES.keys() | {"percent", "pct", "%", "per"}
        return not follow or (follow[0] not in named and follow != ["and", "a"])
    before = [token.lower for token in tokens[max(0, at - 4) : at]]
    after = [token.lower for token in tokens[at + 1 : at + 3]]
    return word == "first" and (before[-1:] == ["at"] or "when" in before or after == ["of", "all"])


def _composed(tokens: Sequence[Word], at: int, taken: frozenset[int]) -> _Number | None:
    """A number in words from `at` on: "one hundred and twenty-first" is 121, an ordinal."""
    total, group, last, after = 0, 0, at - 1, "nothing"
    while (here := _next_word(tokens, at, last, after)) < len(tokens) and here not in taken:
        word = tokens[here].lower
        if word in counts.ORDINALS and _may_follow(counts.ORDINALS[word], after):
            return _Number(Fraction(total + group + counts.ORDINALS[word]), here, True)
        small = counts.ONES.get(word, counts.TENS.get(word))
        if small is not None and _may_follow(small, after):
            group, after = group + small, "ten" if word in counts.TENS else "one"
        elif word in counts.SCALES and (after != "nothing" or _counted(tokens, here)):
            scale = counts.SCALES[word]
            if scale < 1000:
                group, after = (group or 1) * scale, "hundred"
            else:
                total, group, after = total + (group or 1) * scale, 0, "scale"
        else:
            break
        last = here
        if total + group > _LARGEST:
            break
    return _Number(Fraction(total + group), last) if last >= at else None


def _next_word(tokens: Sequence[Word], at: int, last: int, after: str) -> int:
    """The token after `last`, over a hyphen, or over "and" after a hundred or a thousand."""
    here = last + 1
    if here > at and here + 1 < len(tokens):
        hyphen = tokens[here].text == "-" and tokens[here].start == tokens[last].end
        joined = tokens[here].lower == "and" and after in ("hundred", "scale")
        if hyphen or (joined and _small(tokens[here + 1].lower)):
            return here + 1
    return here


def _small(word: str) -> bool:
    return word in counts.ONES or word in counts.TENS or word in counts.ORDINALS


def _may_follow(value: int, after: str) -> bool:
    """Whether a part below a hundred can stand after a part of that kind."""
    return after in ("nothing", "hundred", "scale") or (after == "ten" and 0 < value < 10)


def _counted(tokens: Sequence[Word], at: int) -> bool:
    """Whether the scale word at `at` begins a number: "a hundred", "the past hundred"."""
    return at > 0 and tokens[at - 1].lower in _BEFORE_SCALE


def _ordinal(tokens: Sequence[Word], first: int, number: _Number) -> Figure:
    readings: list[Reading] = [(number.value, "ord")]
    part = counts.FRACTIONS.get(tokens[number.last].lower)
    if first == number.last and part is not None:
        readings += [(part, ""), (part * 100, "%")]
    return read_as(tokens, first, number.last, *readings)


def _half(tokens: Sequence[Word], at: int) -> Figure:
    """Half; half a dozen; half a million."""
    follow = [token.lower for token in tokens[at + 1 : at + 3]]
    if len(follow) == 2 and follow[0] in ("a", "-") and follow[1] in counts.SCALES:
        return measured(tokens, at, at + 2, [Fraction(counts.SCALES[follow[1]], 2)])
    return share_of(tokens, at, at, Fraction(1, 2))


def _fraction(tokens: Sequence[Word], first: int, number: _Number) -> Figure | None:
    """Two-thirds, three quarters; None where no fraction follows the number."""
    at = number.last + 1
    if at < len(tokens) and tokens[at].text == "-":
        at += 1
    if at >= len(tokens) or not 0 < number.value < 10:
        return None
    name = tokens[at].lower
    part = counts.FRACTIONS.get(name) or counts.FRACTIONS.get(name.removesuffix("s"))
    return share_of(tokens, first, at, number.value * part) if part is not None else None
