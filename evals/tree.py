"""The tree of both packages, with what each file says of itself, for ARCHITECTURE.md.

    python -m evals.tree [--write]

Each line is a file and the first sentence of its docstring. `--write` puts the tree into the page;
a test compares the two.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "ARCHITECTURE.md"
PACKAGES = ("retrieval", "bot")

_BLOCK = re.compile(r"(?<=<!-- tree -->\n```text\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)
_STEP = re.compile(r"^Steps? \w+(?: to \w+)?(?: in order)?[.:] ")
_SENTENCE = re.compile(r".*?[.](?= |$)")
_COLUMN = 32
_WIDTH = 118


def tree() -> str:
    """The tree, a file a line."""
    return "".join(line + "\n" for package in PACKAGES for line in _lines(ROOT / package, 0))


def shown(page: str) -> str:
    """The tree that the page shows."""
    found = _BLOCK.search(page)
    return found[0] if found else ""


def _lines(folder: Path, depth: int) -> Iterator[str]:
    yield _line(folder.name + "/", folder / "__init__.py", depth)
    for file in sorted(folder.glob("*.py")):
        if file.name != "__init__.py":
            yield _line(file.name, file, depth + 1)
    for inner in sorted(folder.iterdir()):
        if (inner / "__init__.py").is_file():
            yield from _lines(inner, depth + 1)


def _line(name: str, file: Path, depth: int) -> str:
    head = (ast.get_docstring(ast.parse(file.read_text())) or "").partition("\n\n")[0]
    text = _STEP.sub("", head.replace("\n", " ").replace("`", ""))
    sentence = _SENTENCE.match(text)
    about = (sentence[0] if sentence else text).rstrip(".")
    line = ("  " * depth + name).ljust(_COLUMN) + about
    return line if len(line) <= _WIDTH else line[:_WIDTH].rpartition(" ")[0] + " …"


def main() -> None:
    """Print the tree, or write it into the page."""
    if "--write" in sys.argv[1:]:
        PAGE.write_text(_BLOCK.sub(lambda _: tree(), PAGE.read_text(), count=1))
    else:
        print(tree(), end="")


if __name__ == "__main__":
    main()
