"""Sentences -> clauses: which of their words each negation in them denies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.support.opposites import NEGATORS, NO_MORE, NONE_WORDS, NOT_ONLY, opposites
from bot.support.words import STOP_WORDS, Word, meaning, plain

_BREAKS = frozenset(',.;:!?"()')
_CONJUNCTIONS = frozenset(
    "but although though while whereas because which who after before".split()
)
_PREPOSITIONS = frozenset(
    "in at on during after before for with by from into onto over under about against between "
    "through amid among as when if unless because that to".split()
)
_REACH = 4  # content words that a negation denies
_WINDOW = 16  # tokens in which they stand

Scope = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Clause:
    """The stems of a clause in order, and those that each of its negations denies."""

    stems: tuple[str, ...]
    denied: tuple[Scope, ...]
    negated: frozenset[str]  # all that are denied once, or three times

    @property
    def negative(self) -> bool:
        """Whether the clause says no in any way."""
        return bool(self.denied) or not opposites().negative.isdisjoint(self.stems)


def clauses(tokens: Sequence[Word]) -> Iterator[Clause]:
    """The clauses of a sentence, cut at its marks and at words like "but" and "which"."""
    start = 0
    for at, token in enumerate(tokens):
        dash = token.text == "-" and at > 0 and tokens[at - 1].end < token.start
        if dash or token.text in _BREAKS or token.lower in _CONJUNCTIONS:
            if at > start:
                yield _clause(tokens[start:at])
            start = at + 1
    if start < len(tokens):
        yield _clause(tokens[start:])


def _clause(tokens: Sequence[Word]) -> Clause:
    scopes = [scope for at in range(len(tokens)) if (scope := _scope(tokens, at)) is not None]
    counted = Counter(word for scope in scopes for word in set(scope))
    odd = frozenset(word for word, count in counted.items() if count % 2)
    kept = [tuple(word for word in scope if word in odd) for scope in scopes]
    denied = tuple(left for left, scope in zip(kept, scopes, strict=True) if left or not scope)
    return Clause(tuple(_meanings(tokens)), denied, odd)


def _meanings(tokens: Sequence[Word]) -> Iterator[str]:
    """Stems of content words; of function words only those that have opposites."""
    for token in tokens:
        if token.is_word and len(low := plain(token.text)) > 1:
            means = meaning(low)
            if low not in STOP_WORDS or means in opposites().of:
                yield means


def _scope(tokens: Sequence[Word], at: int) -> Scope | None:
    """Stems that the word at `at` denies; None if it denies nothing."""
    low = tokens[at].lower
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if low in NONE_WORDS:
        if low == "nor" and any(t.lower in NEGATORS | NONE_WORDS for t in tokens[:at]):
            return None  # "neither … nor" denies once
        if following and (following.lower in NO_MORE or not following.is_word):
            return None  # "no more than", "No 1", "No, he said"
        after = tuple(_meanings(tokens[at + 1 : at + _WINDOW]))
        return after or tuple(_meanings(tokens[max(0, at - _WINDOW) : at]))[-_REACH:]
    if low in NEGATORS or low.endswith("n't"):
        return None if _denies_nothing(tokens, at) else _after(tokens, at)
    return _after(tokens, at, over_to=True) if meaning(low) in opposites().deniers else None


def _denies_nothing(tokens: Sequence[Word], at: int) -> bool:
    """Whether the "not" at `at` is one of "not only", "or not", "not until Monday" (then it is)."""
    follow = [token.lower for token in tokens[at + 1 : at + _WINDOW]]
    or_not = tokens[at].lower == "not" and at and tokens[at - 1].lower in ("or", "if", "whether")
    return bool(or_not) or "until" in follow or (bool(follow) and follow[0] in NOT_ONLY)


def _after(tokens: Sequence[Word], at: int, *, over_to: bool = False) -> Scope:
    """Stems of the first content words after `at`, up to a preposition behind one of them."""
    found: list[str] = []
    for token in tokens[at + 1 : at + 1 + _WINDOW]:
        over = over_to and token.lower == "to" and len(found) < 2  # "refused permission to land"
        if found and not over and token.lower in _PREPOSITIONS:
            break
        found += _meanings([token])
        if len(found) >= _REACH:
            break
    return tuple(found)
