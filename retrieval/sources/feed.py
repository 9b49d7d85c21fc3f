"""RSS and Atom -> articles, by feedparser in the parser process: one article an entry.

Only what the feed itself holds is read; no entry's page is fetched. HTML in an entry becomes
paragraphs of plain text. A feed that declares XML entities is refused: no feed needs them.
"""

from __future__ import annotations

import io
import re
from calendar import timegm
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from retrieval.errors import SourceError
from retrieval.sources import dates, fields
from retrieval.sources.article import Draft, finish
from retrieval.sources.canonical import one_line
from retrieval.sources.decode import refuse_binary
from retrieval.sources.inputs import Document
from retrieval.sources.markup import paragraphs
from retrieval.sources.repeats import Repeats
from retrieval.sources.worker import extract as extract_apart
from retrieval.types import ParsedArticle, SourceFailure

_ENTITY = re.compile(rb"<!ENTITY", re.I)


def read(document: Document) -> Iterator[ParsedArticle | SourceFailure]:
    """The articles of a feed, in its order."""
    limits = document.limits
    data = document.content(limits.markup_bytes)
    refuse_binary(data)
    found = extract_apart(
        "feed",
        data,
        seconds=limits.parse_seconds,
        memory=limits.parse_memory,
        charset=document.charset,
        entries=limits.entries,
    )
    repeats = Repeats()
    for number, entry in enumerate(found["entries"], 1):
        try:
            article = finish(_draft(entry, found), document, many=True)
            if repeats.is_new(article):
                yield article
        except SourceError as error:
            yield SourceFailure(document.item.origin, f"entry {number}: {error}")
    if found["left"]:
        reason = f"has more than {limits.entries:,} entries: {found['left']:,} are not read"
        yield SourceFailure(document.item.origin, reason)


def _draft(entry: Mapping[str, Any], feed: Mapping[str, Any]) -> Draft:
    return Draft(
        text=entry["text"],
        title=fields.word(entry["title"]),
        published=_published(entry["published"], entry["parsed"]),
        source=fields.word(entry["source"]) or fields.word(feed["title"]),
        authors=fields.names(entry["authors"]),
        url=entry["link"],
        id=fields.word(entry["id"], limit=1_000),
        notices=tuple(feed["notices"]),
    )


def _published(written: str | None, parsed: list[int] | None) -> dates.Stamp:
    """The date as `dates` reads it, else as feedparser does, which knows more forms."""
    stamp = dates.parse(written)
    if stamp.value is None and parsed:
        try:
            return dates.Stamp(datetime.fromtimestamp(timegm(tuple(parsed)), UTC), stamp.raw)
        except (ValueError, OverflowError, OSError, TypeError):
            return stamp
    return stamp


def extract(data: bytes, *, charset: str | None, entries: int) -> dict[str, Any]:
    """The entries of a feed. Runs in the parser process."""
    import feedparser

    if _ENTITY.search(data.replace(b"\0", b"")):
        raise SourceError("declares XML entities: it is not read")
    kind = "application/xml" + (f"; charset={charset}" if charset else "")
    try:
        found = feedparser.parse(
            io.BytesIO(data),
            response_headers={"content-type": kind},
            sanitize_html=False,  # it becomes plain text here
            resolve_relative_uris=False,
        )
    except (KeyError, ValueError, TypeError, AttributeError, IndexError, LookupError) as error:
        # feedparser lets these through on some broken feeds
        raise SourceError(f"is a feed too broken to be read ({type(error).__name__})") from error
    if not found.entries:
        if not found.version:
            raise SourceError("is no RSS or Atom feed")
        raise SourceError("is a feed without entries: there is no article in it")
    notices = []
    if found.bozo and (flaw := found.get("bozo_exception")) is not None:
        what = one_line(str(flaw), limit=100)
        if type(flaw).__name__ not in ("NonXMLContentType", "CharacterEncodingOverride"):
            notices.append(f"the feed is broken, and was read as far as possible: {what}")
    return {
        "title": _plain(found.feed.get("title")),
        "notices": notices,
        "entries": [_entry(entry) for entry in found.entries[:entries]],
        "left": max(len(found.entries) - entries, 0),
    }


def _entry(entry: Any) -> dict[str, Any]:
    texts = [part.get("value") or "" for part in entry.get("content") or ()]
    texts = [*texts, entry.get("summary") or ""]
    written = entry.get("published") or entry.get("updated") or entry.get("created")
    parsed = next(filter(None, map(entry.get, ("published_parsed", "updated_parsed"))), None)
    source = entry.get("source")
    people = [person.get("name") for person in entry.get("authors") or () if person]
    return {
        "text": paragraphs(max(texts, key=len)),
        "title": _plain(entry.get("title")),
        "published": written if isinstance(written, str) else None,
        "parsed": list(parsed) if parsed else None,
        "source": _plain(source.get("title")) if isinstance(source, Mapping) else None,
        "authors": [*filter(None, people)] or [*filter(None, [entry.get("author")])],
        "link": entry.get("link") or None,
        "id": entry.get("id") or None,
    }


def _plain(markup: object) -> str | None:
    return one_line(paragraphs(markup)) if isinstance(markup, str) and markup else None
