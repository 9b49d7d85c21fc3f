"""A claim says yes where its cited sentences say yes, and no where they say no.

Heuristic, and meant to let faithful rewording pass. Three things are found, in the cited sentences
that share most words with the claim:

1. the claim denies what they affirm, and nothing near it in them says no in any way;
2. they deny a word wherever they have it, and the claim affirms it;
3. the claim has the opposite of their word ("rose" for "fell"), of the same subject.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.support.clauses import Clause, Scope, clauses
from bot.support.opposites import opposites
from bot.support.problem import Problem, ProblemKind, shown
from bot.support.words import Word, content

_NEAR = 4  # content words that a word's subject and object stand within


def negation_problems(claim: Sequence[Word], cited: Sequence[Sequence[Word]]) -> Iterator[Problem]:
    """Where the claim's yes and no are not those of the cited sentences; one problem at most."""
    said = list(clauses(claim))
    held = list(_relevant(claim, cited))
    if not said or not held:
        return
    message = _denies(said, held) or _affirms(said, held) or _opposite(said, held)
    if message:
        yield Problem(ProblemKind.NEGATION, message)


def _relevant(claim: Sequence[Word], cited: Sequence[Sequence[Word]]) -> Iterator[Clause]:
    """Clauses of the sentences that share at least half as many words as the one with most."""
    wanted = set(content(claim))
    shared = [len(wanted.intersection(content(tokens))) for tokens in cited]
    most = max(shared, default=0)
    for tokens, count in zip(cited, shared, strict=True):
        if count and count * 2 >= most:
            yield from clauses(tokens)


def _denies(said: Sequence[Clause], cited: Sequence[Clause]) -> str:
    """What is wrong if the claim denies what the cited sentences only affirm."""
    negated = {word for clause in cited for word in clause.negated}
    for clause in said:
        for scope in clause.denied:
            if negated.intersection(scope) or _opposed(scope, cited):
                continue
            near = [c for c in cited if not set(scope).isdisjoint(c.stems)] or cited
            if not any(c.negative for c in near):
                what = scope[0] if scope else "no"
                return f"it says no where the cited sentences do not ({shown(what)})"
    return ""


def _opposed(scope: Scope, cited: Sequence[Clause]) -> bool:
    """Whether the cited sentences have the opposite of a denied word: "did not win" for "lost"."""
    table = opposites().of
    others = {other for word in scope for other in table.get(word, ())}
    return any(not others.isdisjoint(clause.stems) for clause in cited)


def _affirms(said: Sequence[Clause], cited: Sequence[Clause]) -> str:
    """What is wrong if the claim affirms what the cited sentences only deny."""
    denied = {word for clause in said for word in clause.negated}
    affirmed = {word for c in said if not c.negative for word in c.stems} - denied
    elsewhere = {word for clause in cited for word in clause.stems if word not in clause.negated}
    for clause in cited:
        for scope in clause.denied:
            if scope and scope[0] in affirmed - elsewhere and denied.isdisjoint(scope):
                return f"the cited sentences say no where it does not ({shown(scope[0])})"
    return ""


def _opposite(said: Sequence[Clause], cited: Sequence[Clause]) -> str:
    """What is wrong if the claim has the opposite of a cited word, of the same subject."""
    table = opposites()
    held = {word for clause in cited for word in clause.stems}
    for clause in said:
        for at, word in enumerate(clause.stems):
            if word not in table.of or word in held:
                continue
            for other in cited:
                found = next((w for w in other.stems if w in table.of[word]), "")
                if not found or found in clause.stems:
                    continue
                if (word in clause.negated) != (found in other.negated):
                    continue
                reach = 0 if word in table.converse else _NEAR
                theirs = _around(other.stems, other.stems.index(found), reach)
                if not theirs.isdisjoint(_around(clause.stems, at, reach)):
                    return f"it has the opposite of the cited “{shown(found)}”"
    return ""


def _around(stems: Scope, at: int, reach: int) -> set[str]:
    """Stems before position `at`, and up to `reach` after it."""
    return {*stems[max(0, at - _NEAR) : at], *stems[at + 1 : at + 1 + reach]}
