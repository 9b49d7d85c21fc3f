"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.settings import ReaderChoice

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
ReaderOption = Annotated[
    ReaderChoice | None,
    typer.Option(
        help="Who answers: a language model, the extractive reader, or auto: the model where one "
        "is configured.",
        show_default=False,
    ),
]
ModelOption = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="The language model; PROVIDER:NAME for other providers."),
]
BaseUrlOption = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="A server that speaks OpenAI's protocol, such as http://localhost:11434/v1.",
    ),
]
JudgeOption = Annotated[
    bool | None,
    typer.Option(
        "--judge", help="Let the model check each of its statements once more.", show_default=False
    ),
]
