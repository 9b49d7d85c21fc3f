"""Markdown output: readable, and no article can put markup, HTML or links into it."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render.markdown import escape, render_markdown, safe_url
from bot.types import Nearest
from tests.bot.sample_answers import (
    GAZETTE,
    QUOTE,
    SHORT,
    abstention,
    answer,
    citation,
    listed,
    quotation,
    short_answer,
)


def test_an_answer_in_markdown() -> None:
    quote = QUOTE.replace(SHORT, f"**{SHORT}**")
    assert render_markdown(short_answer()) == (
        f"**{SHORT}** [1]\n\n"
        f'[1] "{quote}" — [Harbour Gazette, 30 Dec 2021 (PORT ELSA)]'
        "(<https://gazette.example/ferry>) · `4fbe4d4bf0f4:120-187`"
    )


def test_the_items_of_a_list_are_each_set_off() -> None:
    cited = citation()
    shown = render_markdown(answer(listed(cited, "Tern Point", "Saint Ode"), citations=(cited,)))
    assert shown.startswith("**Tern Point; Saint Ode** [1]")
    assert "joined by Marrow Island, **Tern Point**, and **Saint Ode**." in shown


def test_an_abstention_in_markdown() -> None:
    shown = render_markdown(abstention(Nearest(GAZETTE, 10, 90)))
    assert shown.startswith("Nothing in the archive is about this.\n\nNearest in the archive")
    assert "- [Ferry crews walk out](<https://gazette.example/ferry>) — Harbour Gazette" in shown


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("![x](https://e.example/?q=1)", r"!\[x\](https\://e.example/?q=1)"),
        ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;"),
        ("see www.evil.example", r"see www\.evil.example"),
        ("# heading", r"\# heading"),
        ("1. item", r"1\. item"),
        ("a *b* _c_ `d`", r"a \*b\* \_c\_ \`d\`"),
        ("@team", r"\@team"),
        ("4.5 % & more", "4.5 % &amp; more"),
        ("[x]: https://e.example", r"\[x\]: https\://e.example"),
    ],
)
def test_markup_is_made_plain(text: str, escaped: str) -> None:
    assert escape(text) == escaped


@given(st.text(st.sampled_from("[]()<>!*_`#\\&;:/@wW.|~$-+=1 \na\x1b\u202e")))
def test_no_link_tag_or_code_can_be_formed(text: str) -> None:
    """Every character that begins a link, tag or code span comes out escaped."""
    unescaped = re.sub(r"\\.|&(?:lt|gt|amp);", "", escape(text))
    assert not re.search(r"[\[\]<>`*_@|~$\\\x00-\x1f\u202e]", unescaped)
    assert not re.search(r"://|www\.", unescaped, re.IGNORECASE)


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "https://",
        "https://user@evil.example/",
        "https://a.example/\u202e",
        "https://a.example/\nx",
        "https://[bad",
    ],
)
def test_only_plain_web_addresses_become_links(url: str | None) -> None:
    assert safe_url(url) is None
    cited = citation(article=replace(GAZETTE, url=url))
    assert "](" not in render_markdown(answer(quotation(cited), citations=(cited,)))


def test_an_address_cannot_leave_its_link() -> None:
    url = safe_url('https://a.example/x> <b>(y)[z]"?a=1&copy=2')
    assert url is not None
    assert not re.search(r"[<>()\[\]\s\"]|&(?!amp;)", url)
