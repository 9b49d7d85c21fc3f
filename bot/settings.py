"""What the options, the environment and the configuration file say. No other module reads them.

An option of the command line counts before an environment variable, that before the file, and the
file before the default. `SETTINGS` lists them all; `dateline config show` prints them.

Outside the list, because they must hold even where a setting is wrong:

DATELINE_CONFIG    the configuration file; by default config.toml in a folder of the user's own
DATELINE_DEBUG     show tracebacks of unexpected errors
NO_COLOR           never style output (https://no-color.org)
TERM=dumb          the terminal cannot style output
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from bot.errors import UsageError

ReaderChoice = Literal["auto", "model", "extractive"]

DEFAULT_MODEL = "gpt-5.6-luna"
OPENAI_URL = "https://api.openai.com/v1"

_OFF = frozenset({"", "0", "false", "no", "off"})
_ON = frozenset({"1", "true", "yes", "on"})


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its name in the file and in `Settings`, and the variable that sets it."""

    name: str
    variable: str
    about: str
    parse: Callable[[object], object]  # raises ValueError with what is expected
    default: object = None
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Display:
    """How this process shows things. Reading it never fails."""

    color: bool  # whether a terminal may be styled at all
    debug: bool  # whether unexpected errors show their traceback

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Display:
        """Read from `environ`, which is the process's own by default."""
        env = os.environ if environ is None else environ
        return cls(
            color=not env.get("NO_COLOR") and env.get("TERM") != "dumb",
            debug=env.get("DATELINE_DEBUG", "").strip().lower() not in _OFF,
        )


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one run. `origins` tells for each name where its value comes from."""

    archive: Path  # the folder of the archive
    reader: ReaderChoice
    model: str
    base_url: str | None  # None: the API of OpenAI
    api_key: str | None
    deadline: float  # seconds for one answer, everything included
    prompt_tokens: int  # most tokens of a prompt; passages beyond it are left out
    answer_tokens: int  # most tokens that the model may write
    price_in: float | None  # US dollars for a million tokens read
    price_out: float | None  # US dollars for a million tokens written
    spend_cap: float | None  # US dollars that one process may spend
    judge: bool  # let the model check each statement as well
    tracing: bool  # let LangSmith trace, if its own variables ask for it
    embedder: str | None  # of new archives; None: the bundled one
    embedding_base_url: str | None  # None: as base_url
    slack_bot_token: str | None
    slack_app_token: str | None  # for Socket Mode
    slack_signing_secret: str | None  # for HTTP
    slack_client_id: str | None  # with its secret: any workspace may install the app (OAuth)
    slack_client_secret: str | None
    slack_config_token: str | None  # lets `dateline slack check` read the app's own settings
    slack_channels: tuple[str, ...] | None  # ids of the channels to answer in; None: all
    slack_workers: int  # questions answered at a time
    slack_person_rate: int  # questions a minute of one person
    slack_channel_rate: int  # questions a minute in one channel
    slack_url: str | None  # None: Slack's own API
    state: Path  # where the chat keeps its history
    origins: Mapping[str, str]

    @classmethod
    def load(
        cls,
        environ: Mapping[str, str] | None = None,
        *,
        options: Mapping[str, object] | None = None,
    ) -> Settings:
        """Read the settings.

        Args:
            environ: the environment; the process's own by default.
            options: values by setting name that count before all others; None is not a value.

        Raises:
            UsageError: a value makes no sense, or the file cannot be read; says which and where.
        """
        from platformdirs import user_state_path

        env = os.environ if environ is None else environ
        file = config_file(env)
        stated = _read(file)
        values: dict[str, Any] = {}
        origins: dict[str, str] = {}
        for setting in SETTINGS:
            value, origin = _choose(setting, options or {}, env, stated, file)
            values[setting.name], origins[setting.name] = value, origin
        return cls(**values, state=user_state_path("dateline"), origins=origins)

    @property
    def hosted(self) -> bool:
        """Whether the model is OpenAI's own, not a server that speaks its protocol."""
        return self.base_url is None

    @property
    def model_configured(self) -> bool:
        """Whether a model can be asked: there is a key, a server, or another provider's name."""
        return bool(self.api_key or self.base_url or ":" in self.model)

    @property
    def uses_model(self) -> bool:
        """Whether answers are written by a model."""
        return self.reader == "model" or (self.reader == "auto" and self.model_configured)


