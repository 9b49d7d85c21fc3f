"""`dateline config`."""

from __future__ import annotations

import typer

from bot.cli import exits
from bot.cli.options import JsonOption
from bot.cli.terminal import Terminal

config = typer.Typer(
    name="config", help="Show the settings, and where each comes from.", rich_markup_mode=None
)


@config.callback()
def _settings() -> None:
    """Show the settings, and where each comes from."""


@config.command()
def show(json: JsonOption = False) -> int:
    """Print every setting: its value, what set it, and the variable that would.

    A key is never printed, only whether there is one.
    """
    from bot.render.data import to_json
    from bot.settings import SETTINGS, Settings, config_file

    terminal = Terminal()
    settings = Settings.load()
    rows = {
        setting.name: {
            "value": _shown(getattr(settings, setting.name), secret=setting.secret),
            "origin": settings.origins[setting.name],
            "variable": setting.variable,
            "about": setting.about,
        }
        for setting in SETTINGS
    }
    file = config_file()
    if json:
        terminal.show(to_json({"file": str(file), "settings": rows}))
        return exits.DONE
    state = "" if file.is_file() else " (there is none)"
    terminal.say(f"configuration file: {file}{state}")
    for name, row in rows.items():
        terminal.say(f"\n{name} = {row['value']}   from {row['origin']}")
        terminal.say(f"    {row['about']}; {row['variable']}")
    answers = f"the model {settings.model}" if settings.uses_model else "the extractive reader"
    terminal.say(f"\nAnswers come from {answers}.")
    return exits.DONE


def _shown(value: object, *, secret: bool) -> str:
    if value is None:
        return "(not set)"
    if secret:
        return "(set, not shown)"
    if isinstance(value, str) and "://" in value and "@" in value:
        scheme, _, rest = value.partition("://")
        return f"{scheme}://…@{rest.rpartition('@')[2]}"  # a name and a password stand before it
    return str(value).lower() if isinstance(value, bool) else str(value)
