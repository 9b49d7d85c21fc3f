"""Step 9. Which sentences stand in one paragraph. Pure."""

from __future__ import annotations

from retrieval.types import Span


def in_one_paragraph(text: str, first: Span, last: Span) -> bool:
    """Whether no paragraph of `text` ends between two sentences, the first of which comes first."""
    return "\n\n" not in text[first.end : last.start]
