"""The same words in the claim and in a cited sentence, with a "not" among them in one only.

"has lifted its advisory" and "has not lifted its advisory" differ in nothing else: whatever the
rest of the sentences says, one of them is not what the other says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot.support.opposites import NONE_WORDS
from bot.support.words import STOP_WORDS, Word, meaning

_LONGEST = 6  # words after an auxiliary, the first content word the last
_UNTIL = 10  # words in which "until" turns "will not" into "will"
_AUXILIARIES = frozenset(
    "is are was were be been being am will would can could should shall may might must has have "
    "had having do does did".split()
)
_LEFT_OUT = frozenset(
    '" yet also now still already ever just only even really currently later then'.split()
)
_CONTRACTED = {"won't": "will", "can't": "can", "cannot": "can", "shan't": "shall", "ain't": "is"}

_Key = tuple[str, ...]


def flipped(claim: Sequence[Word], cited: Sequence[Sequence[Word]]) -> str:
    """Words that the claim denies and the cited sentences affirm, or the reverse; "" if none."""
    held: defaultdict[_Key, set[bool]] = defaultdict(set)
    for tokens in cited:
        for key, denied in _Line.of(tokens).places():
            held[key].add(denied)
    said: defaultdict[_Key, set[bool]] = defaultdict(set)
    for key, denied in _Line.of(claim).places():
        said[key].add(denied)
    for key, ways in said.items():
        if key in held and len(ways) == 1 and ways.isdisjoint(held[key]):
            return " ".join(key)
    return ""


@dataclass(slots=True)
class _Line:
    """Words without their negators: "" for marks, and how many negators follow each."""

    words: list[str] = field(default_factory=lambda: [""])
    negators: list[int] = field(default_factory=lambda: [0])
    nones: list[int] = field(default_factory=lambda: [0])  # of them "no", "nobody" and the like

    @classmethod
    def of(cls, tokens: Sequence[Word]) -> _Line:
        """Read a sentence."""
        line = cls()
        for token in tokens:
            line._read(token)
        return line

    def _read(self, token: Word) -> None:
        low = token.lower
        if low in _LEFT_OUT or low == "nor":  # "neither … nor" denies once
            return
        if low in ("not", "never") or low in NONE_WORDS:
            self.negators[-1] += 1
            self.nones[-1] += low in NONE_WORDS
            return
        contracted = low.endswith("n't") or low == "cannot"
        if contracted:
            word = _CONTRACTED.get(low, low.removesuffix("n't"))
        elif token.is_word:
            word = low if low in STOP_WORDS else meaning(low)
        else:
            word = token.text if token.is_number else ""
        self.words.append(word)
        self.negators.append(int(contracted))
        self.nones.append(0)

    def places(self) -> Iterator[tuple[_Key, bool]]:
        """Each auxiliary with the words up to a content word, and whether that is denied.

        It is by a negator among them ("should not be") or right behind ("will send no envoys"), or
        by "no" before them in the clause ("no envoys will be").
        """
        run, nones = 0, 0  # where the auxiliaries side by side begin; "no" before them
        for at, word in enumerate(self.words):
            if word not in _AUXILIARIES:
                run = at + 1
                nones = self.nones[at] + (nones if word else 0)
                continue
            until = "until" in self.words[at : at + _UNTIL]
            for end in range(at + 1, min(at + 1 + _LONGEST, len(self.words))):
                if self.words[end] == "":
                    break
                if self.words[end] not in STOP_WORDS:
                    count = nones + sum(self.negators[run : end + 1])
                    yield tuple(self.words[at : end + 1]), count % 2 == 1 and not until
                    break
