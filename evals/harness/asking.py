"""Asks the bot over articles that a test gives: a real archive in a temporary folder each time."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bot.engine import Bot, last_event
from bot.readers.cross_encoder_scorer import CrossEncoderScorer
from bot.readers.extractive import ExtractiveReader
from bot.readers.scoring import ScoredSentence, SentenceScorer
from bot.types import Answer
from evals.harness.data import Row
from evals.measuring import ROOT
from retrieval.archive import Archive
from retrieval.embedding import Embedder
from retrieval.embedding.bundled import BundledEmbedder
from retrieval.types import Hit

# What an answer depends on: a finished one is used again as long as these are unchanged.
_CODE = (
    "bot/asked.py bot/citations.py bot/engine.py bot/heading.py bot/searching.py bot/stems.py "
    "bot/work.py bot/question bot/readers retrieval evals/harness/asking.py "
    "evals/harness/metrics.py evals/harness/realtime.py"
).split()


class NeverAbstains:
    """Implements `SentenceScorer`: another scorer without its threshold.

    What that scorer would have abstained from can still be told by the score.
    """

    threshold = 0.0

    def __init__(self, scorer: SentenceScorer) -> None:
        self._scorer = scorer
        self.name = scorer.name

    def score(self, question: str, hits: Sequence[Hit]) -> list[ScoredSentence]:
        """As `SentenceScorer.score`."""
        return self._scorer.score(question, hits)


class Asker:
    """The bundled models, loaded once, and the reader that is measured."""

    def __init__(
        self, *, embedder: Embedder | None = None, scorer: SentenceScorer | None = None
    ) -> None:
        self.embedder = embedder or BundledEmbedder()
        self.scorer = scorer or CrossEncoderScorer()
        self._reader = ExtractiveReader(NeverAbstains(self.scorer))

    @property
    def threshold(self) -> float:
        """The confidence below which the bot abstains."""
        return self.scorer.threshold

    @contextmanager
    def over(self, articles: Sequence[Row]) -> Iterator[Bot]:
        """A bot over exactly these articles (fields as `retrieval.sources.jsonl` reads them)."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "articles.jsonl")
            file.write_text("".join(json.dumps(row) + "\n" for row in articles), "utf-8")
            archive = Archive.open(
                Path(folder, "archive"), create=True, dense="exact", embedder=self.embedder
            )
            with Bot(archive, self._reader) as bot:
                bot.ingest([file])
                yield bot

    def ask(self, bot: Bot, question: str) -> dict[str, Any]:
        """What is shown, claim by claim in its order, had the bot no threshold.

        Returns:
            `confidence`, the best claim's score, 0 without claims; `claims`: each with `text`,
            `short` ("" where none stands out), `shorts` (all of a list), `score` and `quotes`;
            `passages`, the texts read.
        """
        final = last_event(bot.stream(question))
        claims: list[Row] = [
            {
                "text": claim.text,
                "short": claim.short or "",
                "shorts": list(claim.shorts),
                "score": claim.score or 0.0,
                "quotes": [final.answer.citations[n - 1].quote for n in claim.citations],
            }
            for claim in final.answer.claims
        ]
        return {
            "confidence": max((claim["score"] for claim in claims), default=0.0),
            "claims": claims,
            "passages": [hit.text for hit in final.hits],
            "spans": _spans(final.answer),
        }


def _spans(answer: Answer) -> list[list[tuple[str, int, int]]]:
    """For every claim the spans that it cites: article id, start, end."""
    cited = {c.number: (c.article.id, c.start, c.end) for c in answer.citations}
    return [[cited[number] for number in claim.citations] for claim in answer.claims]


def fingerprints(asker: Asker) -> dict[str, str]:
    """What figures were made with: hashes of the code and of both models' weights."""
    from retrieval import embedding, reranker

    digest = hashlib.sha256()
    for name in _CODE:
        place = ROOT / name
        for file in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            digest.update(file.relative_to(ROOT).as_posix().encode() + file.read_bytes())
    weights = Path(embedding.__file__).parent.parent / "weights"
    return {
        "code": digest.hexdigest()[:12],
        "reader": hashlib.sha256((weights / reranker.FILE).read_bytes()).hexdigest(),
        "embedder": f"{asker.embedder.name} {asker.embedder.fingerprint}",
        "threshold": f"{asker.threshold:g}",
    }
