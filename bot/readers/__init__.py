"""Step 9. The reader: passages -> draft claims that name sentences. This file is the port.

A reader never makes a citation. It names spans of the passages it was given; `bot.citations`
turns them into citations and re-checks each one against the stored text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.types import Reason
from retrieval.types import ArticleRef, Hit, Span


@dataclass(frozen=True, slots=True)
class Evidence:
    """A span of one article that a draft claim rests on."""

    article: ArticleRef
    span: Span


@dataclass(frozen=True, slots=True)
class DraftClaim:
    """A claim before it is verified.

    `text` None means that the claim is its evidence, quoted. `short` is the short answer, a span
    inside one of the evidence spans. `score` is in [0, 1].
    """

    evidence: tuple[Evidence, ...]
    text: str | None = None
    short: Evidence | None = None
    score: float | None = None


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """The reader found no answer in the passages, and why.

    `nearest` are sentences that come near without answering, best first; may be empty.
    """

    reason: Reason
    nearest: tuple[Evidence, ...] = ()


class Reader(Protocol):
    """Reads passages for the answer to a question."""

    @property
    def name(self) -> str:
        """Recorded in every answer."""
        ...

    def read(self, question: str, hits: Sequence[Hit]) -> Iterator[DraftClaim | NoAnswer]:
        """Yield draft claims, best first, as they are found; or one `NoAnswer`."""
        ...
