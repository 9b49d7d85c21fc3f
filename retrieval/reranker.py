"""Step 6. The bundled cross-encoder: reads question and passage together.

One pass gives two things: how relevant the passage is, and for every span of it how well that
span answers, against "no answer here". It scores; what is said and cited is for `bot` to decide.

How it was trained and what it reaches is in `retrieval/weights/reader.md`. Span scores follow
Devlin et al. 2019 (BERT), section 4.3: start logit + end logit, compared with those of `[CLS]`.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from retrieval.embedding.onnx import batches, open_session, read_weights
from retrieval.embedding.tokenizer import load_tokenizer
from retrieval.types import Span

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from tokenizers import Encoding

FILE = "reader.onnx"
_SHA256 = "c906d48ebb313f7fecd0584dff2d37dd6d443fa366a79938c797ce3e75258839"
MAX_TOKENS = 320  # question and passage together
_LONGEST_ANSWER = 30  # tokens


@dataclass(frozen=True, slots=True)
class Reading:
    """What the cross-encoder makes of one passage.

    `relevance` is a logit; `null` the score of "no answer here", on the scale of spans' scores.
    """

    relevance: float
    null: float
    _start: NDArray[Any]  # logits by passage token
    _end: NDArray[Any]
    _offsets: tuple[tuple[int, int], ...]  # of passage tokens, in the passage's text

    def best(self, start: int, end: int) -> tuple[float, Span] | None:
        """The best span inside `[start, end)` of the passage's text, and how likely any is.

        A span's score is start logit + end logit. The likelihood is of all spans inside, as log
        odds against "no answer here": a list's items share it, so that the best span alone says
        too little. None if no token lies in the range (it was cut off, or holds no word).
        """
        import numpy as np

        inside = self._inside(start, end)
        if not inside:
            return None
        first, last = inside[0], inside[-1] + 1
        scores = self._start[first:last, None] + self._end[None, first:last]
        # Keep i <= j < i + _LONGEST_ANSWER.
        allowed = np.triu(np.ones_like(scores, dtype=bool)) & ~np.triu(
            np.ones_like(scores, dtype=bool), _LONGEST_ANSWER
        )
        scores = np.where(allowed, scores, -np.inf)
        i, j = divmod(int(scores.argmax()), scores.shape[1])
        span = Span(self._offsets[first + i][0], self._offsets[first + j][1])
        odds = scores[i, j] + np.log(np.exp(scores - scores[i, j]).sum()) - self.null
        return float(odds), span

    def items(self, start: int, end: int, *, within: float) -> list[Span]:
        """The spans inside `[start, end)` that stand out as answers, in the text's order.

        A list's items share the likelihood of being answers, so the best span may run from the
        first to the last of them. A token stands out as a start or an end if its logit is no more
        than `within` below the highest. Starts and ends alternate; of several in a row the likelier
        one counts.
        """
        inside = self._inside(start, end)
        if not inside:
            return []
        least_start = max(self._start[i] for i in inside) - within
        least_end = max(self._end[i] for i in inside) - within
        found: list[tuple[int, int]] = []
        first: int | None = None
        last: int | None = None
        for i in inside:
            if self._start[i] >= least_start:
                if first is not None and last is not None:
                    found.append((first, last))
                    first, last = i, None
                elif first is None or self._start[i] > self._start[first]:
                    first = i
            if (
                first is not None
                and self._end[i] >= least_end
                and i < first + _LONGEST_ANSWER
                and (last is None or self._end[i] > self._end[last])
            ):
                last = i
        if first is not None and last is not None:
            found.append((first, last))
        return [Span(self._offsets[i][0], self._offsets[j][1]) for i, j in found]

    def _inside(self, start: int, end: int) -> list[int]:
        """The passage tokens that lie in `[start, end)` of the passage's text."""
        return [i for i, (a, b) in enumerate(self._offsets) if start <= a and b <= end and a < b]


class CrossEncoder:
    """The bundled reader model. Loaded at the first use; safe to share between threads."""

    def __init__(self, *, threads: int = 2) -> None:
        self._threads = threads
        self._lock = threading.Lock()
        self._session: Any = None
        self._tokenizer: Any = None

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        """Read every passage for the question. One `Reading` a passage, in order."""
        import numpy as np

        self._load()
        encodings: list[Encoding] = self._tokenizer.encode_batch(
            [(question, passage) for passage in passages]
        )
        readings: list[Reading | None] = [None] * len(passages)
        for rows in batches([len(encoding.ids) for encoding in encodings]):
            shape = (len(rows), max(len(encodings[row].ids) for row in rows))
            inputs = {
                name: np.zeros(shape, dtype=np.int64)
                for name in ("input_ids", "attention_mask", "token_type_ids")
            }
            for line, row in enumerate(rows):
                length = len(encodings[row].ids)
                inputs["input_ids"][line, :length] = encodings[row].ids
                inputs["attention_mask"][line, :length] = 1
                inputs["token_type_ids"][line, :length] = encodings[row].type_ids
            start, end, relevance = self._session.run(
                ["start_logits", "end_logits", "relevance"], inputs
            )
            for line, row in enumerate(rows):
                readings[row] = _reading(encodings[row], start[line], end[line], relevance[line])
        return [reading for reading in readings if reading is not None]

    def _load(self) -> None:
        with self._lock:
            if self._session is None:
                self._tokenizer = load_tokenizer(max_tokens=MAX_TOKENS)
                self._session = open_session(
                    read_weights(FILE, sha256=_SHA256), threads=self._threads
                )


def _reading(encoding: Encoding, start: NDArray[Any], end: NDArray[Any], relevance: Any) -> Reading:
    kinds, special = encoding.type_ids, encoding.special_tokens_mask
    inside = [i for i, kind in enumerate(kinds) if kind == 1 and not special[i]]
    return Reading(
        relevance=float(relevance),
        null=float(start[0] + end[0]),
        _start=start[inside],
        _end=end[inside],
        _offsets=tuple(encoding.offsets[i] for i in inside),
    )
