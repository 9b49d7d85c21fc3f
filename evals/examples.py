"""Runs the examples of README.md, so that what it shows is what Dateline does.

    python -m evals.examples [--write]

Compares each ```console block with what its commands print to standard output now, and runs the
```python blocks; `--write` puts the present output into the page. A command is a line that begins
with `$`. All blocks run in one folder that holds a copy of corpus/, in an empty home folder.

Article ids depend on where a file lies, so two ids count as equal when they stand in the same
places.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"

_BLOCK = re.compile(r"^```(console|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_EXPECTED = (0, 10)  # answered or done, abstained
_ID = re.compile(r"\b[0-9a-f]{12}\b")


def rerun(page: str, folder: Path) -> str:
    """`page` with the output of its console blocks as it is now.

    Raises:
        RuntimeError: a command failed.
        subprocess.CalledProcessError: a Python example failed.
    """
    shutil.copytree(ROOT / "corpus", folder / "corpus")
    (folder / "home").mkdir()

    def replaced(block: re.Match[str]) -> str:
        language, body = block.groups()
        if language == "python":
            _run([sys.executable, "-c", body], folder).check_returncode()
            return block[0]
        return "```console\n" + "\n".join(_session(body, folder)) + "\n```"

    return _BLOCK.sub(replaced, page)


def _session(body: str, folder: Path) -> Iterator[str]:
    """The commands of a console block, each with what it prints."""
    dateline = f'dateline() {{ {shlex.quote(sys.executable)} -m bot "$@"; }}\n'
    for number, command in enumerate(re.findall(r"^\$ (.*)$", body, re.MULTILINE)):
        if number:
            yield ""
        yield f"$ {command}"
        done = _run(["bash", "-c", dateline + command], folder)
        if done.returncode not in _EXPECTED:
            raise RuntimeError(f"`{command}` ended with {done.returncode}: {done.stderr}")
        yield from (line.rstrip() for line in done.stdout.rstrip().splitlines())


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    environment |= {
        "HOME": str(folder / "home"),
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
        "COLUMNS": "100",
    }
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def without_ids(page: str) -> str:
    """`page` with article ids numbered in the order of their first use."""
    seen: dict[str, str] = {}
    return _ID.sub(lambda found: seen.setdefault(found[0], f"article-{len(seen) + 1}"), page)


def main() -> None:
    """Compare, or write."""
    page = README.read_text()
    with tempfile.TemporaryDirectory() as folder:
        now = rerun(page, Path(folder))
    if without_ids(page) == without_ids(now):
        print("README.md shows what its examples print")
    elif "--write" in sys.argv[1:]:
        README.write_text(now)
        print("README.md was brought up to date")
    else:
        sys.exit("README.md is out of date: python -m evals.examples --write")


if __name__ == "__main__":
    main()
