"""What people thought of answers -> evaluation cases, one JSON object each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from bot.errors import AnswerFormatError
from bot.types import Answer
from retrieval.ledger import Judged, Opinion, Opinions


def cases(opinions: Opinions) -> Iterator[str]:
    """Every judged answer as a case, the first judged first.

    A case has the question, what was searched for, the filters, the answer's spans, how many
    people found it good or bad, and which citations were called wrong and why. People are counted
    and not named.
    """
    for judged in opinions.judged():
        try:
            answer = Answer.from_json(judged.answer)
        except AnswerFormatError:  # kept by a newer version
            continue
        yield json.dumps(_case(answer, judged), ensure_ascii=True)


def _case(answer: Answer, judged: Judged) -> dict[str, Any]:
    ratings = [opinion.text for opinion in judged.opinions if opinion.kind == "rating"]
    filters = answer.filters
    return {
        "id": answer.id,
        "question": answer.standalone or answer.question,
        "asked": answer.question,
        "answerable": bool(answer.claims),
        "answer": [one for claim in answer.claims for one in claim.shorts or (claim.text,)],
        "citations": [
            {
                "number": citation.number,
                "article": citation.article.id,
                "revision": citation.article.revision,
                "start": citation.start,
                "end": citation.end,
                "quote": citation.quote,
            }
            for citation in answer.citations
        ],
        "filters": {
            "since": filters.since and filters.since.isoformat(),
            "until": filters.until and filters.until.isoformat(),
            "sources": list(filters.sources),
        },
        "reader": answer.reader,
        "good": ratings.count("up"),
        "bad": ratings.count("down"),
        "wrong_citations": [
            _wrong(opinion) for opinion in judged.opinions if opinion.kind.startswith("citation ")
        ],
    }


def _wrong(opinion: Opinion) -> dict[str, Any]:
    number = opinion.kind.removeprefix("citation ")
    said = json.loads(opinion.text)
    return {"number": int(number) if number.isdigit() else None, **said}
