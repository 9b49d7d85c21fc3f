"""PDF: real files, made byte by byte here, through the real parser process."""

from __future__ import annotations

import io

import pytest

from retrieval.sources import Limits
from retrieval.sources.pdf import paragraphs
from retrieval.types import ParsedArticle
from tests.retrieval.sources.samples import article, outcomes, pdf, refusal

LINES = [
    "ORREL, April 21 - The telescope on Mount Kestrin will cost 241 mil-",
    "lion crowns, an audit said on Friday. The well-known board met.",
    "Its director will leave.",
    "The auditors gave three main reasons for the overrun of the project,",
    "which was agreed when work began.",
]
STATED = {
    "title": "Telescope audit",
    "author": "Hester Quayle",
    "created": "D:20230422093000+01'00'",
}


def test_lines_become_paragraphs() -> None:
    """Lines are joined, words broken at a line's end mended, paragraphs told apart."""
    found = article(pdf(LINES, **STATED), "pdf")
    assert found.text == (
        "ORREL, April 21 - The telescope on Mount Kestrin will cost 241 million crowns, an audit "
        "said on Friday. The well-known board met. Its director will leave.\n\n"
        "The auditors gave three main reasons for the overrun of the project, which was agreed "
        "when work began."
    )
    assert found.title == "Telescope audit"
    assert found.authors == ("Hester Quayle",)
    assert found.dateline == "ORREL"


def test_dateline_is_believed_before_the_day_of_making() -> None:
    """The day comes from the dateline, the year from the file's own date."""
    found = article(pdf(LINES, **STATED), "pdf")
    assert found.published is not None
    assert found.published.date().isoformat() == "2023-04-21"
    found = article(pdf(LINES[3:], **STATED), "pdf")
    assert found.published is not None
    assert found.published.isoformat() == "2023-04-22T09:30:00+01:00"


def test_worked_example() -> None:
    """The example in the docstring of `paragraphs` holds."""
    lines = ["The min-", "ister spoke at length.", "She left.", "Nobody asked why that was."]
    assert paragraphs([lines]) == [
        "The minister spoke at length. She left.",
        "Nobody asked why that was.",
    ]


def test_hyphens_between_capitals_or_digits_stay() -> None:
    """`2022-` and `23`, or `Anglo-` and `French`, are no broken words."""
    assert paragraphs([["in the season of 2022-", "23 they won the"]])[0].count("2022- 23") == 1
    assert "Anglo- French" in paragraphs([["the old and famous Anglo-", "French channel"]])[0]


def test_running_heads_and_page_numbers_are_left_out_with_a_notice() -> None:
    """What stands at the edge of every page is not the article."""
    pages = [
        ["The Sample Gazette", f"Sentence number {word} is on this page.", "It ends.", f"Page {at}"]
        for at, word in enumerate(("one", "two", "three", "four"), 1)
    ]
    found = article(pdf(*pages), "pdf")
    assert "Gazette" not in found.text
    assert "Page" not in found.text
    assert "Sentence number three" in found.text
    assert any("8 running heads" in notice for notice in found.notices)


def test_a_sentence_may_run_on_over_a_page() -> None:
    """A page's end is no paragraph's end while the sentence lasts."""
    found = article(pdf(["The ministers of seven states met"], ["on Friday in Berlin."]), "pdf")
    assert found.text == "The ministers of seven states met on Friday in Berlin."


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (pdf([]), "has no text layer: run it through OCR first"),
        (b"%PDF-1.4\nnothing that follows is right", "broken PDF"),
        (b"<html>no pdf</html>", "is no PDF"),
        (b"", "is empty"),
        (pdf(LINES)[:200], "broken PDF"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, reason: str) -> None:
    """Scans, broken files and other formats get one line each."""
    assert reason in refusal(data, "pdf")


def test_encrypted() -> None:
    """A PDF with a password is refused as such; one that opens without is read."""
    from pypdf import PdfReader, PdfWriter

    for user, readable in (("secret", False), ("", True)):
        writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(LINES))))
        writer.encrypt(user_password=user, owner_password="owner", algorithm="RC4-128")
        out = io.BytesIO()
        writer.write(out)
        if readable:
            assert "241 million" in article(out.getvalue(), "pdf").text
        else:
            assert "is encrypted" in refusal(out.getvalue(), "pdf")


def test_page_limit() -> None:
    """More pages than allowed are refused with both numbers."""
    reason = refusal(pdf(LINES, LINES, LINES), "pdf", limits=Limits(pages=2))
    assert reason == "has 3 pages, more than the 2 allowed: split it"


def test_every_truncation_and_byte_flip_is_survived() -> None:
    """A PDF cut off or damaged anywhere gives an article or one line, never an exception."""
    whole = pdf(LINES, **STATED)
    cases = [whole[:end] for end in range(0, len(whole), 53)]
    for at in range(10, len(whole), 41):
        cases.append(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
    for case in cases:
        (found,) = outcomes(case, "pdf")
        assert isinstance(found, ParsedArticle) or "\n" not in found.reason
