"""What is built holds all that it needs, and what is locked is locked by hash alone."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("bot", "prompts", "retrieval")
LOCKS = ("requirements.lock", "requirements-dev.lock")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The names of the files in a wheel that is built from a copy of the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    copy = folder / "copy"
    copy.mkdir()
    for name in PACKAGES:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, copy]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as archive:
        return archive.namelist()


def test_the_wheel_holds_every_file_of_the_packages(wheel: list[str]) -> None:
    """Weights, licences and `py.typed` travel with the code; nothing is left behind."""
    files = {
        file.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for file in (ROOT / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert files <= set(wheel)
    assert {
        "bot/py.typed",
        "retrieval/py.typed",
        "retrieval/weights/minilm.onnx",
        "prompts/answer.md",
    } <= files


def test_the_wheel_holds_nothing_else(wheel: list[str]) -> None:
    """No tests, no corpus, no evaluations."""
    tops = {name.partition("/")[0].partition("-")[0] for name in wheel}
    assert tops == {*PACKAGES, "dateline"}
    licences = {name.rpartition("/")[2] for name in wheel if "dist-info/licenses/" in name}
    assert licences >= {"LICENSE", "LICENSE-minilm.txt"}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_pins_every_file_by_hash_and_names_no_index(name: str) -> None:
    """Each requirement has an exact version and hashes; where they come from is left open."""
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert not re.search(r"^-", text, re.MULTILINE), "an option, such as an index"
    for entry in re.split(r"\n(?=[a-z])", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).strip()):
        assert re.match(r"[a-z0-9.-]+==[\w.]+", entry), entry[:60]
        assert "--hash=sha256:" in entry, entry[:60]


def test_the_lock_fits_the_ranges() -> None:
    """Every dependency of pyproject.toml is locked, in a version that its range allows."""
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pins = re.findall(r"^([\w.-]+)==([\w.]+)", (ROOT / LOCKS[1]).read_text(), re.MULTILINE)
    locked = {canonicalize_name(name): version for name, version in pins}
    extras = project["optional-dependencies"]
    for line in [*project["dependencies"], *extras["dev"], *extras["slack"]]:
        requirement = Requirement(line)
        assert requirement.specifier.contains(locked[canonicalize_name(requirement.name)]), line


def test_both_locks_agree() -> None:
    """Who develops has the very versions of who only uses it."""
    pins = [
        set(re.findall(r"^\S+==.*?(?= \\$)", (ROOT / name).read_text(), re.M)) for name in LOCKS
    ]
    assert pins[0] <= pins[1]
