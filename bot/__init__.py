"""Dateline: answers over news articles in which every statement is an exact, checked quotation.

    from bot import Bot
    with Bot.open("archive/") as bot:
        print(bot.ask("Which countries joined the boycott?"))

Importing this package loads no model and no heavy library; names are loaded when first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.chain import build_chain
    from bot.engine import Bot
    from bot.session import Session
    from bot.types import (
        Abstention,
        Answer,
        Citation,
        CitationEvent,
        Claim,
        Event,
        Final,
        Flaw,
        Reason,
        Rejected,
        Status,
        StatusEvent,
        TextDelta,
        Usage,
    )
    from retrieval.errors import DatelineError

_HOME = {
    "Bot": "bot.engine",
    "Session": "bot.session",
    "DatelineError": "retrieval.errors",
    "build_chain": "bot.chain",
    **dict.fromkeys(
        (
            "Abstention",
            "Answer",
            "Citation",
            "CitationEvent",
            "Claim",
            "Event",
            "Final",
            "Flaw",
            "Reason",
            "Rejected",
            "Status",
            "StatusEvent",
            "TextDelta",
            "Usage",
        ),
        "bot.types",
    ),
}

__all__ = [
    "Abstention",
    "Answer",
    "Bot",
    "Citation",
    "CitationEvent",
    "Claim",
    "DatelineError",
    "Event",
    "Final",
    "Flaw",
    "Reason",
    "Rejected",
    "Session",
    "Status",
    "StatusEvent",
    "TextDelta",
    "Usage",
    "build_chain",
]


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module 'bot' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOME[name]), name)