def config_file(environ: Mapping[str, str] | None = None) -> Path:
    """Where the configuration file is, or would be."""
    from platformdirs import user_config_path

    env = os.environ if environ is None else environ
    named = env.get("DATELINE_CONFIG", "")
    return Path(named).expanduser() if named else user_config_path("dateline") / "config.toml"


def _choose(
    setting: Setting,
    options: Mapping[str, object],
    env: Mapping[str, str],
    stated: Mapping[str, object],
    file: Path,
) -> tuple[object, str]:
    """A setting's value, and where it comes from."""
    if options.get(setting.name) is not None:
        return _parsed(setting, options[setting.name], f"--{setting.name.replace('_', '-')}")
    if env.get(setting.variable, "").strip():
        return _parsed(setting, env[setting.variable].strip(), setting.variable)
    if setting.name in stated:
        return _parsed(setting, stated[setting.name], str(file))
    if setting.name == "archive":
        from platformdirs import user_data_path

        return user_data_path("dateline") / "archive", "default"
    return setting.default, "default"


def _parsed(setting: Setting, value: object, origin: str) -> tuple[object, str]:
    try:
        return setting.parse(value), origin
    except ValueError as error:
        what = "the value" if setting.secret else repr(value)
        raise UsageError(f"{setting.name} is {what} in {origin}: {error}") from error


