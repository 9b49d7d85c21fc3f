"""A claim says yes where its cited sentences say yes, and no where they say no.

Heuristic, and meant to let faithful rewording pass. Four things are found, in the cited sentences
that share most words with the claim:

1. the claim denies what they affirm, and nothing near it in them says no in any way;
2. they deny a word wherever they have it, and the claim affirms it;
3. the claim has the opposite of their word ("rose" for "fell"), of the same subject;
4. both have the same words, with a "not" among them in one only (`twins`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot.support.clauses import Clause, Scope, clauses
from bot.support.opposites import opposites
from bot.support.problem import Problem, ProblemKind, shown
from bot.support.twins import flipped
from bot.support.words import Word, content

_NEAR = 3  # content words that a word's subject and object stand within
_MOST = 20  # places of one word that are looked at


def negation_problems(claim: Sequence[Word], cited: Sequence[Sequence[Word]]) -> Iterator[Problem]:
    """Where the claim's yes and no are not those of the cited sentences; one problem at most."""
    said = list(clauses(claim))
    held = _Held()
    relevant = _relevant(claim, cited)
    for tokens in relevant:
        for clause in clauses(tokens):
            held.add(clause)
    if not held.words:
        return
    message = _denies(said, held) or _affirms(said, held) or _opposite(said, held)
    if not message and (words := flipped(claim, relevant)):
        message = (
            f"it has a “not” where the cited sentences have none, or none there ({shown(words)})"
        )
    if message:
        yield Problem(ProblemKind.NEGATION, message)


def _relevant(claim: Sequence[Word], cited: Sequence[Sequence[Word]]) -> list[Sequence[Word]]:
    """The sentences that share at least half as many words as the one with most."""
    wanted = set(content(claim))
    shared = [len(wanted.intersection(content(tokens))) for tokens in cited]
    most = max(shared, default=0)
    return [t for t, count in zip(cited, shared, strict=True) if count and count * 2 >= most]


@dataclass(slots=True)
class _Held:
    """What the clauses of the cited sentences affirm and deny, ready to look up."""

    words: set[str] = field(default_factory=set)
    affirmed: set[str] = field(default_factory=set)  # by one clause at least
    negated: set[str] = field(default_factory=set)  # by one clause at least
    in_negative: set[str] = field(default_factory=set)  # words of clauses that say no in any way
    denied: dict[Scope, None] = field(default_factory=dict)  # in their order
    places: dict[str, list[tuple[Clause, int]]] = field(default_factory=dict)
    negative: bool = False

    def add(self, clause: Clause) -> None:
        """Take in one clause."""
        self.words.update(clause.stems)
        self.affirmed.update(word for word in clause.stems if word not in clause.negated)
        self.negated.update(clause.negated)
        self.denied.update(dict.fromkeys(clause.denied))
        if clause.negative:
            self.negative = True
            self.in_negative.update(clause.stems)
        table = opposites().of
        for at, word in enumerate(clause.stems):
            if word in table and len(places := self.places.setdefault(word, [])) < _MOST:
                places.append((clause, at))


def _denies(said: Sequence[Clause], held: _Held) -> str:
    """What is wrong if the claim denies what the cited sentences only affirm."""
    table = opposites().of
    for clause in said:
        for scope in clause.denied:
            others = {other for word in scope for other in table.get(word, ())}
            if not (held.negated.isdisjoint(scope) and held.words.isdisjoint(others)):
                continue  # they deny it too, or say its opposite: "did not win" for "lost"
            known = not held.words.isdisjoint(scope)
            if not (not held.in_negative.isdisjoint(scope) if known else held.negative):
                what = scope[0] if scope else "no"
                return f"it says no where the cited sentences do not ({shown(what)})"
    return ""


def _affirms(said: Sequence[Clause], held: _Held) -> str:
    """What is wrong if the claim affirms what the cited sentences only deny."""
    denied = {word for clause in said for word in clause.negated}
    affirmed = {word for c in said if not c.negative for word in c.stems} - denied - held.affirmed
    for scope in held.denied:
        if scope and scope[0] in affirmed and denied.isdisjoint(scope):
            return f"the cited sentences say no where it does not ({shown(scope[0])})"
    return ""


def _opposite(said: Sequence[Clause], held: _Held) -> str:
    """What is wrong if the claim has the opposite of a cited word, of the same subject."""
    table = opposites()
    for clause in said:
        stems = set(clause.stems)
        for at, word in enumerate(clause.stems):
            if word not in table.of or word in held.words:
                continue
            for found in sorted(table.of[word] - stems):
                reach = 0 if word in table.converse else _NEAR
                ours = _around(clause.stems, at, reach)
                for other, place in held.places.get(found, ()):
                    same = (word in clause.negated) == (found in other.negated)
                    if same and not ours.isdisjoint(_around(other.stems, place, reach)):
                        return f"it has the opposite of the cited “{shown(found)}”"
    return ""


def _around(stems: Scope, at: int, reach: int) -> set[str]:
    """Stems before position `at`, and up to `reach` after it."""
    return {*stems[max(0, at - _NEAR) : at], *stems[at + 1 : at + 1 + reach]}
