"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ArchiveOption = Annotated[
    Path | None,
    typer.Option(
        "--archive",
        metavar="DIR",
        help="The archive's folder; also before the command, or in DATELINE_ARCHIVE.",
        show_default=False,
    ),
]
PassagesOption = Annotated[
    int, typer.Option("-k", metavar="N", min=1, max=100, help="How many passages to retrieve.")
]
SinceOption = Annotated[
    str | None,
    typer.Option(metavar="DATE", help="Only articles of this day (2021-12-30) or later."),
]
UntilOption = Annotated[
    str | None, typer.Option(metavar="DATE", help="Only articles of this day or earlier.")
]
SourceOption = Annotated[
    list[str] | None,
    typer.Option(metavar="OUTLET", help="Only articles of this outlet; may be repeated."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON.")]
