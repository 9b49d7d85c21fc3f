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
from bot.support.known import Known
from bot.support.ordinary import is_ordinary
from bot.support.problem import Problem, ProblemKind, shown
from bot.support.roles import exchanged
from bot.support.words import STOP_WORDS, Word, plain

_HONORIFICS = frozenset("mr mrs ms miss dr prof sir dame i i'm i'll i've i'd ok am pm".split())
_NUMBER_WORDS = frozenset((*MONTHS, *WEEKDAYS, *ONES, *TENS, *SCALES, *ORDINALS, *VAGUE))
_NO_NAMES = STOP_WORDS | _HONORIFICS | _NUMBER_WORDS
_SENTENCE_ENDS = frozenset('.!?:;"([')
_INSIDE = frozenset("of the for de la le du des del da di van von der den al el bin ibn -".split())


def name_problems(claim: Sequence[Word], sources: Sequence[Sequence[Word]]) -> Iterator[Problem]:
    """Names of the claim that none of the sources has, or that mix two of theirs."""
    said = list(names(claim))
    if not said:
        return
    theirs = [list(names(tokens)) for tokens in sources]
    known = Known(sources, theirs)
    reported: set[str] = set()
    for name in said:
        missing = known.missing(name)
        message = _absent(missing) if missing else _mixed(name, known)
        if message and message not in reported:
            reported.add(message)
            yield Problem(ProblemKind.NAME, message)
    two = exchanged(claim, said, list(zip(sources, theirs, strict=True)))
    if two is not None and not reported:
        a, b = map(shown, two)
        yield Problem(ProblemKind.NAME, f"the names {a} and {b} have changed places")


def _absent(missing: Sequence[Word]) -> str:
    name = " ".join(word.text for word in missing)
    return f"the name {shown(name)} is not in the cited sentences"


def _mixed(name: Sequence[Word], known: Known) -> str:
    for a, b in pairwise(name):
        if a.end + 1 == b.start and known.mixes(a, b):
            both = shown(f"{a.text} {b.text}")
            return f"the name {both} is made of two in the cited sentences"
    return ""


def names(tokens: Sequence[Word]) -> Iterator[list[Word]]:
    """Names of a text: capitalised words side by side, also over "of" and the like."""
    run: list[Word] = []
    for at, token in enumerate(tokens):
        if token.is_word and any(map(str.isupper, token.text)) and not _ordinary(tokens, at):
            run.append(token)
        elif token.lower not in _INSIDE:
            if run:
                yield run
            run = []
    if run:
        yield run


def _ordinary(tokens: Sequence[Word], at: int) -> bool:
    """Whether a capitalised word is no name: a function word, a month, a sentence's first word."""
    token = tokens[at]
    low = plain(token.text)
    if low in _NO_NAMES:
        return not (token.text.isupper() and low in ("us", "who", "it"))
    if any(map(str.isupper, token.text[1:])):
        return False
    return low == "a" or (_begins(tokens, at) and is_ordinary(low))


def _begins(tokens: Sequence[Word], at: int) -> bool:
    """Whether the word at `at` begins a sentence, also behind a quotation mark or a dash."""
    if at and tokens[at - 1].text in ("'", "-"):
        at -= 1
    return at == 0 or tokens[at - 1].text in _SENTENCE_ENDS
