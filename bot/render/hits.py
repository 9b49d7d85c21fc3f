"""Retrieved passages: as search results, and as the trace of an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.render.citation import address, provenance, shorten
from bot.render.layout import Piece, Style, lay_out
from bot.render.sanitise import clean_line
from retrieval.types import Hit

_EXCERPT = 240  # characters of a passage that a result shows
_TITLE = 40


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


def render_trace(hits: Sequence[Hit], timings: Mapping[str, float]) -> str:
    """A table of the passages that were retrieved, and the time that each stage took."""
    addresses = [address(hit.article.ref, hit.passage.start, hit.passage.end) for hit in hits]
    wide = max(map(len, addresses), default=0)
    lines = [f" #   score  cosine  dense  lexical  {'passage':<{wide}}  article"] if hits else []
    for number, (hit, where) in enumerate(zip(hits, addresses, strict=True), start=1):
        cosine = "-" if hit.similarity is None else f"{hit.similarity:.3f}"
        lines.append(
            f"{number:>2}  {hit.score:.4f}  {cosine:>6}  {hit.dense_rank or '-':>5}  "
            f"{hit.lexical_rank or '-':>7}  {where:<{wide}}  "
            + shorten(clean_line(hit.article.ref.title), limit=_TITLE)
        )
    if timings:
        stages = ", ".join(f"{clean_line(stage)} {ms:.1f}" for stage, ms in timings.items())
        lines.append(f"milliseconds: {stages}")
    return "\n".join(lines)
