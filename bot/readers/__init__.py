"""Step 9. The reader: passages -> draft claims that name sentences. This file is the port.

A reader never makes a citation. It names spans of the passages it was given; `bot.citations`
turns them into citations and re-checks each one against the stored text.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bot.types import Lead, Reason, Usage
from retrieval.types import ArticleRef, Hit, Span

if TYPE_CHECKING:
    from bot.model.deadline import Deadline


@dataclass(frozen=True, slots=True)
class Evidence:
    """A span of one article that a draft claim rests on."""

    article: ArticleRef
    span: Span


@dataclass(frozen=True, slots=True)
class DraftClaim:
    """A claim before it is verified.

    `text` None means that the claim is its evidence, quoted. `short` is the short answer, a span
    inside one of the evidence spans; `also` are others inside the same one. `score` is in [0, 1].
    `lead`: see `bot.types.Claim`.
    """

    evidence: tuple[Evidence, ...]
    text: str | None = None
    short: Evidence | None = None
    score: float | None = None
    lead: Lead = "\n"
    also: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """The reader found no answer in the passages, and why.

    `nearest` are sentences that come near without answering, best first; may be empty.
    """

    reason: Reason
    nearest: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """What a reader tells of its work, for the answer's record. Later records add to earlier ones.

    `reader` replaces the name in the answer, where another reader took over. `broke_off` says that
    more was to come.
    """

    reader: str | None = None
    prompt: str | None = None
    usage: Usage | None = None
    notices: tuple[str, ...] = ()
    unknown_markers: tuple[int, ...] = ()
    broke_off: bool = False


NOTHING_YET = Record()

Draft = DraftClaim | NoAnswer | Record


class Reader(Protocol):
    """Reads passages for the answer to a question."""

    @property
    def name(self) -> str:
        """Recorded in every answer."""
        ...

    def read(
        self, question: str, hits: Sequence[Hit], *, deadline: Deadline | None = None
    ) -> Generator[Draft]:
        """Yield draft claims, best first, as they are found; or one `NoAnswer`.

        Closing the iterator ends the work. `Record`s may come at any place. `deadline` is for
        readers that wait for others.

        Raises:
            ModelError: a language model was asked, and no reply of it could be used.
        """
        ...


@dataclass(frozen=True, slots=True)
class Ruling:
    """Whether a claim stands, in a judge's eyes; if not, why; and what asking took."""

    stands: bool
    why: str = ""
    usage: Usage | None = None


class Judge(Protocol):
    """Asked last about a claim in a reader's own words."""

    def __call__(
        self, claim: str, sentences: Sequence[str], *, deadline: Deadline | None = None
    ) -> Ruling:
        """Whether the headed sentences that a claim cites state it."""
        ...
