"""An answer as readable text, for terminals and pipes.

The short answers come first, then what the reader wrote, then the numbered citations:

    Australia, the United Kingdom, and Canada [1]

    [1] "So far, its lead was followed by Australia, the United Kingdom, and Canada." — TASS,
        30 Dec 2021 (MOSCOW) · 4fbe4d4bf0f4:2710-2787
"""

from __future__ import annotations

from bot.render.citation import Quotes, address, citation_pieces, provenance
from bot.render.content import (
    CONFLICT_HEADING,
    NEAREST_HEADING,
    NEAREST_SHOWN,
    abstention_message,
    lines_above,
    paragraphs,
    quote_limits,
    shorts_in_quote,
    withheld,
)
from bot.render.layout import Piece, Style, lay_out
from bot.types import Answer, Nearest, Status


def render_text(
    answer: Answer, *, quotes: Quotes = "short", width: int | None = None, color: bool = False
) -> str:
    """The answer as text without a newline at its end.

    Args:
        quotes: how much of each quote the citations show; with "none" the claims are spelt out.
        width: columns to wrap at; None wraps nothing.
        color: whether escape sequences for bold and dim may be written.
    """
    if answer.status is Status.ABSTAINED:
        return render_abstention(answer, width=width, color=color)
    above = ""
    for group in paragraphs(lines_above(answer, quotes=quotes)):
        lead = group[0].lead.replace(" ", "\n") if above else ""
        bullet = "- " if group[0].lead == "\n- " else ""
        pieces = [Piece(bullet)] if bullet else []
        for line in group:
            style = Style.BOLD if line.short else Style.PLAIN
            pieces += [Piece(line.text, style), Piece(line.markers), Piece(" ")]
        indent = "" if group[-1].lead == " " else "  "
        above += lead.removesuffix("- ") + lay_out(
            pieces[:-1], width=width, indent=indent, color=color
        )
    blocks = [
        CONFLICT_HEADING if answer.status is Status.CONFLICTING else "",
        above,
        render_citations(answer, quotes=quotes, width=width, color=color),
        withheld(answer),
    ]
    return "\n\n".join(block for block in blocks if block)


def render_citations(
    answer: Answer, *, quotes: Quotes = "short", width: int | None = None, color: bool = False
) -> str:
    """The numbered citations, each a paragraph; arguments as in `render_text`."""
    limits = quote_limits(answer, quotes=quotes)
    lines = []
    for citation in answer.citations:
        bold = shorts_in_quote(answer, citation)
        limit = limits[citation.number]
        pieces = citation_pieces(citation, quotes=quotes, limit=limit, bold=bold)
        lines.append(lay_out(pieces, width=width, indent="    ", color=color))
    return "\n".join(lines)


def render_abstention(answer: Answer, *, width: int | None = None, color: bool = False) -> str:
    """Why there is no answer, and what was nearest."""
    lines = [lay_out([Piece(abstention_message(answer))], width=width, color=color)]
    if answer.nearest:
        lines += ["", NEAREST_HEADING]
    for near in answer.nearest[:NEAREST_SHOWN]:
        inner = width - 2 if width is not None else None
        lines.append("  " + lay_out(nearest_pieces(near), width=inner, indent="    ", color=color))
    return "\n".join(lines)


def nearest_pieces(near: Nearest) -> list[Piece]:
    """`Title — Outlet, date (PLACE) · id:start-end`"""
    origin = provenance(near.article, titled=True)
    span = address(near.article, near.start, near.end)
    tail = f"{origin} · {span}" if origin else f"· {span}"
    return [Piece(near.article.title), Piece(" — " if origin else " "), Piece(tail, Style.DIM)]
