"""Step 12. The command line: `dateline`, also `python -m bot`.

    app.py        the Typer application and its list of commands
    boundary.py   runs it; every error becomes one line and an exit code
    options.py    options that several commands share
    terminal.py   stdout and stderr: width, colour, the output door
    progress.py   what is going on: a line, a bar
    opening.py    opens the archive that the options name
    asking.py     ask, chat
    streaming.py  an answer as it is made
    lines.py      the lines of a chat
    ingesting.py  ingest
    browsing.py   search, list, show
    upkeep.py     remove, verify, doctor, reindex
    configuring.py  config show
    slacking.py   slack run, check, manifest; feedback export

Only light modules are imported here and in these files' heads: `dateline --help` must be instant.
"""

from bot.cli.boundary import main

__all__ = ["main"]
