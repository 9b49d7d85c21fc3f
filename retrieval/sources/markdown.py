"""Markdown -> article. The marks are read by a CommonMark parser and left out of the stored text,
so that a quotation holds the sentence and not its `**`.

Paragraphs, headings and list items become blocks with a blank line between them; a link leaves its
words, an image and a comment leave nothing; code stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from retrieval.errors import SourceError
from retrieval.sources import front_matter, wire
from retrieval.sources.article import finish
from retrieval.sources.canonical import canonical, one_line
from retrieval.sources.decode import decode
from retrieval.sources.inputs import Document
from retrieval.sources.text import drafted
from retrieval.types import ParsedArticle, SourceFailure

if TYPE_CHECKING:
    from markdown_it.token import Token

_TAG = re.compile(r"<(?:!--.*?(?:-->|\Z)|[/!?a-zA-Z][^<>]{0,2000}>)", re.S)


def read(document: Document) -> Iterator[ParsedArticle | SourceFailure]:
    """The one article of a Markdown file."""
    decoded = decode(document.content(document.limits.markup_bytes), declared=document.charset)
    text, dropped = canonical(decoded.text)
    matter = front_matter.split(text)
    heading, body = plain(text[matter.body :])
    draft = drafted({"headline": heading, **matter.fields}, body, (*decoded.notices, *dropped))
    if heading is not None and draft.title != heading:
        lead = wire.lead(body)  # the heading says more than the title does, and hides the dateline
        draft = replace(
            draft,
            text=f"{heading}\n\n{body}",
            dateline=draft.dateline or lead.place,
            carrier=draft.carrier or lead.carrier,
        )
    yield finish(draft, document)


def plain(text: str) -> tuple[str | None, str]:
    """The words of a Markdown text: its leading `# heading` if it has one, and the rest."""
    from markdown_it import MarkdownIt

    try:
        tokens = MarkdownIt("commonmark", {"maxNesting": 100}).enable("table").parse(text)
    except RecursionError as error:
        raise SourceError("is nested too deeply to be read as Markdown") from error
    blocks = list(_blocks(tokens))
    heading = None
    if blocks and blocks[0][0] == "h1" and len(blocks) > 1:
        heading = one_line(blocks.pop(0)[1]) or None
    return heading, "\n\n".join(words for _, words in blocks)


def _blocks(tokens: Sequence[Token]) -> Iterator[tuple[str, str]]:
    """Each block's tag and words, in order; a table row is one block."""
    tag = ""
    row: list[str] | None = None
    for token in tokens:
        if token.type == "tr_open":
            row = []
        elif token.type == "tr_close":
            yield "tr", " | ".join(row or [])
            row = None
        elif token.type.endswith("_open"):
            tag = token.tag
        elif token.type in ("fence", "code_block"):
            words = token.content.strip("\n")
            if words.strip():
                yield "code", words
        elif token.type in ("inline", "html_block"):
            inline = token.type == "inline"
            words = _inline(token.children or []) if inline else _untagged(token.content)
            if row is not None:
                row.append(words)
            elif words:
                yield (tag if inline else "html"), words


def _inline(tokens: Sequence[Token]) -> str:
    parts = []
    for token in tokens:
        if token.type in ("text", "code_inline"):
            parts.append(token.content)
        elif token.type == "softbreak":
            parts.append(" ")
        elif token.type == "hardbreak" or token.content[:3].lower() == "<br":
            parts.append("\n")
    return "".join(parts).strip()


def _untagged(html: str) -> str:
    import html as entities

    lines = entities.unescape(_TAG.sub("", html)).split("\n")
    return "\n".join(line.strip() for line in lines if line.strip())
