"""No links, markup or hidden characters, whoever wrote them."""

from __future__ import annotations

import pytest

from bot.support import ProblemKind
from tests.bot.support.checking import found

LINKS = [
    "The council met: https://evil.example/x",
    "The council met: HTTP://EVIL.EXAMPLE",
    "The council met: hxxps://evil.example",
    "The council met at //evil.example/x.",
    "The council met at www.evil.example.",
    "The council met at evil.com.",
    "The council met at evil.co.uk/path?x=1.",
    "The council met at evil.zone/path.",
    "The council met (evil.com).",
    "The council met at evil。com.",
    "The council met at ｅvil.ｃom.",
    "The council met at evil[.]com.",
    "The council met at 10.0.0.1.",
    "The council met at mayor@council.org.",
    "The council met: mailto:mayor.",
    "The council met: javascript:alert(1)",
    "The council met: data:text/html,x",
    "The council [met](x) there.",
    "The council ![met](x) there.",
    "The council [met][1] there.",
    "The council <b>met</b> there.",
    "The council <img src=x> met.",
    "The council <!-- met --> there.",
    "The council <@U123> met.",
    "The council &lt;met&gt; there.",
    "The council &#60; met.",
]


@pytest.mark.parametrize("claim", LINKS)
def test_links_and_markup_are_found(claim: str) -> None:
    """In any writing that a front end, or a reader, could make a link of."""
    assert ProblemKind.LINK in found(claim, "The council met there.")


HIDDEN = [
    "\x1b[31m",
    "\x07",
    "\x9b",
    "\u202e",
    "\u200b",
    "\u2066",
    "\U000e0041",
    "\ufe0f",
    "\ud800",
]


@pytest.mark.parametrize("hidden", HIDDEN)
def test_characters_that_hide_or_steer_are_found(hidden: str) -> None:
    """Controls, bidirectional marks, zero width, tags, lone surrogates; copied or not."""
    claim = f"The council {hidden}met there."
    assert ProblemKind.LINK in found(claim, claim)


@pytest.mark.parametrize("claim", LINKS[:1] + LINKS[3:4] + LINKS[17:24])
def test_copied_links_are_found_too(claim: str) -> None:
    """A front end would make the same link of them."""
    assert ProblemKind.LINK in found(claim, claim)


@pytest.mark.parametrize("claim", ["Booking.com met there.", "Write to mayor@council.org to meet."])
def test_a_cited_address_may_be_repeated(claim: str) -> None:
    """A company's name, or a contact: the very same, and no other."""
    assert not found(claim, claim)
    assert ProblemKind.LINK in found(claim, claim.replace(".", ".x"))


PLAIN = [
    "The U.S. council met at 3 p.m. there, e.g. for $2.4 million.",
    "The council met there.It left.",
    "The council met 5 < 6 times & left; R&D grew 1.5x @ noon.",
    "The council met [sic] (there), v1.2.3, and/or left...",
    "The council met\nthere, and\tleft.",
]


@pytest.mark.parametrize("claim", PLAIN)
def test_plain_text_holds_no_link(claim: str) -> None:
    """Full stops, brackets and signs alone are none."""
    assert ProblemKind.LINK not in found(claim, "The council met.")
