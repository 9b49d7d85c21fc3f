"""Text -> words. Everything here takes time linear in the text, whatever the text holds.

`fold` makes one of the many ways to write a dash, a quotation mark or a space; all rules but the
ones for links and quotations read folded text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from bot.stems import stems

_LONGEST_WORD = 40  # letters; longer ones are no words, and stemming them would take its time

_FOLDED = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛ʼ`´′＇", "'"),
        **dict.fromkeys("“”„‟«»＂〝〞″❝❞", '"'),
        **dict.fromkeys("‐‑‒–—―−﹣－", "-"),
        "…": "...",
        "％": "%",
        "＄": "$",
    }
)
_THIN_GAP = re.compile(r"(?<=\d)[\u00a0\u2009\u202f](?=\d{3}(?!\d))")
_SPACE = re.compile(r"\s+")
_DOTTED = re.compile(r"\b(?:[A-Z]\.){2,8}")
# No possessive repeats: Python 3.11.2, which Debian 12 has, takes the comma of "6, 2021" with them.
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*|[^\w\s]|_")

STOP_WORDS = frozenset(
    "a about above after again against all also although am among an and another any are as at be "
    "because been before being below between both but by can could did do does doing down during "
    "each either else even ever every few for from further get gets got had has have having he her "
    "here hers herself him himself his how however i if in into is it its itself just least less "
    "let like many may me meanwhile might mine more most much must my myself near neither no nor "
    "not now of off on once one only onto or other others our ours ourselves out over own per "
    "please quite rather really same say said says saying shall she should since so some such than "
    "that the their theirs them themselves then there these they this those though through thus to "
    "too told toward towards under until up upon us very via was we well were what when where "
    "whether which while who whom whose why will with within without would yes yet you your yours "
    "according added including s t don doesn didn isn aren wasn weren won wouldn couldn shouldn "
    "hasn haven hadn ain ll re ve d m non article report reported reports".split()
)


# Past forms that no stemmer knows: one line a verb, its base first.
_IRREGULAR = """
send sent; win won; lose lost; buy bought; sell sold; rise rose risen; fall fell fallen; begin
began begun; leave left; take took taken; give gave given; go went gone; come came; make made;
meet met; hold held; keep kept; tell told; find found; fight fought; build built; pay paid; lead
led; spend spent; grow grew grown; know knew known; write wrote written; speak spoke spoken;
choose chose chosen; break broke broken; drive drove driven; fly flew flown; draw drew drawn;
throw threw thrown; shoot shot; steal stole stolen; strike struck; swear swore sworn; teach
taught; think thought; bring brought; catch caught; seek sought; stand stood; run ran; sink sank
sunk; wear wore worn; see saw seen; feel felt; hear heard; become became; withdraw withdrew
withdrawn; shrink shrank shrunk; freeze froze frozen; forbid forbade forbidden; uphold upheld;
withhold withheld; beat beaten; drink drank drunk; eat ate eaten; feed fed; hide hid hidden;
lend lent; mean meant; ride rode ridden; shake shook shaken; sing sang sung; sleep slept; swim
swam swum; wake woke woken; die death dead; sit sat
"""
_BASES = {form: verb.split()[0] for verb in _IRREGULAR.split(";") for form in verb.split()[1:]}


class Word(NamedTuple):
    """A token of folded text: a word, a number as it is written, or one mark."""

    text: str
    start: int
    end: int

    @property
    def lower(self) -> str:
        """Case-folded text."""
        return self.text.casefold()

    @property
    def is_word(self) -> bool:
        """Whether it is made of letters."""
        return self.text[0].isalpha()

    @property
    def is_number(self) -> bool:
        """Whether it is made of digits."""
        return self.text[0].isdecimal()


def fold(text: str) -> str:
    """`text` with one kind of quotation marks, dashes and spaces, and "U.S." as "US"."""
    joined = _THIN_GAP.sub("", text).translate(_FOLDED)
    joined = _SPACE.sub(" ", joined).replace("''", '"')
    return _DOTTED.sub(lambda found: found[0].replace(".", "") + " ", joined)


def words(folded: str) -> list[Word]:
    """All tokens of folded text, in order."""
    return [Word(m[0], m.start(), m.end()) for m in _TOKEN.finditer(folded)]


def stem(word: str) -> str:
    """The stem of one word, whatever its case, without a possessive ending or accents."""
    return word if len(word) > _LONGEST_WORD else _stem(plain(word))


def meaning(word: str) -> str:
    """The stem of a word, and of its verb where it is an irregular form: "sent" is "send"."""
    return stem(_BASES.get(plain(word), word))


def plain(word: str) -> str:
    """`word` in lower case, without accents or a possessive ending."""
    return word.casefold() if len(word) > _LONGEST_WORD else _plain(word)


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    return next(iter(stems(word)), word)


@lru_cache(maxsize=20_000)
def _plain(word: str) -> str:
    lowered = word.casefold()
    if not lowered.isascii():
        parts = unicodedata.normalize("NFKD", lowered)
        lowered = "".join(c for c in parts if not unicodedata.combining(c)) or lowered
    return lowered.removesuffix("'s").removesuffix("'") or lowered


def content(tokens: Iterable[Word]) -> list[str]:
    """Stems of the words that carry meaning, in order; numbers are none of them."""
    return [
        meaning(token.text)
        for token in tokens
        if token.is_word and len(token.text) > 1 and plain(token.text) not in STOP_WORDS
    ]
