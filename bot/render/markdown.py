"""An answer as Markdown (CommonMark), safe to paste anywhere.

Text from articles can form no markup, HTML or link: what could begin one is escaped. Links come
only from an article's own http(s) address, as the archive holds it.
"""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from bot.render.citation import Quotes, address, provenance, quote_pieces
from bot.render.content import (
    CONFLICT_HEADING,
    NEAREST_HEADING,
    NEAREST_SHOWN,
    Line,
    abstention_message,
    lines_above,
    paragraphs,
    quote_limits,
    shorts_in_quote,
    withheld,
)
from bot.render.layout import Piece, Style
from bot.render.sanitise import clean_line, flatten
from bot.types import Answer, Citation, Nearest, Status
from retrieval.types import ArticleRef

# Inline markup, and what GitHub's dialect makes links, mentions and formulas of.
_INLINE = re.compile(r"[\\`*_\[\]<>&|~$@]|:(?=/)|(?<=www)\.", re.IGNORECASE)
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
# Where a backslash keeps a paragraph from being a list, a heading or an underline.
_BLOCK_START = re.compile(r"^(?:\d+(?=[.)](?:\s|$))|(?=[-+#=]))")


def render_markdown(answer: Answer, *, quotes: Quotes = "short") -> str:
    """The answer as Markdown without a newline at its end; `quotes` as in `render_text`."""
    if answer.status is Status.ABSTAINED:
        return _abstention(answer)
    blocks = [f"**{CONFLICT_HEADING}**"] if answer.status is Status.CONFLICTING else []
    for group in paragraphs(lines_above(answer, quotes=quotes)):
        bullet = "- " if group[0].lead == "\n- " else ""
        blocks.append(bullet + " ".join(_line(line) for line in group))
    limits = quote_limits(answer, quotes=quotes)
    for citation in answer.citations:
        blocks.append(_citation(answer, citation, quotes, limits[citation.number]))
    if note := withheld(answer):
        blocks.append(f"*{note}*")
    return "\n\n".join(blocks)


def _line(line: Line) -> str:
    text = f"**{_inline(clean_line(line.text))}**" if line.short else escape(line.text)
    return text + line.markers


def escape(text: str) -> str:
    """`text` on one line, with every character that could begin markup made plain."""
    return _BLOCK_START.sub(r"\g<0>\\", _inline(clean_line(text)))


def safe_url(url: str | None) -> str | None:
    """An http(s) address, fit for a Markdown link; None for anything else."""
    if not url or clean_line(url) != url:
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme.lower() not in {"http", "https"} or not host or "@" in parts.netloc:
        return None
    return quote(url, safe=":/?#!$&'*+,;=@%~-._").replace("&", "&amp;")


def _citation(answer: Answer, citation: Citation, quotes: Quotes, limit: int | None) -> str:
    parts = []
    if quotes != "none":
        bold = shorts_in_quote(answer, citation)
        parts.append(_written(quote_pieces(citation.quote, limit=limit, bold=bold)))
    parts.append(_linked(citation.article, provenance(citation.article)))
    line = " — ".join(part for part in parts if part)
    span = address(citation.article, citation.start, citation.end)
    warning = "" if citation.verified else " · **NOT VERIFIED**"
    return f"[{citation.number}] {line} · `{_code(span)}`{warning}"


def _abstention(answer: Answer) -> str:
    blocks = [escape(abstention_message(answer))]
    if answer.nearest:
        nearest = answer.nearest[:NEAREST_SHOWN]
        blocks += [NEAREST_HEADING, "\n".join(f"- {_nearest(near)}" for near in nearest)]
    return "\n\n".join(blocks)


def _nearest(near: Nearest) -> str:
    title = _linked(near.article, clean_line(near.article.title))
    origin = _inline(provenance(near.article, titled=True))
    span = f"`{_code(address(near.article, near.start, near.end))}`"
    return " — ".join(part for part in (title, origin) if part) + f" · {span}"


def _linked(article: ArticleRef, text: str) -> str:
    url = safe_url(article.url)
    return f"[{escape(text)}](<{url}>)" if url and text else escape(text)


def _written(pieces: list[Piece]) -> str:
    """Pieces with bold ones between asterisks, which must touch the words they set off."""
    out = []
    for text, style in pieces:
        inner = clean_line(text)
        if style is Style.BOLD and inner:
            out.append(f"**{_inline(inner)}**")
        else:
            out.append(_inline(text))
    return "".join(out)


def _inline(text: str) -> str:
    return _INLINE.sub(lambda found: _ENTITIES.get(found[0], "\\" + found[0]), flatten(text))


def _code(text: str) -> str:
    return clean_line(text).replace("`", "")
