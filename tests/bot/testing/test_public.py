"""What the package offers, and that its documentation holds."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import openai
import pytest

import bot.testing
from bot.testing import FAULTS, Fault
from tests.bot.testing.raw import openai_client

HERE = Path(__file__).parent
SOURCES = Path(bot.testing.__file__).parent


class MyApplication:
    """The application of the example: it asks once, and says so when an answer breaks off."""

    def __init__(self, base_url: str, api_key: str = "") -> None:
        self._client = openai_client(base_url, api_key=api_key or "any")

    def ask(self, question: str) -> str:
        """The answer."""
        messages = [{"role": "user", "content": question}]
        asked: Any = {"model": "m", "messages": messages, "stream": True}
        text = ""
        try:
            for chunk in self._client.chat.completions.create(**asked):
                text += chunk.choices[0].delta.content or ""
        except openai.APIConnectionError:
            text += " … broke off"
        return text


def test_the_example_works() -> None:
    """The tests in the docstring pass, with an application as small as they need."""
    document = bot.testing.__doc__ or ""
    code = "\n".join(re.findall(r"^    .*$|^$", document, re.MULTILINE))
    names: dict[str, object] = {"MyApplication": MyApplication}
    exec(textwrap.dedent(code), names)  # noqa: S102  (our own docstring)
    tests = [value for name, value in names.items() if name.startswith("test_")]
    assert len(tests) == 2
    for test in tests:
        test()  # type: ignore[operator]


def test_public_names_are_those_listed() -> None:
    """`__all__` is what the package imports for others, in order."""
    tree = ast.parse((SOURCES / "__init__.py").read_text())
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    imported = {alias.name for node in imports for alias in node.names}
    assert set(bot.testing.__all__) == imported
    assert len(bot.testing.__all__) == len(imported)


def test_only_the_standard_library_is_used() -> None:
    """Whoever tests against the server needs none of our dependencies for it."""
    code = "import sys, bot.testing; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    foreign = set(ran.stdout.split()) - set(sys.stdlib_module_names) - {"bot", "retrieval"}
    allowed = re.compile(
        r"__editable__.*|__main__|_distutils_hack|.*_finder|sitecustomize|_virtualenv"
    )
    assert {name for name in foreign if not allowed.fullmatch(name)} == set()


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_every_fault_is_described_and_observed(name: str) -> None:
    """One line says what happens on the wire, and a test has seen it happen."""
    assert re.fullmatch(r"[^\n]{15,}\.", FAULTS[name])
    tests = [path.read_text() for path in HERE.glob("test_*.py") if path.name != "test_public.py"]
    assert any(f'"{name}"' in text for text in tests)


def test_a_fault_nobody_knows_is_refused() -> None:
    """With the names there are."""
    with pytest.raises(ValueError, match=r"'hangup'; there are: .*hang_up"):
        Fault("hangup")


def test_the_table_of_faults_cannot_be_changed() -> None:
    """It is the same for everybody."""
    with pytest.raises(TypeError):
        FAULTS["new"] = "Something."  # type: ignore[index]
