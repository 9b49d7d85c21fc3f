"""A web page -> article: the story's paragraphs, without menus, footers and related links.

trafilatura finds the text. The publication date with its time, the outlet and the canonical
address are read from the page's own statements first (JSON-LD, Open Graph, `<time>`), since
trafilatura keeps the day only. When it finds next to nothing on a page that has paragraphs, the
paragraphs of `<article>` or of the whole body are taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from retrieval.errors import SourceError
from retrieval.sources import dates, fields
from retrieval.sources.article import Draft, finish
from retrieval.sources.canonical import canonical, one_line
from retrieval.sources.decode import declared_charset, decode
from retrieval.sources.inputs import Document
from retrieval.sources.markup import parse
from retrieval.sources.page import Page, linked_data
from retrieval.sources.worker import extract as extract_apart
from retrieval.types import ParsedArticle, SourceFailure

_FEW_WORDS = 25
_NO_TEXT = "has no article text: it may be drawn by scripts; save the page as text instead"


def read(document: Document) -> Iterator[ParsedArticle | SourceFailure]:
    """The one article of an HTML page."""
    limits = document.limits
    data = document.content(limits.markup_bytes)
    decoded = decode(data, declared=document.charset or declared_charset(data))
    text, dropped = canonical(decoded.text)  # before the parser: lxml stops at a NUL
    if not text:
        raise SourceError("is empty: there is no article in it")
    found = extract_apart(
        "html",
        text.encode(),
        seconds=limits.parse_seconds,
        memory=limits.parse_memory,
    )
    draft = Draft(
        text=found["text"],
        title=fields.word(found["title"]),
        published=dates.parse(found["published"]),
        source=fields.word(found["source"]),
        authors=fields.names(found["authors"]),
        url=found["url"],
        notices=(*decoded.notices, *dropped),
    )
    yield finish(draft, document)


def extract(data: bytes) -> dict[str, Any]:
    """The text and metadata of a UTF-8 page. Runs in the parser process."""
    import trafilatura

    tree = parse(data)
    page = Page(tree, tuple(linked_data(tree)))
    found = trafilatura.bare_extraction(
        data.decode(),
        include_comments=False,
        include_tables=True,
        favor_precision=True,
        with_metadata=True,
        date_extraction_params={"original_date": True, "extensive_search": False},
    )
    known = {} if found is None else found if isinstance(found, dict) else found.as_dict()
    title = one_line(page.title() or known.get("title") or "")
    blocks = [line.strip() for line in (known.get("text") or "").split("\n") if line.strip()]
    if sum(len(block.split()) for block in blocks) < _FEW_WORDS:
        own = page.paragraphs()
        if sum(map(len, own)) > sum(map(len, blocks)):
            blocks = own
    if len(blocks) > 1 and _letters(blocks[0]) == _letters(title):
        del blocks[0]
    if not blocks:
        raise SourceError(_NO_TEXT)
    return {
        "text": "\n\n".join(blocks),
        "title": title,
        "published": page.published() or known.get("date"),
        "source": page.source() or known.get("sitename") or known.get("hostname"),
        "authors": page.authors() or [*filter(None, (known.get("author") or "").split("; "))],
        "url": page.address() or known.get("url"),
    }


def _letters(words: str) -> str:
    """`words` for a comparison that quotation marks, spaces and case do not disturb."""
    return "".join(filter(str.isalnum, words)).casefold()
