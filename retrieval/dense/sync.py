"""Step 5. Keeps Chroma in step with the ledger, and rebuilds it where it is damaged.

The ledger remembers which passages Chroma was given: all up to `dense_high`, in the folder
`dense_folder`. What came later is added, what is gone is deleted. Both are repeatable, so a kill
at any point costs only work. Only the process that holds the writer's lock calls this.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from retrieval.dense.chroma import ChromaIndex, delete_folder
from retrieval.errors import DenseIndexError

if TYPE_CHECKING:
    from retrieval.ledger import Ledger

_BATCH = 2000


def dense_folder(ledger: Ledger) -> Path:
    """The folder that holds the current Chroma index of this ledger."""
    return ledger.path.parent / ledger.meta("dense_folder", "dense-1")


def dense_high(ledger: Ledger) -> int:
    """Chroma was given every passage with an id up to this one."""
    return int(ledger.meta("dense_high", "0"))


def finds_its_rows(ledger: Ledger, index: ChromaIndex) -> bool:
    """Whether Chroma finds stored vectors: without its HNSW files it finds few or none, silently.

    A sample is looked up. HNSW is approximate, so one row may be missed where all is well.
    """
    import numpy as np

    ids = ledger.spread_ids(dense_high(ledger))
    found = 0
    for data in ledger.vectors(ids).values():
        nearest = index.search(np.frombuffer(data, dtype="<f2").astype(np.float32), 1)
        found += bool(nearest and nearest[0][1] > 0.99)
    return 2 * found >= len(ids)


def synchronize(ledger: Ledger) -> str | None:
    """Bring Chroma up to date. Returns why it had to be rebuilt, None if it had not."""
    try:
        index = _open_sound(ledger)
    except DenseIndexError as error:
        rebuild(ledger)
        return str(error)
    try:
        _advance(ledger, index)
    except DenseIndexError as error:
        rebuild(ledger)
        return str(error)
    finally:
        index.close()
    return None


def rebuild(ledger: Ledger) -> int:
    """Build Chroma anew in a fresh folder from the ledger's vectors. Returns the rows written.

    No text is embedded again. The old folder is in use until the new one is complete.
    """
    old = dense_folder(ledger)
    number = int(old.name.rpartition("-")[2]) + 1
    new = old.with_name(f"dense-{number}")
    delete_folder(new)  # what an interrupted rebuild left
    index = ChromaIndex(new, create=True)
    try:
        dead = ledger.dead_passages()
        high = _add(ledger, index, above=0)
        rows = index.count()
    finally:
        index.close()
    ledger.set_meta(
        dense_folder=new.name, dense_high=str(high), dense_generation=_next_generation(ledger)
    )
    ledger.forget_dead(dead)
    delete_folder(old)
    return rows


def _open_sound(ledger: Ledger) -> ChromaIndex:
    """Open Chroma and check that it holds the rows it was given and can search them."""
    folder, high = dense_folder(ledger), dense_high(ledger)
    if not high:
        delete_folder(folder)  # rows that were never acknowledged
        return ChromaIndex(folder, create=True)
    index = ChromaIndex(folder)
    try:
        given = sum(1 for i in ledger.passage_ids() if i <= high)
        if index.count() < given:
            raise DenseIndexError(f"the dense index holds {index.count()} of {given} passages")
        if not finds_its_rows(ledger, index):
            raise DenseIndexError("the dense index holds its rows and does not find them")
    except DenseIndexError:
        index.close()
        raise
    return index


def _advance(ledger: Ledger, index: ChromaIndex) -> None:
    dead = ledger.dead_passages()
    high = dense_high(ledger)
    if not dead and ledger.highest_passage_id() <= high:
        return
    index.delete(dead)
    reached = _add(ledger, index, above=high)
    # Chroma first, the note about it second: a kill between them repeats work, loses none.
    ledger.forget_dead(dead)
    ledger.set_meta(
        dense_folder=index.folder.name,
        dense_high=str(reached),
        dense_generation=_next_generation(ledger),
    )


def _add(ledger: Ledger, index: ChromaIndex, *, above: int) -> int:
    import numpy as np

    rows = ledger.vector_rows(above=above)
    for start in range(0, len(rows), _BATCH):
        chunk = rows[start : start + _BATCH]
        data = np.frombuffer(b"".join(row[1] for row in chunk), dtype="<f2")
        index.add([row[0] for row in chunk], data.reshape(len(chunk), -1))
    return rows[-1][0] if rows else above


def _next_generation(ledger: Ledger) -> str:
    return str(int(ledger.meta("dense_generation", "0")) + 1)
