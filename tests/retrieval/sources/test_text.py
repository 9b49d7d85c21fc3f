"""Plain text: the stored text is a tail of the file's canonical text; the head is metadata."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from retrieval.sources import Limits
from retrieval.sources.canonical import canonical
from retrieval.types import ParsedArticle, SourceFailure
from tests.retrieval.sources.samples import article, eval_data, file_article, outcomes, refusal

WIRE = (
    " date 2021-12-29 MOSCOW, December 30. /TASS/. An upcoming meeting will be held, a diplomat "
    'said in an interview that came out on Thursday.\n\n"We hope so," he said.'
)


def test_wire_header() -> None:
    """The day of the dateline in the year of the archive's date; the text starts at the place."""
    found = article(WIRE.encode(), "txt")
    assert found.text.startswith("MOSCOW, December 30. /TASS/. An upcoming")
    assert found.published == datetime(2021, 12, 30, tzinfo=UTC)
    assert found.published_raw == "2021-12-29 … December 30"
    assert (found.dateline, found.carrier, found.source) == ("MOSCOW", "TASS", "TASS")
    assert found.title.startswith("An upcoming meeting will be held, a diplomat said")
    assert len(found.title) <= 90


def test_wire_header_over_new_year() -> None:
    """A dateline of 30 December under an archive date of 2 January is last year's."""
    found = article(WIRE.replace("2021-12-29", "2022-01-02").encode(), "txt")
    assert found.published == datetime(2021, 12, 30, tzinfo=UTC)


def test_real_wire_story() -> None:
    """The seed article is read whole, with its date, place and agency."""
    path = eval_data("seed/000_4fbe4d4bf0f450d6.txt")
    found = file_article(path)
    assert canonical(path.read_text())[0].endswith(found.text)
    assert found.text.startswith("MOSCOW, December 30. /TASS/. An upcoming meeting")
    assert found.published == datetime(2021, 12, 30, tzinfo=UTC)
    assert (found.dateline, found.carrier, found.source) == ("MOSCOW", "TASS", "TASS")
    assert not found.notices


def test_front_matter() -> None:
    """YAML front matter gives the metadata, under any of the documented names."""
    data = "---\nheadline: A title\ndate: 2022-02-03T10:00:00+01:00\noutlet: Sample Post\n"
    data += "authors: [A. Writer, B. Scribe]\n"
    data += "link: https://x.example/a#top\nplace: OSLO\nagency: Wire\nid: 0123\n---\n\nThe text."
    found = article(data.encode(), "txt")
    assert found.title == "A title"
    assert found.published is not None
    assert found.published.isoformat() == "2022-02-03T10:00:00+01:00"
    assert found.published_raw == "2022-02-03T10:00:00+01:00"
    assert (found.source, found.dateline, found.carrier) == ("Sample Post", "OSLO", "Wire")
    assert found.authors == ("A. Writer", "B. Scribe")
    assert found.key == found.url == "https://x.example/a"
    assert found.text == "The text."


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        ("title: [unclosed\n", "line "),
        ("title: a\n\tb: c\n", "line "),
        ("title: 'open\n", "line "),
        ("a: " + "[" * 5_000 + "\n", "broken front matter"),
    ],
)
def test_broken_front_matter_is_refused_with_its_line(block: str, reason: str) -> None:
    """Metadata that cannot be read is not guessed: the person is told where to look."""
    assert reason in refusal(f"---\n{block}---\nThe text.".encode(), "txt")
    assert "not closed" in refusal(b"---\ntitle: a\nThe text.", "txt")


def test_yaml_builds_no_objects_and_expands_no_bombs() -> None:
    """Tags construct nothing, and nested aliases cost nothing."""
    tag = b"---\ntitle: !!python/object/apply:os.system ['echo no']\n---\nThe text."
    assert article(tag, "txt").text == "The text."
    names = "abcdefghijklmnopqrstuvwxyz"
    bomb = "a: &a [x,x]\n" + "".join(
        f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n" for old, new in itertools.pairwise(names)
    )
    assert article(f"---\n{bomb}---\nThe text.".encode(), "txt").text == "The text."


def test_a_rule_is_no_front_matter() -> None:
    """A text may begin with a rule of dashes."""
    assert article(b"---\nIt was late. He left.\n---\nMore.", "txt").text.startswith("---\nIt was")


