"""Words and names of the cited sentences, the headings and the question, ready to look up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from bot.support.nations import LONGEST, SAME, Name
from bot.support.words import STOP_WORDS, Word, plain, stem

_SHORT = 3  # letters: shorter names are written in capitals, "US", or they are other words
_WORDS_TOO = frozenset("turkey polish pole poles".split())  # without a capital, something else
_LEFT_OUT = frozenset("of the and for in on".split())  # of initials
_LONGEST_NAME = 6  # words


class Known:
    """What a claim's names are looked up in. `runs` are the names of each text."""

    def __init__(
        self, texts: Sequence[Sequence[Word]], runs: Sequence[Sequence[Sequence[Word]]]
    ) -> None:
        self._words: set[str] = set()
        self._capitals: set[str] = set()  # what is written in capitals
        self._names: set[str] = set()  # what has a capital
        self._stems: set[str] = set()  # of what is written without a capital
        self._joined: set[str] = set()
        self._initials: set[str] = set()
        self._same: set[Name] = set()
        self._together: set[tuple[str, str]] = set()
        self._after: defaultdict[str, set[str]] = defaultdict(set)
        self._before: defaultdict[str, set[str]] = defaultdict(set)
        for tokens in texts:
            self._read(tokens)
        for run in (run for names in runs for run in names):
            names = [plain(word.text) for word in run]
            for at, name in enumerate(names):
                self._together.update((name, other) for other in names[at + 1 : at + _LONGEST_NAME])

    def _read(self, tokens: Sequence[Word]) -> None:
        named = [token for token in tokens if token.is_word]
        lowered = [plain(token.text) for token in named]
        self._words.update(lowered)
        self._capitals.update(plain(token.text) for token in named if token.text.isupper())
        self._names.update(plain(token.text) for token in named if not token.text.islower())
        self._stems.update(stem(token.text) for token in named if token.text.islower())
        self._joined.update(a + b for a, b in pairwise(lowered))
        self._together.update(pairwise(lowered))
        self._initials.update(_initials(tokens))
        for at, token in enumerate(named):
            if token.text.islower() or (len(token.text) <= _SHORT and not token.text.isupper()):
                continue
            for size in range(1, LONGEST + 1):
                self._same.update(SAME.get(tuple(lowered[at : at + size]), ()))
        for a, b in pairwise(tokens):
            if a.is_word:
                self._after[plain(a.text)].add(_as_name(b))
            if b.is_word:
                self._before[plain(b.text)].add(_as_name(a))

    def missing(self, name: Sequence[Word]) -> list[Word]:
        """The words of a name that the sources lack, in each way a name may be written."""
        lowered = [plain(word.text) for word in name]
        held = [self._holds(word) for word in name]
        for at in range(len(name)):
            for size in range(1, min(LONGEST, len(name) - at) + 1):
                if tuple(lowered[at : at + size]) in self._same:
                    held[at : at + size] = [True] * size
        for at, (a, b) in enumerate(pairwise(lowered)):
            if a + b in self._words:  # "Wal-Mart" for Walmart
                held[at : at + 2] = [True, True]
        if len(name) >= _SHORT and "".join(low[0] for low in lowered) in self._capitals:
            return []  # "World Health Organization" for WHO
        return [word for word, found in zip(name, held, strict=True) if not found]

    def _holds(self, word: Word) -> bool:
        low = plain(word.text)
        if word.text.isupper() and low in STOP_WORDS:
            return low in self._capitals  # "IT", "WHO"
        if low in _WORDS_TOO:
            return low in self._names
        return (
            low in self._words
            or low.removesuffix("s") in self._words  # "the Democrats" for a Democrat
            or f"{low}s" in self._words
            or stem(low) in self._stems  # "the Government" for the government
            or low in self._joined  # "Southeast" for South East
            or (word.text.isupper() and low in self._initials)
        )

    def mixes(self, first: Word, second: Word) -> bool:
        """Whether two words that the claim makes one name belong to two names in the sources.

        "John Jones" where they have John Smith and Mary Jones, and either word only so.
        """
        a, b = plain(first.text), plain(second.text)
        beside = self._after.get(a, {""}) | self._before.get(b, {""})
        return "" not in beside and (a, b) not in self._together


def _as_name(token: Word) -> str:
    return plain(token.text) if token.is_word and token.text[0].isupper() else ""


def _initials(tokens: Sequence[Word]) -> Iterator[str]:
    """Initials of each three to six words side by side, function words left out or not."""
    for left_out in (_LEFT_OUT, frozenset[str]()):
        letters = ""
        for token in tokens:
            if not token.is_word:
                letters = letters if token.text in "-&" else ""
            elif token.lower not in left_out:
                letters = (letters + token.text[0].lower())[-_LONGEST_NAME:]
                yield from (letters[-size:] for size in range(3, len(letters) + 1))
