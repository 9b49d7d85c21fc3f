"""Step 8. What a follow-up may lean on: the turns before it, and whom they are about. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.question.form import parse
from bot.question.mentions import Kind, Mention, mentions
from bot.question.words import EMPTY, naming, tokens
from bot.support.words import stem

_FARTHEST = 4  # turns to look back, within one topic
_MOST_NAMES = 4
_SHORT = 8  # words; a longer answer is a sentence, which may name many
_COUNTRIES = frozenset("countries country governments government nations nation states".split())
_PEOPLE = frozenset("who whom whose".split())


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a conversation.

    `question` is what was asked, `standalone` what was searched for, `answered` the text of the
    answer (claims or short answers), "" for an abstention.
    """

    question: str
    standalone: str
    answered: str


class Topic:
    """The turns that a follow-up continues: the last ones, back to one that stood alone."""

    def __init__(self, turns: Sequence[Turn]) -> None:
        self._turns: list[Turn] = []
        for turn in reversed(turns[-_FARTHEST:]):
            self._turns.append(turn)
            if turn.question.strip() == turn.standalone.strip():
                break

    def __bool__(self) -> bool:
        return bool(self._turns)

    @property
    def heading(self) -> str:
        """What stands before a colon in the last question, as it was searched for."""
        before, colon, after = self._last.partition(": ")
        return before if colon and parse(after) is not None else ""

    @property
    def last(self) -> str:
        """The last question, as it was searched for, without its heading and question mark."""
        heading = self.heading
        return self._last[len(heading) + 2 :] if heading else self._last

    @property
    def _last(self) -> str:
        return " ".join(self._turns[0].standalone.split()).rstrip("?!. ")

    def person(self) -> str | None:
        """Whom "he" or "she" is."""
        for turn in self._turns:
            asked = _of(turn.standalone, Kind.PERSON)
            said = [m for m in _of(turn.answered, Kind.PERSON) if m.text not in turn.standalone]
            if _first_word(turn.standalone) in _PEOPLE:
                asked = [*said, *asked]
            unsure = [m for m in _of(turn.standalone, Kind.NAME) if is_subject(turn.standalone, m)]
            if found := next(iter([*asked, *unsure, *said]), None):
                return found.text
        return None

    def people(self) -> str | None:
        """Who "they" are."""
        for turn in self._turns:
            if answered := self.answers(turn):
                return answered
            groups = [m for m in mentions(turn.standalone) if m.kind is Kind.GROUP]
            form = parse(turn.standalone)
            if groups:
                return groups[0].text
            if form is not None and form.plural and form.asks_subject:
                return f"the {form.noun} that {form.predicate}"
            if found := next(iter(_of(turn.standalone, Kind.COUNTRY, Kind.BODY)), None):
                return found.text
        return self.person()

    def thing(self, *, acts: bool = False, but: str = "") -> str | None:
        """What "it" is, or what "that" is about; nothing that is in the text `but`.

        One that acts ("What did it do?") is a body or a country before it is a thing.
        """
        for turn in self._turns:
            named = [m for m in mentions(turn.standalone) if m.text not in but]
            bodies = [m for m in named if m.kind in {Kind.BODY, Kind.COUNTRY} and not m.inner]
            things = [m for m in named if m.kind is Kind.THING and not m.inner][::-1]
            if _asks_for_body(turn.standalone):
                answers = [m for m in _of(turn.answered, Kind.BODY) if m.text not in but]
                bodies = [*answers[:1], *bodies]
            if not (acts or things) and len(bodies) > 1:
                return None  # "How much did Lantern offer for Skerry?" "Did the board accept it?"
            if found := [*bodies, *things] if acts else [*things, *bodies]:
                return found[0].text
        return None

    def gist(self) -> str:
        """What the last question says, without what it asks for."""
        form = parse(self.last)
        if form is None:
            return self.last
        noun = "" if form.asks_subject and not form.auxiliary else form.noun
        return " ".join(f"{noun} {form.rest}".replace(" be ", " ").split())

    def answers(self, turn: Turn | None = None) -> str | None:
        """The names that a turn gave to "who" or "which countries", None if that is not sure."""
        turn = turn or self._turns[0]
        form = parse(turn.standalone)
        if form is None or not (form.asks_subject or form.noun):
            return None
        if _first_word(turn.standalone) == "how":
            return None  # "How many died?": the answer names nobody
        noun = form.noun.lower().split(" ")[-1]
        asked = {m.text for m in mentions(turn.standalone)}
        named = [m for m in mentions(turn.answered) if m.is_name and m.text not in asked]
        if noun in _COUNTRIES:
            named = [m for m in named if m.kind is Kind.COUNTRY]
        elif form.noun and form.plural:
            named = [m for m in named if m.kind is not Kind.COUNTRY]
        unique = list(dict.fromkeys(m.text for m in named))
        if form.plural:
            return _listed(unique[:_MOST_NAMES]) or None
        short = len(tokens(turn.answered)) <= _SHORT
        return unique[0] if unique and (short or len(unique) == 1) else None

    def about(self, *, but: str = "") -> tuple[str, ...]:
        """What the talk is about, for a heading: what the last question is, and the first."""
        found: list[str] = []
        for turn in self._turns:
            telling = _telling(turn.standalone, but=but)
            if not found:
                found = telling[:2]
            elif turn is self._turns[-1]:
                found = [*found[:1], *(text for text in telling if text not in found)][:2]
        words = [word.text for word in naming(tokens(self.last))][:6]
        return tuple(found) or ((" ".join(words),) if words else ())

    def whole(self, phrase: str) -> str | None:
        """The fuller phrase that a short one stands for: "the dock strike" for "the strike"."""
        head = tokens(phrase)[-1].bare
        for turn in self._turns:
            for mention in mentions(turn.standalone):
                words = [word.bare for word in tokens(mention.text)]
                if head in words and not mention.is_name and len(mention.text) > len(phrase):
                    return mention.text
        return None

    def knows(self, words: Iterable[str]) -> bool:
        """Whether the turns use one of these words, in any form."""
        used = {
            stem(token.bare)
            for turn in self._turns
            for token in tokens(f"{turn.standalone} {turn.answered}")
            if token.bare not in EMPTY
        }
        return any(stem(word) in used for word in words)


def _of(text: str, *kinds: Kind) -> list[Mention]:
    return [mention for mention in mentions(text) if mention.kind in kinds]


def _telling(question: str, *, but: str) -> list[str]:
    """Names and phrases with names, or else the last phrase."""
    found = [m for m in mentions(question) if not m.inner and m.text.lower() not in but.lower()]
    names = [m.text for m in found if m.is_name or _has_name(m)]
    return [re.sub(r"^an? ", "", text) for text in names or [m.text for m in found[-1:]]]


def _has_name(mention: Mention) -> bool:
    return any(word.capital for word in tokens(mention.text)[1:])


def _first_word(text: str) -> str:
    return next((token.low for token in tokens(text)), "")


def is_subject(question: str, mention: Mention) -> bool:
    """Whether a name follows "did", "was" and the like."""
    return bool(
        re.search(r"\b(?:did|does|do|was|is|has|had|will|would)\s+$", question[: mention.start])
    )


def _asks_for_body(question: str) -> bool:
    form = parse(question)
    return form is not None and bool(form.noun) and form.asks_subject and not form.plural


def _listed(names: Sequence[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
