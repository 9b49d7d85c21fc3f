"""How good Dateline is, on public data: `python -m evals TEST`.

    python -m evals retrieval|reading|abstention|citations|conflict|all
        [--data ../shared/data] [--sample N] [--articles N] [--json] [--write]

Prints a report. Every question is asked of the bot as it is, with the bundled models. Finished
questions are kept in the user's cache folder (`--cache` names another), so that a run that was
stopped goes on where it was; they are asked again when code, models or data have changed.

`retrieval` first ingests the articles, all 26,776 of them in more than an hour of CPU;
`--articles 1500` takes the gold ones and 1,500 others. `--sample` asks so many questions of each
file, of SQuAD's ten times as many, always the same ones. `--write` saves the report as
evals/quality.md and evals/quality.json, where tests that were not run keep what they had. A test
whose files are missing is left out, and the report says so.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from evals.harness import data, report
from evals.measuring import ROOT, machine

TESTS = ("retrieval", "reading", "abstention", "citations", "conflict")


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, and save if asked to."""
    parser = argparse.ArgumentParser(
        prog="python -m evals",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("test", choices=(*TESTS, "all"))
    parser.add_argument("--data", type=Path, default=data.default_folder())
    parser.add_argument("--sample", type=_positive, metavar="N", help="questions of each file")
    parser.add_argument(
        "--articles", type=_positive, metavar="N", help="distractors to retrieve among"
    )
    parser.add_argument("--cache", type=Path, help="where archives and finished items are kept")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument(
        "--write", action="store_true", help="save it as evals/quality.md and .json"
    )
    options = parser.parse_args(arguments)
    try:
        reports = _run(options)
    except KeyboardInterrupt:
        print("\nstopped; the same command goes on from here", file=sys.stderr)
        return 130
    print(json.dumps(reports, indent=2) if options.json else report.markdown(reports))
    if options.write:
        report.save(reports, ROOT / "evals")
    return 0


def _run(options: argparse.Namespace) -> dict[str, Any]:
    """The reports by test."""
    from platformdirs import user_cache_path

    from evals.harness.asking import Asker, fingerprints
    from evals.harness.finished import Finished
    from evals.harness.run import Run

    cache = options.cache or user_cache_path("dateline-evals")
    cache.mkdir(parents=True, exist_ok=True)
    asker = Asker()
    made_with = fingerprints(asker)
    finished = Finished(cache / "finished.jsonl", made_with)
    run = Run(options.data, cache, asker, finished, options.sample, options.articles)
    reports = {}
    for test in TESTS if options.test == "all" else (options.test,):
        began, before = time.monotonic(), machine()
        result = import_module(f"evals.harness.{test}").measure(run)
        for reason in result.skipped:
            print(f"{test}: skipped in part, {reason}", file=sys.stderr)
        reports[test] = {
            "figures": result.figures,
            "notes": result.notes,
            "skipped": result.skipped,
            "about": result.about,
            "made_with": made_with,
            "machine": before,
            "sample": options.sample,
            "seed": data.SEED,
            "seconds": round(time.monotonic() - began),
            "date": datetime.now(UTC).date().isoformat(),
        }
    return reports


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is not a number of questions or articles")
    return number


if __name__ == "__main__":
    sys.exit(main())
