"""The Home tab: what the archive covers, what to ask, and how."""

from __future__ import annotations

from bot.render.citation import day
from bot.slack.blocks import Block, linked, rich_text, section, text
from bot.slack.channels import HELP
from bot.slack.fmt import plain
from retrieval.types import ArchiveStats, ArticleRef

EXAMPLES = ("Who resigned, and why?", "How many people were affected?", "What did they say later?")

_NEWEST = 5  # articles shown
_OUTLETS = 10


def home(stats: ArchiveStats, newest: list[ArticleRef]) -> Block:
    """The view, for one person."""
    covered = f"{stats.articles:,} {'article' if stats.articles == 1 else 'articles'}"
    if stats.earliest and stats.latest:
        covered += f", {day(stats.earliest)} to {day(stats.latest)}"
    outlets = ", ".join(plain(outlet, 60) for outlet in stats.sources[:_OUTLETS])
    if (more := len(stats.sources) - _OUTLETS) > 0:
        outlets += f" and {more} more"
    parts = [
        _header("What I have read"),
        _lines(covered, *([outlets] if outlets else [])),
    ]
    if newest:
        lines = [section([text("• "), linked(ref), text("\n")]) for ref in newest[:_NEWEST]]
        parts += [_header("Newest"), rich_text(lines)]
    parts += [
        _header("What you can ask"),
        _lines(*(f"“{example}”" for example in EXAMPLES)),
        _header("How"),
        _lines(*HELP.splitlines()),
        _lines(
            "Every statement is tied to the sentence that says so, compared with the stored "
            "article before you see it. What the articles do not say, I do not say."
        ),
    ]
    return {"type": "home", "blocks": parts}


def _header(title: str) -> Block:
    return {"type": "header", "text": {"type": "plain_text", "text": title, "emoji": False}}


def _lines(*lines: str) -> Block:
    return rich_text([section([text("\n".join(lines))])])
