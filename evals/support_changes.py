"""Changes one thing in a sentence, so that it no longer says what it said."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_FREE_NUMBER = re.compile(r"(?<![\w.,-])\d(?:[\d,]*\d)?(?:\.\d+)?(?![\w-])")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]+(?: [A-Z][a-z]+)+\b")
_WORDS = frozenset(  # that begin a quotation, say, and are no names
    "be there get up got any say he she told we you they it is was the this that in on at no yes "
    "how what why who when a an and but or if so not do does did can could will would".split()
)
_AUXILIARY = re.compile(r"\b(?:is|are|was|were|will|would|can|could|should|has|have|had)\b")


def names(sentences: Sequence[str]) -> list[str]:
    """Names of two words or more in some sentences."""
    found = {name for sentence in sentences for name in _NAME.findall(sentence)}
    return sorted(name for name in found if _WORDS.isdisjoint(name.casefold().split()))


def other_number(sentence: str, chance: random.Random) -> str | None:
    """`sentence` with one of its numbers, in digits, replaced by one that it lacks."""
    found = list(_NUMBER.finditer(sentence))
    if not found:
        return None
    match = chance.choice(found)
    have = {m[0].replace(",", "") for m in found}
    digits = match[0].replace(",", "")
    for _ in range(20):
        if "." in digits:
            new = f"{chance.randrange(1, 100)}.{chance.randrange(1, 10)}"
        else:
            new = str(chance.randrange(11, 10 ** max(2, len(digits))))
        if new not in have and not any(new in other or other in new for other in have):
            return sentence[: match.start()] + new + sentence[match.end() :]
    return None


def swap_numbers(sentence: str) -> str | None:
    """`sentence` with its first two numbers, in digits, in each other's place."""
    found = list(_FREE_NUMBER.finditer(sentence))[:2]
    if len(found) < 2 or found[0][0] == found[1][0]:
        return None
    a, b = found
    between = sentence[a.end() : b.start()]
    return sentence[: a.start()] + b[0] + between + a[0] + sentence[b.end() :]


def other_name(sentence: str, others: Sequence[str], chance: random.Random) -> str | None:
    """`sentence` with a name of two words or more replaced by one that shares no word with it."""
    found = list(_NAME.finditer(sentence))
    if not found:
        return None
    match = chance.choice(found)
    have = set(sentence.casefold().split())
    for _ in range(20):
        new = chance.choice(others)
        if have.isdisjoint(new.casefold().split()):
            return sentence[: match.start()] + new + sentence[match.end() :]
    return None


def deny(sentence: str) -> str | None:
    """`sentence` with its first "not" taken out, or one put in after its first auxiliary."""
    for denied, affirmed in (
        (r"\b(is|are|was|were|will|would|could|should|has|have|had) not\b", r"\1"),
        (r"\b(is|are|was|were|would|could|should|has|have|had|did|does|do)n[’']t\b", r"\1"),
    ):
        changed, count = re.subn(denied, affirmed, sentence, count=1)
        if count:
            return changed
    if re.search(r"\b(?:not|no|never|nobody|none|nothing|without)\b|n[’']t\b", sentence):
        return None
    match = _AUXILIARY.search(sentence)
    return f"{sentence[: match.end()]} not{sentence[match.end() :]}" if match else None
