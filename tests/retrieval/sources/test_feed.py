"""Feeds: one article an entry, from what the feed itself holds."""

from __future__ import annotations

import random

import pytest

from retrieval.sources import Limits
from retrieval.types import ParsedArticle, SourceFailure
from tests.retrieval.sources.samples import FEED, eval_data, members, outcomes, refusal


def entries(data: str | bytes, **limits: int) -> list[ParsedArticle | SourceFailure]:
    """What reading a feed gives."""
    content = data.encode() if isinstance(data, str) else data
    return outcomes(content, "feed", limits=Limits(**limits))


def test_entries_become_articles() -> None:
    """The longer text without its HTML, date with its zone, feed title as outlet, own key."""
    first, second = entries(FEED)
    assert isinstance(first, ParsedArticle)
    assert first.text == "The recount confirmed the result.\n\nThe margin shrank to 190 votes."
    assert (first.title, first.source) == ("Recount & result", "Sample Ledger")
    assert first.authors == ("Thea Winslade",)
    assert first.published is not None
    assert first.published.isoformat() == "2023-10-17T16:20:00+01:00"
    assert first.key == first.url == "https://ledger.example/recount"
    assert isinstance(second, ParsedArticle)
    assert second.key == "id:stdin#a2"
    assert second.url is None
    assert second.published is None


def test_atom() -> None:
    """Atom is read the same way."""
    data = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Sample</title><entry>
    <id>tag:x,1</id><link href="https://x.example/1"/><title type="html">A &lt;b&gt;B&lt;/b&gt;
    </title><published>2022-03-09T18:30:00Z</published><author><name>W. Teasdale</name></author>
    <content type="html">&lt;p&gt;Nine died.&lt;/p&gt;</content></entry></feed>"""
    (found,) = entries(data)
    assert isinstance(found, ParsedArticle)
    assert (found.title, found.text, found.authors) == ("A B", "Nine died.", ("W. Teasdale",))


def test_repeated_entries() -> None:
    """An exact repetition is passed over; the same key with another text is reported."""
    item = "<item><link>https://x.example/1</link><description>Text {}</description></item>"
    feed = "<rss version='2.0'><channel>{}</channel></rss>"
    assert len(entries(feed.format(item.format("a") * 2))) == 1
    _, second = entries(feed.format(item.format("a") + item.format("b")))
    assert isinstance(second, SourceFailure)
    assert second.reason.startswith("entry 2: has the same id or URL")


def test_a_broken_feed_is_read_as_far_as_possible_with_a_notice() -> None:
    """What comes before the break is kept, and the break is told."""
    (found,) = entries(FEED[: FEED.index("<item><title>No link")])
    assert isinstance(found, ParsedArticle)
    assert found.text.startswith("The recount confirmed")
    assert "the feed is broken" in found.notices[0]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("<rss version='2.0'><channel><title>x</title></channel></rss>", "without entries"),
        ("<html><body>no feed</body></html>", "is no RSS or Atom feed"),
        ("just words", "is no RSS or Atom feed"),
        ("", "is empty"),
        ("\x89PNG", "is no RSS or Atom feed"),
    ],
)
def test_what_is_no_feed_says_so(data: str, reason: str) -> None:
    """One line each, and what to do where something can be done."""
    assert reason in refusal(data.encode(), "feed")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entity_bombs_are_refused(encoding: str) -> None:
    """A billion laughs, quadratic or external: any declared entity is refused, in any encoding."""
    bomb = (
        '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">'
        '<!ENTITY x SYSTEM "file:///etc/passwd">]><rss version="2.0"><channel><item>'
        "<description>&b;&x;</description></item></channel></rss>"
    )
    assert refusal(bomb.encode(encoding), "feed") == "declares XML entities: it is not read"


def test_entry_limit() -> None:
    """Entries past the limit are not read, and their number is told."""
    *read, last = entries(FEED, entries=1)
    assert len(read) == 1
    assert isinstance(last, SourceFailure)
    assert "1 are not read" in last.reason


def test_mutated_feeds_never_raise() -> None:
    """Cut, doubled and flipped anywhere, a feed gives articles or one-line reasons."""
    chance = random.Random(7)
    data = FEED.encode()
    for _ in range(150):
        start, end = sorted(chance.sample(range(len(data)), 2))
        damaged = chance.choice(
            [
                data[:start] + data[end:],
                data[:end] + data[start:],
                data[:start] + bytes([chance.randrange(256)]) + data[start + 1 :],
                data[:start] + b"<item>" + data[start:],
            ]
        )
        for found in entries(damaged):
            assert isinstance(found, ParsedArticle) or "\n" not in found.reason


def test_feedparser_s_own_feeds_never_raise() -> None:
    """All of feedparser's test feeds, well formed or not, give articles or one-line reasons."""
    path = eval_data("security/feedparser_feeds.tar.gz")
    count = articles = 0
    for _, data in members(path):
        count += 1
        for found in entries(data):
            articles += isinstance(found, ParsedArticle)
            assert isinstance(found, ParsedArticle) or "\n" not in found.reason
    assert count > 2_000
    assert articles > 300