def _read(file: Path) -> dict[str, object]:
    """The values of the configuration file; none if there is no file."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise UsageError(f"cannot read the configuration {file}: {error.strerror}") from error
    import tomllib

    try:
        values = tomllib.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:  # bad TOML, bad UTF-8
        raise UsageError(f"the configuration {file} is no TOML: {error}") from error
    known = {setting.name for setting in SETTINGS}
    for name in values:
        if name not in known:
            raise UsageError(
                f"the configuration {file} has {name!r}, which is no setting: "
                f"there are {', '.join(sorted(known))}"
            )
    return values


# -- what a value may be -----------------------------------------------------------------------


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("a text is expected")
    return value.strip()


def _path(value: object) -> Path:
    return value if isinstance(value, Path) else Path(_text(value)).expanduser()


def _url(value: object) -> str:
    url = _text(value)
    if not url.startswith(("http://", "https://")):
        raise ValueError("an address that begins with http:// or https:// is expected")
    return url.rstrip("/")


def _slack(value: object) -> str:
    return f"{_url(value)}/"


def _reader(value: object) -> ReaderChoice:
    if value not in ("auto", "model", "extractive"):
        raise ValueError("auto, model or extractive is expected")
    return value


def _positive(value: object) -> float:
    try:
        number = float(cast(str, value))
    except (TypeError, ValueError):
        number = 0.0
    if isinstance(value, bool) or not 0 < number < 1e9:
        raise ValueError("a number above 0 is expected")
    return number


def _amount(value: object) -> float:
    """As `_positive`, or 0: what is free costs 0."""
    return 0.0 if str(value).strip() in {"0", "0.0"} else _positive(value)


def _count(value: object) -> int:
    number = _positive(value)
    if number < 100 or number != int(number):
        raise ValueError("a whole number of 100 or more is expected")
    return int(number)


def _few(value: object) -> int:
    number = _positive(value)
    if number != int(number):
        raise ValueError("a whole number above 0 is expected")
    return int(number)


def _names(value: object) -> tuple[str, ...]:
    """A list in the file, a text with commas in a variable."""
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        raise ValueError("names with commas between them are expected")
    return tuple(part.strip() for part in parts if part.strip())


def _flag(value: object) -> bool:
    word = str(value).strip().lower()
    if word not in _ON | _OFF:
        raise ValueError("true or false is expected")
    return word in _ON


SETTINGS = (
    Setting("archive", "DATELINE_ARCHIVE", "folder of the archive", _path),
    Setting(
        "reader",
        "DATELINE_READER",
        "who reads: model, extractive, or auto: the model where one is configured",
        _reader,
        "auto",
    ),
    Setting(
        "model",
        "DATELINE_MODEL",
        "the model's name; PROVIDER:NAME for other providers",
        _text,
        DEFAULT_MODEL,
    ),
    Setting(
        "base_url",
        "DATELINE_BASE_URL",
        "a server that speaks OpenAI's protocol, such as http://localhost:11434/v1",
        _url,
    ),
    Setting("api_key", "OPENAI_API_KEY", "the key of that server", _text, secret=True),
    Setting("deadline", "DATELINE_DEADLINE", "seconds for one answer, in all", _positive, 120.0),
    Setting("prompt_tokens", "DATELINE_PROMPT_TOKENS", "most tokens of a prompt", _count, 8_000),
    Setting("answer_tokens", "DATELINE_ANSWER_TOKENS", "most tokens of an answer", _count, 1_000),
    Setting(
        "price_in", "DATELINE_PRICE_IN", "US dollars for a million tokens of a prompt", _amount
    ),
    Setting(
        "price_out", "DATELINE_PRICE_OUT", "US dollars for a million tokens of an answer", _amount
    ),
    Setting("spend_cap", "DATELINE_SPEND_CAP", "US dollars that one process may spend", _positive),
    Setting(
        "judge", "DATELINE_JUDGE", "let the model check each statement once more", _flag, False
    ),
    Setting("tracing", "DATELINE_TRACING", "allow LangSmith tracing", _flag, False),
    Setting("embedder", "DATELINE_EMBEDDER", "embedder of new archives", _text),
    Setting(
        "embedding_base_url",
        "DATELINE_EMBEDDING_BASE_URL",
        "the server of that embedder, unless it is base_url",
        _url,
    ),
    Setting("slack_bot_token", "SLACK_BOT_TOKEN", "Slack's bot token, xoxb-…", _text, secret=True),
    Setting(
        "slack_app_token",
        "SLACK_APP_TOKEN",
        "Slack's app-level token for Socket Mode, xapp-…",
        _text,
        secret=True,
    ),
    Setting(
        "slack_signing_secret",
        "SLACK_SIGNING_SECRET",
        "Slack's signing secret, for slack run --http",
        _text,
        secret=True,
    ),
    Setting(
        "slack_client_id",
        "SLACK_CLIENT_ID",
        "Slack's client id, to let any workspace install the app with slack run --http",
        _text,
    ),
    Setting(
        "slack_client_secret",
        "SLACK_CLIENT_SECRET",
        "Slack's client secret, likewise",
        _text,
        secret=True,
    ),
    Setting(
        "slack_config_token",
        "SLACK_CONFIG_TOKEN",
        "a configuration token of Slack, for slack check",
        _text,
        secret=True,
    ),
    Setting(
        "slack_channels",
        "DATELINE_SLACK_CHANNELS",
        "ids of the channels to answer in, such as C0123,C0456; all unless set",
        _names,
    ),
    Setting("slack_workers", "DATELINE_SLACK_WORKERS", "questions answered at a time", _few, 4),
    Setting(
        "slack_person_rate",
        "DATELINE_SLACK_PERSON_RATE",
        "questions that one person may ask in Slack a minute",
        _few,
        10,
    ),
    Setting(
        "slack_channel_rate",
        "DATELINE_SLACK_CHANNEL_RATE",
        "questions that may be asked in one channel a minute",
        _few,
        30,
    ),
    Setting("slack_url", "DATELINE_SLACK_URL", "the address of Slack's API, for tests", _slack),
)
