"""`dateline --help` is documentation, and is instant."""

import resource
import subprocess
import sys

import pytest

from bot.cli import exits
from tests.bot.command import ROOT, dateline, environment

HEAVY = (
    "chromadb",
    "httpx",
    "langchain",
    "langchain_core",
    "numpy",
    "onnxruntime",
    "openai",
    "prompt_toolkit",
    "pydantic",
    "slack_bolt",
    "slack_sdk",
    "sqlite3",
    "tokenizers",
    "trafilatura",
)
COMMANDS = {
    "ask": ("-k", "--since", "--until", "--source", "--format", "--quotes", "--trace"),
    "chat": ("-k", "--since"),
    "doctor": ("--repair", "--json"),
    "ingest": ("--format", "--prune", "--dry-run", "--json", "--allow-private"),
    "list": ("--json", "--since", "--source"),
    "reindex": (),
    "remove": (),
    "feedback export": (),
    "search": ("-k", "--json", "--until"),
    "show": ("--json",),
    "slack check": ("--json",),
    "slack run": ("--http", "--host", "--port", "--reader"),
    "verify": ("--json",),
}


def test_help_loads_nothing_heavy() -> None:
    """A person who asks for help does not wait for a model, a database or a validator."""
    code = (
        "import sys; from bot.cli import main; main(['--help']);"
        f"sys.exit(' '.join(m for m in {HEAVY!r} if m in sys.modules))"
    )
    command = [sys.executable, "-c", code]
    ran = subprocess.run(
        command, env=environment(), cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.stderr == "\n"
    assert ran.stdout.startswith("Usage: dateline")


def test_help_takes_less_than_150_ms_of_cpu() -> None:
    """The best of five, since other work may slow a core down."""
    best = min(_cpu_ms() for _ in range(5))
    assert best < 150, f"{best:.0f} ms"


def _cpu_ms() -> float:
    def spent() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    before = spent()
    command = [sys.executable, "-m", "bot", "--help"]
    subprocess.run(command, env=environment(), cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return (spent() - before) * 1000


def test_help_lists_commands_exit_codes_and_variables() -> None:
    ran = dateline("--help")
    assert ran.code == 0
    names = {command.split()[0] for command in COMMANDS}
    for word in (*names, "DATELINE_ARCHIVE", "DATELINE_DEBUG", "NO_COLOR"):
        assert word in ran.out
    codes = {value for name, value in vars(exits).items() if name.isupper() and name != "HELP"}
    firsts = [line.split()[0] for line in ran.out.splitlines() if line.strip()]
    assert {int(first) for first in firsts if first.isdigit()} == codes - {exits.BROKEN_PIPE}
    lines = ran.out.partition("Commands:")[2].splitlines()
    assert not [line for line in lines if line.endswith("...")]  # each fits on its line


@pytest.mark.parametrize(("command", "options"), COMMANDS.items())
def test_every_command_explains_itself(command: str, options: tuple[str, ...]) -> None:
    ran = dateline(*command.split(), "--help")
    assert ran.code == 0
    for option in (*options, "--archive"):
        assert f" {option} " in ran.out or f" {option}\n" in ran.out


def test_without_a_command_the_help_is_shown_and_the_usage_is_wrong() -> None:
    ran = dateline()
    assert ran.code == exits.USAGE
    assert ran.out == dateline("--help").out


def test_version() -> None:
    ran = dateline("--version")
    assert ran == (0, ran.out, "")
    assert ran.out.startswith("dateline 0.")


def test_formats_are_those_that_can_be_read() -> None:
    from typing import get_args

    from bot.cli.ingesting import Format
    from retrieval.sources import FORMATS

    assert get_args(Format) == FORMATS
