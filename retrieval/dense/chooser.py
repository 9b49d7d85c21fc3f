"""Step 5. Chooses the dense index for each question, and falls back where Chroma cannot answer.

Filtered questions go to exact search: Chroma's filtered queries cost 50 to 600 ms. So do small
archives in `auto`, where opening Chroma (0.9 s of import alone) costs more than it saves. Passages
that are newer than Chroma are searched exactly and merged, so an answer is never stale.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Literal

from retrieval.dense.exact import ExactIndex
from retrieval.dense.sync import dense_folder, dense_high, finds_its_rows, require_seal
from retrieval.errors import DenseIndexError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retrieval.dense.chroma import ChromaIndex
    from retrieval.ledger import Ledger
    from retrieval.types import Filters

DensePolicy = Literal["auto", "chroma", "exact"]

# Exact search over this many numbers, 100,000 passages of the bundled embedder, costs about as much
# CPU as one Chroma query and needs no index to be opened; evals/speed.py measures both.
EXACT_UP_TO = 100_000 * 384


class DenseChooser:
    """The dense half of one retriever. Safe to share between threads."""

    def __init__(self, ledger: Ledger, policy: DensePolicy) -> None:
        self._ledger = ledger
        self._policy = policy
        self._lock = threading.Lock()
        self._exact = ExactIndex(ledger)
        self._chroma: ChromaIndex | None = None
        self._chroma_generation = ""  # of the Chroma that was last opened, or tried to be
        self.failure: str | None = None  # why Chroma is not used, for the person to read

    def search(
        self, vector: NDArray[Any], filters: Filters, limit: int
    ) -> tuple[str, list[tuple[int, float]]]:
        """Which index answered, and up to `limit` `(passage id, cosine)`, best first."""
        if filters or not self._wants_chroma():
            return "exact", self._exact.search(vector, limit, filters=filters or None)
        # Read first: rows that a writer adds while Chroma is searched may then be found twice, and
        # not by neither.
        high = dense_high(self._ledger)
        try:
            with self._lock:
                found = self._current_chroma().search(vector, limit)
        except DenseIndexError as error:
            self.failure = str(error)
            self._drop_chroma()
            return "exact", self._exact.search(vector, limit)
        newer = self._exact.search(vector, limit, above=high)
        merged = sorted(dict(found + newer).items(), key=lambda pair: (-pair[1], pair[0]))
        return "chroma", merged[:limit]

    def close(self) -> None:
        """Release Chroma."""
        self._drop_chroma()

    def _wants_chroma(self) -> bool:
        if self._policy == "exact" or not dense_high(self._ledger):
            return False
        if self.failure is not None:
            if self._ledger.meta("dense_generation") == self._chroma_generation:
                return False
            self.failure = None  # a writer has rebuilt it since
        if self._policy == "chroma":
            return True
        dimension = int(self._ledger.meta("embedder_dimension", "384"))
        return self._ledger.counts()[1] * dimension > EXACT_UP_TO

    def _current_chroma(self) -> ChromaIndex:
        """Chroma as last written: a client that was open before then sees stale rows."""
        from retrieval.dense.chroma import ChromaIndex

        generation = self._ledger.meta("dense_generation")
        if self._chroma is not None and generation != self._chroma_generation:
            self._chroma.close()
            self._chroma = None
        if self._chroma is None:
            self._chroma_generation = generation
            require_seal(self._ledger)
            self._chroma = ChromaIndex(dense_folder(self._ledger))
            if not finds_its_rows(self._ledger, self._chroma):
                raise DenseIndexError("the dense index holds its rows and does not find them")
        return self._chroma

    def _drop_chroma(self) -> None:
        with self._lock:
            chroma, self._chroma = self._chroma, None
            if chroma is not None:
                try:
                    chroma.close()
                except DenseIndexError as error:
                    self.failure = str(error)
