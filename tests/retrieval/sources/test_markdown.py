"""Markdown: readable text without marks, so that a quotation holds the sentence alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from retrieval.types import ParsedArticle
from tests.retrieval.sources.samples import article, outcomes, refusal

STORY = """---
date: 2022-02-03
source: Sample Post
---
# The vote

LONDON (Reuters) - The **chancellor** said [on Monday](http://x.example) that *no* tax
would rise. ![image](x.png) <!-- a comment -->

> Quote &amp; more

- one
- two

| a | b |
|---|---|
| 1 | 2 |

    code stays  *as* it is
"""


def test_marks_go_and_words_stay() -> None:
    """Emphasis, links, images, comments and bullets leave the words that a reader sees."""
    found = article(STORY.encode(), "md")
    assert found.title == "The vote"
    assert found.text.split("\n\n") == [
        "LONDON (Reuters) - The chancellor said on Monday that no tax would rise.",
        "Quote & more",
        "one",
        "two",
        "a | b",
        "1 | 2",
        "code stays  *as* it is",
    ]
    assert (found.dateline, found.carrier, found.source) == ("LONDON", "Reuters", "Sample Post")


def test_a_heading_that_is_not_the_title_stays() -> None:
    """With a title of its own in the front matter, another heading is part of the text."""
    data = b"---\ntitle: A\n---\n# B\n\nPARIS \xe2\x80\x94 The text.\n"
    found = article(data, "md")
    assert found.title == "A"
    assert found.text == "B\n\nPARIS — The text."
    assert found.dateline == "PARIS"
    assert article(b"---\ntitle: B\n---\n# B\n\nThe text.", "md").text == "The text."


def test_html_in_markdown() -> None:
    """Tags go, their words stay; a line break is one."""
    data = b"<div class='x'>\nOne &amp; two\n</div>\n\nA <b>bold</b> word<br>and a line."
    assert article(data, "md").text == "One & two\n\nA bold word\nand a line."


def test_a_list_item_of_two_paragraphs_keeps_both() -> None:
    """Blocks inside blocks are kept in order."""
    assert article(b"1. a\n\n   b\n2. c\n", "md").text == "a\n\nb\n\nc"


def test_only_marks_is_empty() -> None:
    """A file of marks and images holds no article."""
    assert refusal(b"# \n\n![x](y.png)\n\n---\n", "md").startswith(("is empty", "holds no"))


def test_broken_front_matter_names_its_line() -> None:
    """The same front matter as in plain text, with the same refusal."""
    assert refusal(b"---\ntitle: a\nb: [\n---\n# x\n\ny", "md").startswith("line ")


@given(st.text(alphabet="a b*_[]()<>!#`>-|\n\\&;:1.", max_size=300))
def test_any_marks_give_an_article_or_a_refusal(text: str) -> None:
    """No arrangement of marks breaks the reader."""
    (found,) = outcomes(text.encode(), "md")
    assert isinstance(found, ParsedArticle) or "\n" not in found.reason


@given(
    st.lists(st.sampled_from(["The ferry sails.", "It is late.", "“No,” she said."]), min_size=1)
)
def test_plain_paragraphs_are_stored_as_written(paragraphs: list[str]) -> None:
    """Markdown without marks is stored as it is written."""
    text = "\n\n".join(paragraphs)
    assert article(text.encode(), "md").text == text
