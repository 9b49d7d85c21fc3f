"""`dateline config show` tells every setting and where it comes from, and no secret."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.settings import SETTINGS
from tests.bot.command import dateline

KEY = "sk-very-secret-0123456789"


def test_each_setting_shows_its_value_and_its_origin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "config.toml"
    file.write_text('model = "llama3:8b"\nbase_url = "http://localhost:11434/v1"\n')
    monkeypatch.setenv("DATELINE_CONFIG", str(file))
    monkeypatch.setenv("DATELINE_DEADLINE", "30")
    ran = dateline("config", "show")
    assert ran.code == 0
    assert f"configuration file: {file}\n" in ran.out
    assert f"model = llama3:8b   from {file}" in ran.out
    assert "deadline = 30.0   from DATELINE_DEADLINE" in ran.out
    assert "spend_cap = (not set)   from default" in ran.out
    assert ran.out.endswith("Answers come from the model llama3:8b.\n")
    assert all(setting.variable in ran.out for setting in SETTINGS)


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_key_is_never_shown(form: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    ran = dateline("config", "show", *form)
    assert KEY not in ran.out + ran.err
    assert "(set, not shown)" in ran.out


def test_a_password_in_an_address_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_BASE_URL", "http://ann:hunter2@models.example/v1")
    out = dateline("config", "show").out
    assert "http://…@models.example/v1" in out
    assert "hunter2" not in out


def test_json_holds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_READER", "extractive")
    told = json.loads(dateline("config", "show", "--json").out)["settings"]
    assert told["reader"]["value"] == "extractive"
    assert told["reader"]["origin"] == "DATELINE_READER"
    assert set(told) == {setting.name for setting in SETTINGS}


def test_a_wrong_setting_is_one_line_and_exit_2(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_DEADLINE", "soon")
    for command in (["config", "show"], ["ask", "Who won?"], ["list"]):
        ran = dateline(*command)
        assert ran.code == 2
        assert ran.err == (
            "dateline: deadline is 'soon' in DATELINE_DEADLINE: a number above 0 is expected\n"
        )


def test_a_model_without_a_key_is_exit_3(archive_path: Path) -> None:
    ran = dateline("ask", "Who won?", "--archive", archive_path, "--reader", "model")
    assert ran.code == 3
    assert ran.err.startswith("dateline: no language model is configured: set OPENAI_API_KEY")
