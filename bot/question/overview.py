"""Step 8. Whether a matter is asked about as a whole: "What is the latest on the merger?". English.

No one sentence answers that. The news of it does, article by article. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.question.asked_day import asked_day
from bot.question.words import EMPTY, WH
from bot.stems import stems, stems_of_article

_NEWS = r"(?:news|developments?|updates?|reports?|headlines?)"
_NEWEST = r"(?:latest|newest|most recent|new|recent)"
_ON = r"(?:on|about|with|in|from|of|regarding|concerning|around|for)"
_NAME = r"(?-i:[A-Z])[\w’'-]*"
_TOPIC = r"(?P<topic>\S.*?)"
_LATEST = (
    rf"(?:what(?:[’']s| is| are)|give me|show me|tell me|is there|are there|any|what)?\s*"
    rf"(?:the |any )?{_NEWEST}(?: {_NEWS})?(?: (?:is )?there)? {_ON} {_TOPIC}",
    rf"(?:any|is there|are there|what(?:[’']s| is) the) (?:any )?{_NEWS} {_ON} {_TOPIC}",
    rf"(?:update me|bring me up to date|catch me up) on {_TOPIC}",
    rf"where do(?:es)? (?:things|matters) stand (?:on|with) {_TOPIC}",
)
_WHOLE = (
    rf"(?:please )?(?:tell me|what do (?:we|you|they) know|what is known)"
    rf"(?: (?:everything|all|more|something))? about {_TOPIC}",
    rf"what (?:(?:has been|was|is being|is) (?:said|reported|written)|"
    rf"(?:do|did|have) (?:the )?(?:papers?|articles?|news|media|archive|reports?) "
    rf"(?:say|said|report|reported|write|written|have)) about {_TOPIC}",
    rf"(?:please )?(?:(?:summari[sz]e|sum up|brief me on|outline)|"
    rf"(?:(?:give me |write )?(?:a |an |the )?(?:short |brief )?"
    rf"(?:summary|overview|timeline|outline|chronology|background)) (?:of|on|to|about)) {_TOPIC}",
    # "What happened in the 71st minute?" asks for one thing: here a name must follow.
    r"what (?:has )?(?:happened|is happening|[’']s happening|is going on|was going on) "
    rf"(?:in|at|with) (?P<topic>(?:the )?{_NAME}(?: (?:{_NAME}|of|the|and))*)",
)
_THE_DAY = re.compile(
    r"what (?:(?:has )?happened|was (?:reported|in the (?:news|papers?)))[?.!\s]*", re.IGNORECASE
)
_FORMS = [
    (re.compile(rf"{form}[?.!\s]*", re.IGNORECASE), latest)
    for forms, latest in ((_LATEST, True), (_WHOLE, False))
    for form in forms
]
_BY_OUTLETS = (
    r"what (?:has|have|did|does|do) (?:the )?(?:{outlets})(?:,? (?:and|or) (?:the )?(?:{outlets}))*"
    r" (?:say|said|report|reported|write|written|publish|published)(?: anything)? (?:about|on|of) "
)
_EMPTY = EMPTY | frozenset(
    "affair case crisis issue matter news situation story subject topic".split()
)
_WORD = re.compile(r"[\w’'-]+")


@dataclass(frozen=True, slots=True)
class Overview:
    """What is to be told of as a whole, "" for the news of the day asked about.

    `latest`: the newest of it is wanted before the rest.
    """

    topic: str
    latest: bool = False

    @property
    def stems(self) -> frozenset[str]:
        """Stems of the words that carry the topic."""
        return stems(" ".join(_words(self.topic)))

    @property
    def names(self) -> frozenset[str]:
        """Those of its names, as far as they are written with a capital."""
        return stems(" ".join(word for word in _words(self.topic) if word[0].isupper()))


def asked_overview(question: str, outlets: Collection[str] = ()) -> Overview | None:
    """The matter that is asked about as a whole; None where something in particular is asked.

    `outlets` are those that the question is known to name.

    >>> asked_overview("What is the latest on the Skerry merger?")
    Overview(topic='the Skerry merger', latest=True)
    >>> asked_overview("What happened to the sirens?")
    """
    if (asked := asked_day(question)) is not None:
        question = asked.rest
        if _THE_DAY.fullmatch(question):
            return Overview("")
    forms = [*_FORMS, (_said_by(outlets), False)] if outlets else _FORMS
    for form, latest in forms:
        if found := form.fullmatch(question.strip()):
            words = found["topic"].lower().split()
            if WH.isdisjoint(words) and _words(found["topic"]):
                return Overview(found["topic"], latest)
    return None


def _said_by(outlets: Collection[str]) -> re.Pattern[str]:
    by_outlets = _BY_OUTLETS.format(outlets="|".join(map(re.escape, outlets)))
    return re.compile(rf"{by_outlets}{_TOPIC}[?.!\s]*", re.IGNORECASE)


def about(overview: Overview, texts: Sequence[str], near: Sequence[bool]) -> list[bool]:
    """Which articles' texts are about the topic, of those that were found for it.

    One is that has all its words; or all its names and half of its words, and is `near` it by
    meaning. Words that most of the texts have tell nothing, unless all are such. None is about it
    if a word stands in no text at all: of "the war in Ruritania" an archive may know other wars.
    All are if the topic has no word.
    """
    wanted, names = overview.stems, overview.names
    held = [stems_of_article(text) & wanted for text in texts]
    having = {word: sum(word in one for one in held) for word in wanted}
    if not all(having.values()):
        return [False] * len(texts)
    telling = {word for word, count in having.items() if 2 * count <= len(texts)} or wanted
    return [
        one == wanted or (close and names <= one and 2 * len(one & telling) >= len(telling))
        for one, close in zip(held, near, strict=True)
    ]


def _words(topic: str) -> list[str]:
    """The words that carry the topic, without "’s"."""
    found = (re.sub(r"[’']s?$", "", word) for word in _WORD.findall(topic))
    return [word for word in found if word and word.lower() not in _EMPTY]
