"""Step 7. A checked question -> the passages to read for it.

A question that names a day is answered by that day's news first of all, and on any other day the
same words were written: its passages take most of the places. One that names an outlet is answered
by that outlet, and by articles that name it. A matter that is asked about as a whole is told by the
articles that are about it, with a passage of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot.question.asked_day import AskedDay, asked_day
from bot.question.outlets import is_by, named_outlets, names_any
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
    wide = archive.retrieve(question, filters=filters, limit=max(_LOOKED_AT, k))
    outlets = named_outlets(question, wide.hits)
    overview = asked_overview(question, outlets)
    if overview is not None:
        return _one_of_each(archive, question, overview, outlets, filters=filters, k=k)
    hits = wide.hits
    if outlets:
        hits = _of_outlets(archive, question, hits, outlets, filters)
    asked = asked_day(question)
    near = _day_nearest(hits)
    if asked is not None and near is not None:
        hits = _of_the_day_first(archive, asked, near, hits, filters=filters, k=k)
    return replace(wide, hits=hits[:k])


def _of_the_day_first(
    archive: Archive, asked: AskedDay, near: date, hits: Sequence[Hit], *, filters: Filters, k: int
) -> tuple[Hit, ...]:
    """Passages of the day that is asked about, then the others."""
    first, last = asked.news_days(near)
    then = [hit for hit in hits if (day := _day_of(hit)) and first <= day <= last]
    most = max(1, round(k * _OF_THE_DAY))
    if len(then) < most:
        further = _also(archive, asked.rest, _within(filters, first, last), most, known=then)
        then += _behind(hits, further)
    then = then[:most]
    ids = {hit.passage.id for hit in then}
    return (*then, *(hit for hit in hits if hit.passage.id not in ids))


def _of_outlets(
    archive: Archive,
    question: str,
    hits: Sequence[Hit],
    outlets: frozenset[str],
    filters: Filters,
) -> tuple[Hit, ...]:
    """Those of the outlets that the question names and of articles that name one; further ones."""
    kept = [h for h in hits if is_by(h.article, outlets) or names_any(h.article, outlets)]
    sources = {h.article.ref.source or "" for h in kept if is_by(h.article, outlets)} - {""}
    only = replace(filters, sources=tuple(sorted(sources))) if sources else None
    further = _also(archive, question, only, len(hits), known=kept)
    return (*kept, *_behind(hits, further))


def _one_of_each(
    archive: Archive,
    question: str,
    overview: Overview,
    outlets: frozenset[str],
    *,
    filters: Filters,
    k: int,
) -> Retrieval:
    """A passage of each of the `k` best or newest articles that are about a matter.

    Where a day is named, only that day's news; where outlets are, only theirs. The passage is the
    one found best; or an article's beginning, where that was found as well and its headline has a
    word of the matter.
    """
    topic = overview.topic or question
    if (asked := asked_day(question)) is not None:
        nearest = archive.retrieve(topic, filters=filters, limit=_LOOKED_AT)
        near = _day_nearest(nearest.hits)
        of_the_day = _within(filters, *asked.news_days(near)) if near else None
        if of_the_day is None:
            return replace(nearest, hits=())
        filters = of_the_day
    wide = archive.retrieve(topic, filters=filters, limit=_LOOKED_AT_FOR_ALL)
    words = overview.stems
    best: dict[str, Hit] = {}
    for hit in wide.hits:
        if outlets and not is_by(hit.article, outlets):
            continue
        kept = best.setdefault(hit.article.id, hit)
        if hit.passage.ordinal == 0 and stems(hit.article.ref.title) & words:
            best[hit.article.id] = replace(hit, score=kept.score, similarity=kept.similarity)
    texts = [f"{hit.article.ref.title} {hit.article.text}" for hit in best.values()]
    near_enough = [(hit.similarity or 0.0) >= _ON_THE_MATTER for hit in best.values()]
    fits = about(overview, texts, near_enough)
    found = [hit for hit, fit in zip(best.values(), fits, strict=True) if fit]
    if overview.latest:
        found.sort(key=lambda hit: _day_of(hit) or date.min, reverse=True)
    return replace(wide, hits=tuple(found[:k]))


def _also(
    archive: Archive, question: str, filters: Filters | None, limit: int, *, known: Sequence[Hit]
) -> list[Hit]:
    """Further passages, as they were found among those that pass the filters alone."""
    if filters is None:
        return []
    found = archive.retrieve(question, filters=filters, limit=limit).hits
    ids = {hit.passage.id for hit in known}
    return [hit for hit in found if hit.passage.id not in ids]


def _behind(hits: Sequence[Hit], further: Sequence[Hit]) -> list[Hit]:
    """`further`, which were ranked among few, as further back than all of `hits`."""
    last = hits[-1].score
    return [replace(hit, score=last, dense_rank=None, lexical_rank=None) for hit in further]


def _within(filters: Filters, first: date, last: date) -> Filters | None:
    """The filters, narrowed to some days; None if they leave none of them."""
    since = max(first, filters.since or first)
    until = min(last, filters.until or last)
    return replace(filters, since=since, until=until) if since <= until else None


def _day_nearest(hits: Sequence[Hit]) -> date | None:
    """The day of the best hit that has one."""
    return next((day for hit in hits if (day := _day_of(hit))), None)


def _day_of(hit: Hit) -> date | None:
    published = hit.article.ref.published
    return published.date() if published else None
