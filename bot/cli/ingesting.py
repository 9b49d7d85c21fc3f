"""`dateline ingest`."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bot.cli import exits
from bot.cli.opening import open_archive
from bot.cli.options import ArchiveOption, JsonOption
from bot.cli.progress import ProgressBar
from bot.cli.terminal import Terminal
from bot.render.data import to_json
from retrieval.errors import ArchiveNotFoundError

if TYPE_CHECKING:
    from retrieval.types import IngestReport

Format = Literal["auto", "txt", "md", "html", "pdf", "docx", "feed", "jsonl"]

_NAMED = 3  # so few articles are named in the summary


def ingest(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH|URL|FEED|-...",
            help="Files, folders (read recursively), web pages, feeds; - reads standard input.",
            show_default=False,
        ),
    ],
    *,
    format: Annotated[Format, typer.Option(help="What the inputs are.")] = "auto",
    prune: Annotated[
        bool, typer.Option("--prune", help="Remove articles whose file is gone from the inputs.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and change nothing.")
    ] = False,
    allow_private: Annotated[
        bool,
        typer.Option("--allow-private", help="Let URLs lead to private and loopback addresses."),
    ] = False,
    embedder: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Index a new archive with it: minilm-l6-v2 (in the package), or openai:MODEL.",
            show_default=False,
        ),
    ] = None,
    json: JsonOption = False,
    archive: ArchiveOption = None,
) -> int:
    """Read articles into the archive.

    The archive is made if it is not there. Articles that have not changed cost next to nothing;
    a changed one becomes a new revision. What could not be read is listed with its reason, and
    the rest is ingested.
    """
    terminal = Terminal()
    with ProgressBar(terminal.err, "ingesting") as bar:
        report = _ingest(
            archive,
            inputs,
            bar,
            format=format,
            prune=prune,
            dry_run=dry_run,
            allow_private=allow_private,
            embedder=embedder,
        )
    if json:
        terminal.show(to_json(report))
    else:
        for line in _summary(report):
            terminal.say(line)
        for notice in report.notices:
            terminal.note(notice)
    return exits.FAILED if report.failed else exits.DONE


def _ingest(
    folder: Path | None,
    inputs: list[str],
    bar: ProgressBar,
    *,
    format: Format,
    prune: bool,
    dry_run: bool,
    allow_private: bool,
    embedder: str | None,
) -> IngestReport:
    with TemporaryDirectory(prefix="dateline-") as empty:
        try:
            archive = open_archive(folder, create=not dry_run, embedder=embedder)
        except ArchiveNotFoundError:  # a dry run must not leave an archive behind
            archive = open_archive(Path(empty) / "archive", create=True, embedder=embedder)
        with archive:
            return archive.ingest(
                inputs,
                format=format,
                prune=prune,
                dry_run=dry_run,
                allow_private=allow_private,
                stdin=sys.stdin.buffer,
                on_progress=bar.ingested,
            )


def _summary(report: IngestReport) -> list[str]:
    lines = ["dry run: nothing was changed"] if report.dry_run else []
    for name in ("added", "changed", "unchanged", "removed"):
        ids: tuple[str, ...] = getattr(report, name)
        named = "  " + " ".join(ids) if 0 < len(ids) <= _NAMED else ""
        lines.append(f"{name:<9} {len(ids):>6}{named}")
    lines.append(f"{'failed':<9} {len(report.failed):>6}")
    lines += [f"  {failure.origin}: {failure.reason}" for failure in report.failed]
    return lines
