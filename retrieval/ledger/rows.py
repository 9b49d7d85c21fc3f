"""Step 4. Between SQL rows and the nouns of `retrieval.types`. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from retrieval.types import Article, ArticleRef, Filters, ParsedArticle, Passage, Span

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[Any]

# Columns, in the order that the functions below read them.
REF = "r.article_id, r.revision, r.title, r.source, r.published, r.url, r.dateline, r.carrier"
PASSAGE = 'p.id, p.article_id, p.revision, p.ordinal, p.start, p."end", p.sentences'


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger knows of a key: the article's id, current revision and content hash."""

    id: str
    revision: int
    content_hash: str
    origin: str


@dataclass(frozen=True, slots=True)
class NewRevision:
    """A revision ready to be stored. `vectors` is float16 [len(passages), dimension]."""

    id: str
    revision: int
    parsed: ParsedArticle
    content_hash: str
    ingested: datetime
    passages: Sequence[tuple[Span, ...]]
    vectors: Matrix


def revision_row(new: NewRevision) -> tuple[object, ...]:
    """The columns of table `revision`."""
    parsed = new.parsed
    return (
        new.id,
        new.revision,
        parsed.title,
        parsed.text,
        new.content_hash,
        parsed.source,
        parsed.published.isoformat() if parsed.published else None,
        parsed.published_raw,
        parsed.published.date().toordinal() if parsed.published else None,
        json.dumps(parsed.authors, ensure_ascii=False),
        parsed.url,
        parsed.dateline,
        parsed.carrier,
        new.ingested.isoformat(),
    )


def new_ref(new: NewRevision) -> ArticleRef:
    """How the stored revision will be named."""
    parsed = new.parsed
    return ArticleRef(
        id=new.id,
        revision=new.revision,
        title=parsed.title,
        source=parsed.source,
        published=parsed.published,
        url=parsed.url,
        dateline=parsed.dateline,
        carrier=parsed.carrier,
    )


def ref_from(row: Sequence[Any]) -> ArticleRef:
    """A reference from the columns `REF`."""
    article_id, revision, title, source, published, url, dateline, carrier = row
    return ArticleRef(
        id=article_id,
        revision=revision,
        title=title,
        source=source,
        published=datetime.fromisoformat(published) if published else None,
        url=url,
        dateline=dateline,
        carrier=carrier,
    )


def passage_from(row: Sequence[Any]) -> Passage:
    """A passage from the columns `PASSAGE`."""
    passage_id, article_id, revision, ordinal, start, end, sentences = row
    spans = tuple(Span(*pair) for pair in json.loads(sentences))
    return Passage(passage_id, article_id, revision, ordinal, start, end, spans)


def parsed_from(article: Article, key: str, published_raw: str | None) -> ParsedArticle:
    """A stored article as its source gave it, for comparing content hashes."""
    ref = article.ref
    return ParsedArticle(
        key=key,
        origin=article.origin,
        title=ref.title,
        text=article.text,
        source=ref.source,
        published=ref.published,
        published_raw=published_raw,
        authors=article.authors,
        url=ref.url,
        dateline=ref.dateline,
        carrier=ref.carrier,
    )


def where(filters: Filters) -> tuple[str, list[object]]:
    """SQL condition over `revision r` and its values. Nothing typed by a person is in the SQL."""
    parts, values = ["1"], list[object]()
    if filters.since:
        parts.append("r.published_day >= ?")
        values.append(filters.since.toordinal())
    if filters.until:
        parts.append("r.published_day <= ?")
        values.append(filters.until.toordinal())
    if filters.sources:
        marks = ", ".join("?" * len(filters.sources))
        if all(name.isascii() for name in filters.sources):
            parts.append(f"(r.source COLLATE NOCASE IN ({marks}))")
            values.extend(filters.sources)
        else:
            parts.append(f"(fold(r.source) IN ({marks}))")  # the ledger defines it
            values.extend(name.casefold() for name in filters.sources)
    return " AND ".join(parts), values
