"""How a citation reads: `[1] "exact quote" — Outlet, 30 Dec 2021 (MOSCOW) · <id>:120-188`.

Parts that the archive does not know are left out. A quote that is shortened shows every cut as
` […] `, the mark that newspapers use for their own omissions.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

from bot.render.layout import Piece, Style
from bot.render.sanitise import clean_line
from bot.types import Citation
from retrieval.types import ArticleRef, Span

Quotes = Literal["short", "full", "none"]

QUOTE_LENGTH = 160  # characters of a shortened quote, about two lines of a terminal
CUT = " […] "

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TITLE_LENGTH = 80


def day(when: date) -> str:
    """A calendar day as newspapers write it, whatever the locale: `30 Dec 2021`."""
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"


def address(article: ArticleRef, start: int, end: int) -> str:
    """Where a span is, in the form that `dateline show` reads: `<article id>:120-188`."""
    return f"{article.id}:{start}-{end}"


def outlet(article: ArticleRef) -> str:
    """Who published the article, else who passed it on, else an empty text."""
    return clean_line(article.source or article.carrier or "")


def provenance(article: ArticleRef, *, titled: bool = False) -> str:
    """`Outlet, 30 Dec 2021 (MOSCOW)`, the title standing in for an outlet nobody named.

    With `titled`, the title is shown elsewhere and does not stand in.
    """
    name = outlet(article)
    if not name and not titled:
        name = shorten(clean_line(article.title), limit=_TITLE_LENGTH)
    when = day(article.published) if article.published else ""
    place = clean_line(article.dateline or "")
    text = ", ".join(part for part in (name, when) if part)
    return f"{text} ({place})".strip() if place else text


def shorten(text: str, *, limit: int) -> str:
    """The beginning of `text`, at most `limit` characters, cut visibly."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def cut_quote(quote: str, *, limit: int | None, keep: Span | None = None) -> list[Span]:
    """Which parts of a quote to show.

    Args:
        limit: about how many characters; None for all.
        keep: a part that must stay visible, such as the short answer.

    Returns:
        One span, or the beginning and the end, in order.
    """
    if limit is None or len(quote) <= limit:
        return [Span(0, len(quote))]
    head = _back_to_space(quote, limit * 3 // 5)
    tail = _on_to_space(quote, len(quote) - (limit - head - len(CUT)))
    if keep is None or keep.end <= head or keep.start >= tail:
        return [Span(0, head), Span(tail, len(quote))]
    room = max(0, limit - (keep.end - keep.start))
    start = _on_to_space(quote, max(0, keep.start - room // 2)) if keep.start else 0
    end = _back_to_space(quote, min(len(quote), keep.end + room // 2))
    return [Span(min(start, keep.start), max(end, keep.end))]


def _back_to_space(text: str, at: int) -> int:
    if at >= len(text):
        return len(text)
    space = text.rfind(" ", max(0, at - 20), at + 1)
    return space if space > 0 else at


def _on_to_space(text: str, at: int) -> int:
    if at <= 0:
        return 0
    space = text.find(" ", at, at + 20)
    return space + 1 if space >= 0 else at


def quote_pieces(quote: str, *, limit: int | None, bold: Sequence[Span] = ()) -> list[Piece]:
    """A quote between quotation marks, cuts marked; `bold` parts, in order, are never cut out."""
    keep = Span(bold[0].start, bold[-1].end) if bold else None
    spans = cut_quote(quote, limit=limit, keep=keep)
    pieces = [Piece('"')]
    if spans[0].start > 0:
        pieces.append(Piece(CUT.lstrip()))
    for number, span in enumerate(spans):
        if number:
            pieces.append(Piece(CUT))
        at = span.start
        for start, end in bold:
            if at <= start and end <= span.end:
                pieces += [Piece(quote[at:start]), Piece(quote[start:end], Style.BOLD)]
                at = end
        pieces.append(Piece(quote[at : span.end]))
    if spans[-1].end < len(quote):
        pieces.append(Piece(CUT.rstrip()))
    pieces.append(Piece('"'))
    return pieces


def citation_pieces(
    citation: Citation, *, quotes: Quotes, limit: int | None = None, bold: Sequence[Span] = ()
) -> list[Piece]:
    """A citation's line, in pieces."""
    pieces = [Piece(f"[{citation.number}] ", Style.BOLD)]
    origin = provenance(citation.article)
    if quotes != "none":
        pieces += quote_pieces(citation.quote, limit=limit, bold=bold)
        pieces.append(Piece(" — " if origin else " "))
    span = address(citation.article, citation.start, citation.end)
    pieces.append(Piece(f"{origin} · {span}" if origin else f"· {span}", Style.DIM))
    if not citation.verified:
        pieces.append(Piece(" · NOT VERIFIED", Style.BOLD))
    return pieces
