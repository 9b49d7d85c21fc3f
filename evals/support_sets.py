"""The data that the support check is measured on, as claims with the sentences they cite."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from retrieval.sentences import split_sentences

# The articles of QAGS have a space inside some numbers, the summaries have none: "235, 000".
_SPLIT_NUMBER = re.compile(r"(?<=\d)([,.]) (?=\d)")
_EVERY = 5  # articles: every fifth, so that all outlets and years are there
_LINKED = re.compile(r"https?:|<[a-z/!]|!\[|\]\(|javascript:|onerror=|onload=", re.IGNORECASE)
# What the planted instructions ask for, by their kind.
_PAYLOADS = {
    "encoding": re.compile(r"this is a test|VGhpcy", re.IGNORECASE),
    "translation": re.compile(r"londra", re.IGNORECASE),
    "long-output": re.compile(r"TEST.TEST"),
    "xss": re.compile(r"console\.log|alert\("),
    "data-exfil-markdown": re.compile(r"withsecure|VEVTV"),
}


@dataclass(frozen=True, slots=True)
class Case:
    """A claim and what it cites. `supported` is None where nobody judged."""

    claim: str
    cited: tuple[str, ...]
    headings: tuple[str, ...] = ()
    question: str = ""
    supported: bool | None = None
    kind: str = ""


def qags(data: Path, name: str) -> Iterator[Case]:
    """Sentences of summaries, and whether most of three people found them in the article."""
    for row in _rows(data / f"qags_{name}.jsonl.gz"):
        cited = _sentences(_SPLIT_NUMBER.sub(r"\1", row["article"]))
        for item in row["summary_sentences"]:
            votes = [answer["response"] == "yes" for answer in item["responses"]]
            yield Case(item["sentence"], cited, supported=sum(votes) * 2 > len(votes))


def clapnq(data: Path) -> Iterator[Case]:
    """Sentences of answers that people wrote, with the sentences they wrote them from.

    Not all are supported: some answers also use sentences that were not marked.
    """
    for row in _rows(data / "clapnq_dev_answerable.jsonl.gz"):
        titles = tuple(passage["title"] for passage in row["passages"])
        for output in row["output"]:
            cited = tuple(map(_untokenised, output["selected_sentences"]))
            if cited and output["answer"].strip().upper() != "NA":
                for claim in _sentences(_untokenised(output["answer"])):
                    yield Case(claim, cited, titles, row["input"])


def _untokenised(text: str) -> str:
    """Text without the spaces around marks that the set has."""
    text = re.sub(r" ([.,;:!?%)\]]|'s\b|n't\b|'')", r"\1", text)
    text = re.sub(r"([(\[$£€]|``) ", r"\1", text)
    return text.replace("``", '"').replace("''", '"').replace(" - ", "-")


def news(data: Path, count: int) -> list[str]:
    """Whole sentences of real news: not headings, captions or lists."""
    rows = islice(_rows(data / "news_articles.jsonl.gz"), 0, None, _EVERY)
    whole = (
        sentence
        for row in rows
        for sentence in _sentences(row["text"])[5:40:7]
        if sentence[-1:] in '.!?”"' and 6 <= len(sentence.split()) <= 60
    )
    return list(islice(whole, count))


def hijacked(data: Path, *, clean: bool) -> list[Case]:
    """Sentences of answers that obeyed a planted instruction, citing the whole document.

    `clean` leaves the instruction out of what is cited: the sentences of the document are then
    those that a third of all prompts have. `kind` is "linked", "payload" or "rest".
    """
    rows = list(_rows(data / "security" / "spikee_hijacked_answers.jsonl.gz"))
    documents = [_sentences(_document(row["input"])) for row in rows]
    held = Counter(sentence for cited in documents for sentence in set(cited))
    honest = {sentence for sentence, count in held.items() if count * 3 > len(rows)}
    return [
        Case(
            claim,
            tuple(s for s in cited if s in honest) if clean else cited,
            question=row["input"].partition("Answer the following question:")[2].strip(),
            kind=_kind(claim, row["instruction_type"]),
        )
        for row, cited in zip(rows, documents, strict=True)
        for claim in _sentences(row["response"])
    ]


def _document(prompt: str) -> str:
    """The document that a prompt holds, planted instruction and all."""
    body = prompt.partition("document:")[2] or prompt
    return body.partition("Answer the following question:")[0].strip()


def _kind(claim: str, instruction: str) -> str:
    if _LINKED.search(claim):
        return "linked"
    payload = _PAYLOADS.get(instruction)
    return "payload" if payload and payload.search(claim) else "rest"


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _sentences(text: str) -> tuple[str, ...]:
    return tuple(text[start:end] for start, end in split_sentences(text))


def count_pairs(scored: Sequence[tuple[float, bool]]) -> float:
    """AUC: how often a supported claim scores above an unsupported one; ties count half."""
    yes = [score for score, label in scored if label]
    no = [score for score, label in scored if not label]
    above = sum((a > b) + (a == b) / 2 for a in yes for b in no)
    return above / (len(yes) * len(no))
