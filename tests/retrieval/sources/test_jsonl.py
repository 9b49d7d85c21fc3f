"""JSON and JSON Lines: streamed, field names mapped, broken lines named, the rest read."""

from __future__ import annotations

import gzip
import io
import itertools
import json
import tracemalloc
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.sources import Input, Limits, discover, read
from retrieval.sources.canonical import canonical
from retrieval.sources.identity import url_key
from retrieval.types import ParsedArticle, SourceFailure
from tests.retrieval.sources.samples import article, eval_data, members, outcomes, refusal


def reasons(found: list[ParsedArticle | SourceFailure]) -> list[str]:
    """The reasons of the failures."""
    return [one.reason for one in found if isinstance(one, SourceFailure)]


@pytest.mark.parametrize(
    "names",
    [
        ("id", "url", "title", "text", "published", "source", "authors", "dateline", "carrier"),
        ("ID", "link", "headline", "body", "date", "outlet", "author", "place", "agency"),
        ("id", "URL", "Title", "content", "pubDate", "publisher", "byline", "dateline", "carrier"),
        ("id", "url", "title", "text", "publishedAt", "source", "authors", "dateline", "carrier"),
        ("id", "url", "title", "text", "published_at", "source", "authors", "dateline", "carrier"),
    ],
)
def test_field_names(names: tuple[str, ...]) -> None:
    """Every documented name of a field is understood."""
    values = (7, "https://x.example/7", "T", "The text.", "2022-01-14", "O", ["A"], "OSLO", "W")
    found = article(json.dumps(dict(zip(names, values, strict=True))).encode(), "jsonl")
    assert found.key == found.url == "https://x.example/7"
    assert (found.title, found.text, found.source) == ("T", "The text.", "O")
    assert found.published == datetime(2022, 1, 14, tzinfo=UTC)
    assert (found.authors, found.dateline, found.carrier) == (("A",), "OSLO", "W")


def test_objects_as_names() -> None:
    """An outlet or author may be an object with a name."""
    data = {"text": "The text.", "source": {"id": None, "name": "O"}, "author": [{"name": "A B"}]}
    found = article(json.dumps(data).encode(), "jsonl")
    assert (found.source, found.authors) == ("O", ("A B",))


@pytest.mark.parametrize(
    "shape",
    [
        json.dumps,
        lambda rows: json.dumps(rows, indent=2),
        lambda rows: json.dumps({"articles": rows}, indent=2),
        lambda rows: "\n".join(map(json.dumps, rows)),
        lambda rows: "\r\n\r\n".join(map(json.dumps, rows)) + "\n",
        lambda rows: "\ufeff" + "\n".join(map(json.dumps, rows)),
    ],
)
def test_shapes(shape: object) -> None:
    """A list, an object with a list, lines with and without blanks and a mark: all the same."""
    rows = [{"id": "a", "text": "One text."}, {"id": "b", "text": "Two text."}]
    for data in (shape(rows).encode(), gzip.compress(shape(rows).encode())):  # type: ignore[operator]
        found = outcomes(data, "jsonl")
        assert [one.key for one in found if isinstance(one, ParsedArticle)] == [
            "id:stdin#a",
            "id:stdin#b",
        ]


def test_one_object_over_many_lines() -> None:
    """A single indented object is one article."""
    assert article(json.dumps({"text": "A text."}, indent=2).encode(), "jsonl").text == "A text."


def test_broken_lines_are_named_and_the_rest_is_read() -> None:
    """Each bad line has its number and its reason; good lines around it are articles."""
    lines = [
        '{"id": 1, "text": "One."}',
        '{"id": 2, "text": "Two."',
        '{"id": 3, "text": NaN}',
        '{"id": 4}',
        '"text"',
        '{"text": ["x"]}',
        "[" * 100_000,
        '{"id": ' + "9" * 5_000 + ', "text": "x"}',
        '{"id": 9, "text": "..."}',
        '{"id": 1, "text": "Another."}',
        '{"id": 1, "text": "One."}',
        '{"id": 12, "text": "Twelve."}',
    ]
    data = "\n".join(lines).encode() + b'\n{"text": "\xff"}'
    found = outcomes(data, "jsonl")
    assert [one.text for one in found if isinstance(one, ParsedArticle)] == ["One.", "Twelve."]
    told = reasons(found)
    assert [reason.partition(":")[0] for reason in told] == [
        *(f"line {number}" for number in (2, 3, 4, 5, 6, 7, 8, 9, 10, 13)),
    ]
    for reason, words in zip(
        told,
        ("broken JSON", "NaN", "has no text", "no article", "a list", "deeply", "digits", "words",
         "same id", "UTF-8"),
        strict=True,
    ):  # fmt: skip
        assert words in reason
        assert "\n" not in reason


