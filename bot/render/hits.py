"""Retrieved passages as search results."""

from __future__ import annotations

from collections.abc import Sequence

from bot.render.citation import address, provenance, shorten
from bot.render.layout import Piece, Style, lay_out
from bot.render.sanitise import clean_line
from retrieval.types import Hit

_EXCERPT = 240  # characters of a passage that a result shows


def render_hits(hits: Sequence[Hit], *, width: int | None = None, color: bool = False) -> str:
    """Numbered results: title and origin, then the beginning of the passage."""
    blocks = []
    for number, hit in enumerate(hits, start=1):
        origin = provenance(hit.article.ref, titled=True)
        span = address(hit.article.ref, hit.passage.start, hit.passage.end)
        head = [
            Piece(f"{number}. "),
            Piece(hit.article.ref.title, Style.BOLD),
            Piece(" — " if origin else " "),
            Piece(f"{origin} · {span}" if origin else f"· {span}", Style.DIM),
        ]
        excerpt = [Piece(shorten(clean_line(hit.text), limit=_EXCERPT))]
        inner = width - 3 if width is not None else None
        blocks.append(
            lay_out(head, width=width, indent="   ", color=color)
            + "\n   "
            + lay_out(excerpt, width=inner, indent="   ", color=color)
        )
    return "\n\n".join(blocks)
