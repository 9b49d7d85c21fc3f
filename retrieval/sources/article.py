"""The last step of every reader: a draft -> a ParsedArticle in canonical form."""

from __future__ import annotations

import re
from dataclasses import dataclass

from retrieval.errors import SourceError
from retrieval.sources import dates, wire
from retrieval.sources.canonical import canonical, one_line, shortened
from retrieval.sources.identity import article_key, same_site, url_key
from retrieval.sources.inputs import Document
from retrieval.types import ParsedArticle

_TITLE_LENGTH = 90
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*(?=\s+[\"'“‘(\[]?[^\W\d_a-z])|\n")
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a reader found, as the input wrote it. Everything but the text may be missing."""

    text: str
    title: str | None = None
    published: dates.Stamp = dates.NO_DATE
    source: str | None = None
    authors: tuple[str, ...] = ()
    url: str | None = None
    id: str | None = None
    dateline: str | None = None
    carrier: str | None = None
    notices: tuple[str, ...] = ()


def finish(draft: Draft, document: Document, *, many: bool = False) -> ParsedArticle:
    """The article of a draft: canonical text, key, and what its wire lead adds.

    Args:
        draft: what the reader found.
        document: the input it was found in.
        many: whether that input may hold several articles.

    Raises:
        SourceError: the text holds no letter, or is longer than the limit.
    """
    text, dropped = canonical(draft.text)
    if not _LETTER.search(text):
        raise SourceError("is empty: there is no text in it" if not text else "holds no words")
    if len(text) > document.limits.article_chars:
        raise SourceError(
            f"is {len(text):,} characters long, more than the {document.limits.article_chars:,} "
            "allowed for one article: split it"
        )
    notices = [*draft.notices, *dropped]
    url, own = _address(draft.url, document, notices, many=many)
    stated = draft.id if own else draft.id or url
    lead = wire.lead(text)
    stamp = draft.published
    if stamp.notice:
        notices.append(stamp.notice)
    if stamp.raw is None and (day := wire.published(lead.day, near=None)) is not None:
        stamp = dates.Stamp(day, lead.day)
    carrier = draft.carrier or lead.carrier
    if draft.source is not None and carrier in wire.OUTLETS:
        carrier = None
    return ParsedArticle(
        key=article_key(
            document.item, url=url if own else None, stated=stated, text=text, many=many
        ),
        origin=document.item.origin,
        title=one_line(draft.title or "") or headline(text, lead),
        text=text,
        source=draft.source or carrier,
        published=stamp.value,
        published_raw=stamp.raw,
        authors=draft.authors,
        url=url,
        dateline=draft.dateline or lead.place,
        carrier=carrier,
        notices=tuple(dict.fromkeys(notices)),
    )


def headline(text: str, lead: wire.Lead = wire.NO_LEAD) -> str:
    """A title for a text without one: its first sentence after the dateline, cut to 90."""
    start = text[lead.end :].lstrip()[:2_000]
    end = _SENTENCE_END.search(start)
    sentence = one_line(start[: end.end()] if end else start)
    return shortened(sentence, limit=_TITLE_LENGTH) or one_line(text)[:_TITLE_LENGTH]


def _address(
    stated: str | None, document: Document, notices: list[str], *, many: bool
) -> tuple[str | None, bool]:
    """The article's URL, and whether it may be its key.

    What is fetched may speak for its own site only. Otherwise any page could put its text in
    another outlet's place by naming that outlet's article as its canonical address. A feed does
    link to other sites: its entries keep the link, but are known by the feed and their id.
    """
    url = None if stated is None else url_key(stated)
    if stated and url is None:
        notices.append(f"the address {one_line(stated, limit=80)!r} is no http URL: it is not used")
    if document.url is None or (url is not None and same_site(url, document.url)):
        return url, True
    if many:
        return url, False
    if url is not None:
        notices.append(f"the page names {url} of another site as its address: it is not used")
    return url_key(document.url), True
