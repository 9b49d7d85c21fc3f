"""How fast Dateline is, and how much memory and disk it takes, on this machine.

    python -m evals.speed [--data ../shared/data] [--articles 2000] [--json] [--write]

Prints a report. The first run ingests the articles into a folder of its own outside the checkout
(minutes) and measures that; later runs use it again, and take about two minutes. `--again`
ingests anew. `--write` saves the report as evals/speed.md.

The articles are the first of `news_articles.jsonl.gz` in the data folder, and the questions those
of `link_questions.dev.jsonl.gz`. Where they are missing, the sample corpus is repeated until there
are enough articles, and the report says so.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from evals import speed_report
from evals.measuring import DATELINE, ROOT, Usage, machine, measure, middle

SIZES = (2_000, 5_000, 10_000, 20_000, 50_000, 100_000)  # passages: Chroma against exact search
_QUESTIONS = 100
_COLD = 3  # questions that are each asked in fresh processes


def main() -> None:
    """Measure, print, and save if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    data = os.environ.get("DATELINE_EVAL_DATA", ROOT.parent / "shared" / "data")
    parser.add_argument("--data", type=Path, default=Path(data))
    parser.add_argument("--articles", type=int, default=2_000)
    parser.add_argument("--runs", type=int, default=5, help="runs of each command; odd")
    parser.add_argument("--cache", type=Path, help="where archives are kept between runs")
    parser.add_argument("--again", action="store_true", help="ingest anew")
    parser.add_argument("--skip-sizes", action="store_true", help="leave out Chroma against exact")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", action="store_true", help="save the report as evals/speed.md")
    options = parser.parse_args()

    figures: dict[str, Any] = {"machine": machine()}
    figures["help_cpu_ms"] = round(middle([[*DATELINE, "--help"]], runs=2 * options.runs).cpu * 1e3)
    folder = _folder(options.cache, options.data, options.articles)
    if options.again:
        shutil.rmtree(folder, ignore_errors=True)
    figures["ingest"] = _ingest(folder, options.data, options.articles)
    archive = folder / "archive"
    figures["disk"] = _disk(archive, figures["ingest"]["text_mb"])
    figures["warm"] = _warm(folder, options.data)
    figures["ask"] = _ask(archive, figures["warm"], options.runs)
    figures["sizes"] = [] if options.skip_sizes else _sizes(folder)

    report = speed_report.markdown(figures)
    print(json.dumps(figures, indent=2) if options.json else report)
    if options.write:
        (ROOT / "evals" / "speed.md").write_text(report + "\n")


def _folder(cache: Path | None, data: Path, articles: int) -> Path:
    """Where the archive of these articles is kept, made by this version of the models."""
    from platformdirs import user_cache_path

    from retrieval.embedding.bundled import BundledEmbedder
    from retrieval.ledger.schema import SCHEMA_VERSION
    from retrieval.passages import SPLITTER_VERSION

    made_by = f"{data.resolve()} {articles} {BundledEmbedder().fingerprint} {SPLITTER_VERSION} "
    digest = hashlib.sha256(f"{made_by}{SCHEMA_VERSION}".encode()).hexdigest()[:8]
    return (cache or user_cache_path("dateline-evals")) / f"speed-{articles}-{digest}"


