"""An answer -> what Slack shows of it: Markdown above, and blocks below.

The claims are Markdown, since that is what can be streamed. Sources are rich text, whose elements
no parser reads: titles and addresses in it are only what they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from bot.render.citation import provenance
from bot.render.content import (
    CONFLICT_HEADING,
    NEAREST_HEADING,
    NEAREST_SHOWN,
    abstention_message,
    lines_above,
    withheld,
)
from bot.slack import limits
from bot.slack.fmt import link_target, markdown, plain
from bot.types import Answer, Citation, Status
from retrieval.types import ArticleRef

Block = dict[str, Any]

_SHOWN = 20  # sources below an answer; the window shows all
_TITLE, _ORIGIN, _NOTICE = 80, 120, 300  # characters
_LEAD = re.compile(r"\n- |\s*")
_MARKERS = re.compile(r"(?:\s*\[\d+\])*\s*$")


# -- Markdown ------------------------------------------------------------------------------------


def streamed(text: str) -> str:
    """A piece of text of the engine, as Markdown: its lead, what it says, and its numbers."""
    start = found.end() if (found := _LEAD.match(text)) else 0
    end = found.start() if (found := _MARKERS.search(text, start)) else len(text)
    lead = "\n\n" if text[:start] == "\n" else text[:start]
    return lead + _line(text[start:end], re.findall(r"\d+", text[end:]))


def short_answers(answer: Answer) -> str:
    """The short answers, in bold, a line each; empty if there are none."""
    lines = [line for line in lines_above(answer, quotes="short") if line.short]
    return "\n\n".join(f"**{markdown(line.text)}**{line.markers}" for line in lines)


def answer_markdown(answer: Answer) -> str:
    """All that is said: the short answers, then every claim."""
    if answer.status is Status.ABSTAINED:
        return markdown(abstention_message(answer))
    heading = f"**{CONFLICT_HEADING}**" if answer.status is Status.CONFLICTING else ""
    text = ""
    for claim in answer.claims:
        markers = "".join(f"[{number}]" for number in claim.citations)
        text += streamed((claim.lead if text else "") + f"{claim.text} {markers}")
    return "\n\n".join(part for part in (heading, short_answers(answer), text) if part)


def _line(said: str, numbers: Iterable[str]) -> str:
    return markdown(said) + "".join(f" [{number}]" for number in numbers)


# -- blocks --------------------------------------------------------------------------------------


def answer_blocks(answer: Answer, *, shared: bool = True) -> list[Block]:
    """What stands below an answer. `shared` is False where only one person sees it."""
    blocks: list[Block] = []
    if answer.citations:
        blocks.append(rich_text([*_sources(answer.citations)]))
    elif answer.nearest:
        nearest = [near.article for near in answer.nearest[:NEAREST_SHOWN]]
        sections = [section([text(NEAREST_HEADING)]), *(_article("•", ref) for ref in nearest)]
        blocks.append(rich_text(sections))
    notes = [withheld(answer), *answer.notices]
    blocks += [context(note) for note in notes[:3] if note]
    buttons = []
    if answer.citations:
        buttons.append(button("Show passages", "passages", answer.id))
        buttons.append(button("Wrong citation", "wrong_citation", answer.id))
    if not shared and answer.claims:
        buttons.append(button("Share in channel", "share", answer.id))
    if buttons:
        blocks.append({"type": "actions", "elements": buttons})
    blocks.append(rating(answer.id))
    return blocks


def _sources(citations: Sequence[Citation]) -> Iterator[Block]:
    for citation in citations[:_SHOWN]:
        mark = f"[{citation.number}]" + ("" if citation.verified else " NOT VERIFIED")
        yield _article(mark, citation.article)
    if (more := len(citations) - _SHOWN) > 0:
        yield section([text(f"and {more} more: see the passages")])


def _article(mark: str, article: ArticleRef) -> Block:
    """`[1] Linked title — Outlet, date`, on a line of its own."""
    elements = [text(f"{mark} "), linked(article)]
    if origin := plain(provenance(article, titled=True), _ORIGIN):
        elements.append(text(f" — {origin}"))
    return section([*elements, text("\n")])


def linked(article: ArticleRef) -> Block:
    """An article's title, which leads to the address that the archive holds, if there is one."""
    title = plain(article.title, _TITLE) or article.id
    url = link_target(article.url)
    return {"type": "link", "url": url, "text": title} if url else text(title, bold=True)


def rating(answer_id: str) -> Block:
    """Thumbs up and down."""
    up, down = ("Good answer", "up"), ("Bad answer", "down")
    positive, negative = (
        {"text": plain_text(label), "value": f"{answer_id}:{value}", "accessibility_label": label}
        for label, value in (up, down)
    )
    element = {
        "type": "feedback_buttons",
        "action_id": "rating",
        "positive_button": positive,
        "negative_button": negative,
    }
    return {"type": "context_actions", "elements": [element]}


def markdown_block(said: str) -> Block:
    """Markdown that is harmless already."""
    return {"type": "markdown", "text": said}


def rich_text(elements: Sequence[Block]) -> Block:
    """A block of sections, quotes and lists."""
    return {"type": "rich_text", "elements": list(elements)}


def section(elements: Sequence[Block]) -> Block:
    """A run of rich text."""
    return {"type": "rich_text_section", "elements": list(elements)}


def quoted(elements: Sequence[Block]) -> Block:
    """A run of rich text that is set off as a quotation."""
    return {"type": "rich_text_quote", "elements": list(elements)}


def text(said: str, *, bold: bool = False) -> Block:
    """An element of rich text, which no parser reads."""
    element: Block = {"type": "text", "text": said}
    return {**element, "style": {"bold": True}} if bold else element


def context(said: str) -> Block:
    """Small print."""
    return {"type": "context", "elements": [plain_text(said, limit=_NOTICE)]}


def button(label: str, action: str, value: str) -> Block:
    """A button."""
    return {
        "type": "button",
        "text": plain_text(label, limit=limits.BUTTON),
        "action_id": action,
        "value": value,
    }


def plain_text(said: str, *, limit: int = limits.BUTTON) -> Block:
    """Text that no parser reads, not even for emoji."""
    return {"type": "plain_text", "text": plain(said, limit) or "…", "emoji": False}


def text_in(blocks: object) -> int:
    """How many characters of text blocks hold."""
    if isinstance(blocks, dict):
        own = blocks.get("text")
        mine = len(own) if isinstance(own, str) else 0
        return mine + sum(text_in(value) for value in blocks.values())
    return sum(text_in(item) for item in blocks) if isinstance(blocks, list | tuple) else 0
