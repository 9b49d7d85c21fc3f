"""Step 9. A reader that another one stands in for when the language model fails."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING

from bot.errors import ModelError
from bot.readers import Draft, Reader, Record
from retrieval.types import Hit

if TYPE_CHECKING:
    from bot.model.deadline import Deadline


class FallbackReader:
    """Reads with `first`; if its model fails before any claim, with `second`, and says so."""

    def __init__(self, first: Reader, second: Reader) -> None:
        self._first = first
        self._second = second

    @property
    def name(self) -> str:
        """The first reader's; the answer records the other where that took over."""
        return self._first.name

    def read(
        self, question: str, hits: Sequence[Hit], *, deadline: Deadline | None = None
    ) -> Generator[Draft]:
        """As `Reader.read`. `first` raises only while it has drafted nothing."""
        try:
            yield from self._first.read(question, hits, deadline=deadline)
        except ModelError as error:
            yield Record(
                reader=self._second.name, notices=(f"{error}; this answer was made without it",)
            )
            yield from self._second.read(question, hits)
