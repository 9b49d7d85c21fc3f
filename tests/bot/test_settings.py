"""Options, the environment and the configuration file are read in one place, and as documented."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import UsageError
from bot.settings import DEFAULT_MODEL, SETTINGS, Display, Settings


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def load(file: Path, content: str = "", **variables: str) -> Settings:
    file.write_text(content)
    return Settings.load({"DATELINE_CONFIG": str(file), **variables})


def test_nothing_set_gives_the_users_own_folder_and_no_model() -> None:
    settings = Settings.load({})
    assert settings.archive.parts[-2:] == ("dateline", "archive")
    assert settings.model == DEFAULT_MODEL
    assert not settings.uses_model
    assert set(settings.origins.values()) == {"default"}


def test_the_archive_is_named_by_the_environment() -> None:
    assert Settings.load({"DATELINE_ARCHIVE": "/srv/x"}).archive == Path("/srv/x")
    assert Settings.load({"DATELINE_ARCHIVE": "~/x"}).archive == Path.home() / "x"
    assert Settings.load({"DATELINE_ARCHIVE": ""}).archive.name == "archive"


def test_an_option_beats_a_variable_and_that_the_file(file: Path) -> None:
    """Each value tells where it came from."""
    file.write_text('model = "in-file"\nbase_url = "http://file/v1"\ndeadline = 9\n')
    env = {"DATELINE_CONFIG": str(file), "DATELINE_MODEL": "in-env", "DATELINE_DEADLINE": "7.5"}
    settings = Settings.load(env, options={"deadline": 3, "model": None})
    assert (settings.base_url, settings.model, settings.deadline) == ("http://file/v1", "in-env", 3)
    assert settings.origins["base_url"] == str(file)
    assert settings.origins["model"] == "DATELINE_MODEL"
    assert settings.origins["deadline"] == "--deadline"


@pytest.mark.parametrize(
    ("variables", "uses"),
    [
        ({}, False),
        ({"OPENAI_API_KEY": "sk-x"}, True),
        ({"DATELINE_BASE_URL": "http://localhost:11434/v1"}, True),
        ({"DATELINE_MODEL": "ollama:llama3"}, True),
        ({"DATELINE_MODEL": "other"}, False),
        ({"OPENAI_API_KEY": "sk-x", "DATELINE_READER": "extractive"}, False),
        ({"DATELINE_READER": "model"}, True),
    ],
)
def test_auto_uses_a_model_where_one_is_configured(variables: dict[str, str], uses: bool) -> None:
    assert Settings.load(variables).uses_model is uses


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("reader = 'quick'", "reader is 'quick' in .*: auto, model or extractive is expected"),
        ("deadline = -1", "deadline is -1 in .*: a number above 0"),
        ("deadline = true", "deadline is True"),
        ("prompt_tokens = 10.5", "whole number"),
        ("base_url = 'localhost'", "begins with http"),
        ("model = 3", "a text is expected"),
        ("judge = 'perhaps'", "true or false"),
        ("colour = 1", "'colour', which is no setting"),
        ("model = ", "is no TOML"),
        ("[model]\nname = 'x'", "a text is expected"),
    ],
)
def test_a_wrong_value_is_one_line_that_names_it(file: Path, content: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as raised:
        load(file, content)
    assert "\n" not in str(raised.value)


def test_a_wrong_secret_is_not_repeated(file: Path) -> None:
    with pytest.raises(UsageError) as raised:
        load(file, "api_key = 12345")
    assert "12345" not in str(raised.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read the configuration"):
        Settings.load({"DATELINE_CONFIG": str(tmp_path)})


def test_every_setting_is_a_field_with_a_variable_of_its_own() -> None:
    names = [setting.name for setting in SETTINGS]
    assert set(names) == set(Settings.__dataclass_fields__) - {"state", "origins"}
    assert len({setting.variable for setting in SETTINGS}) == len(names)


@pytest.mark.parametrize("environ", [{"NO_COLOR": "1"}, {"NO_COLOR": "0"}, {"TERM": "dumb"}])
def test_styles_are_off_when_asked(environ: dict[str, str]) -> None:
    """NO_COLOR counts when it is present and not empty, whatever its value (no-color.org)."""
    assert not Display.from_environment(environ).color


def test_an_empty_no_color_does_not_count() -> None:
    assert Display.from_environment({"NO_COLOR": ""}).color
    assert Display.from_environment({}).color


@pytest.mark.parametrize(
    ("value", "debug"), [("1", True), ("yes", True), ("0", False), ("", False)]
)
def test_debug(value: str, debug: bool) -> None:
    assert Display.from_environment({"DATELINE_DEBUG": value}).debug is debug


def test_no_other_module_reads_the_environment() -> None:
    root = Path(__file__).parents[2]
    readers = [
        str(file.relative_to(root))
        for package in ("bot", "retrieval")
        for file in (root / package).rglob("*.py")
        if "os.environ" in (code := file.read_text("utf-8")) or "getenv" in code
    ]
    assert readers == ["bot/settings.py"]
