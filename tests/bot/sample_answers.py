"""Answers made by hand for the tests of what is shown and saved."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from bot.types import (
    Abstention,
    Answer,
    AskedFilters,
    Citation,
    Claim,
    Item,
    Nearest,
    Reason,
    Status,
)
from retrieval.types import ArticleRef, Span

GAZETTE = ArticleRef(
    id="4fbe4d4bf0f4",
    revision=1,
    title="Ferry crews walk out",
    source="Harbour Gazette",
    published=datetime(2021, 12, 30, 23, 30, tzinfo=timezone(timedelta(hours=3))),
    url="https://gazette.example/ferry",
    dateline="PORT ELSA",
    carrier=None,
)
QUOTE = "The walkout was joined by Marrow Island, Tern Point, and Saint Ode."
SHORT = "Marrow Island, Tern Point, and Saint Ode"


def citation(
    quote: str = QUOTE,
    *,
    number: int = 1,
    start: int = 120,
    article: ArticleRef = GAZETTE,
    verified: bool = True,
) -> Citation:
    return Citation(number, article, start, start + len(quote), quote, verified)


def quotation(cited: Citation, short: str | None = None) -> Claim:
    """A claim that is nothing but what it cites, as the extractive reader makes them."""
    if short is None:
        return Claim(cited.quote, (cited.number,))
    at = cited.start + cited.quote.index(short)
    return Claim(cited.quote, (cited.number,), short, Span(at, at + len(short)), cited.number)


def listed(cited: Citation, *shorts: str) -> Claim:
    """A quotation with several short answers."""
    claim = quotation(cited, shorts[0])
    places = ((text, cited.start + cited.quote.index(text)) for text in shorts[1:])
    return replace(claim, also=tuple(Item(t, Span(at, at + len(t))) for t, at in places))


def answer(*claims: Claim, citations: tuple[Citation, ...] = ()) -> Answer:
    return Answer(
        id="a1",
        question="Which ports joined?",
        status=Status.ANSWERED,
        claims=claims,
        citations=citations,
        abstention=None,
        nearest=(),
        rejected=(),
        filters=AskedFilters(),
        reader="extractive",
        created=datetime(2024, 3, 5, tzinfo=UTC),
        timings={"total": 3.5},
    )


def short_answer() -> Answer:
    cited = citation()
    return answer(quotation(cited, SHORT), citations=(cited,))


def abstention(*nearest: Nearest) -> Answer:
    return replace(
        answer(),
        status=Status.ABSTAINED,
        abstention=Abstention(Reason.NO_MATCH, "Nothing in the archive is about this."),
        nearest=nearest,
    )
