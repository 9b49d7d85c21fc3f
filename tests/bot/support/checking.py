"""Shorthand for the tests of one rule."""

from __future__ import annotations

from bot.support import ProblemKind, problems


def found(
    claim: str, *cited: str, headings: tuple[str, ...] = (), question: str = ""
) -> set[ProblemKind]:
    """The kinds of problems of a claim."""
    return {p.kind for p in problems(claim, cited, headings=headings, question=question)}
