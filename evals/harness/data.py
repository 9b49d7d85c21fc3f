"""The data folder: its files as rows, and samples of them that are the same every time."""

from __future__ import annotations

import gzip
import json
import os
import random
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from evals.measuring import ROOT

SEED = 0  # of every sample

Row = dict[str, Any]


class MissingDataError(Exception):
    """A file that a test needs is not there; says which."""


def default_folder() -> Path:
    """DATELINE_EVAL_DATA, else `../shared/data` beside the checkout."""
    return Path(os.environ.get("DATELINE_EVAL_DATA") or ROOT.parent / "shared" / "data")


def rows(data: Path, name: str) -> Iterator[Row]:
    """The rows of `<name>.jsonl.gz`, in the order of the file.

    Raises:
        MissingDataError: the file is not there.
    """
    file = data / f"{name}.jsonl.gz"
    if not file.is_file():
        raise MissingDataError(f"{file.name} is not in the data folder")
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def sampled(items: list[Row], count: int | None) -> list[Row]:
    """`count` of the items, drawn with `SEED`; all of them for None or where there are fewer.

    A smaller sample is part of a larger one, so that a larger one goes on from it.
    """
    if count is None or count >= len(items):
        return items
    return random.Random(SEED).sample(items, len(items))[:count]


def articles(data: Path, wanted: Collection[str]) -> dict[str, Row]:
    """News articles by id, those of the wanted ids that there are."""
    return {row["id"]: row for row in rows(data, "news_articles") if row["id"] in wanted}
