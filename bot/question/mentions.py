"""Step 8. Who and what a text mentions: names with their kinds, noun phrases. English. Pure.

By capitals, determiners and lists of words: enough to tell whom "she" and what "it" may stand for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.question.verbs import is_verb
from bot.question.words import (
    AUXILIARIES,
    CONJUNCTIONS,
    DETERMINERS,
    EMPTY,
    PREPOSITIONS,
    WH,
    Token,
    tokens,
)
from bot.support.calendar import MONTHS, WEEKDAYS
from bot.support.counts import ONES, ORDINALS, SCALES, TENS
from bot.support.nations import SAME
from bot.support.ordinary import ordinary_stems
from bot.support.words import stem


class Kind(StrEnum):
    """What a mention is of."""

    PERSON = "person"
    COUNTRY = "country"
    BODY = "body"  # an organisation, a place, an event: "it"
    NAME = "name"  # a name of which nothing more is known
    THING = "thing"  # a noun phrase: "the boycott"
    GROUP = "group"  # a noun phrase in the plural: "the crane drivers"


_NAMES = frozenset({Kind.PERSON, Kind.COUNTRY, Kind.BODY, Kind.NAME})


@dataclass(frozen=True, slots=True)
class Mention:
    """A name or a noun phrase. One that is `inner` stands inside another."""

    text: str
    kind: Kind
    start: int
    end: int
    inner: bool = False

    @property
    def is_name(self) -> bool:
        """Whether it is a name, and not only a noun."""
        return self.kind in _NAMES


_TITLES = frozenset(
    "mr mrs ms miss dr prof professor sir dame lord lady president prime minister premier "
    "chancellor king queen prince princess judge justice governor mayor senator chief officer "
    "superintendent inspector captain general colonel secretary ambassador pope sheikh".split()
)
_BODIES = frozenset(
    "academy agency airlines airport alliance army assembly association authority bank bay "
    "beach board boats bridge bulletin bureau castle centre center chamber church city club "
    "coast college commission committee commons company congress cooperative corporation "
    "council county court courier cup dam department district echo embassy estate federation "
    "ferries festival field final forest forum foundation games gate gazette ground group "
    "guild hall harbour hill holdings homes hospital hotel hospital house institute island "
    "islands lake lane league library line list log market ministry motors mount mountain "
    "museum observatory ocean office olympics organisation organization paralympics park "
    "parliament party police port post press quay quays radio range region republic river "
    "road school sea senate service society sound square stadium station street telescope "
    "theatre times town treaty tribunal trust union united university valley village war "
    "water weekly wharf wire world airport army navy".split()
)
_GROUPS = frozenset("people police children men women staff crew crews public media".split())
_COUNTS = frozenset((*ONES, *TENS, *SCALES, *ORDINALS))
_LONGEST_PHRASE = 6  # words after the determiner


def mentions(text: str) -> list[Mention]:
    """Who and what `text` mentions, in order; what stands inside another comes after it.

    >>> [(m.text, str(m.kind)) for m in mentions("Did Canada’s Justin Trudeau join the boycott?")]
    [('Canada', 'country'), ('Justin Trudeau', 'person'), ('the boycott', 'thing')]
    """
    words = tokens(text)
    found: list[Mention] = []
    at = 0
    while at < len(words):
        if words[at].low in DETERMINERS and (end := _phrase_end(text, words, at + 1)) > at + 1:
            found += _phrase(text, words, at, end)
            at = end
        elif _is_name_word(text, words, at):
            end = _run_end(text, words, at)
            found += _runs(text, words, at, end)
            after = _phrase_end(text, words, end)
            if words[end - 1].low.endswith("'s") and after > end:  # "Australia’s decision"
                owner = found.pop()
                whole = text[owner.start : words[after - 1].end]
                found += [
                    Mention(whole, Kind.THING, owner.start, words[after - 1].end),
                    replace(owner, inner=True),
                ]
                end = after
            at = end
        else:
            at += 1
    return found


def kind_of(name: str) -> Kind:
    """The kind of a name that stands alone, as far as it shows."""
    words = tokens(name)
    low = tuple(word.bare for word in words)
    if low in SAME and low[0] not in EMPTY:
        return Kind.COUNTRY
    if any(word in _BODIES for word in low):
        return Kind.BODY
    if len(words) > 1 and low[0] in _TITLES:
        return Kind.PERSON
    return Kind.PERSON if 2 <= len(words) <= 3 and all(w.capital for w in words) else Kind.NAME


def _phrase(text: str, words: list[Token], at: int, end: int) -> Iterator[Mention]:
    """The noun phrase of the determiner at `at`, and the names inside it."""
    core = words[at + 1 : end]
    heads = [n for n, word in enumerate(core) if word.low in PREPOSITIONS]
    head = core[heads[0] - 1 if heads else -1]
    names: list[Mention] = []
    for n in range(at + 1, end):
        if _is_name_word(text, words, n) and (not names or words[n].start >= names[-1].end):
            names += _runs(text, words, n, _run_end(text, words, n))
    if head.capital:
        for mention in names:
            kind = mention.kind
            if kind in {Kind.PERSON, Kind.NAME} and core[0].capital:
                kind = Kind.BODY  # "the White House": people have no article
            start = words[at].start if core[0].capital and mention is names[0] else mention.start
            whole = text[start : mention.end] if words[at].low == "the" else mention.text
            yield Mention(_lower_the(whole), kind, start, mention.end)
        return
    plural = head.low in _GROUPS or (head.low.endswith("s") and not head.low.endswith(("ss", "us")))
    start = words[at].start
    yield Mention(
        _lower_the(text[start : core[-1].end]).removesuffix("’s").removesuffix("'s"),
        Kind.GROUP if plural else Kind.THING,
        start,
        core[-1].end,
    )
    for name in names:
        yield replace(name, inner=True)


def _lower_the(phrase: str) -> str:
    return "t" + phrase[1:] if phrase.startswith("The ") else phrase


def _phrase_end(text: str, words: list[Token], at: int) -> int:
    """Where the noun phrase that begins at word `at` ends, its "of the River Ashel" with it."""
    end = _words_end(text, words, at)
    if end > at and end + 1 < len(words) and words[end].low in {"of", "at", "in", "on", "for"}:
        start = end + 2 if words[end + 1].low == "the" else end + 1
        if start < len(words) and _is_name_word(text, words, start):
            return _words_end(text, words, start)
    return end


def _words_end(text: str, words: list[Token], at: int) -> int:
    end = at
    while end < min(len(words), at + _LONGEST_PHRASE) and _adjoins(text, words, end):
        word = words[end]
        if _is_function(word) or (end > at and not word.capital and is_verb(word.low)):
            break
        end = _run_end(text, words, end) if _is_name_word(text, words, end) else end + 1
    return end


def _runs(text: str, words: list[Token], at: int, end: int) -> Iterator[Mention]:
    """The names in a run of capitalised words: titles dropped, parted after "Canada’s"."""
    run: list[Token] = []
    titled = False
    for n in range(at, end):
        word = words[n]
        if not run and n + 1 < end and word.low.rstrip(".") in _TITLES:
            titled = True
            continue
        run.append(word)
        if n == end - 1 or (word.low.endswith("'s") and words[n + 1].low not in _BODIES):
            name = text[run[0].start : run[-1].end].removesuffix("’s").removesuffix("'s")
            kind = kind_of(name)
            if titled and kind in {Kind.PERSON, Kind.NAME}:
                kind = Kind.PERSON
            yield Mention(name, kind, run[0].start, run[0].start + len(name))
            run, titled = [], False


def _run_end(text: str, words: list[Token], at: int) -> int:
    end = at + 1
    while end < len(words) and _adjoins(text, words, end):
        if words[end].capital and not _is_date(words[end]):
            end += 1
        elif (
            words[end].low in {"of", "and"}
            and end + 1 < len(words)
            and words[end + 1].capital
            and _adjoins(text, words, end + 1)
            and (words[end - 1].bare in _BODIES or words[end].low == "and")
            and (words[end].low == "of" or _ends_in_body(words, end + 1))
        ):
            end += 2
        else:
            break
    return end


def _ends_in_body(words: list[Token], at: int) -> bool:
    """Whether the capitalised words from `at` end like "Dock and Wharf Federation" does."""
    end = at
    while end < len(words) and words[end].capital:
        end += 1
    return end - at > 1 and words[end - 1].bare in _BODIES


def _is_name_word(text: str, words: list[Token], at: int) -> bool:
    word = words[at]
    if not word.capital or _is_function(word) or _is_date(word) or word.low in WH:
        return False
    before = text[: word.start].rstrip(" \n\"“'‘(")
    if before and before[-1] not in ".!?:\n":
        return True
    # A capital at the head of a sentence says little.
    if at + 1 < len(words) and words[at + 1].capital and _adjoins(text, words, at + 1):
        return True
    return (word.bare,) in SAME or not (word.bare in _COUNTS or stem(word.bare) in ordinary_stems())


def _is_function(word: Token) -> bool:
    low = word.bare
    return (
        low in EMPTY
        or word.low in AUXILIARIES
        or low in PREPOSITIONS
        or low in CONJUNCTIONS
        or low in DETERMINERS
        or low in WH
    )


def _is_date(word: Token) -> bool:
    return word.bare in MONTHS or word.bare in WEEKDAYS


def _adjoins(text: str, words: list[Token], at: int) -> bool:
    """Whether nothing but a space stands between a word and the one before it."""
    return 0 < at < len(words) and text[words[at - 1].end : words[at].start].isspace()
