"""Step 8. Verb forms: "joined" -> "join". English, by rule and a table of irregular ones. Pure."""

from __future__ import annotations

import re

_IRREGULAR = """
became become, began begin, beat beat, bought buy, broke break, brought bring, built build,
came come, caught catch, chose choose, cost cost, cut cut, did do, died die, drew draw,
drove drive, fell fall, felt feel, fled flee, flew fly, forbade forbid, fought fight, found find,
froze freeze, gave give, got get, grew grow, had have, heard hear, held hold, hid hide, hit hit,
kept keep, knew know, laid lay, led lead, left leave, lent lend, let let, lost lose, made make,
meant mean, met meet, overcame overcome, oversaw oversee, paid pay, put put, quit quit, ran run,
rang ring, read read, rode ride, rose rise, said say, sang sing, sank sink, saw see, sent send,
set set, shook shake, shot shoot, shut shut, sold sell, sought seek, spent spend, split split,
spoke speak, spread spread, stole steal, stood stand, stuck stick, struck strike, swam swim,
swore swear, swung swing, taught teach, thought think, threw throw, told tell, took take,
understood understand, went go, withdrew withdraw, woke wake, won win, wore wear, wrote write
"""
IRREGULAR = dict(pair.split() for pair in " ".join(_IRREGULAR.split()).split(", "))
_NO_PAST = frozenset("need feed seed weed speed breed indeed hundred sacred naked".split())
# Common ones that are no nouns as well: after a noun phrase, one of these ends it.
_PLAIN = frozenset(
    "accept affect agree announce apply arrive ask become begin believe belong carry "
    "choose come confirm convict decide declare decline deliberate deny describe die elect "
    "expect explain fail find get give go happen intend join keep know last leave lose make "
    "mean oppose pass prevent propose reach react receive recommend refuse "
    "reject remain resign respond say see sell send serve speak start stay stop "
    "survive take tell think throw try use want warn win withdraw ".split()
)
# Stems that lost an e before "-ed". Others end in one too seldom to matter: stemming hides it.
_LOST_E = re.compile(
    r"(?:[csvzu]|[^aeiou][aiou]g|[nrd]g|[^aeiou][aou]t|[^aeiou][aiou]d|[^aeiou][aiu]r|or"
    r"|[^aeiou][aiu]l|[bcdfgkpt]l|[^aeiou][aiu]m|[^aeiou][ao]k|[^aeiou]ap|[^el]op|min|bin|let|vit|cit"
    r"|writ|unit|qu[io][rt]|plor|creat|welcom)$"
)


def is_past(word: str) -> bool:
    """Whether a lower-case word looks like the past tense of a verb."""
    return word in IRREGULAR or (len(word) > 3 and word.endswith("ed") and word not in _NO_PAST)


def is_verb(word: str) -> bool:
    """Whether a lower-case word is hardly anything but a verb."""
    return is_past(word) or word in _PLAIN


def base(past: str) -> str:
    """The base form of a past tense.

    >>> [base(word) for word in ("joined", "won", "announced", "carried", "stopped", "voted")]
    ['join', 'win', 'announce', 'carry', 'stop', 'vote']
    """
    if past in IRREGULAR:
        return IRREGULAR[past]
    if past.endswith("ied"):
        return past[:-3] + "y"
    stem = past[:-2]
    if re.search(r"([bdgmnprt])\1$", stem):
        return stem[:-1]
    return stem + "e" if _LOST_E.search(stem) and not stem.endswith(("ss", "ou")) else stem


def base_of_third(word: str) -> str:
    """The base form of a present tense in the third person: "runs" -> "run"."""
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-2] if re.search(r"(?:ch|sh|ss|x)es$", word) else word.removesuffix("s")
