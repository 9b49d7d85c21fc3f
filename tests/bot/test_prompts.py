"""Prompt files declare what they use, change only with their version, and are filled in once."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import PromptError
from bot.prompts import load_prompt, parse_prompt

NAMES = sorted(f.name.removesuffix(".md") for f in files("prompts").iterdir() if ".md" in f.name)
GOOD = """---
id: greet
version: 1
description: Greets.
inputs: [name]
---

## system

Be kind.

## user

Greet {{name}}.
"""


@pytest.mark.parametrize("name", NAMES)
def test_every_prompt_file_is_in_form(name: str) -> None:
    prompt = load_prompt(name)
    assert prompt.id == name
    assert prompt.system
    assert prompt.user


def test_a_changed_prompt_needs_a_new_version() -> None:
    """prompts/lock.json holds the hash of each version. Add a line there, and change none."""
    lock = json.loads(files("prompts").joinpath("lock.json").read_text("utf-8"))
    for name in NAMES:
        prompt = load_prompt(name)
        assert lock[name][str(prompt.version)] == prompt.sha256, f"raise the version of {name}"
        assert max(map(int, lock[name])) == prompt.version
    assert sorted(lock) == NAMES


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("inputs: [name]", "inputs: [name, day]", "declares the inputs name, day and uses name"),
        ("{{name}}", "{{nobody}}", "uses nobody"),
        ("{{name}}", "you", "uses none"),
        ("inputs: [name]", "inputs: [name, name]", "once each"),
        ("inputs: [name]", "inputs: name", "once each"),
        ("version: 1", "version: one", "a whole number is expected"),
        ("version: 1\n", "", "has no version"),
        ("## user", "## person", "needs a part"),
        ("id: greet", "id: [", "line"),
    ],
)
def test_a_file_out_of_form_is_refused(old: str, new: str, said: str) -> None:
    with pytest.raises(PromptError, match=said) as raised:
        parse_prompt(GOOD.replace(old, new), name="prompts/greet.md")
    assert str(raised.value).startswith("prompts/greet.md")


def test_a_prompt_that_is_not_there_is_named() -> None:
    with pytest.raises(PromptError, match="there is no prompt 'nothing'"):
        load_prompt("nothing")


@pytest.mark.parametrize("values", [{}, {"name": "A", "day": "B"}, {"day": "B"}])
def test_inputs_are_given_exactly(values: dict[str, str]) -> None:
    with pytest.raises(PromptError, match="takes name"):
        parse_prompt(GOOD, name="x").fill(**values)


@given(st.text() | st.sampled_from(["{{name}}", "{{other}}", r"\1", "{name}", "%s"]))
def test_what_is_filled_in_is_never_read_again(value: str) -> None:
    """Neither placeholders nor escapes in a value mean anything."""
    assert parse_prompt(GOOD, name="x").fill(name=value).user == f"Greet {value}."


def test_the_hash_changes_with_what_is_sent() -> None:
    """Not with what only describes it."""
    prompt = parse_prompt(GOOD, name="x")
    assert parse_prompt(GOOD.replace("kind", "brief"), name="x").sha256 != prompt.sha256
    assert parse_prompt(GOOD.replace("Greets.", "Says hello."), name="x").sha256 == prompt.sha256
    assert prompt.label == f"greet/1 {prompt.sha256[:12]}"
