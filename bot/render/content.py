"""Decides what of an answer is shown, and where; text and Markdown then only write it.

Nothing is said twice: a claim that is nothing but its quotation appears as its citation. Such a
quotation is the answer itself, so it is not shortened like one that merely supports.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.render.citation import QUOTE_LENGTH, Quotes
from bot.render.sanitise import clean_line
from bot.types import LEVEL, Answer, Citation, Claim, Lead
from retrieval.types import Span

NEAREST_HEADING = "Nearest in the archive (no support for an answer):"
NEAREST_SHOWN = 3
CONFLICT_HEADING = "The sources disagree:"
LESS_CERTAIN = "Less certain:"
_LONGEST_ANSWER = 600  # characters shown of a quotation that is itself the answer


@dataclass(frozen=True, slots=True)
class Line:
    """A line above the citations: raw text, and the citations that carry it."""

    text: str
    numbers: tuple[int, ...]
    short: bool  # a short answer, to be set off; otherwise a claim spelt out
    lead: Lead = "\n"  # what separates it from the line before; " " runs on

    @property
    def markers(self) -> str:
        """` [1] [2]`"""
        return "".join(f" [{number}]" for number in self.numbers)


def lines_above(answer: Answer, *, quotes: Quotes) -> list[Line]:
    """The short answers, equal ones as one, then claims in the reader's own words.

    Short answers that the reader holds for much less likely than the first are marked so. Without
    quotes in the citations, quotations are spelt out here as well.
    """
    by_number = _by_number(answer)
    surest = max((claim.score or 0.0 for claim in answer.claims), default=0.0)
    shorts: dict[str, Line] = {}
    spelt_out: list[Line] = []
    for claim in answer.claims:
        if claim.short:
            numbers = (claim.short_in,) if claim.short_in else claim.citations
            sure = claim.score is None or claim.score >= surest * LEVEL
            short = "; ".join(claim.shorts)
            text = short if sure else f"{LESS_CERTAIN} {short}"
            key = clean_line(short).casefold()
            known = shorts.get(key, Line(text, (), short=sure))
            merged = dict.fromkeys((*known.numbers, *numbers))
            shorts[key] = Line(known.text, tuple(merged), short=known.short)
        if quotes == "none" or not is_quotation(claim, by_number):
            spelt_out.append(Line(claim.text, claim.citations, short=False, lead=claim.lead))
    return [*shorts.values(), *spelt_out]


def paragraphs(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines that run on, together; the others alone."""
    groups: list[list[Line]] = []
    for line in lines:
        if groups and line.lead == " " and not groups[-1][-1].short:
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def is_quotation(claim: Claim, citations: Mapping[int, Citation]) -> bool:
    """Whether a claim, no part of running prose, says nothing but what its citations quote."""
    if claim.lead != "\n":
        return False
    quotes = [citations[number].quote for number in claim.citations if number in citations]
    said = clean_line(claim.text)
    return any(said == clean_line(joint.join(quotes)) for joint in (" … ", " "))


def quote_limits(answer: Answer, *, quotes: Quotes) -> dict[int, int | None]:
    """How many characters of each citation's quote to show; None for all."""
    if quotes != "short":
        return dict.fromkeys((citation.number for citation in answer.citations), None)
    by_number = _by_number(answer)
    answers = {
        number
        for claim in answer.claims
        if not claim.short and is_quotation(claim, by_number)
        for number in claim.citations
    }
    return {number: _LONGEST_ANSWER if number in answers else QUOTE_LENGTH for number in by_number}


def shorts_in_quote(answer: Answer, citation: Citation) -> tuple[Span, ...]:
    """Where the short answers of one claim stand in a citation's quote, in order; often nowhere."""
    for claim in answer.claims:
        if claim.short_in == citation.number:
            spans = [
                Span(item.span.start - citation.start, item.span.end - citation.start)
                for item in claim.items
            ]
            inside = (s for s in spans if 0 <= s.start < s.end <= len(citation.quote))
            if found := tuple(sorted(inside)):
                return found
    return ()


def withheld(answer: Answer) -> str:
    """A line about claims that were not shown; empty if there are none."""
    count = len(answer.rejected)
    if not count:
        return ""
    what = "1 statement was" if count == 1 else f"{count} statements were"
    return f"({what} withheld: not borne out by the articles.)"


def abstention_message(answer: Answer) -> str:
    """Why there is no answer."""
    return answer.abstention.message if answer.abstention else "The archive has no answer."


def _by_number(answer: Answer) -> dict[int, Citation]:
    return {citation.number: citation for citation in answer.citations}
