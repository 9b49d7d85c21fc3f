"""The figures of `evals.speed` as a page to read. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def markdown(figures: dict[str, Any]) -> str:
    """The report."""
    machine, ingest = figures["machine"], figures["ingest"]
    what = f"{ingest['articles']:,} articles, {ingest['words']:,} words"
    source = "the sample corpus, repeated" if ingest["repeated_corpus"] else "real news"
    lines = [
        "# Speed",
        "",
        f"`python -m evals.speed` on {machine['cores']} cores of {machine['cpu']}, "
        f"{machine['system']}, Python {machine['python']}. Load average {machine['load']} when it "
        f"began, {ingest['load']} during the ingest: wall clock figures are as good as the machine "
        "was quiet; CPU figures hold.",
        "",
        f"The archive: {what}, {ingest['passages']:,} passages ({source}).",
        "",
        *_table(("what", "figure"), _main_rows(figures)),
    ]
    if figures["sizes"]:
        lines += ["", *_sizes(figures["sizes"])]
    return "\n".join(lines)


def _main_rows(figures: dict[str, Any]) -> list[tuple[str, str]]:
    ingest, ask, disk, warm = (figures[name] for name in ("ingest", "ask", "disk", "warm"))
    rows = [
        ("`dateline --help`, CPU", f"{figures['help_cpu_ms']} ms"),
        ("`dateline ask`, process start to cited answer, CPU", f"{ask['cpu_s']} s"),
        ("the same, wall clock", f"{ask['wall_s']} s"),
        ("the same, peak memory", f"{ask['peak_mb']} MB"),
    ]
    for policy, found in warm.items():
        wall, cpu = found["wall"], found["cpu"]
        rows += [
            (
                f'a further question in one process, `dense="{policy}"`, p50 / p95',
                f"{wall['p50_ms']} / {wall['p95_ms']} ms",
            ),
            ("the same, CPU", f"{cpu['p50_ms']} / {cpu['p95_ms']} ms"),
            ("the same, peak memory", f"{found['peak_mb']} MB"),
        ]
    return [
        *rows,
        ("`dateline ingest`, words per CPU second", f"{ingest['words_per_cpu_s']:,}"),
        ("the same, words per second", f"{ingest['words_per_wall_s']:,}"),
        ("the same, in all", f"{ingest['cpu_s']} s CPU, {ingest['wall_s']} s"),
        ("the same, peak memory", f"{ingest['peak_mb']} MB"),
        ("ingesting the same articles again, unchanged, CPU", f"{ingest['unchanged_cpu_s']} s"),
        (
            f"on disk, for {disk['text_mb']} MB of text",
            f"ledger {disk['ledger_mb']} MB, Chroma {disk['chroma_mb']} MB",
        ),
    ]


def _sizes(sizes: list[dict[str, Any]]) -> list[str]:
    rows = []
    for size in sizes:
        chroma, exact = size["chroma"], size["exact"]
        rows.append(
            (
                f"{size['passages']:,}",
                f"{chroma['first_cpu_ms']:.0f}",
                f"{exact['first_cpu_ms']:.0f}",
                f"{chroma['cpu']['p50_ms']} / {chroma['wall']['p50_ms']}",
                f"{exact['cpu']['p50_ms']} / {exact['wall']['p50_ms']}",
            )
        )
    heads = (
        "passages",
        "Chroma: first search, CPU ms",
        "exact: first search, CPU ms",
        "Chroma: later ones, CPU / wall ms",
        "exact: later ones, CPU / wall ms",
    )
    return [
        "## Chroma against exact search",
        "",
        "The dense index alone, 50 nearest, without the embedding of the question. The first "
        "search of a process loads what it needs: chromadb and its files, or all vectors out of "
        "the ledger. `EXACT_UP_TO` in `retrieval/dense/chooser.py` rests on this table.",
        "",
        *_table(heads, rows),
    ]


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    ruler = "|".join("---" for _ in heads)
    return [f"| {' | '.join(heads)} |", f"|{ruler}|", *(f"| {' | '.join(row)} |" for row in rows)]
