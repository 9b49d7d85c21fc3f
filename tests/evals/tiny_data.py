"""A data folder in the formats of the public files, a few rows each, of invented news."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

_FERRIES = (
    "The town of Ostmark ordered seven ferries on Monday. The yard in Brennhaven will build them. "
    "Deliveries begin in March."
)
_MUSEUM = (
    "The Brennhaven glass museum closed for repairs after a storm tore off its roof. Its director, "
    "Ilsa Torvald, expects it to open again in June."
)
_HARVEST = (
    "Farmers around Lindow brought in the apple harvest early. A dry summer made the fruit sweet. "
    "Cider makers are pleased."
)
_CHESS = (
    "Pavel Andrik won the Lindow chess open on Sunday. He beat Marta Holm in forty moves. The "
    "prize was a silver cup."
)

ARTICLES = [
    {"id": "a1", "title": "Ostmark orders ferries", "text": _FERRIES},
    {"id": "a2", "title": "Storm closes glass museum", "text": _MUSEUM},
    {"id": "a3", "title": "Early apple harvest", "text": _HARVEST},
    {"id": "a4", "title": "Andrik wins chess open", "text": _CHESS},
]
_FERRY_QUESTION = "How many ferries did Ostmark order?"
_CHESS_QUESTION = "Who won the Lindow chess open?"
_ROOF_QUESTION = "Why did the Brennhaven glass museum close?"


def write(folder: Path) -> Path:
    """Write every file into the folder, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in _FILES.items():
        with gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8") as out:
            out.writelines(json.dumps(row) + "\n" for row in rows)
    return folder


def _squad(question: str, answer: str | None, number: int) -> dict[str, Any]:
    # Either length of the answer is right, as annotators' are.
    texts = (answer, f"{answer} ferries") if answer else ()
    answers = [{"text": text, "answer_start": _FERRIES.find(text)} for text in texts]
    return {
        "title": "Ostmark",
        "context": _FERRIES,
        "qas": [
            {
                "id": f"q{number}",
                "question": question,
                "answers": answers,
                "is_impossible": not answers,
            }
        ],
    }


def _clapnq(question: str, sentence: str) -> dict[str, Any]:
    passage = {"title": "Ostmark", "text": _FERRIES, "sentences": _FERRIES.split(". ")}
    output = [{"answer": "", "selected_sentences": [sentence] if sentence else []}]
    return {"id": question[:8], "input": question, "passages": [passage], "output": output}


_LIST = "The crews came from Ostmark and Lindow .".split()
_FILES: dict[str, list[dict[str, Any]]] = {
    "news_articles": [
        {
            **article,
            "url": f"https://news.example/{article['id']}",
            "published": "2023-05-04",
            "source": "news.example",
            "authors": [],
        }
        for article in ARTICLES
    ],
    "link_questions.dev": [
        {"id": "l1", "question": _FERRY_QUESTION, "answers": ["seven"], "articles": ["a1"]},
        {"id": "l2", "question": _CHESS_QUESTION, "answers": ["Andrik"], "articles": ["a4"]},
    ],
    "realtimeqa_2022_2023.dev": [
        {
            "id": "r1",
            "date": "2022/07/01",
            "question": _FERRY_QUESTION,
            "answers": ["Seven", "Seven ferries"],
            "articles": ["a1", "a3"],
        },
        {
            "id": "r2",
            "date": "2023/07/01",
            "question": _CHESS_QUESTION,
            "answers": ["Pavel Andrik"],
            "articles": ["a4"],
        },
        {
            "id": "r3",
            "date": "2023/07/08",
            "question": "Who won the Ostmark rowing cup?",
            "answers": ["Nobody named here"],
            "articles": ["gone"],
        },
    ],
    "squad_dev_v1.1": [_squad(_FERRY_QUESTION, "seven", 1)],
    "squad_dev_v2.0": [
        _squad(_FERRY_QUESTION, "seven", 1),
        _squad("Who designed the Lindow observatory?", None, 2),
    ],
    "multispanqa_valid": [
        {
            "id": "m1",
            "question": "which towns did the crews come from".split(),
            "context": _LIST,
            "label": ["O", "O", "O", "O", "B", "O", "B", "O"],
        }
    ],
    "clapnq_dev_answerable": [
        _clapnq(_FERRY_QUESTION, "The town of Ostmark ordered seven ferries on Monday.")
    ],
    "clapnq_dev_unanswerable": [_clapnq("What is the anthem of the Lindow fire brigade?", "")],
    "rgb_en_fact": [
        {
            "id": number,
            "query": query,
            "answer": answer,
            "fakeanswer": fake,
            "positive": [text],
            "positive_wrong": [text.replace(replaced, fake)],
            "negative": [_HARVEST],
        }
        for number, (query, answer, replaced, fake, text) in enumerate(
            [
                (_FERRY_QUESTION, [["seven", "7"]], "seven", "twelve", _FERRIES),
                (_CHESS_QUESTION, "Pavel Andrik", "Pavel Andrik", "Jonas Weir", _CHESS),
                (_ROOF_QUESTION, "a storm", "a storm", "a fire", _MUSEUM),
                ("When do deliveries of the ferries begin?", "March", "March", "May", _FERRIES),
                ("Who is the director of the museum?", "Torvald", "Torvald", "Berg", _MUSEUM),
            ]
        )
    ],
    "ramdocs_test": [
        {
            "question": _CHESS_QUESTION,
            "documents": [
                {"text": _CHESS, "type": "correct", "answer": "Pavel Andrik"},
                {"text": _HARVEST, "type": "noise", "answer": "unknown"},
            ],
            "gold_answers": ["Pavel Andrik", "Marta Holm"],
            "wrong_answers": ["Jonas Weir"],
        }
    ],
    "robustrag_realtimeqa": [
        {
            "id": 1,
            "question": _FERRY_QUESTION,
            "correct answer": ["seven"],
            "incorrect answer": "ninety",
            "context": [{"title": "Ostmark orders ferries", "text": _FERRIES, "link": ""}],
            "incorrect_context": [
                f"Ostmark ordered ninety ferries, {who} said." for who in ("Abel", "Bea", "Cy")
            ],
        }
    ],
}
