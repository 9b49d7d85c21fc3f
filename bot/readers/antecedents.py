"""Step 9. Which earlier sentences a sentence needs to be understood. Pure.

"So far, its lead was followed by …" does not say whose lead. Where a sentence leans on what came
before (a pronoun or "the move" with no name in front of it), the reader shows that too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.readers.paragraphs import in_one_paragraph
from bot.stems import stems
from retrieval.types import Span

_LEANS = re.compile(
    r"(?:[\"“'‘]?(?:he|she|it|they|this|these|those|that|his|her|its|their|both|such|neither|"
    r"another|others?|some|but|so|and|nor|also|then|instead|however|still|yet|meanwhile|later|"
    r"the (?:move|decision|announcement|figure|number|total|vote|plan|deal|ruling|proposal|"
    r"company|group|two|three|pair|measure|step|offer|statement|remarks?|same|latter|former))\b)",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"\b(?:he|she|it|they|his|her|hers|its|their|theirs|him|them)\b", re.IGNORECASE
)
# "Osgood says the city can afford it only after 2026": who speaks is not what "it" stands for.
_OBJECT = re.compile(
    r"\b(?:said|says|added|told \w+)(?: that)?(?: [\w’'-]+){2,6}? (?:it|them)"
    r"(?=[.,;?!\"”]|\s+(?:only|to|in|on|at|for|with|from|by|after|before|until|again|now|this|next|"
    r"last|as|and|but)\b)",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<=[\s\"“(])[A-Z][\w’-]+")
_FARTHEST = 4  # sentences to look back


def leans_on_context(sentence: str) -> bool:
    """Whether `sentence` uses a word that only an earlier sentence explains.

    >>> leans_on_context("So far, its lead was followed by Australia.")
    True
    >>> leans_on_context("The Games open on February 4.")
    False
    """
    if _LEANS.match(sentence) or _OBJECT.search(sentence):
        return True
    pronoun = _PRONOUN.search(sentence)
    if pronoun is None:
        return False
    # "Ms Reyes said she …" explains itself: a name stands before the pronoun.
    return not _NAME.search(" " + sentence[: pronoun.start()])


def antecedents(
    text: str, sentences: Sequence[Span], index: int, topic: frozenset[str]
) -> list[int]:
    """Indices of earlier sentences to show with sentence `index`, in order.

    `sentences` are spans of `text`; `topic` holds stems of the question. Walks back from a
    sentence that leans on its context, through its paragraph, to one that does not lean and
    shares a word with the question; falls back on the sentence just before.
    """
    if index == 0 or not leans_on_context(text[slice(*sentences[index])]):
        return []
    for back in range(index - 1, max(index - 1 - _FARTHEST, -1), -1):
        if not in_one_paragraph(text, sentences[back], sentences[index]):
            break
        sentence = text[slice(*sentences[back])]
        if not leans_on_context(sentence) and stems(sentence) & topic:
            return [back]
    return [index - 1]
