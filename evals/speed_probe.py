"""The measurements of `evals.speed` that must be taken inside a fresh process of their own.

    python -m evals.speed_probe warm ARCHIVE QUESTIONS.json POLICY
    python -m evals.speed_probe build ARCHIVE FOLDER PASSAGES
    python -m evals.speed_probe dense FOLDER POLICY

Each prints one JSON object.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from evals.measuring import spread

if TYPE_CHECKING:
    from collections.abc import Callable

    from retrieval.dense.chooser import DensePolicy

_ARTICLE = 1_000  # passages in one made-up article
_DENSE_QUERIES = 100


def timed(work: Callable[[], Any]) -> tuple[float, float]:
    """Wall and CPU seconds of `work`; CPU of all threads."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def warm(archive: Path, questions: list[str], policy: DensePolicy) -> dict[str, Any]:
    """Every question once, in a process that has answered one before."""
    from bot import Bot, Status

    answered: list[str] = []
    with Bot.open(archive, create=False, dense=policy) as bot:
        bot.ask(questions[0])

        def ask(question: str) -> None:
            if bot.ask(question).status is not Status.ABSTAINED:
                answered.append(question)

        taken = [timed(partial(ask, question)) for question in questions]
    return {
        "wall": spread([wall for wall, _ in taken]),
        "cpu": spread([cpu for _, cpu in taken]),
        "questions": len(questions),
        "answered": answered,
    }


def dense(archive: Path, policy: DensePolicy) -> dict[str, Any]:
    """The dense index alone: its first answer with all that it loads, and the ones after."""
    import numpy as np

    from retrieval.dense.chooser import DenseChooser
    from retrieval.ledger import Ledger
    from retrieval.types import Filters

    ledger = Ledger.open(archive / "ledger.sqlite3")
    rows = ledger.vector_rows(above=ledger.highest_passage_id() - _DENSE_QUERIES)
    vectors = [np.frombuffer(data, dtype="<f2").astype(np.float32) for _, data in rows]
    chooser = DenseChooser(ledger, policy)
    taken = [timed(partial(chooser.search, vector, Filters(), 50)) for vector in vectors]
    assert chooser.failure is None, chooser.failure
    chooser.close()
    ledger.close()
    first, *later = taken
    return {
        "first_wall_ms": round(first[0] * 1000, 1),
        "first_cpu_ms": round(first[1] * 1000, 1),
        "wall": spread([wall for wall, _ in later]),
        "cpu": spread([cpu for _, cpu in later]),
    }


def build(archive: Path, folder: Path, passages: int) -> dict[str, Any]:
    """An archive of `passages` passages without text, whose vectors lie near those of `archive`."""
    import numpy as np

    from retrieval.dense.sync import synchronize
    from retrieval.ledger import Ledger, NewRevision
    from retrieval.types import ParsedArticle, Span

    ledger = Ledger.open(archive / "ledger.sqlite3")
    rows = ledger.vector_rows()
    ledger.close()
    known = np.frombuffer(b"".join(data for _, data in rows), "<f2").reshape(len(rows), -1)
    random = np.random.default_rng(7)
    folder.mkdir(parents=True, exist_ok=True)
    ledger = Ledger.open(folder / "ledger.sqlite3", create=True)
    for start in range(0, passages, _ARTICLE):
        count = min(_ARTICLE, passages - start)
        near = known[random.integers(len(known), size=count)].astype(np.float32)
        near += random.normal(scale=0.02, size=near.shape).astype(np.float32)
        near /= np.linalg.norm(near, axis=1, keepdims=True)
        name = f"{start:012d}"
        parsed = ParsedArticle(key=name, origin=name, title="", text="x")
        spans = [(Span(0, 1),)] * count
        new = NewRevision(name, 1, parsed, "", datetime.now(UTC), spans, near.astype("<f2"))
        ledger.put([new])
    synchronize(ledger)
    ledger.close()
    return {}


def main(arguments: list[str]) -> None:
    """Take one measurement and print it."""
    match arguments:
        case ["warm", archive, questions, policy]:
            asked = json.loads(Path(questions).read_text())
            found = warm(Path(archive), asked, cast("DensePolicy", policy))
        case ["dense", archive, policy]:
            found = dense(Path(archive), cast("DensePolicy", policy))
        case ["build", archive, folder, passages]:
            found = build(Path(archive), Path(folder), int(passages))
        case _:
            sys.exit(__doc__)
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1:])
