"""Figures of others, and what this project set out to reach, beside ours.

By the name of our figure. `Reach.least` is in [0, 1] and says from where it is reached;
`Reach.elsewhere` says under what other conditions the aim holds, so that it cannot be told.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reach:
    """What others report, in words, and our aim."""

    others: str = ""
    least: float | None = None
    elsewhere: str = ""


BESIDE = {
    "Dateline, hit@1": Reach("BM25 over whole articles, all 26,776: 41 %", 0.58),
    "Dateline, hit@5": Reach("the same: 63 %", 0.80),
    "Dateline, hit@10": Reach("the same: 68 %", 0.87),
    "Dateline, fewer articles, hit@1": Reach(elsewhere="58.0 over all articles: not measured"),
    "Dateline, fewer articles, hit@5": Reach(elsewhere="80.0 over all articles: not measured"),
    "Dateline, fewer articles, hit@10": Reach(elsewhere="87.0 over all articles: not measured"),
    "BM25, all articles, hit@1": Reach("BM25 over whole articles: 41 %"),
    "BM25, all articles, hit@5": Reach("the same: 63 %"),
    "BM25, all articles, hit@10": Reach("the same: 68 %"),
    "RealTimeQA 2022, EM": Reach("RAG-small + search 26.1; GPT-3 + search 40.0"),
    "RealTimeQA 2022, F1": Reach("RAG-small + search 32.1; GPT-3 + search 49.1"),
    "RealTimeQA 2023, EM": Reach("GPT-3 + search 27.7", 0.277),
    "RealTimeQA 2023, F1": Reach("GPT-3 + search 35.6", 0.356),
    "SQuAD 1.1 dev, F1": Reach("Match-LSTM 76.8; r-net+ 88.5", 0.84),
    "SQuAD 2.0 dev, F1 at the best threshold": Reach(
        "BiDAF+ELMo 67.9, BERT 81.8, both trained on SQuAD 2.0", 0.72
    ),
    "MultiSpanQA valid, partial F1": Reach("BERT-base 76.1", 0.65),
    "RealTimeQA, abstained at 15 % loss of right answers": Reach(least=0.75),
    "CLAP-NQ, abstained at 15 % loss of right answers": Reach(least=0.75),
    "RealTimeQA, right answers whose shown span states it": Reach(least=0.97),
}
