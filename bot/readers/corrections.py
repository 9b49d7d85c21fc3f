"""Step 9. Whether an outlet has taken back what a sentence of it says. English. Pure.

"The company has raised its offer to 6.8 percent" stands in the archive for ever, and so does the
note of two days later: "5.8 percent, not 6.8 percent as we stated". Who asks must see both.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.readers.paragraphs import in_one_paragraph
from bot.readers.scoring import ScoredSentence
from retrieval.types import Article, Hit

_TITLE = re.compile(r"\b(?:corrections?|clarifications?|errat(?:um|a))\b", re.IGNORECASE)
_BEGINS = re.compile(
    r"\b(?:(?:gave|got|had|printed|published|used) the wrong|we got wrong|an? error in|"
    r"(?:misstated|misspel(?:led|t)|misidentified|misquoted|misattributed)|"
    r"should (?:not )?have (?:said|read|stated|been)|"
    r"(?:incorrectly|wrongly|mistakenly|erroneously) (?:said|stated|reported|gave|named|described|"
    r"identified|attributed|referred)|"
    r"(?:earlier|previous) version of this (?:article|story|report))\b",
    re.IGNORECASE,
)
_NOTE = 400  # characters in which an article says that it corrects another
# Before the thing or behind it: "not 6.8 percent", "New Zealand should not have been in the list".
_TAKEN_BACK = (
    r"\b(?:not|rather than|instead of|wrong(?:ly)?|incorrect(?:ly)?|mistaken(?:ly)?|erroneously|"
    r"(?:misspel(?:led|t)|misidentified|misstated)(?: as)?|"
    r"we (?:said|stated|called|reported|wrote|gave|printed|named))\b[^.;]{0,40}?"
)
_STRUCK_OUT = (
    r"[^.;]{0,20}? (?:(?:was|were|is|are) (?:wrong|incorrect)|should not have|"
    r"as we (?:said|stated|reported|wrote))\b"
)
_BEFORE = 2  # sentences of its paragraph that are shown before the one that takes back


def correction(sentence: ScoredSentence, hits: Sequence[Hit]) -> tuple[Hit, range] | None:
    """Where a later note of the same outlet takes back the sentence's short answer.

    As a hit, and the indices of the sentences to show of its passage, the last of which takes it
    back. None where no passage found is from such a note, or the sentence has no short answer.
    """
    if sentence.short is None:
        return None
    text = sentence.hit.article.text
    things = [text[slice(*span)] for span in (sentence.short, *sentence.also)]
    patterns = [_takes_back(thing) for thing in things]
    for hit in hits:
        if not _may_correct(hit.article, sentence.hit.article):
            continue
        for index, span in enumerate(hit.passage.sentences):
            said = hit.article.text[slice(*span)]
            if any(pattern.search(said) for pattern in patterns):
                return hit, range(_from(hit, index), index + 1)
    return None


def _from(hit: Hit, index: int) -> int:
    """The first sentence to show with sentence `index`."""
    text, spans = hit.article.text, hit.passage.sentences
    before = range(max(index - _BEFORE, 0), index + 1)
    return next(i for i in before if in_one_paragraph(text, spans[i], spans[index]))


def _takes_back(thing: str) -> re.Pattern[str]:
    exact = re.escape(thing)
    return re.compile(
        rf"{_TAKEN_BACK}(?<!\w){exact}(?!\w)|(?<!\w){exact}(?!\w){_STRUCK_OUT}", re.IGNORECASE
    )


def _may_correct(note: Article, article: Article) -> bool:
    """Whether `note` says that it corrects something, and may be about `article`."""
    one, other = note.ref, article.ref
    if one.source is None or one.source != other.source or note.id == article.id:
        return False
    if one.published is None or other.published is None or one.published < other.published:
        return False
    return bool(_TITLE.search(one.title) or _BEGINS.search(note.text[:_NOTE]))
