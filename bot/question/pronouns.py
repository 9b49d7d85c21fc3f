"""Step 8. Pronouns of a follow-up -> what they stand for. English. Pure."""

from __future__ import annotations

from bot.question.leaning import dangling
from bot.question.turns import Topic
from bot.question.words import (
    AUXILIARIES,
    PERSON_PRONOUNS,
    PLURAL_PRONOUNS,
    POSSESSIVES,
    PREPOSITIONS,
    Token,
    tokens,
)


def replaced(question: str, topic: Topic, *, keep: frozenset[str] = frozenset()) -> str | None:
    """The question with names in place of its dangling pronouns.

    Those in `keep` stay. None if the turns do not tell what any of the others is.
    """
    words = tokens(question)
    text, moved, done = question, 0, False
    for word in dangling(question):
        if word.low in keep:
            continue
        name = _referent(word, topic, but=text)
        if name is None:
            continue
        if _is_possessive(word, words):
            name += "’" if name.endswith("s") else "’s"
        text = text[: word.start + moved] + name + text[word.end + moved :]
        moved += len(name) - (word.end - word.start)
        done = True
    return text if done else None


def _referent(word: Token, topic: Topic, *, but: str) -> str | None:
    if word.low in PERSON_PRONOUNS:
        return topic.person()
    if word.low in PLURAL_PRONOUNS:
        return topic.people()
    return topic.thing(but=but)


def _is_possessive(word: Token, words: list[Token]) -> bool:
    """Whether it is followed by what is owned: "her" may be either."""
    if word.low != "her":
        return word.low in POSSESSIVES
    after = next((w for w in words if w.start > word.start), None)
    return after is not None and after.low not in PREPOSITIONS | AUXILIARIES | {"and", "say", "to"}
