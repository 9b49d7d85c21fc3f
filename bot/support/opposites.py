"""Words that say the opposite of each other in news, and words that say no."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from bot.support.words import meaning

# One line of pairs of opposites: each side with all words that say it, irregular forms included.
_PAIRS = (
    "win won beat defeat victory | lose lost loss",
    "rise rose risen increase grow grew grown climb jump surge soar gain"
    " | fall fell fallen decrease drop decline shrink shrank shrunk plunge tumble slump",
    "accept | reject refuse",
    "join | leave left quit withdraw withdrew withdrawn",
    "confirm | deny",
    "begin began begun start | end stop",
    "convict guilty | acquit innocent",
    "arrive | depart",
    "buy bought purchase | sell sold",
    "open reopen | close shut",
    "approve approval | disapprove reject veto",
    "support | oppose",
    "allow permit | ban prohibit forbid forbidden forbade",
    "agree | disagree",
    "appear | disappear vanish",
    "hire appoint | fire dismiss sack",
    "raise | lower cut",
    "strengthen | weaken",
    "succeed | fail",
    "survive survivor | die dead kill",
    "alive | dead die",
    "more | fewer less",
    "higher highest | lower lowest",
    "up | down",
    "above | below beneath",
    "most | least fewest",
    "majority | minority",
    "safe | unsafe dangerous",
    "legal lawful | illegal unlawful",
    "possible | impossible",
    "able | unable",
    "likely | unlikely",
    "true | false untrue",
    "release freed | arrest detain jail imprison",
    "uphold upheld | overturn quash",
    "north northern | south southern",
    "east eastern | west western",
    "early earlier earliest | late later latest",
    "best | worst",
    "better | worse",
    "positive | negative",
    "hot hottest | cold coldest",
)
# Either side can tell the same event with its parts in the other order: A beat B, B lost to A.
_CONVERSE = frozenset("win buy more above north east".split())

# Deny what comes after them.
NEGATORS = frozenset("not never cannot without hardly barely scarcely".split())
# Deny their whole clause.
NONE_WORDS = frozenset("no none nobody nothing nowhere neither nor".split())
_DENIERS = "refuse fail failure decline deny denial reject avoid lack unable unlikely"
# Say no in other words: enough for a claim that denies what they are about.
_NEGATIVE = (
    "cut outage blackout knock "
    "boycott prevent stop ban block cancel cancelled canceled defeat absent absence miss end "
    "halt suspend suspension postpone delay withdraw withdrew withdrawn withdrawal abandon lose "
    "lost loss oppose prohibit forbid forbidden forbade bar barred exclude only instead few "
    "little rather dismiss drop dropped clear acquit innocent impossible illegal unlawful "
    "unsafe unclear unknown unaware unhurt unharmed uninjured unchanged uncertain unsuccessful "
    "disagree dispute contradict false untrue zero less fewer scrap scrapped skip skipped shun "
    "shunned snub snubbed withhold withheld overturn quash resist quit ineligible disqualify "
    "vacant doubt doubtful skeptical sceptical close closed shut expire spare spared escape "
    "intact remain yet rule out against accuse allege alleged charge "
)
# After a negator these do not deny: "not only"; "no more than", "no doubt".
NOT_ONLY = frozenset("only just merely simply least necessarily even".split())
NO_MORE = frozenset("more less fewer later earlier sooner doubt matter".split())


@dataclass(frozen=True, slots=True)
class Opposites:
    """Stems of all these words."""

    of: dict[str, frozenset[str]]  # a stem -> its opposites
    converse: frozenset[str]
    deniers: frozenset[str]
    negative: frozenset[str]


@lru_cache(maxsize=1)
def opposites() -> Opposites:
    """The tables by stems, made on first use: stemming needs a library."""
    of: dict[str, frozenset[str]] = {}
    converse: set[str] = set()
    for pair in _PAIRS:
        left, right = (frozenset(map(meaning, side.split())) for side in pair.split("|"))
        for these, others in ((left, right), (right, left)):
            for word in these:
                of[word] = of.get(word, frozenset()) | others
        if pair.split()[0] in _CONVERSE:
            converse |= left | right
    deniers = frozenset(map(meaning, _DENIERS.split()))
    negative = deniers | frozenset(map(meaning, _NEGATIVE.split()))
    return Opposites(of, frozenset(converse), deniers, negative)
