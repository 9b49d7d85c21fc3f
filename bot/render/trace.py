"""What an answer rests on: what was searched for, read, written and withheld, and what it took."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.render.citation import address, shorten
from bot.render.sanitise import clean_line
from bot.types import Answer, Usage
from retrieval.types import Hit

_TITLE = 40  # characters of a title in the table
_CLAIM = 200  # characters of a withheld claim


def render_trace(answer: Answer, hits: Sequence[Hit]) -> str:
    """Lines about how `answer` came to be; `hits` are the passages that were read."""
    return "\n".join(_lines(answer, hits))


def _lines(answer: Answer, hits: Sequence[Hit]) -> Iterator[str]:
    reason = f", reason {answer.abstention.reason}" if answer.abstention else ""
    yield f"{answer.status}{reason}, reader {clean_line(answer.reader)}, answer {answer.id}"
    if answer.standalone:
        yield f"searched for: {clean_line(answer.standalone)}"
    if answer.prompt:
        yield f"prompt {clean_line(answer.prompt)}"
    if answer.usage:
        yield _usage(answer.usage)
    for rejected in answer.rejected:
        text = shorten(clean_line(rejected.text), limit=_CLAIM)
        yield f"withheld ({rejected.flaw}): {text}"
        yield f"  because {clean_line(rejected.why)}"
    if answer.unknown_markers:
        yield f"sentence numbers that were not in the prompt: {_numbers(answer.unknown_markers)}"
    yield f"read {len(hits)} passages"
    yield from _passages(hits)
    if answer.timings:
        yield _timings(answer.timings)


def _passages(hits: Sequence[Hit]) -> Iterator[str]:
    addresses = [address(hit.article.ref, hit.passage.start, hit.passage.end) for hit in hits]
    wide = max(map(len, addresses), default=0)
    if hits:
        yield f" #   score  cosine  dense  lexical  {'passage':<{wide}}  article"
    for number, (hit, where) in enumerate(zip(hits, addresses, strict=True), start=1):
        cosine = "-" if hit.similarity is None else f"{hit.similarity:.3f}"
        score = f"{hit.score:.4f}" if hit.score else "again "  # read for the turn before
        yield (
            f"{number:>2}  {score}  {cosine:>6}  {hit.dense_rank or '-':>5}  "
            f"{hit.lexical_rank or '-':>7}  {where:<{wide}}  "
            + shorten(clean_line(hit.article.ref.title), limit=_TITLE)
        )


def _usage(usage: Usage) -> str:
    cost = "" if usage.cost is None else f", ${usage.cost:.6f}"
    requests = "1 request" if usage.requests == 1 else f"{usage.requests} requests"
    return f"{requests}, {usage.input_tokens} tokens read, {usage.output_tokens} written{cost}"


def _numbers(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers[:20])) + (" …" if len(numbers) > 20 else "")


def _timings(timings: Mapping[str, float]) -> str:
    return "milliseconds: " + ", ".join(f"{clean_line(s)} {ms:.1f}" for s, ms in timings.items())
