"""The figures as a page to read, and the file that they are kept in. Pure but for that file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from evals.harness.published import BESIDE, Reach

_TITLES = {
    "retrieval": "Article retrieval",
    "reading": "Reading: short answers",
    "abstention": "Abstention",
    "citations": "Citations",
    "conflict": "Disagreement and poison",
}


def load(file: Path) -> dict[str, Any]:
    """The reports by test that a file keeps; none if there is no such file."""
    found: dict[str, Any] = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    return found


def save(reports: dict[str, Any], folder: Path) -> None:
    """Write quality.json and quality.md; tests that were not run keep what they had."""
    kept = {**load(folder / "quality.json"), **reports}
    kept = {name: kept[name] for name in _TITLES if name in kept}
    (folder / "quality.json").write_text(json.dumps(kept, indent=2) + "\n", "utf-8")
    (folder / "quality.md").write_text(markdown(kept) + "\n", "utf-8")


def markdown(reports: dict[str, Any]) -> str:
    """The page. `reports` by test: `figures`, `notes`, `skipped`, and how they were made."""
    lines = [
        "# Quality",
        "",
        "Written by `python -m evals all --write`, on public data that is not part of the project. "
        "In brackets 95 % intervals, by bootstrap over questions. “Reach” is what the project set "
        "out to reach. What counts as right is said at the head of each file in `evals/harness/`.",
    ]
    for name, report in reports.items():
        lines += ["", f"## {_TITLES[name]}", "", *_table(report)]
        lines += ["", *(f"- {note}" for note in report["notes"])]
        lines += [f"- Not measured: {reason}." for reason in report["skipped"]]
        lines += ["", _made(report)]
    return "\n".join(lines)


def _table(report: dict[str, Any]) -> list[str]:
    lines = ["| what | ours | n | others | reach |", "|---|---|---|---|---|"]
    for name, figure in report["figures"].items():
        beside = BESIDE.get(name, Reach())
        value = figure["value"]
        lines.append(
            f"| {name} | {_percent(value)} ({_percent(figure['low'])}–{_percent(figure['high'])}) "
            f"| {figure['n']:,} | {beside.others or '–'} | "
            f"{beside.elsewhere or _reached(value, beside.least)} |"
        )
    return lines


def _reached(value: float, least: float | None) -> str:
    if least is None:
        return "–"
    short = least - value
    verdict = "reached" if short <= 0 else f"**missed by {100 * short:.1f}**"
    return f"{_percent(least)}: {verdict}"


def _percent(value: float) -> str:
    return f"{100 * value:.1f}"


def _made(report: dict[str, Any]) -> str:
    made, machine = report["made_with"], report["machine"]
    sample = (
        "all questions"
        if report["sample"] is None
        else f"{report['sample']} of each file (SQuAD ten times that)"
    )
    archive = report["about"].get("archive")
    return (
        f"Made on {report['date']} in {report['seconds']:,} s (finished items are not asked again) "
        f"on {machine['cores']} cores of {machine['cpu']}, {machine['system']}, Python "
        f"{machine['python']}. Questions: {sample}, seed {report['seed']}. "
        f"Reader `{made['reader'][:12]}`, its threshold {made['threshold']}; embedder "
        f"`{made['embedder']}`; code `{made['code']}`"
        + (f"; articles `{archive[:12]}`." if archive else ".")
    )
