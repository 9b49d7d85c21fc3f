"""Step 7. A checked question -> the passages to read for it.

A question that names a day is answered by that day's news first of all, and on any other day the
same words were written: its passages take most of the places. A matter that is asked about as a
whole is told by the articles that are about it, with a passage of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot.question.asked_day import AskedDay, asked_day
from bot.question.overview import Overview, about, asked_overview
from bot.stems import stems
from retrieval.archive import Archive
from retrieval.retriever import Retrieval
from retrieval.types import Filters, Hit

_LOOKED_AT = 60  # passages among which those of the day are looked for
_LOOKED_AT_FOR_ALL = 100  # passages whose articles a matter as a whole is told by
_ON_THE_MATTER = 0.35  # least cosine of a passage of an article that lacks a word of the matter
_OF_THE_DAY = 0.75  # of the places; the others are for later news that looks back


def search(archive: Archive, question: str, *, filters: Filters, k: int) -> Retrieval:
    """The `k` passages to read, best first; those of the day that is asked about before others.

    Raises:
        EmbedderMismatchError: the archive was indexed with another embedder.
        EmbedderError: the embedder failed.
    """
    overview = asked_overview(question)
    if overview is not None:
        return _one_of_each(archive, question, overview, filters=filters, k=k)
    asked = asked_day(question)
    if asked is None:
        return archive.retrieve(question, filters=filters, limit=k)
    wide = archive.retrieve(question, filters=filters, limit=max(_LOOKED_AT, k))
    near = next((day for hit in wide.hits if (day := _day_of(hit))), None)
    if near is None:
        return replace(wide, hits=wide.hits[:k])
    first, last = asked.news_days(near)
    then = [hit for hit in wide.hits if (day := _day_of(hit)) and first <= day <= last]
    most = max(1, round(k * _OF_THE_DAY))
    if len(then) < most:
        further = _also(archive, asked, _within(filters, first, last), most, known=then)
        # They were ranked among few, and are further back than all of these.
        last_of_all = wide.hits[-1].score
        then += [replace(h, score=last_of_all, dense_rank=None, lexical_rank=None) for h in further]
    then = then[:most]
    ids = {hit.passage.id for hit in then}
    others = [hit for hit in wide.hits if hit.passage.id not in ids]
    return replace(wide, hits=(*then, *others)[:k])


def _one_of_each(
    archive: Archive, question: str, overview: Overview, *, filters: Filters, k: int
) -> Retrieval:
    """A passage of each of the `k` best or newest articles that are about a matter.

    Where a day is named, only that day's news. The passage is the one found best; or an article's
    beginning, where that was found as well and its headline has a word of the matter.
    """
    topic = overview.topic or question
    if (asked := asked_day(question)) is not None:
        nearest = archive.retrieve(topic, filters=filters, limit=_LOOKED_AT)
        near = next((day for hit in nearest.hits if (day := _day_of(hit))), None)
        of_the_day = _within(filters, *asked.news_days(near)) if near else None
        if of_the_day is None:
            return replace(nearest, hits=())
        filters = of_the_day
    wide = archive.retrieve(topic, filters=filters, limit=_LOOKED_AT_FOR_ALL)
    best: dict[str, Hit] = {}
    for hit in wide.hits:
        kept = best.setdefault(hit.article.id, hit)
        if hit.passage.ordinal == 0 and stems(hit.article.ref.title) & overview.stems:
            best[hit.article.id] = replace(hit, score=kept.score, similarity=kept.similarity)
    texts = [f"{hit.article.ref.title} {hit.article.text}" for hit in best.values()]
    near_enough = [(hit.similarity or 0.0) >= _ON_THE_MATTER for hit in best.values()]
    fits = about(overview, texts, near_enough)
    found = [hit for hit, fit in zip(best.values(), fits, strict=True) if fit]
    if overview.latest:
        found.sort(key=lambda hit: _day_of(hit) or date.min, reverse=True)
    return replace(wide, hits=tuple(found[:k]))


def _also(
    archive: Archive, asked: AskedDay, filters: Filters | None, limit: int, *, known: Sequence[Hit]
) -> list[Hit]:
    """Further passages of the day, as they were found among those of the day alone."""
    if filters is None:
        return []
    found = archive.retrieve(asked.rest, filters=filters, limit=limit).hits
    ids = {hit.passage.id for hit in known}
    return [hit for hit in found if hit.passage.id not in ids]


def _within(filters: Filters, first: date, last: date) -> Filters | None:
    """The filters, narrowed to some days; None if they leave none of them."""
    since = max(first, filters.since or first)
    until = min(last, filters.until or last)
    return replace(filters, since=since, until=until) if since <= until else None


def _day_of(hit: Hit) -> date | None:
    published = hit.article.ref.published
    return published.date() if published else None
