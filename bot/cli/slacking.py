"""`dateline slack` and `dateline feedback`."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from bot.cli import exits
from bot.cli.opening import open_bot
from bot.cli.options import (
    ArchiveOption,
    BaseUrlOption,
    JsonOption,
    JudgeOption,
    ModelOption,
    ReaderOption,
)
from bot.cli.terminal import Terminal

slack = typer.Typer(name="slack", help="Answer questions in Slack.", rich_markup_mode=None)
feedback = typer.Typer(
    name="feedback", help="What people thought of answers.", rich_markup_mode=None
)


@feedback.callback()
def _feedback() -> None:
    """What people thought of answers."""


def _require_slack() -> None:
    """Name what to install, unless it is there."""
    from importlib.util import find_spec

    from bot.errors import NotConfiguredError

    if find_spec("slack_bolt") is None:
        raise NotConfiguredError(
            "Slack needs packages that are not installed: pip install 'dateline[slack]'"
        )


@slack.command()
def run(
    *,
    http: Annotated[
        bool, typer.Option("--http", help="Take signed HTTP requests instead of a socket.")
    ] = False,
    host: Annotated[str, typer.Option(help="The address to listen on, with --http.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65_535, help="The port, with --http.")] = 3000,
    reader: ReaderOption = None,
    model: ModelOption = None,
    base_url: BaseUrlOption = None,
    judge: JudgeOption = None,
    archive: ArchiveOption = None,
) -> int:
    """Answer questions in Slack until interrupted.

    Needs SLACK_BOT_TOKEN and SLACK_APP_TOKEN; with --http, SLACK_BOT_TOKEN and
    SLACK_SIGNING_SECRET. Several of these may run on one archive: each question is answered once.
    """
    _require_slack()
    from bot.settings import Settings
    from bot.slack import serve

    terminal = Terminal()
    options = {"reader": reader, "model": model, "base_url": base_url, "judge": judge}
    settings = Settings.load(options={"archive": archive, **options})
    with open_bot(archive, dense="chroma", options=options) as bot:
        ready = partial(terminal.note, "answering in Slack; Ctrl-C ends it")
        if http:
            serve.run_http(bot, settings, ready, host=host, port=port)
        else:
            serve.run_socket(bot, settings, ready)
    return exits.DONE


@slack.command()
def check(json: JsonOption = False, archive: ArchiveOption = None) -> int:
    """Check tokens, scopes, the socket and, with SLACK_CONFIG_TOKEN, the event subscriptions."""
    _require_slack()
    from bot.render.data import to_json
    from bot.settings import Settings
    from bot.slack.check import examine

    terminal = Terminal()
    found = examine(Settings.load(options={"archive": archive}))
    failed = [finding for finding in found if finding.ok is False]
    if json:
        terminal.show(to_json({"ok": not failed, "findings": found}))
    else:
        marks = {True: "ok      ", False: "WRONG   ", None: "unknown "}
        for finding in found:
            terminal.say(f"{marks[finding.ok]} {finding.what}: {finding.detail}")
    return exits.NOT_CONFIGURED if failed else exits.DONE


@slack.command()
def manifest(
    http: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="For HTTP: where Slack reaches you, such as https://bot.example."
        ),
    ] = None,
) -> int:
    """Print the manifest to make the Slack app from: api.slack.com/apps, From a manifest."""
    from bot.slack.manifest import manifest as make

    Terminal().show(make(http))
    return exits.DONE


@feedback.command()
def export(archive: ArchiveOption = None) -> int:
    """Print every answer that somebody judged as an evaluation case, a JSON object a line."""
    from bot.slack.feedback import cases

    terminal = Terminal()
    with open_bot(archive) as bot:
        for case in cases(bot.archive.opinions):
            terminal.show(case)
    return exits.DONE