def _ingest(folder: Path, data: Path, count: int) -> dict[str, Any]:
    """The cost of ingesting `count` articles, measured once and kept beside the archive."""
    kept = folder / "ingest.json"
    if kept.is_file():
        found: dict[str, Any] = json.loads(kept.read_text())
        return found
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    rows = list(islice(_articles(data), count))
    repeated = not (data / "news_articles.jsonl.gz").is_file()
    (folder / "articles.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    print(f"ingesting {len(rows)} articles into {folder} ...", file=sys.stderr)
    used = _dateline(folder / "archive", "ingest", str(folder / "articles.jsonl"), "--json")
    report = json.loads(used.output)
    again = _dateline(folder / "archive", "ingest", str(folder / "articles.jsonl"), "--json")
    assert not json.loads(again.output)["added"]
    figures = {
        "articles": len(report["added"]),
        "repeated_corpus": repeated,
        "passages": report["passages"],
        "words": report["words"],
        "text_mb": round(sum(len(row["text"].encode()) for row in rows) / 1e6, 1),
        "cpu_s": round(used.cpu, 1),
        "wall_s": round(used.wall, 1),
        "words_per_cpu_s": round(report["words"] / used.cpu),
        "words_per_wall_s": round(report["words"] / used.wall),
        "peak_mb": round(used.peak_mb),
        "unchanged_cpu_s": round(again.cpu, 2),
        "load": machine()["load"],
    }
    kept.write_text(json.dumps(figures))
    return figures


def _articles(data: Path) -> Iterator[dict[str, Any]]:
    file = data / "news_articles.jsonl.gz"
    if file.is_file():
        with gzip.open(file, "rt") as lines:
            yield from (json.loads(line) for line in lines)
        return
    from retrieval.archive import Archive

    with TemporaryDirectory() as folder, Archive.open(Path(folder), create=True) as archive:
        archive.ingest([ROOT / "corpus"])
        texts = [archive.article(ref.id) for ref in archive.articles()]
    for number in range(10**6):
        article = texts[number % len(texts)]
        yield {
            "id": f"{article.id}-{number}",
            "title": article.ref.title,
            "source": article.ref.source,
            "published": article.ref.published and article.ref.published.isoformat(),
            "text": f"{article.text}\n\nCopy {number}.",
        }


def _questions(data: Path) -> list[str]:
    file = data / "link_questions.dev.jsonl.gz"
    if file.is_file():
        with gzip.open(file, "rt") as lines:
            rows = [json.loads(line) for line in lines]
    else:
        text = (ROOT / "corpus" / "questions.jsonl").read_text()
        rows = [json.loads(line) for line in text.splitlines()]
    return [row["question"] for row in rows[:_QUESTIONS]]


def _warm(folder: Path, data: Path) -> dict[str, Any]:
    questions = folder / "questions.json"
    questions.write_text(json.dumps(_questions(data)))
    found = {}
    for policy in ("chroma", "exact"):
        used = _probe("warm", folder / "archive", questions, policy)
        found[policy] = {**json.loads(used.output), "peak_mb": round(used.peak_mb)}
    return found


def _ask(archive: Path, warm: dict[str, Any], runs: int) -> dict[str, Any]:
    """Process start to cited answer, over questions that get one."""
    questions = warm["exact"]["answered"][:_COLD]
    commands = [[*DATELINE, "ask", "--archive", str(archive), question] for question in questions]
    used = middle(commands, runs=runs)
    assert used.code == 0, used
    return {
        "cpu_s": round(used.cpu, 2),
        "wall_s": round(used.wall, 2),
        "peak_mb": round(used.peak_mb),
    }


def _disk(archive: Path, text_mb: float) -> dict[str, float]:
    sizes = {"ledger_mb": 0.0, "chroma_mb": 0.0}
    for file in archive.rglob("*"):
        if file.is_file():
            part = "chroma_mb" if file.parent != archive else "ledger_mb"
            sizes[part] += file.stat().st_size / 1e6
    rounded = {name: round(size, 1) for name, size in sizes.items()}
    return {**rounded, "text_mb": text_mb}


def _sizes(folder: Path) -> list[dict[str, Any]]:
    """Both dense indexes at several sizes: rows near the archive's own, each in a new process."""
    rows = []
    for size in SIZES:
        place = folder / f"dense-{size}"
        if not (place / "done").is_file():
            print(f"building a dense index of {size} passages ...", file=sys.stderr)
            measured = _probe("build", folder / "archive", place, str(size))
            assert measured.code == 0
            (place / "done").touch()
        row: dict[str, Any] = {"passages": size}
        for policy in ("chroma", "exact"):
            row[policy] = json.loads(_probe("dense", place, policy).output)
        rows.append(row)
    return rows


def _dateline(archive: Path, command: str, *arguments: str) -> Usage:
    used = measure([*DATELINE, command, "--archive", str(archive), *arguments])
    assert used.code == 0, used
    return used


def _probe(*arguments: object) -> Usage:
    used = measure([sys.executable, "-m", "evals.speed_probe", *map(str, arguments)])
    assert used.code == 0, used
    return used


if __name__ == "__main__":
    main()
