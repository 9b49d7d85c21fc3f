"""DOCX: real files, made with python-docx and zipfile, through the real parser process."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime

import docx
import pytest

from retrieval.sources import Limits
from retrieval.types import ParsedArticle
from tests.retrieval.sources.samples import article, outcomes, refusal

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def story(**properties: object) -> bytes:
    """A document with a heading, a byline, two paragraphs and a table."""
    word = docx.Document()
    word.add_heading("Marlock jailed", level=1)
    word.add_paragraph("By Isolde Fairbrass, court reporter")
    paragraph = word.add_paragraph("BRACKWATER, July 14 – A developer was ")
    paragraph.add_run("sentenced").bold = True
    paragraph.add_run(" on Friday.")
    word.add_paragraph("He will appeal.")
    table = word.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Fraud", "six years"
    for name, value in properties.items():
        setattr(word.core_properties, name, value)
    out = io.BytesIO()
    word.save(out)
    return out.getvalue()


def body(xml: str) -> bytes:
    """A document whose body is `xml`."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(story())) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            content = old.read(part)
            if part.filename == "word/document.xml":
                content = f"<w:document {W}><w:body>{xml}</w:body></w:document>".encode()
            new.writestr(part.filename, content)
    return out.getvalue()


def test_a_document() -> None:
    """Paragraphs and table rows in order; title, author and date from its properties."""
    found = article(
        story(title="Marlock jailed", author="I. Fairbrass", created=datetime(2023, 7, 15, 9)),  # noqa: DTZ001
        "docx",
    )
    assert found.text.split("\n\n") == [
        "BRACKWATER, July 14 – A developer was sentenced on Friday.",
        "He will appeal.",
        "Fraud | six years",
    ]
    assert (found.title, found.dateline) == ("Marlock jailed", "BRACKWATER")
    assert found.authors == ("Isolde Fairbrass",)
    assert found.published is not None
    assert found.published.date().isoformat() == "2023-07-14"


def test_a_template_s_properties_are_not_the_article_s() -> None:
    """python-docx's own author and date of 2013 are ignored; the heading is the title."""
    found = article(story(), "docx")
    assert found.title == "Marlock jailed"
    assert found.published is None


def test_tracked_changes() -> None:
    """Inserted words are read, deleted ones are not; tabs and breaks are kept."""
    data = body(
        "<w:p><w:r><w:t xml:space='preserve'>The ferry </w:t></w:r><w:ins><w:r><w:t>sails</w:t>"
        "</w:r></w:ins><w:del><w:r><w:delText>sinks</w:delText><w:t>sinks</w:t></w:r></w:del>"
        "<w:r><w:t> at</w:t><w:tab/><w:t>noon.</w:t></w:r></w:p>"
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>A control.</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    )
    assert article(data, "docx").text == "The ferry sails at\tnoon.\n\nA control."


def test_bombs_are_refused_before_they_are_unpacked() -> None:
    """What unpacks to too much, in all or for its size, is not opened."""
    bomb = io.BytesIO(story())
    with zipfile.ZipFile(bomb, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/media/zeros.xml", b"\0" * 30_000_000)
    assert "times its size" in refusal(bomb.getvalue(), "docx")
    limits = Limits(unpacked_bytes=1_000_000, unpacked_ratio=10**9)
    assert "unpacks to more than 1 MB" in refusal(bomb.getvalue(), "docx", limits=limits)


def test_document_types_are_refused() -> None:
    """No Word document has a DTD: one that has is an attack."""
    data = body("")
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("custom.xml", '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')
    assert "declares a document type" in refusal(out.getvalue(), "docx")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK\x03\x04 no archive", "broken DOCX"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "encrypted or an old .doc"),
        (b"The ferry sails.", "broken DOCX"),
        (body(""), "is empty"),
        (body("<w:p><w:unclosed></w:p>"), "is "),
        (b"", "is empty"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, reason: str) -> None:
    """Broken, encrypted and empty documents get one line each."""
    assert reason in refusal(data, "docx")


def test_every_truncation_is_survived() -> None:
    """A document cut off anywhere gives one line."""
    whole = story()
    for end in range(0, len(whole), len(whole) // 60):
        (found,) = outcomes(whole[:end], "docx")
        assert isinstance(found, ParsedArticle) or "\n" not in found.reason
