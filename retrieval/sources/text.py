"""Plain text -> article.

The stored text is always a *tail* of the file's canonical text: what stands before it was read as
metadata, in this order, each only if present:

1. YAML front matter;
2. the archive prefix of a wire story: `date 2021-12-29 `;
3. header lines as in a letter: `Title: …`, `Date: …`, `Source: …`;
4. a title: a short first line without a final period, and a blank line after it;
5. a byline: `By Jane Doe` on a line of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from retrieval.sources import dates, fields, front_matter, wire
from retrieval.sources.article import Draft, finish
from retrieval.sources.canonical import canonical, one_line
from retrieval.sources.decode import decode
from retrieval.sources.inputs import Document
from retrieval.types import ParsedArticle, SourceFailure

_HEADER = re.compile(r"([A-Za-z][A-Za-z_ -]{0,20}):[ \t]*(\S[^\n]{0,500})(?:\n|\Z)")
_TITLE_LINE = re.compile(r"([^\n]{1,120})\n[^\S\n]*\n\s*(?=\S)")
_NAME = r"[^\W\d_a-z][\w.'’-]*"
_BYLINE = re.compile(
    rf"(By {_NAME}(?:,? (?:{_NAME}|and|de|der|van|von|bin|al|ben)){{0,12}})"
    r"(?:, [a-z][\w '’-]{1,40})?[^\S\n]*\n\s*(?=\S)"  # what they are: ", court reporter"
)
_LETTER = re.compile(r"[^\W\d_]")
_PLAIN = str.maketrans("", "", "_- ")


def read(document: Document) -> Iterator[ParsedArticle | SourceFailure]:
    """The one article of a plain-text file."""
    decoded = decode(
        document.content(document.limits.file_bytes),
        declared=document.charset,
    )
    text, dropped = canonical(decoded.text)
    draft = _draft(text)
    yield finish(replace(draft, notices=(*decoded.notices, *dropped, *draft.notices)), document)


def drafted(found: Mapping[str, object], text: str, notices: tuple[str, ...] = ()) -> Draft:
    """A draft of fields that `fields.pick` returned, and of the text beside them."""
    picked = fields.pick(found)
    published = picked.get("published")
    return Draft(
        text=text,
        title=fields.word(picked.get("title")),
        published=dates.parse(published if isinstance(published, str | int | float) else None),
        source=fields.word(picked.get("source")),
        authors=fields.names(picked.get("authors")),
        url=fields.word(picked.get("url"), limit=3_000),
        id=fields.word(picked.get("id"), limit=2_000),
        dateline=fields.word(picked.get("dateline")),
        carrier=fields.word(picked.get("carrier")),
        notices=notices,
    )


def _draft(text: str) -> Draft:
    matter = front_matter.split(text)
    body = text[matter.body :].lstrip()
    found = matter.fields
    archived, skip = wire.archive_prefix(body)
    body = body[skip:]
    if not found and not archived:
        found, body = _headers(body)
    draft = drafted(found, body)
    if archived and draft.published.raw is None:
        return headed(replace(draft, published=dates.parse(archived)))
    return _headed(draft)


def headed(draft: Draft) -> Draft:
    """`draft` with what the head of its text says, where its date is only that of its file.

    A byline is believed before the file's author, and the dateline's day before the file's date,
    in the year that brings it nearest to that date.
    """
    found = _headed(replace(draft, authors=()))
    draft = replace(found, authors=found.authors or draft.authors)
    stamp = draft.published
    day = wire.lead(draft.text).day
    told = wire.published(day, near=stamp.value)
    if told is None:
        return draft
    raw = f"{stamp.raw} … {day}" if stamp.raw else day
    return replace(draft, published=dates.Stamp(told, raw))


def _headed(draft: Draft) -> Draft:
    title, body = _title(draft.text, known=draft.title)
    authors, rest = _byline(body)
    if draft.authors and not set(authors) & set(draft.authors):
        return replace(draft, text=body, title=title)
    return replace(draft, text=rest, title=title, authors=draft.authors or authors)


def _headers(text: str) -> tuple[dict[str, object], str]:
    """The header lines at the head of `text`, and the rest."""
    found: dict[str, object] = {}
    end = 0
    while line := _HEADER.match(text, end):
        name = line[1].lower().translate(_PLAIN)
        if name not in fields.METADATA_NAMES:
            break
        found.setdefault(line[1].strip(), line[2].strip())
        end = line.end()
    rest = text[end:].lstrip()
    return (found, rest) if _LETTER.search(rest) else ({}, text)


def _title(text: str, *, known: str | None) -> tuple[str | None, str]:
    line = _TITLE_LINE.match(text)
    if line is None or not _LETTER.search(text, line.end()):
        return known, text
    first = one_line(line[1])
    if known is not None:
        return known, text[line.end() :] if first == known else text
    short = _LETTER.search(first) and not first.endswith((".", ":", ",", ";", "…", "...", "”", '"'))
    if not short or wire.lead(first + " ").end or _BYLINE.match(text):
        return None, text
    return first, text[line.end() :]


def _byline(text: str) -> tuple[tuple[str, ...], str]:
    line = _BYLINE.match(text)
    if line is None or len(line[1]) > 80 or not _LETTER.search(text, line.end()):
        return (), text
    return fields.names(line[1]), text[line.end() :]
