"""The figures of `evals.answers` as a page to read. Pure."""

from __future__ import annotations

from typing import Any

_SHARES = {
    "answer_match": "the gold answer's words are all there",
    "answer_words": "share of the gold answer's words",
    "citation_recall": "citation recall: a gold span is cited",
    "citation_precision": "citation precision: citations that overlap a gold span",
    "claim_precision": "claims with such a citation",
    "abstained_wrongly": "abstained, though there is an answer",
    "abstained_rightly": "abstained where there is none",
    "proven": "answers that hold when they are proven again",
}
_COUNTS = {
    "rejected": "claims withheld, a question",
    "unsupported": "of those, not carried by what they cite",
    "unknown_markers": "invented sentence numbers, a question",
}


def markdown(report: dict[str, Any]) -> str:
    """The report."""
    readers: dict[str, dict[str, Any]] = report["readers"]
    unanswerable = report["questions"] - report["answerable"]
    lines = [
        "# How well the archive is answered from",
        "",
        f"`python -m evals.answers`: {report['answerable']} questions that the articles answer and "
        f"{unanswerable} that they do not (articles {report['articles']}). In brackets 95 % "
        "intervals, by bootstrap over the questions. What counts as right is said in "
        "`evals/answer_scores.py`.",
        "",
        _row("what", *(f"`{name}`" for name in readers)),
        _row(*["---"] * (len(readers) + 1)),
    ]
    for name, label in _SHARES.items():
        lines.append(
            _row(label, *(_share(figures["scores"].get(name)) for figures in readers.values()))
        )
    for name, label in _COUNTS.items():
        lines.append(
            _row(label, *(_count(figures["scores"].get(name)) for figures in readers.values()))
        )
    lines += [
        _row("seconds, p50 / p95", *(_seconds(figures) for figures in readers.values())),
        _row("tokens, in / out", *(_tokens(figures) for figures in readers.values())),
        _row("cost", *(_cost(figures) for figures in readers.values())),
        _row("no usable reply, not counted", *(str(len(f["failed"])) for f in readers.values())),
    ]
    prompts = [f"Prompt of `{name}`: {f['prompt']}." for name, f in readers.items() if f["prompt"]]
    return "\n".join([*lines, *(["", *prompts] if prompts else [])])


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _share(score: dict[str, float] | None) -> str:
    if score is None:
        return "–"
    value, low, high = (100 * score[name] for name in ("value", "low", "high"))
    return f"{value:.1f} % ({low:.1f}–{high:.1f})"


def _count(score: dict[str, float] | None) -> str:
    if score is None:
        return "–"
    return f"{score['value']:.2f} ({score['low']:.2f}–{score['high']:.2f})"


def _seconds(figures: dict[str, Any]) -> str:
    return f"{figures['p50_ms'] / 1000:.2f} / {figures['p95_ms'] / 1000:.2f}"


def _tokens(figures: dict[str, Any]) -> str:
    if not figures["requests"]:
        return "–"
    return f"{figures['input_tokens']:,} / {figures['output_tokens']:,}"


def _cost(figures: dict[str, Any]) -> str:
    if figures["cost_usd"] is None:
        return "–" if not figures["requests"] else "no prices are set"
    return f"${figures['cost_usd']:.4f}"
