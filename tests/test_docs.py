"""The pages say what is so: their examples run, and their tables are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

from bot.cli import exits
from evals import examples, tree
from retrieval.sources.fields import FIELDS
from retrieval.sources.inputs import FORMATS
from retrieval.sources.sniff import EXTENSIONS

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
PAGES = [*ROOT.glob("*.md"), *(ROOT / "evals").glob("*.md"), *(ROOT / "retrieval").rglob("*.md")]


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under `heading`, or of the last one there."""
    section = README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    table = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


def test_the_examples_print_what_the_page_shows(tmp_path: Path) -> None:
    """Mend it with: python -m evals.examples --write."""
    now = examples.rerun(README, tmp_path)
    assert examples.without_ids(README).splitlines() == examples.without_ids(now).splitlines()


def test_the_tree_is_the_real_one() -> None:
    """Mend it with: python -m evals.tree --write."""
    assert tree.shown((ROOT / "ARCHITECTURE.md").read_text()) == tree.tree()


def test_every_exit_code_is_listed() -> None:
    """Those the code can end in, but for a broken pipe, which nobody sees."""
    codes = {value for name, value in vars(exits).items() if name.isupper() and name != "HELP"}
    listed = {int(row[0]) for row in rows("Exit codes") if row[0].isdigit()}
    assert listed == codes - {exits.BROKEN_PIPE}


def test_every_format_and_field_name_is_listed() -> None:
    """The two tables of what is read are the parsers' own."""
    table = {row[0].strip("`"): row[1] for row in rows("What it reads")}
    for kind in FORMATS[1:]:
        endings = set(re.findall(r"`(\.\w+)`", table[kind])) - {".gz"}
        plain = {e for e, of in EXTENSIONS.items() if of == kind and not e.endswith(".gz")}
        assert endings == plain
    for field, names in FIELDS.items():
        assert tuple(re.findall(r"`(\w+)`", table[field])) == names


def test_links_between_the_pages_lead_somewhere() -> None:
    """Relative links and the files named in the reading order exist."""
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
    for row in rows("Files, in the order to read them")[2:]:
        for name in re.findall(r"`([^`]+)`", row[0]):
            assert (ROOT / name).exists(), name


def test_the_files_are_all_in_the_reading_order() -> None:
    """Nothing at the top of either package is left out, but for what a reader meets on the way."""
    table = " ".join(row[0] for row in rows("Files, in the order to read them"))
    folders = [
        p for k in tree.PACKAGES for p in (ROOT / k).iterdir() if (p / "__init__.py").exists()
    ]
    assert [f.name for f in folders if f"{f.parent.name}/{f.name}/" not in table] == []
