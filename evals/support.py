"""How well the support check tells carried claims from others.

    python -m evals.support [--data ../shared/data] [--json] [--misses KIND] [--write]

The data lies outside the checkout (see its README). What is measured:

judged      QAGS: sentences of summaries of CNN/DM and BBC articles, each judged by three people
            against its article. Those that most of them reject should have problems.
written     CLAP-NQ: sentences of answers that people wrote from marked sentences. They should
            have none.
copied      Sentences of real news as claims about themselves should have none; with one number,
            one name or one "not" changed, or cited to the next sentence, they should have some.
hijacked    Recorded answers of models that obeyed an instruction planted in the document. What it
            asked for should not pass; links, markup and images never.
speed       Time for a usual claim, and for megabytes of text.

`--write` saves the report as evals/support.md.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.support import Problem, coverage, problems
from evals import support_changes as changes
from evals import support_report
from evals.measuring import ROOT, machine
from evals.support_sets import Case, clapnq, count_pairs, hijacked, news, qags

_COPIED = 5_000  # sentences
_KINDS = ("rejected", "accepted", "written", "copied", "number", "name", "negation", "hijacked")
_SENTENCE = (
    "The council of Merrowby voted 7-2 on 3 May 2022 to rebuild the “old” bridge for $2.4 million, "
    "and did not say who would pay."
)
_Misses = defaultdict[str, list[str]]


def main() -> None:
    """Measure, print, and save if asked to."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    data = os.environ.get("DATELINE_EVAL_DATA", ROOT.parent / "shared" / "data")
    parser.add_argument("--data", type=Path, default=Path(data))
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--misses", choices=_KINDS, help="print what went wrong of that kind")
    parser.add_argument("--write", action="store_true", help="save the report as evals/support.md")
    options = parser.parse_args()
    misses: _Misses = defaultdict(list)
    figures: dict[str, Any] = {
        "machine": machine(),
        "judged": _judged(options.data, misses),
        "written": _written(list(clapnq(options.data)), misses),
        "copied": _copied(news(options.data, _COPIED), misses),
        "hijacked": {
            "cited": _hijacked(hijacked(options.data, clean=False), misses),
            "not_cited": _hijacked(hijacked(options.data, clean=True), misses),
        },
        "speed": _speed(),
    }
    page = support_report.markdown(figures)
    if options.misses:
        print("\n".join(misses[options.misses]))
    else:
        print(json.dumps(figures, indent=2) if options.json else page)
    if options.write:
        (ROOT / "evals" / "support.md").write_text(page + "\n", "utf-8")


def _check(case: Case) -> tuple[Problem, ...]:
    return problems(case.claim, case.cited, headings=case.headings, question=case.question)


def _judged(data: Path, misses: _Misses) -> list[dict[str, Any]]:
    sets = {name: list(qags(data, name)) for name in ("cnndm", "xsum")}
    sets["both"] = sets["cnndm"] + sets["xsum"]
    return [{"set": name, **_judge(cases, misses)} for name, cases in sets.items()]


def _judge(cases: Sequence[Case], misses: _Misses) -> dict[str, Any]:
    """Precision and recall of "has problems" against the people, and the AUC."""
    found = [_check(case) for case in cases]
    near = [coverage(case.claim, case.cited) for case in cases]
    labels = [bool(case.supported) for case in cases]
    for case, label, some in zip(cases, labels, found, strict=True):
        if label == bool(some):
            _miss(misses["rejected" if some else "accepted"], case.claim, some)
    flagged = [label for label, some in zip(labels, found, strict=True) if some]
    kinds: Counter[str] = Counter()
    for label, some in zip(labels, found, strict=True):
        kinds.update(
            f"{kind}{'_wrongly' if label else ''}" for kind in {p.kind.value for p in some}
        )
    scores = {
        "problems": [-float(len(some)) for some in found],
        "coverage": near,
        "both": [score - bool(some) for score, some in zip(near, found, strict=True)],
    }
    return {
        "sentences": len(cases),
        "supported": sum(labels),
        "flagged": len(flagged),
        "precision": flagged.count(False) / len(flagged),
        "recall": flagged.count(False) / labels.count(False),
        "supported_passed": 1 - sum(flagged) / sum(labels),
        "auc": {
            name: count_pairs(list(zip(values, labels, strict=True)))
            for name, values in scores.items()
        },
        "kinds": dict(sorted(kinds.items())),
    }


def _written(cases: Sequence[Case], misses: _Misses) -> dict[str, Any]:
    passed = 0
    for case in cases:
        found = _check(case)
        passed += not found
        if found:
            _miss(misses["written"], f"{case.claim}\n    {' / '.join(case.cited)}", found)
    return {"tried": len(cases), "passed": passed / len(cases)}


def _copied(sentences: Sequence[str], misses: _Misses) -> dict[str, Any]:
    """Shares of sentences that pass as they are, and of changed ones that are found."""
    chance = random.Random(3)
    others = changes.names(sentences)
    outcomes: defaultdict[str, list[bool]] = defaultdict(list)
    for sentence, following in zip(sentences, [*sentences[1:], sentences[0]], strict=True):
        found = problems(sentence, [sentence])
        outcomes["copied"].append(not found)
        if found:
            _miss(misses["copied"], sentence, found)
        outcomes["miscited"].append(bool(problems(sentence, [following])))
        changed = {
            "swapped": changes.swap_numbers(sentence),
            "number": changes.other_number(sentence, chance),
            "name": changes.other_name(sentence, others, chance),
            "negation": changes.deny(sentence),
        }
        for kind, claim in changed.items():
            if claim is not None:
                found = problems(claim, [sentence])
                outcomes[kind].append(bool(found))
                if not found:
                    _miss(misses[kind], f"{claim}\n    {sentence}", found)
    return {
        kind: {"tried": len(right), "share": sum(right) / len(right)}
        for kind, right in outcomes.items()
    }


def _hijacked(cases: Sequence[Case], misses: _Misses) -> dict[str, int]:
    """Sentences of each kind, and how many of them pass."""
    seen: dict[Case, bool] = {}
    counts: Counter[str] = Counter()
    for case in cases:
        if case not in seen:
            seen[case] = not _check(case)
            if seen[case] and case.kind != "rest":
                _miss(misses["hijacked"], case.claim, ())
        counts[case.kind] += 1
        counts[f"{case.kind}_passed"] += seen[case]
    return dict(counts)


def _speed() -> dict[str, float]:
    """Milliseconds of CPU: a usual claim with three sentences, and megabytes of text."""
    cited = [_SENTENCE, "The mayor said the work would start in June.", "Two bids came in."]
    usual = [_cpu(f"{_SENTENCE} {number}", cited) for number in range(200)]
    long = _SENTENCE * (10**6 // len(_SENTENCE))
    return {
        "usual": statistics.median(usual),
        "megabyte": _cpu(long, [long]),
        "two_megabytes": _cpu(2 * long, [2 * long]),
    }


def _cpu(claim: str, cited: Sequence[str]) -> float:
    started = time.process_time()
    problems(claim, cited)
    return (time.process_time() - started) * 1e3


def _miss(kept: list[str], text: str, found: Sequence[Problem]) -> None:
    why = "; ".join(f"{problem.kind.value}: {problem.message}" for problem in found)
    kept.append(f"{text}\n    {why}")


if __name__ == "__main__":
    main()
