"""Step 10. Asks the model once more whether the cited sentences state a claim. Optional.

It comes after all checks by code and can only withhold: no claim is shown because a model likes it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.errors import ModelError
from bot.model import Deadline, LanguageModel, Tally, ask_briefly
from bot.prompts import load_prompt
from bot.readers import Ruling
from bot.readers.numbering import shown

_YES = re.compile(r"\W*yes\b", re.I)


class ModelJudge:
    """A `bot.readers.Judge` that asks a language model."""

    def __init__(self, model: LanguageModel, *, seconds: float) -> None:
        self._model = model
        self._seconds = seconds

    def __call__(
        self, claim: str, sentences: Sequence[str], *, deadline: Deadline | None = None
    ) -> Ruling:
        """Whether the model says yes. If it cannot be asked, the claim does not stand."""
        listed = "\n".join(f"- {shown(sentence)}" for sentence in sentences)
        messages = load_prompt("support").fill(claim=shown(claim), sentences=listed)
        deadline, tally = deadline or Deadline(self._seconds), Tally()
        try:
            reply = ask_briefly(self._model, messages, deadline=deadline, tally=tally)
        except ModelError as error:
            return Ruling(False, f"the model could not be asked about it: {error}", tally.usage)
        stands = _YES.match(reply) is not None
        return Ruling(stands, "" if stands else "asked again, the model says no", tally.usage)
