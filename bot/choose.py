"""Settings -> who reads, who stands in, and who understands follow-ups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.readers import Judge, Reader
from bot.readers.extractive import ExtractiveReader
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.rewriter import ModelRewriter


@dataclass(frozen=True, slots=True)
class Readers:
    """The reader; the one that looks outside the filters; the others where there are."""

    reader: Reader
    scout: Reader
    stand_in: Reader | None = None
    judge: Judge | None = None
    rewriter: ModelRewriter | None = None


def choose_readers(settings: Settings) -> Readers:
    """The readers that the settings ask for. Nothing is loaded yet.

    With "auto" the extractive reader stands in for a model that cannot be reached, or of whose
    answer nothing holds.

    Raises:
        NotConfiguredError: a model is asked for, and something it needs is missing.
    """
    extractive = ExtractiveReader()
    if not settings.uses_model:
        return Readers(extractive, extractive)
    from bot.model.build import open_model
    from bot.readers.judge import ModelJudge
    from bot.readers.model import ModelReader
    from bot.rewriter import ModelRewriter

    model = open_model(settings)
    reader = ModelReader(model, prompt_tokens=settings.prompt_tokens, seconds=settings.deadline)
    return Readers(
        reader,
        scout=extractive,
        stand_in=extractive if settings.reader == "auto" else None,
        judge=ModelJudge(model, seconds=settings.deadline) if settings.judge else None,
        rewriter=ModelRewriter(model, seconds=settings.deadline),
    )
