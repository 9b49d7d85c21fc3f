"""Step 8. The form of a question: what it asks for, and the statement it asks about. English. Pure.

"Which countries joined the boycott?" asks for countries, about "… joined the boycott". Another
question word may be put in front of such a statement: "Why did … join the boycott?".
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.question.verbs import base, base_of_third, is_past
from bot.question.words import (
    AUXILIARIES,
    DETERMINERS,
    DO,
    EMPTY,
    POSSESSIVES,
    PREPOSITIONS,
    WH,
    Token,
    tokens,
)

_SEVERAL = frozenset("people men women children police".split())
_NOT = {word: f"{word}n't" for word in "did does do was were is are has have had would".split()}
_NOT |= {"will": "won't", "can": "can't", "could": "couldn't"}


@dataclass(frozen=True, slots=True)
class Form:
    """A question in pieces: `wh`, `auxiliary` and `rest` in order, without the question mark.

    `wh` is "" for a yes-or-no question. `noun` is what "which", "what" or "how many" counts:
    "countries". Without an auxiliary, `rest` begins with the verb, whose subject is asked for.
    """

    wh: str
    noun: str
    auxiliary: str
    rest: str

    @property
    def asks_subject(self) -> bool:
        """Whether it asks who or what did something: "Who won?", "Who was elected?"."""
        word = self._word
        if word in {"when", "where", "why", "how"} and not self.noun:
            return False
        if not self.auxiliary:
            return True
        if self.auxiliary.lower() in DO or not word:
            return False
        first = tokens(self.rest)
        return bool(first) and not _begins_noun(first[0])

    @property
    def plural(self) -> bool:
        """Whether it asks for several: "Which countries …"."""
        noun = self.noun.lower()
        return noun in _SEVERAL or (noun.endswith("s") and not noun.endswith("ss"))

    @property
    def _word(self) -> str:
        return next((t.low for t in tokens(self.wh) if t.low in WH), "")

    @property
    def predicate(self) -> str:
        """All but what is asked for: "joined the boycott", "were waiting"."""
        return f"{self.auxiliary} {self.rest}".strip()

    def statement(self, subject: str | None) -> str:
        """What follows another question word: "did Australia join the boycott".

        `subject` is put where the question asks for one; otherwise it is "someone", or the noun.
        """
        if not self.asks_subject:
            gap = self.noun and self.auxiliary.lower() in DO and self._begins_with_wh
            rest = self.rest
            if (words := tokens(rest)) and words[-1].low in PREPOSITIONS and not gap:
                rest = rest[: words[-1].start].strip()  # "What was he convicted of?"
            if self.wh.lower() in {"how much", "how many"}:
                rest += " so much"
            return f"{self.auxiliary.lower()} {rest}" + (f" {self.noun}" if gap else "")
        who = subject or self._someone
        if self.auxiliary:
            return f"{self.auxiliary} {who} {self.rest}"
        verb, _, rest = self.rest.partition(" ")
        if is_past(verb.lower()):
            return f"did {who} {base(verb.lower())} {rest}".rstrip()
        does = "do" if self.plural else "does"
        return f"{does} {who} {base_of_third(verb)} {rest}".rstrip()

    @property
    def _begins_with_wh(self) -> bool:
        return tokens(self.wh)[0].low in WH  # else "in which year": nothing is missing after it

    @property
    def _someone(self) -> str:
        if self.noun:
            return self.noun if self._word == "how" else f"the {self.noun}"
        return "something" if self._word == "what" else "someone"

    def other(self) -> str:
        """The same question for what else there is: "Which other countries joined …"."""
        wh = self.wh
        if self.noun:
            lead = "Which" if self._word == "what" else wh.partition(" ")[0].capitalize()
            if self._word == "how":
                lead = "How many"
            wh = f"{lead} other {self.noun}"
        elif " else" not in wh:
            wh = f"{wh} else"
        return " ".join(part for part in (wh, self.auxiliary, self.rest) if part)


def negated(statement: str) -> str:
    """ "did the board accept it" -> "didn't the board accept it"; unchanged if it cannot be."""
    first, _, rest = statement.partition(" ")
    return f"{_NOT[first]} {rest}" if first in _NOT else statement


def parse(question: str) -> Form | None:
    """The form of a question; None if it has none that is known, such as a list of words.

    >>> parse("Which countries joined the boycott?")
    Form(wh='Which countries', noun='countries', auxiliary='', rest='joined the boycott')
    >>> parse("When did it begin?")
    Form(wh='When', noun='', auxiliary='did', rest='it begin')
    """
    text = question.strip().rstrip("?!. ")
    words = tokens(text)
    at = next((n for n, word in enumerate(words[:2]) if word.low in WH), None)
    if at == 1 and words[0].low not in PREPOSITIONS:
        at = None
    if not words or (at is None and words[0].low not in AUXILIARIES):
        return None
    if at is None:
        return Form("", "", words[0].text, text[words[0].end :].strip())
    verb = _verb(words, at)
    if verb is None:
        return None
    wh = text[words[0].start : words[verb].start].strip()
    noun = _noun(text, words[at:verb])
    if words[verb].low in AUXILIARIES:
        return Form(wh, noun, words[verb].text, text[words[verb].end :].strip())
    return Form(wh, noun, "", text[words[verb].start :].strip())


def _verb(words: list[Token], at: int) -> int | None:
    """Index of the auxiliary, or of the verb where there is none."""
    helping = next((n for n in range(at + 1, len(words)) if words[n].low in AUXILIARIES), None)
    if helping is not None and words[helping].low in DO:
        return helping
    first = at + 1
    if words[at].low in {"who", "what"} and first < len(words):
        while first < len(words) - 1 and words[first].low in {"else", "first", "also", "all"}:
            first += 1
        third = words[first].low.endswith("s") and words[at].low == "who"
        if words[first].low in AUXILIARIES or is_past(words[first].low) or third:
            return first
    begin = at + 3 if words[at].low == "how" else at + 2
    for n in range(begin, len(words) if helping is None else helping):
        word, before = words[n].low, words[n - 1].low
        third = word.endswith("s") and not word.endswith(("ss", "us", "'s"))
        third = third and not words[n].capital
        if (word in PREPOSITIONS and word != "of") or (word in DETERMINERS and before != "of"):
            break
        if is_past(word) or (third and not before.endswith("s") and n == begin):
            return n
    return helping


def _noun(text: str, wh: list[Token]) -> str:
    """What is counted or chosen from: "many ships" and "Lithuanian leader" after how and which."""
    if len(wh) < 2 or wh[0].low in {"who", "when", "where", "why"}:
        return ""
    start = 1
    if wh[0].low == "how":
        if wh[1].low not in {"many", "much"} or len(wh) < 3:
            return ""
        start = 2
    kept = [word for word in wh[start:] if word.low not in EMPTY]
    return text[kept[0].start : kept[-1].end] if kept else ""


def _begins_noun(word: Token) -> bool:
    low = word.low
    return (
        low in DETERMINERS
        or low in POSSESSIVES
        or low in {"it", "they", "he", "she", "there", "this", "that"}
        or word.capital
        or low.endswith("'s")
    )
