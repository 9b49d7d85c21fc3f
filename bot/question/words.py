"""Step 8. The words that the rules for follow-ups know, and where words stand. English. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

# Words that name nothing. A question of these alone has no subject of its own.
EMPTY = frozenset(
    "a about again also an and any anybody anyone anything are as at be been but by can could did "
    "do does else ever exactly for from had has have he her hers him his how i if in into is it "
    "its just me more most much many my no not of off on one or other others our please really "
    "say said says she should so some someone something tell than that the their theirs them then "
    "there these they this those though to too us was we well were what when where which who "
    "whom whose why will with would yes you".split()
)
AUXILIARIES = frozenset(
    "is are was were do does did has have had will would can could shall should may might must "
    "isn't aren't wasn't weren't don't doesn't didn't hasn't haven't hadn't won't wouldn't can't "
    "couldn't shouldn't".split()
)
DO = frozenset("do does did don't doesn't didn't".split())
WH = frozenset("who whom whose what which when where why how".split())
CONJUNCTIONS = frozenset("and but or so ok okay then".split())
DETERMINERS = frozenset("the a an its their his her our this these those".split())
PREPOSITIONS = frozenset(
    "of at in on for to from by with about after before during since until under over against "
    "between among into near without per than as up down off out through across around".split()
)

PERSON_PRONOUNS = frozenset("he she him her his hers himself herself".split())
PLURAL_PRONOUNS = frozenset("they them their theirs themselves".split())
THING_PRONOUNS = frozenset("it its itself".split())
POINTERS = frozenset("that this these those there then".split())
PRONOUNS = PERSON_PRONOUNS | PLURAL_PRONOUNS | THING_PRONOUNS
POSSESSIVES = frozenset("his her hers its their theirs".split())

# Words of a question that say how much is asked, or that something happened, and not of what.
HAPPEN = frozenset("happen happened happening happens occur occurred occurs done".split())
LIGHT = HAPPEN | frozenset(
    "long big large small far old tall high soon "
    "often late early next first last after before end ended start started begin began come came "
    "go went take took get got make made exactly anyone everyone nobody since during until up down "
    "out now today later finally still yet already always never even only further instead both all "
    "each such mean think".split()
)

# A noun that is of something: alone it does not say of what.
PARTS = frozenset(
    "amount announcement answer appeal arrests attendance audience author bail bill board "
    "bosses buyer buyers captain casualties cause chair chairman charge charges chief client "
    "coach company compensation conclusion conditions consequences cost costs court crowd "
    "damage date dead deadline deal death deaths deaths decision defence defendant deputy "
    "details director effect effects election employer estimate evidence fare fares figure "
    "final fine founder funeral goal goals goalkeeper government governor guests headline "
    "injured injuries inquiry investigation judge judges jury king lawyer lawyers leader "
    "leaders location loser lead majority manager margin mayor measures mediator members "
    "minister missing motive name names number offer operator opposition outcome owner "
    "owners ordeal passengers pay penalty place plan police premium president price prize "
    "profit promise prosecutor punishment queen reaction reason reasons referee refusal "
    "response result results rise rival rules ruling runner-up sale score scorer sentence "
    "shareholders shares spokesman spokeswoman statement storm successor survivors suspect "
    "suspects talks target terms time timetable toll total turnout union unions venue "
    "verdict vessels victim victims vote votes warning weather winner winners witness "
    "witnesses workers".split()
)

_WORD = re.compile(r"[^\W_]+(?:[’'.&-][^\W_]+)*(?:(?<=s)[’'](?=\s))?")


class Token(NamedTuple):
    """A word of a text and where it stands."""

    text: str
    start: int
    end: int

    @property
    def low(self) -> str:
        """In lower case, with a plain apostrophe."""
        return self.text.lower().replace("’", "'")

    @property
    def bare(self) -> str:
        """As `low`, without a possessive ending."""
        return self.low.removesuffix("'s").removesuffix("'")

    @property
    def capital(self) -> bool:
        """Whether it is written like a name."""
        return self.text[0].isupper()


def tokens(text: str) -> list[Token]:
    """The words of a text.

    >>> [token.text for token in tokens("Why did Canada’s team go?")]
    ['Why', 'did', 'Canada’s', 'team', 'go']
    """
    return [Token(m.group(), m.start(), m.end()) for m in _WORD.finditer(text)]


def naming(words: list[Token]) -> list[Token]:
    """Those words that name something."""
    return [
        word
        for word in words
        if word.bare not in EMPTY and word.low not in AUXILIARIES and word.bare not in LIGHT
    ]
