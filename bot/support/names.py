"""Every proper name of a claim stands in the cited sentences, their headings or the question.

A name is what is written with a capital, but for the words that any sentence may begin with.
Names are compared word by word, without case, accents and possessive endings; countries go by
their adjectives and short forms (`nations`), organisations by their initials.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from bot.support.calendar import MONTHS, WEEKDAYS
from bot.support.counts import ONES, ORDINALS, SCALES, TENS, VAGUE
from bot.support.nations import LONGEST, SAME, Name
from bot.support.ordinary import ordinary_stems
from bot.support.problem import Problem, ProblemKind, shown
from bot.support.words import STOP_WORDS, Word, plain, stem

_HONORIFICS = frozenset("mr mrs ms miss dr prof sir dame i i'm i'll i've i'd ok am pm".split())
_NO_NAMES = (
    STOP_WORDS
    | _HONORIFICS
    | frozenset((*MONTHS, *WEEKDAYS, *ONES, *TENS, *SCALES, *ORDINALS, *VAGUE))
)
_SENTENCE_ENDS = frozenset('.!?:;"([')
_INSIDE = frozenset(
    "of the and for de la le du des del da di van von der den al el bin ibn".split()
)


class Known:
    """Words and names of the cited sentences, the headings and the question."""

    def __init__(self, texts: Sequence[Sequence[Word]]) -> None:
        self.words: set[str] = set()
        self.stems: set[str] = set()
        self.initials: set[str] = set()
        self.names: set[Name] = set()
        self.after: dict[str, set[str]] = {}
        self.before: dict[str, set[str]] = {}
        for tokens in texts:
            lowered = [plain(token.text) for token in tokens if token.is_word]
            self.words.update(lowered)
            self.stems.update(stem(t.text) for t in tokens if t.is_word and t.text.islower())
            self.initials.update(_initials(tokens))
            for size in range(1, LONGEST + 1):
                for at in range(len(lowered) - size + 1):
                    if (name := tuple(lowered[at : at + size])) in SAME:
                        self.names.update(SAME[name])
            self._neighbours(tokens)

    def _neighbours(self, tokens: Sequence[Word]) -> None:
        for a, b in pairwise(tokens):
            if a.is_word and b.is_word and b.text[0].isupper():
                self.after.setdefault(plain(a.text), set()).add(plain(b.text))
            elif a.is_word:
                self.after.setdefault(plain(a.text), set()).add("")
            if a.is_word and b.is_word and a.text[0].isupper():
                self.before.setdefault(plain(b.text), set()).add(plain(a.text))
            elif b.is_word:
                self.before.setdefault(plain(b.text), set()).add("")

    def mixes(self, first: str, second: str) -> bool:
        """Whether two words that the claim makes one name belong to two names in the source.

        "John Jones" where the source has John Smith and Mary Jones, and either word only so.
        """
        after, before = self.after.get(first, {""}), self.before.get(second, {""})
        return "" not in after and "" not in before and second not in after and first not in before


def name_problems(claim: Sequence[Word], sources: Sequence[Sequence[Word]]) -> Iterator[Problem]:
    """Names of the claim that none of the sources has."""
    runs = list(_runs(claim))
    if not runs:
        return
    known = Known(sources)
    reported: set[str] = set()
    for run in runs:
        missing = _missing(run, known)
        name = " ".join(word.text for word in run)
        if missing and name not in reported:
            reported.add(name)
            what = missing.text if len(run) > 1 and missing is not run[0] else name
            yield Problem(ProblemKind.NAME, f"the name {shown(what)} is not in the cited sentences")
        for a, b in pairwise(run):
            if not missing and a.end + 1 == b.start and known.mixes(plain(a.text), plain(b.text)):
                both = f"{a.text} {b.text}"
                if both not in reported:
                    reported.add(both)
                    yield Problem(
                        ProblemKind.NAME,
                        f"the name {shown(both)} is made of two in the cited sentences",
                    )


def _missing(run: Sequence[Word], known: Known) -> Word | None:
    """The first word of a name that the sources lack, in each way a name may be written."""
    lowered = [plain(word.text) for word in run]
    carried = [word in known.words or stem(word) in known.stems for word in lowered]
    for size in range(min(LONGEST, len(run)), 0, -1):
        for at in range(len(run) - size + 1):
            if tuple(lowered[at : at + size]) in known.names:
                carried[at : at + size] = [True] * size
    if all(carried):
        return None
    if len(run) >= 3 and "".join(word[0] for word in lowered) in known.words:
        return None  # "World Health Organization" for WHO
    for word, low, found in zip(run, lowered, carried, strict=True):
        if found or (word.text.isupper() and len(word.text) > 2 and low in known.initials):
            continue
        if word.text.endswith("s") and low.removesuffix("s") in known.words:
            continue  # "the Democrats" for "a Democrat"
        if f"{low}s" in known.words:
            continue
        return word
    return None


def _runs(tokens: Sequence[Word]) -> Iterator[list[Word]]:
    """Names of a text: capitalised words side by side, also over "of" and the like."""
    run: list[Word] = []
    for at, token in enumerate(tokens):
        if token.is_word and any(map(str.isupper, token.text)) and not _ordinary(tokens, at):
            if run and not _adjoins(tokens, run[-1], at):
                yield run
                run = []
            run.append(token)
        elif not (token.lower in _INSIDE or token.text == "-"):
            if run:
                yield run
            run = []
    if run:
        yield run


def _adjoins(tokens: Sequence[Word], last: Word, at: int) -> bool:
    return not any(
        token.text in ",;:" for token in tokens[max(0, at - 2) : at] if token.start > last.start
    )


def _ordinary(tokens: Sequence[Word], at: int) -> bool:
    """Whether a capitalised word is no name: a function word, a month, a sentence's first word."""
    token = tokens[at]
    low = plain(token.text)
    if low in _NO_NAMES and not (token.text.isupper() and low in ("us", "who", "it")):
        return True
    if len(low) == 1 and low in "ai":
        return True
    if any(c.isupper() for c in token.text[1:]) and len(low) > 1:
        return False
    return _begins(tokens, at) and stem(low) in ordinary_stems()


def _begins(tokens: Sequence[Word], at: int) -> bool:
    return (
        at == 0
        or tokens[at - 1].text in _SENTENCE_ENDS
        or (tokens[at - 1].text in "'-" and (at == 1 or tokens[at - 2].text in _SENTENCE_ENDS))
    )


def _initials(tokens: Sequence[Word]) -> Iterator[str]:
    """Initials of each run of capitalised words, of three words or more."""
    letters = ""
    for token in tokens:
        if token.is_word and token.text[0].isupper():
            letters += token.text[0].lower()
            if len(letters) > 8:
                letters = letters[1:]
            for size in range(3, len(letters) + 1):
                yield letters[-size:]
        elif token.lower not in ("of", "the", "and", "for", "in", "on", "-", "&"):
            letters = ""
