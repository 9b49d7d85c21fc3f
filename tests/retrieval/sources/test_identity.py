"""Keys: the same article has the same key when it is read again, and no other article has it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.sources.identity import article_key, same_site, url_key
from retrieval.sources.inputs import Input

FILE = Input("/news/a b.jsonl", "file", "jsonl", "/news")


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("HTTPS://News.Example:443/A?b=1#top", "https://news.example/A?b=1"),
        ("http://news.example", "http://news.example/"),
        ("http://news.example:8080/a", "http://news.example:8080/a"),
        ("https://n.example/a?utm_source=x&id=7&fbclid=y", "https://n.example/a?id=7"),
        ("https://user:secret@n.example/a", "https://n.example/a"),
        ("http://[2001:DB8::1]/a", "http://[2001:db8::1]/a"),
        ("ftp://n.example/a", None),
        ("/a", None),
        ("http://n.example/a b", None),
        ("http://n.example/\u202ea", None),
        ("http://[::1", None),
        ("http://n.example:99999/", None),
    ],
)
def test_url_keys(address: str, key: str | None) -> None:
    """What does not tell pages apart is normalised; what is no http URL is None."""
    assert url_key(address) == key


@given(st.text(max_size=60))
def test_a_url_key_is_its_own_key(tail: str) -> None:
    """Normalising twice changes nothing more, and never raises."""
    key = url_key(f"https://n.example/{tail}")
    assert key is None or url_key(key) == key


def test_order_of_keys() -> None:
    """URL, then stated id within its input, then the file, then the text."""
    key = article_key(FILE, url="https://n.example/", stated="7", text="T", many=True)
    assert key == "https://n.example/"
    assert article_key(FILE, url=None, stated="7", text="T", many=True) == (
        "id:file:///news/a%20b.jsonl#7"
    )
    assert article_key(FILE, url=None, stated=None, text="T", many=False) == (
        Path(FILE.origin).as_uri()
    )
    assert article_key(FILE, url=None, stated=None, text="T", many=True).startswith(
        "id:file:///news/a%20b.jsonl#sha256:"
    )


def test_same_site() -> None:
    """Only the common prefixes of one site's hosts are overlooked."""
    assert same_site("https://www.n.example/a", "http://amp.n.example/b")
    assert not same_site("https://n.example/", "https://n.example.evil.example/")
