"""The same words in the claim and in a cited sentence, with a "not" among them in one only.

"has lifted its advisory" and "has not lifted its advisory" differ in nothing else: whatever the
rest of the sentences says, one of them is not what the other says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from bot.support.words import STOP_WORDS, Word, stem

_NEGATORS = frozenset(("not", "never", "no"))
_LONGEST = 6  # words after the place where a negator may stand, the first content word the last
_AUXILIARIES = frozenset(
    "is are was were be been being am will would can could should shall may might must has have "
    "had having do does did".split()
)
_IRREGULAR = {"won't": "will", "can't": "can", "cannot": "can", "shan't": "shall", "ain't": "is"}

_Key = tuple[str, ...]


def flipped(claim: Sequence[Word], cited: Sequence[Sequence[Word]]) -> str:
    """Words that the claim denies and the cited sentences affirm, or the reverse; "" if none."""
    held: defaultdict[_Key, set[bool]] = defaultdict(set)
    for tokens in cited:
        for key, denied in _places(tokens):
            held[key].add(denied)
    said: defaultdict[_Key, set[bool]] = defaultdict(set)
    for key, denied in _places(claim):
        said[key].add(denied)
    for key, ways in said.items():
        if key in held and len(ways) == 1 and ways.isdisjoint(held[key]):
            return " ".join(key)
    return ""


def _places(tokens: Sequence[Word]) -> Iterator[tuple[_Key, bool]]:
    """Each auxiliary with the words after it up to a content word, and whether that is denied.

    "should not be" and "should be no" deny the same: any negator among the auxiliaries does.
    """
    plain, denied = _without_negators(tokens)
    run = 0  # where the auxiliaries begin that stand side by side here
    for at, word in enumerate(plain):
        if word not in _AUXILIARIES:
            run = at + 1
            continue
        for end in range(at + 1, min(at + 1 + _LONGEST, len(plain))):
            if plain[end] == "":
                break
            if plain[end] not in STOP_WORDS:
                yield tuple(plain[at : end + 1]), sum(denied[run:end]) % 2 == 1
                break


def _without_negators(tokens: Sequence[Word]) -> tuple[list[str], list[bool]]:
    """Stems of the words, "" for marks; and for each whether a negator follows it."""
    plain: list[str] = []
    denied: list[bool] = []
    for token in tokens:
        low = token.lower
        if low == '"':
            continue
        if low in _NEGATORS:
            if denied:
                denied[-1] = not denied[-1]
            continue
        contracted = low.endswith("n't") or low == "cannot"
        if contracted:
            low = _IRREGULAR.get(low, low.removesuffix("n't"))
        if token.is_word:
            plain.append(low if low in STOP_WORDS or contracted else stem(low))
        else:
            plain.append(token.text if token.is_number else "")
        denied.append(contracted)
    return plain, denied
