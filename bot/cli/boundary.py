"""Runs a command. Whatever goes wrong becomes one line on stderr and an exit code."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Sequence

import typer

from bot.cli import exits
from bot.cli.terminal import Terminal
from bot.settings import Display
from retrieval.errors import DatelineError

# Typer 0.29 brings its own copy of click, and its parser's errors have no public name in it.
_ParserError: type[Exception] = next(
    c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException"
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run `dateline` with these arguments, by default the process's own; return the exit code."""
    arguments = tuple(sys.argv[1:] if argv is None else argv)
    display = Display.from_environment()
    terminal = Terminal(display)
    if argv is None and not display.debug and not sys.warnoptions:
        warnings.simplefilter("ignore")  # what libraries warn of is no news to who asks a question
    try:
        code = _run(arguments, terminal)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        terminal.note("interrupted")
        return exits.INTERRUPTED
    except BrokenPipeError:
        # What Python would flush at exit must go somewhere that takes it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exits.BROKEN_PIPE
    except DatelineError as error:
        if display.debug:
            _show_traceback(terminal)
        terminal.note(str(error) or type(error).__name__)
        return exits.exit_code(error)
    except Exception as error:
        if display.debug:
            _show_traceback(terminal)
        hint = "" if display.debug else "; DATELINE_DEBUG=1 shows where"
        terminal.note(f"unexpected {type(error).__name__}: {error}{hint}")
        return exits.FAILED


def _run(arguments: Sequence[str], terminal: Terminal) -> int:
    from bot.cli.app import app

    command = typer.main.get_command(app)
    try:
        with command.make_context("dateline", _archive_last(arguments)) as context:
            code = command.invoke(context)
    except typer.Exit as ended:  # --help and --version
        return ended.exit_code if arguments else exits.USAGE
    except _ParserError as error:
        hint = getattr(getattr(error, "ctx", None), "command_path", "dateline")
        terminal.note(f"{_message(error)} (see: {hint} --help)")
        return exits.USAGE
    return code if isinstance(code, int) else exits.DONE


def _message(error: Exception) -> str:
    """The parser's error in its long form, which names the parameter."""
    long_form = getattr(error, "format_message", None)
    return str(long_form() if long_form else error).strip().rstrip(".")


def _archive_last(arguments: Sequence[str]) -> list[str]:
    """Let `--archive DIR` stand before the command too; no argument asks for help."""
    match list(arguments):
        case []:
            return ["--help"]
        case ["--archive", folder, command, *rest] if not command.startswith("-"):
            return [command, "--archive", folder, *rest]
        case [option, command, *rest] if option.startswith("--archive="):
            return [command, option, *rest]
        case others:
            return others


def _show_traceback(terminal: Terminal) -> None:
    import traceback

    from bot.render.sanitise import clean

    terminal.err.write(clean(traceback.format_exc()))
