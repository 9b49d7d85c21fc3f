"""Step 5. The dense index: passage vectors -> nearest passages. This file is the port.

Two adapters: `exact` reads the ledger's vectors and is always right; `chroma` is fast on large
archives. Both are derived from the ledger and hold nothing of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vector = NDArray[Any]


class DenseIndex(Protocol):
    """Nearest passages by cosine."""

    def search(self, vector: Vector, limit: int) -> list[tuple[int, float]]:
        """Up to `limit` `(passage id, cosine)` pairs, best first.

        `vector` is a float32 unit vector [dimension]. Ids may be stale: the caller drops those
        that the ledger does not hold.

        Raises:
            DenseIndexError: the index cannot answer; the ledger is unharmed.
        """
        ...
