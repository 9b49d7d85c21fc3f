"""An article for reading: whole, or the paragraph around a span with the span marked."""

from __future__ import annotations

from collections.abc import Iterable

from bot.render.citation import day, outlet
from bot.render.layout import Piece, Style, lay_out, styled
from bot.render.sanitise import clean, clean_line
from retrieval.types import Article, ArticleRef, Span

MARK_START, MARK_END = ">>", "<<"  # around a marked span where nothing can be styled


def render_article(
    article: Article, *, mark: Span | None = None, width: int | None = None, color: bool = False
) -> str:
    """Heading and whole text, with `mark` set off; wrapped at `width` columns unless None."""
    whole = Span(0, len(article.text))
    return f"{heading(article, color=color)}\n\n{_body(article.text, whole, mark, width, color)}"


def render_span(
    article: Article, span: Span, *, width: int | None = None, color: bool = False
) -> str:
    """Heading and the paragraphs that hold `span`, which is set off; wrapped likewise."""
    around = paragraphs_around(article.text, span)
    return f"{heading(article, color=color)}\n\n{_body(article.text, around, span, width, color)}"


def heading(article: Article, *, color: bool = False) -> str:
    """Title, then who, when and where, then id and address, a line each."""
    ref = article.ref
    title = styled(clean_line(ref.title), Style.BOLD, color=color)
    carried = ref.carrier if ref.source and ref.carrier != ref.source else None
    about = [
        outlet(ref),
        day(ref.published) if ref.published else "",
        clean_line(ref.dateline or ""),
        f"via {clean_line(carried)}" if carried else "",
        clean_line(", ".join(article.authors)),
    ]
    where = [
        ref.id if ref.revision == 1 else f"{ref.id} revision {ref.revision}",
        clean_line(ref.url or article.origin),
    ]
    lines = [title, " · ".join(filter(None, about)), " · ".join(filter(None, where))]
    return "\n".join(line for line in lines if line)


def reference_line(ref: ArticleRef) -> str:
    """One line of `dateline list`: id, day, outlet, title."""
    when = day(ref.published) if ref.published else "no date"
    return f"{ref.id}  {when:>11}  {outlet(ref) or '-'}  {clean_line(ref.title)}"


def paragraphs_around(text: str, span: Span) -> Span:
    """The whole paragraphs, divided by empty lines, that `span` touches."""
    before = text.rfind("\n\n", 0, span.start + 1)
    after = text.find("\n\n", max(span.end - 1, 0))
    return Span(0 if before < 0 else before + 2, len(text) if after < 0 else after)


def _body(text: str, shown: Span, mark: Span | None, width: int | None, color: bool) -> str:
    """The shown part of the text; exact where nothing is wrapped."""
    if mark is None:
        pieces = [Piece(text[slice(*shown)])]
    else:
        marked = text[slice(*mark)]
        pieces = [
            Piece(text[shown.start : mark.start]),
            Piece(marked if color else f"{MARK_START}{marked}{MARK_END}", Style.REVERSE),
            Piece(text[mark.end : shown.end]),
        ]
    lines = _lines(pieces)
    if width is None:
        return "\n".join("".join(styled(*p, color=color) for p in line) for line in lines)
    return "\n".join(lay_out(line, width=width, color=color) for line in lines)


def _lines(pieces: Iterable[Piece]) -> list[list[Piece]]:
    """Clean pieces, divided at line ends, so that no style runs over one."""
    lines: list[list[Piece]] = [[]]
    for text, style in pieces:
        first, *rest = clean(text).split("\n")
        lines[-1].append(Piece(first, style))
        lines.extend([Piece(part, style)] for part in rest)
    return lines
