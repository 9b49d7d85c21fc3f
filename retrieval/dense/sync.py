"""Step 5. Keeps Chroma in step with the ledger, and rebuilds it where it is damaged.

The ledger remembers which passages Chroma was given: all up to `dense_high`, in the folder
`dense_folder`. What came later is added, what is gone is deleted. Both are repeatable, so a kill
at any point costs only work. Only the process that holds the writer's lock writes to Chroma.

Chroma rewrites its HNSW files in place, and crashes the process that opens one cut short. So the
ledger also holds a seal, the sizes of those files: it is broken before Chroma is written to, set
when Chroma is closed again, and nobody opens a Chroma whose seal does not hold.
"""

from __future__ import annotations

import json
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


def require_seal(ledger: Ledger) -> None:
    """Check that Chroma's files are as the last writer left them, before anything opens them.

    Raises:
        DenseIndexError: they are not, or a writer is at work or was stopped at it.
    """
    folder, seal = dense_folder(ledger), ledger.meta("dense_files")
    if not (folder / "chroma.sqlite3").is_file():
        raise DenseIndexError(f"the dense index at {folder} is missing")
    if not seal:
        raise DenseIndexError(f"the dense index at {folder} is being written, or was cut short")
    if seal != _sizes(folder):
        raise DenseIndexError(f"the dense index at {folder} has files that were changed or lost")


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
        try:
            changed, high = _advance(ledger, index)
        finally:
            index.close()
    except DenseIndexError as error:
        rebuild(ledger)
        return str(error)
    if changed is not None:
        # Chroma first, the note about it second: a kill between them repeats work, loses none.
        _note(ledger, index.folder, high)
        ledger.forget_dead(changed)
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
    _note(ledger, new, high)
    ledger.forget_dead(dead)
    delete_folder(old)
    return rows


def _open_sound(ledger: Ledger) -> ChromaIndex:
    """Open Chroma and check that it holds the rows it was given and can search them."""
    folder, high = dense_folder(ledger), dense_high(ledger)
    if not high:
        delete_folder(folder)  # rows that were never acknowledged
        return ChromaIndex(folder, create=True)
    require_seal(ledger)
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


def _advance(ledger: Ledger, index: ChromaIndex) -> tuple[list[int] | None, int]:
    """Delete and add what Chroma lacks. Returns the ids deleted, None if it lacked nothing."""
    dead, high = ledger.dead_passages(), dense_high(ledger)
    if not dead and ledger.highest_passage_id() <= high:
        return None, high
    ledger.set_meta(dense_files="")
    index.delete(dead)
    return dead, _add(ledger, index, above=high)


def _add(ledger: Ledger, index: ChromaIndex, *, above: int) -> int:
    import numpy as np

    rows = ledger.vector_rows(above=above)
    if len({len(row[1]) for row in rows}) > 1:
        raise DenseIndexError("the ledger holds vectors of two embedders: run `dateline reindex`")
    for start in range(0, len(rows), _BATCH):
        chunk = rows[start : start + _BATCH]
        data = np.frombuffer(b"".join(row[1] for row in chunk), dtype="<f2")
        index.add([row[0] for row in chunk], data.reshape(len(chunk), -1))
    return rows[-1][0] if rows else above


def _note(ledger: Ledger, folder: Path, high: int) -> None:
    """Record what the closed Chroma in `folder` holds, and set the seal."""
    ledger.set_meta(
        dense_folder=folder.name,
        dense_high=str(high),
        dense_files=_sizes(folder),
        dense_generation=str(int(ledger.meta("dense_generation", "0")) + 1),
    )


def _sizes(folder: Path) -> str:
    """Chroma's HNSW files and their sizes. Its SQLite file looks after itself."""
    files = sorted(path for path in folder.glob("*/*") if path.is_file())
    return json.dumps({str(path.relative_to(folder)): path.stat().st_size for path in files})
