"""Which library is imported where, and what starting costs. The import-linter says the rest."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("bot", "retrieval")

# What `dateline --help` and `import bot` must not pay for.
HEAVY = ("chromadb", "onnxruntime", "tokenizers", "numpy", "langchain_core", "langchain_openai",
         "langchain", "langsmith", "openai", "pydantic",
         "trafilatura", "lxml", "pypdf", "docx", "feedparser", "httpcore", "prompt_toolkit",
         "sqlite3", "asyncio", "rich", "slack_bolt", "slack_sdk", "uvicorn")  # fmt: skip


def imported() -> set[str]:
    """Top-level names of the libraries that the packages import anywhere."""
    names: set[str] = set()
    for package in PACKAGES:
        for file in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Import):
                    names |= {alias.name.partition(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                    names.add(node.module.partition(".")[0])
    return names - set(PACKAGES) - set(sys.stdlib_module_names)


def declared() -> set[str]:
    """The distributions that pyproject.toml asks for, its extras included, in normal form."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = [*project["dependencies"], *project["optional-dependencies"]["slack"]]
    return {normal(re.split(r"[\s<>=!~\[;]", line)[0]) for line in lines}


def normal(name: str) -> str:
    """PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_library_imported_is_declared_and_every_one_declared_is_imported() -> None:
    """Nothing is used because another library happens to bring it, and nothing is kept unused."""
    provided = packages_distributions()
    used = {normal(provided[name][0]) for name in imported()}
    assert used == declared()


@pytest.mark.parametrize(
    "statement",
    ["import bot, retrieval", "import bot.cli.app", "from bot.cli import main; main(['--help'])"],
)
def test_importing_loads_nothing_heavy(statement: str) -> None:
    """No model, no index and no parser is loaded until a command needs it."""
    code = f"import sys; {statement}; print(*sorted(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stderr.split()}
    assert not loaded & set(HEAVY)


def test_import_rules() -> None:
    """The contracts in pyproject.toml hold."""
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stdout