def test_letter_headers() -> None:
    """Known header lines at the head are metadata; an unknown one ends them."""
    data = b"Title: Foo\nDate: 6 Dec 2021\nSource: Bar News\n\nPARIS \xe2\x80\x94 The text: more."
    found = article(data, "txt")
    assert (found.title, found.source, found.dateline) == ("Foo", "Bar News", "PARIS")
    assert found.published == datetime(2021, 12, 6, tzinfo=UTC)
    assert found.text == "PARIS — The text: more."
    assert article(b"Note: this stays. So does that.", "txt").text.startswith("Note: this")


def test_title_line_and_byline() -> None:
    """A short first line without a period is the title; a line `By …` names the authors."""
    found = article(b"Ferry deal agreed\n\nBy Jane Doe and J. Roe\n\nThe ferry sails.", "txt")
    assert found.title == "Ferry deal agreed"
    assert found.authors == ("Jane Doe", "J. Roe")
    assert found.text == "The ferry sails."


def test_first_sentence_is_no_title_line() -> None:
    """A first line that is a sentence, or all there is, stays in the text."""
    found = article(b"The ferry sails.\n\nIt is late.", "txt")
    assert found.text == "The ferry sails.\n\nIt is late."
    assert found.title == "The ferry sails."
    assert article(b"Only a line", "txt").text == "Only a line"


def test_a_missing_year_is_not_invented() -> None:
    """A dateline's day without any other date is no publication date."""
    found = article(b"WASHINGTON, Dec 6 (AP) \xe2\x80\x94 The U.S. said so.", "txt")
    assert found.published is None
    assert found.carrier == found.source == "AP"


@given(st.text(min_size=1, max_size=400))
def test_text_is_a_tail_of_the_canonical_input(text: str) -> None:
    """Whatever the file holds, the stored text is its canonical text from some point to its end."""
    assume(text.count("\0") * 10 < len(text))  # more is UTF-16 or binary data
    (found,) = outcomes(text.encode(), "txt")
    if isinstance(found, ParsedArticle):
        whole, _ = canonical(text)
        assert whole.endswith(found.text)
        assert canonical(found.text) == (found.text, ())
        assert found.title
    else:
        assert found.reason.startswith(("is ", "holds ", "has ", "line ", "broken "))


@given(st.text(alphabet="ab AB.:\n-—/()19", max_size=300))
def test_marks_of_metadata_do_not_lose_text(text: str) -> None:
    """The same for texts full of the characters that headers and datelines are made of."""
    (found,) = outcomes(text.encode(), "txt")
    if isinstance(found, ParsedArticle):
        assert canonical(text)[0].endswith(found.text)


@pytest.mark.parametrize("data", [b"", b"   \n\n", b"\xef\xbb\xbf", b"...", b"12345 67", b"\0\0"])
def test_no_words_no_article(data: bytes) -> None:
    """A file without a letter is refused in one line."""
    assert refusal(data, "txt").startswith(("is ", "holds "))


def test_limits() -> None:
    """A file over the size limit, or an article over the length limit, is refused."""
    assert "larger than 1 KB" in refusal(b"a" * 2_000, "txt", limits=Limits(file_bytes=1_000))
    assert "100" in refusal(b"a" * 2_000, "txt", limits=Limits(article_chars=100))


def test_nul_in_text_is_dropped_with_a_notice() -> None:
    """A stray NUL costs a notice, not the article."""
    found = article(b"The ferry\0 sails. " * 20 + b"It is late.", "txt")
    assert "\0" not in found.text
    assert "20 NUL characters dropped" in found.notices


def test_key_of_a_file_is_its_uri(tmp_path: Path) -> None:
    """A file without address or id is known by its path; standard input by its text."""
    path = tmp_path / "a b.txt"
    path.write_text("The ferry sails.")
    assert file_article(path).key == path.resolve().as_uri()
    assert article(b"The ferry sails.", "txt").key.startswith("sha256:")


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "file:///etc/passwd", "/a", "http://", "http://[", "x y"]
)
def test_an_address_that_is_none_is_not_used(url: str) -> None:
    """Only absolute http and https URLs become an article's address."""
    found = article(f"---\nurl: '{url}'\n---\nThe text.".encode(), "txt")
    assert found.url is None
    assert "no http URL" in found.notices[0]


def test_naughty_strings() -> None:
    """Each of the big list of naughty strings is stored whole, or refused for having no words."""
    import json

    from tests.retrieval.sources.samples import members

    (content,) = [
        data for name, data in members(eval_data("security/blns.tar.gz")) if name.endswith(".json")
    ]
    for naughty in json.loads(content):
        body = f"{'The words were these. ' * 20}{naughty}"
        (found,) = outcomes(body.encode("utf-8", "surrogatepass"), "txt")
        assert not isinstance(found, SourceFailure), (naughty, found)
        assert found.text == canonical(body)[0]
