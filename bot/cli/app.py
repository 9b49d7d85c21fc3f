"""The Typer application: `dateline` and its commands."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli import asking, browsing, configuring, exits, ingesting, slacking, upkeep

app = typer.Typer(
    name="dateline",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    epilog=exits.HELP,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)

for command in (
    ingesting.ingest,
    asking.ask,
    asking.chat,
    browsing.search,
    browsing.list_,
    browsing.show,
    upkeep.remove,
    upkeep.verify,
    upkeep.doctor,
    upkeep.reindex,
):
    app.command(name=command.__name__.rstrip("_"))(command)
app.add_typer(configuring.config)
app.add_typer(slacking.slack)
app.add_typer(slacking.feedback)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"dateline {version('dateline')}")
        raise typer.Exit


@app.callback()
def dateline(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Ask a news archive; every statement of an answer is an exact, checked quotation.

    \b
    Begin with:
      dateline ingest FOLDER
      dateline ask "Which countries joined the boycott?"
    """
