"""What the environment says. No other module reads it.

DATELINE_ARCHIVE   the archive's folder; by default a folder of the user's own
DATELINE_DEBUG     show tracebacks of unexpected errors
NO_COLOR           never style output (https://no-color.org)
TERM=dumb          the terminal cannot style output
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_OFF = frozenset({"", "0", "false", "no", "off"})


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one run."""

    archive: Path  # the folder of the archive when no option names one
    state: Path  # where the chat keeps its history
    color: bool  # whether a terminal may be styled at all
    debug: bool  # whether unexpected errors show their traceback

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read the settings from `environ`, which is the process's own by default."""
        from platformdirs import user_data_path, user_state_path

        env = os.environ if environ is None else environ
        named = env.get("DATELINE_ARCHIVE", "")
        return cls(
            archive=Path(named).expanduser() if named else user_data_path("dateline") / "archive",
            state=user_state_path("dateline"),
            color=not env.get("NO_COLOR") and env.get("TERM") != "dumb",
            debug=env.get("DATELINE_DEBUG", "").strip().lower() not in _OFF,
        )
