"""Step 9. Passages -> numbered sentences for a prompt, and back from a number to its sentence.

Sentences are numbered 1..n across all passages. Which sentence a number stands for is known here
alone: a model can only name it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.heading import heading
from bot.readers import Evidence
from bot.render.sanitise import clean_line
from retrieval.types import Hit

# Numbers in brackets that the article itself holds must not pass for ours.
_BRACKETED = re.compile(r"[\[【［〔⟦](\s*\d[\d\s,;–-]*)[\]】］〕⟧]")


@dataclass(frozen=True, slots=True)
class Numbered:
    """The passages as a prompt shows them.

    `sentences[n - 1]` is what number n stands for; `left_out` counts the passages for which there
    was no room.
    """

    text: str
    sentences: tuple[Evidence, ...]
    left_out: int

    def evidence(self, number: int) -> Evidence | None:
        """The sentence of this number, None if the prompt had none."""
        return self.sentences[number - 1] if 1 <= number <= len(self.sentences) else None


def number_sentences(hits: Sequence[Hit], *, fence: str, room: int) -> Numbered:
    """Number the sentences of the best passages that fit into `room` bytes of UTF-8.

    An article's passages stand together and in their order, under one heading, between two lines
    of `fence`; articles come in the order of their best passage. The best passage is always in.
    """
    chosen = _fitting(hits, fence, room)
    by_article: dict[str, list[Hit]] = {}
    for hit in chosen:
        by_article.setdefault(hit.article.id, []).append(hit)
    lines: list[str] = []
    sentences: list[Evidence] = []
    for group in by_article.values():
        lines += [fence, shown(heading(group[0].article.ref))]
        for hit in sorted(group, key=lambda h: h.passage.start):
            for span in hit.passage.sentences:
                sentences.append(Evidence(hit.article.ref, span))
                lines.append(f"[{len(sentences)}] {shown(hit.article.text[slice(*span)])}")
        lines += [fence, ""]
    return Numbered("\n".join(lines).strip(), tuple(sentences), len(hits) - len(chosen))


def shown(sentence: str) -> str:
    """A sentence as a prompt shows it: one line, nothing invisible, no bracketed numbers."""
    return _BRACKETED.sub(r"(\1)", clean_line(sentence))


def _fitting(hits: Sequence[Hit], fence: str, room: int) -> list[Hit]:
    chosen: list[Hit] = []
    headed: set[str] = set()
    for hit in hits:
        size = _bytes(hit.text) + 8 * len(hit.passage.sentences)
        if hit.article.id not in headed:
            size += _bytes(heading(hit.article.ref)) + 2 * len(fence) + 4
        if chosen and size > room:
            break
        room -= size
        headed.add(hit.article.id)
        chosen.append(hit)
    return chosen


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "replace"))
