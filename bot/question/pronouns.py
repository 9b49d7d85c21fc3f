"""Step 8. Pronouns of a follow-up -> what they stand for. English. Pure."""

from __future__ import annotations

from bot.question.leaning import dangling
from bot.question.mentions import Kind
from bot.question.turns import Topic
from bot.question.words import (
    AUXILIARIES,
    EMPTY,
    LIGHT,
    PERSON_PRONOUNS,
    PLURAL_PRONOUNS,
    POSSESSIVES,
    PREPOSITIONS,
    Token,
    tokens,
)

# What happens, and is not done by anybody: "How long did it last?"
_NO_ACTS = frozenset(
    "begin break change come cost end fail go grow happen last matter mean pass start stop take "
    "work".split()
)


def replaced(question: str, topic: Topic, *, keep: frozenset[str] = frozenset()) -> str | None:
    """The question with names in place of its dangling pronouns.

    Those in `keep` stay, as does "her" after a "she" that was replaced. None if the turns tell of
    none of them what it is.
    """
    words = tokens(question)
    text, moved = question, 0
    known: set[Kind] = set()
    for word in dangling(question):
        kind = _kind(word)
        if word.low in keep or kind in known:
            continue
        name = _referent(word, kind, words, topic, but=text)
        if name is None:
            continue
        known.add(kind)
        if _is_possessive(word, words):
            name += "’" if name.endswith("s") else "’s"
        text = text[: word.start + moved] + name + text[word.end + moved :]
        moved += len(name) - (word.end - word.start)
    return text if known else None


def _kind(word: Token) -> Kind:
    if word.low in PERSON_PRONOUNS:
        return Kind.PERSON
    return Kind.GROUP if word.low in PLURAL_PRONOUNS else Kind.THING


def _referent(word: Token, kind: Kind, words: list[Token], topic: Topic, *, but: str) -> str | None:
    if kind is Kind.PERSON:
        return topic.person()
    if kind is Kind.GROUP:
        return topic.people()
    at = words.index(word)
    helped = at and words[at - 1].low in _ACTIVE
    acts = helped and any(w.low not in (LIGHT | EMPTY) - {"do", "say"} for w in words[at + 1 :])
    acts = acts and not any(w.low in _NO_ACTS for w in words[at + 1 :])
    thing = topic.thing(acts=bool(acts), but=but)
    if thing is None and word.low in {"that", "this"}:
        return topic.gist()
    return thing


_ACTIVE = frozenset("did does do has have had will would can could".split())


def _is_possessive(word: Token, words: list[Token]) -> bool:
    """Whether it is followed by what is owned: "her" may be either."""
    if word.low != "her":
        return word.low in POSSESSIVES
    after = next((w for w in words if w.start > word.start), None)
    return after is not None and after.low not in PREPOSITIONS | AUXILIARIES | {"and", "say", "to"}
