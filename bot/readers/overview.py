"""Step 9. A matter as a whole, told by the news of it: a sentence an article, by date. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.question.overview import Overview
from bot.readers import DraftClaim, Evidence
from bot.readers.antecedents import antecedents, leans_on_context
from bot.stems import are_copies, stems
from retrieval.types import Hit, Span

_MOST = 6  # articles
_LEAST = 6  # words: what is shorter is a dateline or a byline, or says next to nothing
_QUOTES = "\"“‘'"
_ENDS = ".!?…\"”’')"


def tell(overview: Overview, hits: Sequence[Hit]) -> Iterator[DraftClaim]:
    """One claim an article, in the order of publication; the newest first where that is asked for.

    The first sentence of an article whose headline names the topic tells the news of it, unless it
    is a remark or leans on others. Otherwise the sentence is taken that has most of the topic's
    words. Of copies of one report the one found best stays.
    """
    topic = overview.stems
    told: list[tuple[Hit, int]] = []
    for hit in hits:
        index = _telling(hit, topic)
        known = {other.article.id for other, _ in told}
        if index is None or hit.article.id in known or len(told) == _MOST:
            continue
        if not any(_copies((hit, index), other) for other in told):
            told.append((hit, index))
    told.sort(key=lambda one: _published(one[0], latest=overview.latest))
    for hit, index in told:
        spans = hit.passage.sentences
        shown = (*antecedents(hit.article.text, spans, index, topic), index)
        yield DraftClaim(tuple(Evidence(hit.article.ref, spans[i]) for i in shown))


def _telling(hit: Hit, topic: frozenset[str]) -> int | None:
    """The sentence that tells what the passage has on the topic; None if it has no whole one."""
    said = [hit.article.text[slice(*span)] for span in hit.passage.sentences]
    whole = [i for i, one in enumerate(said) if len(one.split()) >= _LEAST and one[-1] in _ENDS]
    if not whole:
        return None
    if hit.passage.ordinal == 0 and (not topic or stems(hit.article.ref.title) & topic):
        alone = (i for i in whole if said[i][0] not in _QUOTES and not leans_on_context(said[i]))
        return next(alone, whole[0])
    return max(whole, key=lambda i: (len(stems(said[i]) & topic), -i))


def _published(hit: Hit, *, latest: bool) -> tuple[bool, float]:
    published = hit.article.ref.published
    if published is None:
        return True, 0.0  # after all that have a day
    return False, -published.timestamp() if latest else published.timestamp()


def _copies(one: tuple[Hit, int], other: tuple[Hit, int]) -> bool:
    spans: list[Span] = [hit.passage.sentences[index] for hit, index in (one, other)]
    return are_copies(one[0].article.text, spans[0], other[0].article.text, spans[1])
