"""Step 5. The dense index in embedded Chroma. The only module that imports chromadb.

Chroma holds ids and vectors, nothing else: the text stays in the ledger. Each build lives in a
fresh folder, because Chroma rewrites its index files in place and a kill in the middle leaves
them unreadable.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retrieval.errors import DenseIndexError

if TYPE_CHECKING:
    from chromadb.api.collection_configuration import CreateHNSWConfiguration
    from numpy.typing import NDArray

_NAME = "passages"
_HNSW: CreateHNSWConfiguration = {"space": "cosine", "ef_search": 200}
_BATCH = 1000  # rows a call; Chroma's own limit is 5,461


class ChromaIndex:
    """One Chroma collection in one folder. Cosine, HNSW."""

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        """Open the collection in `folder`, or create it.

        Raises:
            DenseIndexError: the folder holds no readable collection.
        """
        self.folder = folder.resolve()  # two spellings of a path would be two indexes
        if not create and not (self.folder / "chroma.sqlite3").is_file():
            raise DenseIndexError(f"the dense index at {self.folder} is missing")
        with _translated(self.folder):
            import chromadb
            from chromadb.config import Settings

            try:
                self._client = chromadb.PersistentClient(
                    str(self.folder), settings=Settings(anonymized_telemetry=False)
                )
            except BaseException:
                _forget_failed(self.folder)
                raise
            try:
                if create:
                    self._collection = self._client.create_collection(
                        _NAME,
                        embedding_function=None,
                        configuration={"hnsw": _HNSW},
                        get_or_create=True,
                    )
                else:
                    self._collection = self._client.get_collection(_NAME, embedding_function=None)
            except BaseException:
                self._client.close()  # type: ignore[attr-defined]  # missing from the stub class
                raise

    def search(self, vector: NDArray[Any], limit: int) -> list[tuple[int, float]]:
        """As `DenseIndex.search`."""
        with _translated(self.folder):
            rows = self._collection.count()
            if not rows:
                return []
            found = self._collection.query(
                query_embeddings=[vector.tolist()],
                n_results=min(limit, rows),
                include=["distances"],
            )
        distances = found["distances"] or [[]]
        return [
            (int(i), 1.0 - distance)
            for i, distance in zip(found["ids"][0], distances[0], strict=True)
        ]

    def add(self, ids: Sequence[int], vectors: NDArray[Any]) -> None:
        """Add or replace rows; `vectors` is [len(ids), dimension]."""
        with _translated(self.folder):
            for start in range(0, len(ids), _BATCH):
                chunk = slice(start, start + _BATCH)
                self._collection.upsert(
                    ids=[str(i) for i in ids[chunk]],
                    embeddings=vectors[chunk].astype("float32").tolist(),
                )

    def delete(self, ids: Sequence[int]) -> None:
        """Delete rows. Ids that are not there are ignored."""
        with _translated(self.folder):
            for start in range(0, len(ids), _BATCH):
                self._collection.delete(ids=[str(i) for i in ids[start : start + _BATCH]])

    def ids(self) -> set[int]:
        """The ids of all rows."""
        with _translated(self.folder):
            return {int(i) for i in self._collection.get(include=[])["ids"]}

    def count(self) -> int:
        """The number of rows."""
        with _translated(self.folder):
            return int(self._collection.count())

    def close(self) -> None:
        """Release Chroma's files, so that the next opening sees what others wrote."""
        with _translated(self.folder):
            self._client.close()  # type: ignore[attr-defined]  # missing from the stub class


def delete_folder(folder: Path) -> None:
    """Delete a dense index that is no longer used."""
    shutil.rmtree(folder, ignore_errors=True)


def _forget_failed(folder: Path) -> None:
    """Drop what Chroma keeps of a client that could not start.

    It would hand that out to the next client of the same folder, in which nothing works even after
    the disk has space again.
    """
    from chromadb.api.shared_system_client import SharedSystemClient

    if not SharedSystemClient._identifier_to_refcount.get(str(folder)):
        SharedSystemClient._identifier_to_system.pop(str(folder), None)


@contextmanager
def _translated(folder: Path) -> Iterator[None]:
    try:
        yield
    except DenseIndexError:
        raise
    except Exception as error:  # Chroma raises errors of its Rust core, of SQLite and plain ones
        first_line = str(error).strip().splitlines()[:1] or [type(error).__name__]
        raise DenseIndexError(f"the dense index at {folder} failed: {first_line[0]}") from error
