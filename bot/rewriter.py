"""Step 8. A follow-up -> a question that stands alone, by the language model.

The model may only put together words that are already there. A rewrite that brings a name or a
figure of its own, or is no single question, does not count, and the rule takes its place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.errors import ModelError
from bot.model import Deadline, LanguageModel, Tally, ask_briefly
from bot.prompts import load_prompt
from bot.question import Turn
from bot.readers import Record
from bot.readers.numbering import shown

_TURNS = 4  # earlier turns that the model sees
_LONGEST_ANSWER = 600  # characters of an earlier answer that it sees
_LONGEST = 300  # characters of a rewrite, besides those of the question
_WORD = re.compile(r"\w+")
_LINK = re.compile(r"://|www\.|[<>\[\]{}|]")


class ModelRewriter:
    """Rewrites follow-ups with a language model."""

    def __init__(self, model: LanguageModel, *, seconds: float) -> None:
        self._model = model
        self._seconds = seconds

    def rewrite(
        self, question: str, turns: Sequence[Turn], *, deadline: Deadline | None = None
    ) -> tuple[str | None, Record]:
        """The question as it stands alone, None if the reply is not usable; and what it took."""
        conversation = "\n".join(map(_shown_turn, turns[-_TURNS:]))
        prompt = load_prompt("standalone_question")
        messages = prompt.fill(conversation=conversation, question=shown(question))
        tally = Tally()
        try:
            reply = ask_briefly(
                self._model, messages, deadline=deadline or Deadline(self._seconds), tally=tally
            )
        except ModelError:
            return None, Record(usage=tally.usage)
        text = reply.strip('"“”')
        usable = is_usable(text, question, conversation)
        return text if usable else None, Record(usage=tally.usage)


def is_usable(rewrite: str, question: str, conversation: str) -> bool:
    """Whether a rewrite is one plain question made of the conversation's own names and figures.

    >>> is_usable("Why did Canada join?", "why did they?", "Who joined? Canada.")
    True
    >>> is_usable("Why did Peru join?", "why did they?", "Who joined? Canada.")
    False
    """
    if not rewrite or "\n" in rewrite or len(rewrite) > len(question) + _LONGEST:
        return False
    if _LINK.search(rewrite) or not any(map(str.isalnum, rewrite)):
        return False
    known = {word.casefold() for word in _WORD.findall(f"{question} {conversation}")}
    words = _WORD.findall(rewrite)
    telling = [word for word in words[1:] if word[0].isupper() or any(map(str.isdigit, word))]
    return all(word.casefold() in known for word in telling)


def _shown_turn(turn: Turn) -> str:
    answered = shown(turn.answered)[:_LONGEST_ANSWER] or "(no answer)"
    return f"Asked: {shown(turn.standalone)}\nAnswered: {answered}"
