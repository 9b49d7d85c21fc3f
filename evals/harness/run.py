"""What every test is given, and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evals.harness.asking import Asker
from evals.harness.finished import Finished


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the harness.

    Attributes:
        data: the data folder.
        cache: where archives are kept between runs.
        sample: questions of each file, None for all.
        articles: distractors in the archive that retrieval is measured on, None for all articles.
    """

    data: Path
    cache: Path
    asker: Asker
    finished: Finished
    sample: int | None = None
    articles: int | None = None


@dataclass(slots=True)
class Result:
    """What a test found.

    Attributes:
        figures: by name, as `metrics.bootstrap` returns them; in [0, 1].
        notes: what was asked, of how many, and what counts.
        skipped: what was not measured, and why.
        about: further facts by name, such as the archive's fingerprint.
    """

    figures: dict[str, dict[str, float]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    about: dict[str, Any] = field(default_factory=dict)
