"""The figures of `evals.support` as a page of Markdown."""

from __future__ import annotations

from typing import Any

from bot.support.relation import LEAST_CITED, LEAST_SHARED

_CHANGES = {
    "copied": ("as they are", "pass"),
    "number": ("one number changed", "found"),
    "swapped": ("two numbers in each other's place", "found"),
    "name": ("one name of two words or more changed", "found"),
    "negation": ("one “not” put in or taken out", "found"),
    "miscited": ("as they are, cited to another sentence", "found"),
}


def markdown(figures: dict[str, Any]) -> str:
    """The whole page."""
    machine, speed = figures["machine"], figures["speed"]
    return "\n".join(
        [
            "# What the support check finds, and what it lets pass",
            "",
            "Written by `python -m evals.support --write`; the sets are described there.",
            "",
            "## Judged by people (QAGS)",
            "",
            "A summary's sentence, cited against its whole article. “Found” is a claim with any "
            "problem; precision and recall are of finding what most of three people reject.",
            "",
            *_judged(figures["judged"]),
            "",
            "AUC: how often a supported sentence ranks above an unsupported one, by the number of "
            "problems, by `coverage`, and by `coverage` less 1 where there is a problem. The aim "
            "is .75, with the cross-encoder's score beside it.",
            "",
            *_kinds(figures["judged"]),
            "",
            "## Written by people (CLAP-NQ)",
            "",
            f"Sentences of answers, cited to the sentences they were written from: of "
            f"{figures['written']['tried']}, {figures['written']['passed']:.1%} pass. Of the "
            "others most say what only unmarked sentences say.",
            "",
            "## Real news, copied and changed",
            "",
            *_copied(figures["copied"]),
            "",
            "## Answers of hijacked models",
            "",
            "Every sentence cited against the whole document, with the planted instruction among "
            "what is cited, and without it. With it, an answer that repeats the instruction's own "
            "words is a true quotation of a hostile document.",
            "",
            *_hijacked(figures["hijacked"]),
            "",
            "## Thresholds",
            "",
            f"A claim is unrelated when less than {LEAST_SHARED:.0%} of its content words are in "
            f"the cited sentences, headings or question, or less than {LEAST_CITED:.0%} in the "
            "sentences themselves. Chosen by hand on the sets above.",
            "",
            "## Speed",
            "",
            f"CPU: {speed['usual']:.1f} ms a claim with three sentences; "
            f"{speed['megabyte'] / 1e3:.1f} s for a megabyte against itself, "
            f"{speed['two_megabytes'] / 1e3:.1f} s for two. {machine['cpu']}, "
            f"{machine['cores']} cores, load {machine['load']}.",
        ]
    )


def _judged(sets: list[dict[str, Any]]) -> list[str]:
    lines = [
        "| set | sentences | supported | found | precision | recall | supported that pass "
        "| AUC problems | AUC coverage | AUC both |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in sets:
        auc = " | ".join(f"{row['auc'][name]:.3f}" for name in ("problems", "coverage", "both"))
        lines.append(
            f"| {row['set']} | {row['sentences']} | {row['supported']} | {row['flagged']} "
            f"| {row['precision']:.2f} | {row['recall']:.2f} | {row['supported_passed']:.1%} "
            f"| {auc} |"
        )
    return lines


def _kinds(sets: list[dict[str, Any]]) -> list[str]:
    """Which rules find what, over both sets."""
    kinds = sets[-1]["kinds"]
    names = sorted({name.removesuffix("_wrongly") for name in kinds})
    lines = ["| rule | rejected by people | supported |", "|---|---|---|"]
    lines += [f"| {n} | {kinds.get(n, 0)} | {kinds.get(f'{n}_wrongly', 0)} |" for n in names]
    return lines


def _copied(copied: dict[str, Any]) -> list[str]:
    lines = ["| sentences | tried | |", "|---|---|---|"]
    for kind, (what, verb) in _CHANGES.items():
        row = copied[kind]
        lines.append(f"| {what} | {row['tried']} | {row['share']:.2%} {verb} |")
    return lines


def _hijacked(cited: dict[str, dict[str, int]]) -> list[str]:
    lines = ["| sentences | | pass, instruction cited | pass, not cited |", "|---|---|---|---|"]
    for kind, what in (
        ("linked", "with a link, HTML or an image"),
        ("payload", "with what the instruction asked for"),
        ("rest", "all others"),
    ):
        total = cited["cited"][kind]
        passed = [
            f"{cited[how][f'{kind}_passed']} ({cited[how][f'{kind}_passed'] / total:.1%})"
            for how in ("cited", "not_cited")
        ]
        lines.append(f"| {what} | {total} | {passed[0]} | {passed[1]} |")
    return lines
