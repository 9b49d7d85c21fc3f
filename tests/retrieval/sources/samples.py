"""Inputs made by hand for the tests of `retrieval.sources`, and the way to read them."""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval.sources import DEFAULT_LIMITS, Input, Limits, read
from retrieval.types import ParsedArticle, SourceFailure

ROOT = Path(__file__).resolve().parents[3]


def outcomes(
    data: bytes, format: str, *, limits: Limits = DEFAULT_LIMITS
) -> list[ParsedArticle | SourceFailure]:
    """What reading `data` from standard input gives."""
    item = Input("-", "stdin", format, "-")
    return list(read(item, limits=limits, stdin=io.BytesIO(data)))


def article(data: bytes, format: str, *, limits: Limits = DEFAULT_LIMITS) -> ParsedArticle:
    """The one article that `data` holds."""
    (found,) = outcomes(data, format, limits=limits)
    assert isinstance(found, ParsedArticle), found
    return found


def refusal(data: bytes, format: str, *, limits: Limits = DEFAULT_LIMITS) -> str:
    """Why `data` is refused as a whole: one line."""
    (found,) = outcomes(data, format, limits=limits)
    assert isinstance(found, SourceFailure), found
    assert "\n" not in found.reason
    return found.reason


def file_article(path: Path, format: str = "auto") -> ParsedArticle:
    """The one article of a file."""
    (found,) = read(Input(str(path.resolve()), "file", format, str(path.resolve())))
    assert isinstance(found, ParsedArticle), found
    return found


def eval_data(name: str) -> Path:
    """A file of the evaluation data, or skip the test with the reason printed."""
    folder = Path(os.environ.get("DATELINE_EVAL_DATA", ROOT.parent / "shared" / "data"))
    path = folder / name
    if not path.is_file():
        pytest.skip(f"no {name} in {folder}: set DATELINE_EVAL_DATA")
    return path


def members(path: Path) -> Iterator[tuple[str, bytes]]:
    """Name and content of each file of a tar archive."""
    with tarfile.open(path) as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isfile() else None
            if content is not None:
                yield member.name, content.read()


def pdf(*pages: list[str], title: str = "", author: str = "", created: str = "") -> bytes:
    """A PDF with these lines on its pages, set in Helvetica."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, lines in enumerate(pages):
        shown = "".join(f"({_escaped(line)}) Tj T* " for line in lines)
        content = f"BT /F1 11 Tf 14 TL 72 770 Td {shown}ET" if lines else ""
        objects += [
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "
            f"/Contents {5 + 2 * number} 0 R /Resources << /Font << /F1 3 0 R >> >> >>",
            f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        ]
    stated = {"Title": title, "Author": author, "CreationDate": created}
    info = " ".join(f"/{name} ({_escaped(value)})" for name, value in stated.items() if value)
    objects.append(f"<< {info} >>")
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n".encode("cp1252")
    start = len(out)
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    count = len(objects) + 1
    out += f"xref\n0 {count}\n0000000000 65535 f \n{table}".encode()
    out += f"trailer << /Size {count} /Root 1 0 R /Info {count - 1} 0 R >>\n".encode()
    return bytes(out + f"startxref\n{start}\n%%EOF\n".encode())


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


PAGE = """<!doctype html>
<html><head><title>Ministers agree ferry deal | Sample Harbour News</title>
<link rel="canonical" href="https://harbour.example/2022/ferry-deal?utm_source=mail">
<meta property="og:site_name" content="Sample Harbour News">
<meta name="author" content="By Jane Doe and John Roe">
<meta property="article:published_time" content="2022-01-12T18:30:00+01:00"></head>
<body><nav><ul><li><a href="/">Front page</a></li><li><a href="/w">World</a></li></ul></nav>
<article><h1>Ministers agree ferry deal</h1>
<p>BERLIN, 12 January 2022 /Harbour Wire/ – Ministers from <b>seven</b> coastal states agreed on
Wednesday to share the cost of a new ferry line, officials said after two days of talks.</p>
<p>The line will open in <a href="/x">May 2023</a> and carry 400 passengers a day between the two
ports, according to a statement from the transport ministry of the host country.</p>
<p>Critics say that the plan is too expensive, and that the harbour has no room for it.</p>
</article>
<aside><h3>Related</h3><p><a href="/r">Ten other ferries you must see this summer</a></p></aside>
<footer><p>Copyright 2022. All rights reserved by the owners of the site.</p></footer>
</body></html>"""

FEED = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
  xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
<title>Sample Ledger</title><link>https://ledger.example/</link><description>News</description>
<item><title>Recount &amp; result</title><link>https://ledger.example/recount</link>
<guid isPermaLink="false">a1</guid><dc:creator>Thea Winslade</dc:creator>
<pubDate>Tue, 17 Oct 2023 16:20:00 +0100</pubDate><description>Short.</description>
<content:encoded><![CDATA[<p>The recount <em>confirmed</em> the result.</p>
<script>track()</script><p>The margin shrank to 190 votes.</p>]]></content:encoded></item>
<item><title>No link</title><guid isPermaLink="false">a2</guid>
<description>Osgood won by 312 votes.</description></item>
</channel></rss>"""
