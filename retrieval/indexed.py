"""What an archive's vectors were made by: recorded in the ledger, and held to.

Vectors of two embedders are not comparable, nor are passages cut by two sets of rules. An archive
that was indexed by other ones is refused until it is re-indexed.
"""

from __future__ import annotations

import shlex
import threading
from typing import TYPE_CHECKING

from retrieval.errors import EmbedderMismatchError
from retrieval.passages import SPLITTER_VERSION

if TYPE_CHECKING:
    from retrieval.embedding import Embedder, MakeEmbedder
    from retrieval.ledger import Ledger

# In place of a fingerprint while vectors are being replaced: it is no embedder's.
UNFINISHED = "unfinished"


def identity(embedder: Embedder) -> dict[str, str]:
    """What an index depends on, by the names under which the ledger records it.

    Raises:
        EmbedderError: only the embedder's server can tell, and it cannot be asked.
    """
    return {
        "embedder": embedder.name,
        "embedder_fingerprint": embedder.fingerprint,
        "embedder_dimension": str(embedder.dimension),
        "splitter": SPLITTER_VERSION,
    }


def require_indexed_with(ledger: Ledger, embedder: Embedder) -> None:
    """Check that this embedder made the vectors that the ledger holds, if it holds any.

    Raises:
        EmbedderMismatchError: another one did; the message has the command that mends it.
    """
    if not ledger.counts()[0]:
        return
    place, recorded = ledger.path.parent, ledger.meta("embedder")
    command = f"dateline reindex --archive {shlex.quote(str(place))}"
    if recorded != embedder.name:  # first: to tell a fingerprint, a server may have to be asked
        raise EmbedderMismatchError(
            f"the archive at {place} was indexed with {recorded}, not with {embedder.name}: "
            f"change it with `{command} --embedder {embedder.name}`"
        )
    if ledger.meta("embedder_fingerprint") == UNFINISHED:
        raise EmbedderMismatchError(
            f"re-indexing the archive at {place} was cut short: go on with `{command}`"
        )
    if ledger.meta("splitter") != SPLITTER_VERSION:
        raise EmbedderMismatchError(
            f"the archive at {place} was cut into passages by splitter "
            f"{ledger.meta('splitter')!r}, and this dateline has {SPLITTER_VERSION!r}: "
            f"run `{command}`"
        )
    for name, ours in identity(embedder).items():
        if ledger.meta(name) != ours:
            raise EmbedderMismatchError(
                f"the archive at {place} was indexed with another {embedder.name}, of another "
                f"version or server ({name.replace('_', ' ')} {ledger.meta(name)}, here {ours}): "
                f"go back to that one, or run `{command}`"
            )


class ArchiveEmbedder:
    """The embedder of one archive: the one given, else the one that the ledger names.

    It is made when it is first needed, so that what needs no vectors works without a key, and anew
    when another process has re-indexed the archive with another one.
    """

    def __init__(self, ledger: Ledger, given: Embedder | None, make: MakeEmbedder) -> None:
        self._ledger = ledger
        self._given = given
        self._make = make
        self._lock = threading.Lock()
        self._made: Embedder | None = None

    def get(self) -> Embedder:
        """The embedder. Whether it made the archive's vectors is not checked here.

        Raises:
            EmbedderError: it cannot be made.
        """
        if self._given is not None:
            return self._given
        recorded = self._ledger.meta("embedder") or None
        with self._lock:
            if self._made is None or (recorded and self._made.name != recorded):
                dimension = int(self._ledger.meta("embedder_dimension") or 0)
                self._made = self._make(recorded, dimension or None)
            return self._made
