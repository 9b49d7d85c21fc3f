"""Step 9. The reader that asks a language model: passages -> prompt -> reply -> draft claims.

What the model writes is drafts. A draft names sentences by their numbers in this prompt; a number
that the prompt did not have is dropped and recorded. Whether the sentences carry what is said is
for `bot.citations` to find out.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from itertools import islice

from bot.errors import ModelError, ModelReplyError
from bot.model import Deadline, LanguageModel, Messages, Tally, estimate_tokens
from bot.prompts import Prompt, load_prompt
from bot.readers import Draft, DraftClaim, NoAnswer, Record
from bot.readers.numbering import Numbered, number_sentences, shown
from bot.readers.reply import LONGEST_REPLY, ReplyParser, Said, is_no_answer
from bot.types import Reason
from retrieval.types import Hit

_MOST_UNKNOWN = 100  # numbers that the prompt did not have, of which a record is kept
_BYTES_A_TOKEN = 3  # as in `estimate_tokens`


class ModelReader:
    """Answers in the model's words, a claim a sentence.

    Args:
        prompt_tokens: the most that a prompt may have; passages that do not fit are left out,
            rules never.
        seconds: the most that one answer may take, unless `read` is given a deadline.
        make_fence: makes the delimiter between articles, new for each prompt, so that no article
            can close it.
    """

    def __init__(
        self,
        model: LanguageModel,
        *,
        prompt_tokens: int = 8_000,
        seconds: float = 120.0,
        make_fence: Callable[[], str] = lambda: f"====={secrets.token_hex(6)}=====",
    ) -> None:
        self._model = model
        self._prompt_tokens = prompt_tokens
        self._seconds = seconds
        self._make_fence = make_fence

    @property
    def name(self) -> str:
        """Recorded in every answer."""
        return f"model/{self._model.name}"

    def read(
        self, question: str, hits: Sequence[Hit], *, deadline: Deadline | None = None
    ) -> Generator[Draft]:
        """As `Reader.read`. A model that fails after its first claim leaves a broken-off answer."""
        prompt, numbered, messages = self._prompt(question, hits)
        yield Record(prompt=prompt.label)
        tally, parser, drafted = Tally(), ReplyParser(), _Drafted(numbered)
        reply = self._model.stream(
            messages, deadline=deadline or Deadline(self._seconds), tally=tally
        )
        broke_off: ModelError | None = None
        try:
            with closing(reply):
                for text in reply:
                    yield from drafted.claims(parser.feed(text))
                    if parser.full:
                        raise ModelReplyError(f"it is longer than {LONGEST_REPLY:,} characters")
        except ModelError as error:
            broke_off = error
        yield from drafted.claims(parser.finish(broke_off=broke_off is not None))
        yield Record(usage=tally.usage, unknown_markers=tuple(drafted.unknown))
        if broke_off is not None:
            if not drafted.count:
                raise broke_off
            yield Record(notices=(f"the model's answer broke off: {broke_off}",), broke_off=True)
        elif not drafted.count:
            yield NoAnswer(Reason.MENTIONED_NOT_ANSWERED)

    def _prompt(self, question: str, hits: Sequence[Hit]) -> tuple[Prompt, Numbered, Messages]:
        prompt, fence, question = load_prompt("answer"), self._make_fence(), shown(question)
        rules = prompt.fill(fence=fence, passages="", question=question)
        room = self._prompt_tokens - estimate_tokens(rules.system + rules.user)
        numbered = number_sentences(hits, fence=fence, room=room * _BYTES_A_TOKEN)
        return prompt, numbered, prompt.fill(fence=fence, passages=numbered.text, question=question)


class _Drafted:
    """Turns sentences of a reply into drafts, and keeps count."""

    def __init__(self, numbered: Numbered) -> None:
        self._numbered = numbered
        self.count = 0
        self.unknown: list[int] = []

    def claims(self, said: Sequence[Said]) -> Iterator[DraftClaim]:
        """A draft a sentence; the word for "no answer" is none."""
        for one in said:
            if is_no_answer(one.text):
                continue
            found = {number: self._numbered.evidence(number) for number in one.numbers}
            unknown = (number for number, evidence in found.items() if evidence is None)
            self.unknown += islice(unknown, _MOST_UNKNOWN - len(self.unknown))
            self.count += 1
            yield DraftClaim(
                evidence=tuple(evidence for evidence in found.values() if evidence is not None),
                text=one.text,
                lead=one.lead,
            )
