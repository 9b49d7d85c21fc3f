"""Web pages: the story's paragraphs and what the page states of itself."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.sources import Limits
from retrieval.sources.markup import paragraphs
from retrieval.types import ParsedArticle
from tests.retrieval.sources.samples import PAGE, article, outcomes, refusal


def test_a_story_and_what_its_page_states() -> None:
    """Text in paragraphs, title without the site's name, time of publication, outlet, address."""
    found = article(PAGE.encode(), "html")
    blocks = found.text.split("\n\n")
    assert len(blocks) == 3
    assert blocks[0].startswith("BERLIN, 12 January 2022 /Harbour Wire/ – Ministers from seven")
    assert "\n" not in blocks[0]
    assert found.title == "Ministers agree ferry deal"
    assert found.published is not None
    assert found.published.isoformat() == "2022-01-12T18:30:00+01:00"
    assert found.authors == ("Jane Doe", "John Roe")
    assert found.source == "Sample Harbour News"
    assert found.key == found.url == "https://harbour.example/2022/ferry-deal"
    assert (found.dateline, found.carrier) == ("BERLIN", "Harbour Wire")
    assert not found.notices


@pytest.mark.parametrize("words", ["Front page", "Related", "Ten other ferries", "Copyright"])
def test_menus_and_footers_are_left_out(words: str) -> None:
    """Navigation, related links and the footer are not the article."""
    assert words not in article(PAGE.encode(), "html").text


def test_linked_data() -> None:
    """JSON-LD gives headline, date, authors and publisher."""
    data = """<html><head><script type="application/ld+json">{"@graph": [{"@type": "WebPage"},
    {"@type": "NewsArticle", "headline": "Ferry deal", "datePublished": "2022-01-12T18:30:00Z",
    "author": [{"name": "Jane Doe"}, {"name": "J. Roe"}], "publisher": {"name": "Harbour"}}]}
    </script></head><body><article><p>The ferry sails at noon.</p></article></body></html>"""
    found = article(data.encode(), "html")
    assert (found.title, found.source) == ("Ferry deal", "Harbour")
    assert found.authors == ("Jane Doe", "J. Roe")
    assert found.published is not None
    assert found.published.hour == 18


def test_a_page_without_a_date_has_none() -> None:
    """Today's date is never taken for the date of publication."""
    found = article(b"<html><body><article><p>The ferry sails at noon.</p></article>", "html")
    assert found.published is None
    assert found.published_raw is None


def test_short_pages_fall_back_to_their_paragraphs() -> None:
    """Where the extractor finds next to nothing, the paragraphs of the page are the article."""
    data = b"<body><nav>Menu</nav><article><p>One line.</p><p>And <i>two</i>.</p></article></body>"
    assert article(data, "html").text == "One line.\n\nAnd two."


def test_charsets() -> None:
    """The page's own statement of its charset is followed."""
    page = '<html><head><meta charset="windows-1251"></head><body><p>Паром ушёл в полдень.</p>'
    assert article(page.encode("cp1251"), "html").text == "Паром ушёл в полдень."


def test_a_truncated_page_is_read_as_far_as_it_goes() -> None:
    """Every prefix of a page gives an article or a clean refusal, and the later ones the text."""
    for end in range(0, len(PAGE), 97):
        for found in outcomes(PAGE.encode()[:end], "html"):
            assert isinstance(found, ParsedArticle) or "\n" not in found.reason
    cut = PAGE[: PAGE.index("Critics say") + 40]
    assert "Critics say that the plan" in article(cut.encode(), "html").text


def test_entities_are_not_expanded() -> None:
    """A page that declares entities is no bomb: they stay what they are."""
    bomb = b'<!DOCTYPE html [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><p>Laugh &b; at noon.</p>'
    assert "haha" not in article(bomb, "html").text


@pytest.mark.parametrize(
    "data",
    [
        b"<html><body><script>let x = 1</script></body></html>",
        b"<div>" * 50_000 + b"deep",
        b"\x89PNG\r\n\x1a\n",
        b"<",
    ],
)
def test_pages_without_text_are_refused(data: bytes) -> None:
    """A page with no words to read, or nested past reading, gives one line."""
    assert refusal(data, "html")


def test_size_limit() -> None:
    """A page over the markup limit is refused before it is parsed."""
    assert "larger than 1 KB" in refusal(
        b"<p>word</p>" * 1_000, "html", limits=Limits(markup_bytes=1_000)
    )


def test_fragments() -> None:
    """HTML fragments become text: blocks apart, scripts out, plain text as it is."""
    assert paragraphs("a<br>b<p>c</p>d <b>bold</b>") == "a\nb\n\nc\n\nd bold"
    assert paragraphs("AT&amp;T says 3 &lt; 5<script>x()</script>") == "AT&T says 3 < 5"
    assert paragraphs("plain\n\ntext") == "plain\n\ntext"


@settings(max_examples=30)
@given(st.lists(st.sampled_from(["<p>", "</p>", "<div>", "<b", "word ", "&amp;", "<!--", "-->"])))
def test_any_tags_give_an_article_or_a_refusal(pieces: list[str]) -> None:
    """No arrangement of tags breaks the reader."""
    for found in outcomes("".join(pieces).encode(), "html"):
        assert isinstance(found, ParsedArticle) or "\n" not in found.reason
