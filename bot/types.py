"""The nouns of `bot`: what flows from ranked passages to a verified answer.

All are frozen. Offsets are half-open `[start, end)` code-point ranges into the stored text of the
cited revision. Written as JSON and read back, an `Answer` is equal to the original.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from retrieval.types import ArticleRef, Hit, Span

LEVEL = 0.4  # claims that score this share of the best are about as certain as it


class Status(StrEnum):
    """How a question ended."""

    ANSWERED = "answered"
    PARTIAL = "partial"  # some claims were withheld, or the model broke off
    CONFLICTING = "conflicting"  # sources disagree; all sides are shown
    ABSTAINED = "abstained"


class Reason(StrEnum):
    """Why Dateline abstained."""

    NO_MATCH = "no_match"  # nothing in the archive is about this
    OUTSIDE_FILTERS = "outside_filters"  # only articles that the filters exclude are about this
    MENTIONED_NOT_ANSWERED = "mentioned_not_answered"  # the topic occurs, the answer does not
    UNVERIFIABLE = "unverifiable"  # a draft was made, and its citations did not hold


@dataclass(frozen=True, slots=True)
class Citation:
    """An exact span of a stored article. `quote == article text[start:end]` when `verified`."""

    number: int  # counts from 1, by first use in the answer
    article: ArticleRef
    start: int
    end: int
    quote: str
    verified: bool


Lead = Literal[" ", "\n", "\n\n", "\n- "]


@dataclass(frozen=True, slots=True)
class Item:
    """A short answer and its span, in the text of the article that `Claim.short_in` cites."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement of an answer and the numbers of the citations that carry it.

    `short` is the short answer inside the claim's evidence, None where none stands out; it is a
    span of the text of the article that citation `short_in` cites. Where several things were asked
    for, it is the first of them and `also` holds the others, in the text's order. `lead` is what
    separates the claim from the one before it: prose runs on, and "\\n" is before what is only a
    quotation.
    """

    text: str
    citations: tuple[int, ...]
    short: str | None = None
    short_span: Span | None = None
    short_in: int | None = None
    score: float | None = None  # the reader's confidence in [0, 1]
    lead: Lead = "\n"
    also: tuple[Item, ...] = ()

    @property
    def items(self) -> tuple[Item, ...]:
        """All short answers with their spans; empty if none has one."""
        if self.short is None or self.short_span is None:
            return ()
        return (Item(self.short, self.short_span), *self.also)

    @property
    def shorts(self) -> tuple[str, ...]:
        """All short answers; empty if none stands out."""
        return (self.short, *(item.text for item in self.also)) if self.short else ()


@dataclass(frozen=True, slots=True)
class Nearest:
    """A sentence or passage that was near the question and is no support for an answer."""

    article: ArticleRef
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Abstention:
    """Why there is no answer, in one line a person can read, and what was nearest."""

    reason: Reason
    message: str


class Flaw(StrEnum):
    """What was wrong with a draft claim."""

    UNCITED = "uncited"  # no sentence of the prompt was named for it
    UNVERIFIABLE = "unverifiable"  # its evidence is not what the archive holds
    UNSUPPORTED = "unsupported"  # the cited sentences do not carry what it says
    DOUBTED = "doubted"  # the model, asked once more, did not stand by it


@dataclass(frozen=True, slots=True)
class Rejected:
    """A draft claim that was withheld because it could not be verified."""

    text: str
    why: str
    flaw: Flaw = Flaw.UNVERIFIABLE


@dataclass(frozen=True, slots=True)
class Usage:
    """What an answer took of a language model. `cost` is in US dollars, None without prices."""

    requests: int
    input_tokens: int
    output_tokens: int
    cost: float | None = None


@dataclass(frozen=True, slots=True)
class AskedFilters:
    """The filters the question was asked with."""

    since: date | None = None
    until: date | None = None
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """A verified answer, or an abstention. `print(answer)` gives readable text."""

    id: str
    question: str
    status: Status
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    abstention: Abstention | None
    nearest: tuple[Nearest, ...]
    rejected: tuple[Rejected, ...]
    filters: AskedFilters
    reader: str
    created: datetime
    timings: dict[str, float]  # stage -> milliseconds
    standalone: str | None = None  # what was searched for, where `question` leaned on earlier ones
    notices: tuple[str, ...] = ()  # what a person should know, such as that the model broke off
    prompt: str | None = None  # the prompt file behind it: "answer/1 3f2a…", id, version, hash
    usage: Usage | None = None
    unknown_markers: tuple[int, ...] = ()  # sentence numbers that the model wrote and never saw
    schema: Literal["dateline-answer/1"] = "dateline-answer/1"

    def __str__(self) -> str:
        from bot.render.text import render_text

        return render_text(self)

    def to_json(self, *, indent: int | None = 2) -> str:
        """The answer as JSON text."""
        from bot.answer_json import dump_answer

        return dump_answer(self, indent=indent)

    @classmethod
    def from_json(cls, text: str | bytes) -> Answer:
        """Read an answer back. Raises `AnswerFormatError` if it is not one."""
        from bot.answer_json import load_answer

        return load_answer(text)


@dataclass(frozen=True, slots=True)
class StatusEvent:
    """A stage has begun: "understanding" a follow-up, "searching", "reading"."""

    stage: str


@dataclass(frozen=True, slots=True)
class TextDelta:
    """Verified text to append to what is shown.

    `quotation` says that it is nothing but what its citations quote, as the extractive reader's is.
    """

    text: str
    quotation: bool = False


@dataclass(frozen=True, slots=True)
class CitationEvent:
    """A verified citation, sent before the text that first uses it."""

    citation: Citation


@dataclass(frozen=True, slots=True)
class Final:
    """The whole answer, and the passages that were read for it; always the last event."""

    answer: Answer
    hits: tuple[Hit, ...] = ()


Event = StatusEvent | TextDelta | CitationEvent | Final