def test_a_huge_line_is_passed_over() -> None:
    """A line over the limit costs a failure and no memory; the next line is read."""
    data = b'{"text": "' + b"a" * 5_000 + b'"}\n{"text": "Short."}'
    found = outcomes(data, "jsonl", limits=Limits(line_bytes=1_000))
    assert reasons(found) == ["line 1: is longer than 1 KB"]
    assert isinstance(found[1], ParsedArticle)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b"[]", "is empty"),
        (b'{"articles": []}', "is empty"),
        (b"[1, 2", "broken JSON"),
        (b"{\n\n", "broken JSON"),
        (gzip.compress(b'{"text": "One."}')[:20], "gzip"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, reason: str) -> None:
    """Empty and broken files get one line."""
    assert reason in refusal(data, "jsonl")


def test_broken_gzip_keeps_what_came_before() -> None:
    """A gzip file that is cut off gives its whole lines, and says that the rest is lost."""
    rows = [json.dumps({"id": n, "text": f"Text {n} " * 2_000}) for n in range(50)]
    data = gzip.compress("\n".join(rows).encode(), 0)
    found = outcomes(data[: len(data) // 2], "jsonl")
    assert sum(isinstance(one, ParsedArticle) for one in found) > 10
    assert "gzip" in reasons(found)[-1]


def test_html_is_stored_as_it_is() -> None:
    """Text is data, not markup: nothing in it is interpreted."""
    assert article(b'{"text": "<b>a</b> &amp; b"}', "jsonl").text == "<b>a</b> &amp; b"


@given(st.text(st.characters(codec=None), max_size=200), st.booleans())
def test_any_text_comes_back(text: str, ascii_only: bool) -> None:
    """Escaped or not, the stored text is the canonical form of the JSON string.

    A lone surrogate can stand in JSON as an escape only: as bytes it is no UTF-8, and `decode`
    says what becomes of it.
    """
    if not ascii_only:
        text = text.encode("utf-8", "ignore").decode()
    data = json.dumps({"text": text}, ensure_ascii=ascii_only).encode()
    (found,) = outcomes(data, "jsonl")
    if isinstance(found, ParsedArticle):
        assert found.text == canonical(text)[0]


def test_memory_does_not_grow_with_the_file() -> None:
    """40 MB of lines, gzipped, are read in a few MB of memory."""
    row = json.dumps({"text": "The same long text. " * 5_000}) + "\n"
    packed = io.BytesIO()
    with gzip.open(packed, "wb", compresslevel=1) as stream:
        for _ in range(400):
            stream.write(row.encode())
    packed.seek(0)
    tracemalloc.start()
    count = sum(1 for _ in read(Input("-", "stdin", "jsonl", "-"), stdin=packed))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 1  # exact repetitions are passed over
    assert peak < 10_000_000


def test_json_test_suite_never_raises() -> None:
    """Each file of the JSON parsing test suite gives articles or one-line reasons."""
    count = 0
    for name, data in members(eval_data("security/jsontestsuite.tar.gz")):
        count += 1
        for found in outcomes(data, "jsonl"):
            assert isinstance(found, ParsedArticle) or "\n" not in found.reason, name
        wrapped = b'{"text": "A text.", "other": ' + data + b"}"
        for found in outcomes(wrapped, "jsonl"):
            assert isinstance(found, ParsedArticle) or "\n" not in found.reason, name
    assert count > 300


def test_real_archive() -> None:
    """The first 3,000 of 26,776 real articles are read, each with its text as it stands."""
    path = eval_data("news_articles.jsonl.gz")
    (item,) = discover([path])
    assert isinstance(item, Input)
    rows: dict[str | None, dict[str, str]] = {}
    with gzip.open(path) as lines:
        for line in itertools.islice(lines, 3_000):
            row = json.loads(line)
            rows.setdefault(url_key(row["url"]), row)
    for found in itertools.islice(read(item), len(rows)):
        assert isinstance(found, ParsedArticle)
        row = rows[found.key]
        assert found.text == canonical(row["text"])[0]
        assert found.published is not None
        assert found.published.date().isoformat() == row["published"]
        assert found.source == row["source"]
