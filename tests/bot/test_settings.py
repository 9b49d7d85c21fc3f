"""The environment is read in one place, and read as documented."""

from pathlib import Path

import pytest

from bot.settings import Settings


def test_an_empty_environment_gives_a_folder_of_the_users_own() -> None:
    settings = Settings.from_environment({})
    assert settings.archive.name == "archive"
    assert settings.archive.parent.name == "dateline"
    assert settings.color
    assert not settings.debug


def test_the_archive_is_named_by_the_environment() -> None:
    assert Settings.from_environment({"DATELINE_ARCHIVE": "/srv/x"}).archive == Path("/srv/x")
    assert Settings.from_environment({"DATELINE_ARCHIVE": "~/x"}).archive == Path.home() / "x"
    assert Settings.from_environment({"DATELINE_ARCHIVE": ""}).archive.name == "archive"


@pytest.mark.parametrize("environ", [{"NO_COLOR": "1"}, {"NO_COLOR": "0"}, {"TERM": "dumb"}])
def test_styles_are_off_when_asked(environ: dict[str, str]) -> None:
    """NO_COLOR counts when it is present and not empty, whatever its value (no-color.org)."""
    assert not Settings.from_environment(environ).color


def test_an_empty_no_color_does_not_count() -> None:
    assert Settings.from_environment({"NO_COLOR": ""}).color


@pytest.mark.parametrize(
    ("value", "debug"), [("1", True), ("yes", True), ("0", False), ("", False)]
)
def test_debug(value: str, debug: bool) -> None:
    assert Settings.from_environment({"DATELINE_DEBUG": value}).debug is debug


def test_no_other_module_reads_the_environment() -> None:
    root = Path(__file__).parents[2]
    readers = [
        str(file.relative_to(root))
        for package in ("bot", "retrieval")
        for file in (root / package).rglob("*.py")
        if "os.environ" in (code := file.read_text("utf-8")) or "getenv" in code
    ]
    assert readers == ["bot/settings.py"]
