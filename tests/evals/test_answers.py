"""`evals.answers` against models of known worth: the figures are those that such a model earns."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.testing import Fault, ModelServer, Reply, Says, sentences_in
from bot.testing.request import Request
from bot.types import Citation
from evals import answers
from evals.answer_scores import overlaps, summarize, words
from retrieval.archive import Archive
from retrieval.types import ArticleRef
from tests import newsroom
from tests.bot.sample_answers import short_answer

NEAR = "bridge.txt"
GOLD: list[dict[str, Any]] = [
    {
        "id": "n1",
        "question": "Why was the Merrowby bridge closed?",
        "answerable": True,
        "answer": "a crack in its second pier",
        "gold": [{"file": NEAR, "quote": "engineers found a crack in its second pier"}],
    },
    {
        "id": "n2",
        "question": "How long will repairs of the Merrowby bridge take?",
        "answerable": True,
        "answer": "11 weeks",
        "gold": [{"file": NEAR, "quote": "Repairs will take eleven weeks"}],
    },
    {
        "id": "n3",
        "question": "What is known of the crack in the Merrowby bridge and of its traffic?",
        "answerable": True,
        "all": True,
        "answer": "1.5 metres; 18,000 vehicles a day",
        "gold": [
            {"file": NEAR, "quote": "The crack is 1.5 metres long."},
            {"file": NEAR, "quote": "Some 18,000 vehicles cross the bridge every day."},
        ],
    },
    {
        "id": "n4",
        "question": "Who designed the Merrowby bridge?",
        "answerable": False,
        "gold": [],
    },
    {
        "id": "n5",
        "question": "What was the Merrowby bridge painted with?",
        "answerable": False,
        "gold": [],
    },
]
BY_QUESTION = {gold["question"]: gold for gold in GOLD}

Report = dict[str, Any]
Evaluate = Callable[..., Report]


def gold_of(request: Request) -> dict[str, Any]:
    """The gold of the question that a prompt ends with."""
    return BY_QUESTION[request.last("user").rpartition("Question: ")[2].strip()]


def number_of(request: Request, quote: str) -> int:
    """The number of the sentence that holds a quotation."""
    return next(n for n, sentence in sentences_in(request).items() if quote in sentence)


def perfect(request: Request) -> Reply:
    """Quotes the gold sentences, and knows when there are none."""
    sentences = sentences_in(request)
    numbers = [number_of(request, gold["quote"]) for gold in gold_of(request)["gold"]]
    return Says(" ".join(f"{sentences[n]} [{n}]" for n in numbers) or "NO ANSWER")


def silent(request: Request) -> Reply:
    """Never answers."""
    return Says("NO ANSWER")


def beside(request: Request) -> Reply:
    """Always quotes a sentence that is not asked for."""
    n = number_of(request, "They are being sent over the weir")
    return Says(f"{sentences_in(request)[n]} [{n}]")


def careless(request: Request) -> Reply:
    """Says what is right, and with it what is beside the point, invented, or not there to cite."""
    sentences = sentences_in(request)
    weir = number_of(request, "They are being sent over the weir")
    gold = [number_of(request, gold["quote"]) for gold in gold_of(request)["gold"]][:1]
    said = [f"{sentences[n]} [{n}]" for n in [*gold, weir]]
    return Says(" ".join([*said, f"The bridge is 900 years old. [{weir}]", "So it is. [999]"]))


@pytest.fixture
def evaluate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Evaluate:
    """Runs the evaluation on a few articles, with a server's model."""
    files = newsroom.write(tmp_path / "corpus")
    questions = tmp_path / "questions.jsonl"
    questions.write_text("".join(json.dumps(gold) + "\n" for gold in GOLD))
    monkeypatch.setattr(answers, "ROOT", tmp_path)
    (tmp_path / "evals").mkdir()

    def run(server: ModelServer | None, *options: str) -> Report:
        model = ["--model", "m", "--base-url", server.base_url] if server else []
        fixed = ["--questions", str(questions), "--corpus", str(files), "--json"]
        finished = ["--finished", str(tmp_path / "finished.jsonl")]
        answers.main([*model, *fixed, *finished, *options])
        report: Report = json.loads(capsys.readouterr().out)
        return report

    return run


def values(report: Report, reader: str = "model/m") -> dict[str, float]:
    """The means."""
    return {name: one["value"] for name, one in report["readers"][reader]["scores"].items()}


def test_a_perfect_model_has_perfect_figures(evaluate: Evaluate) -> None:
    """All of the gold said and cited, nothing else; its tokens are counted; the other reader too"""
    with ModelServer(perfect) as server:
        report = evaluate(server)
        assert len(server.requests) == 5
    assert values(report) == {
        "abstained_rightly": 1.0,
        "abstained_wrongly": 0.0,
        "answer_match": 1.0,
        "answer_words": 1.0,
        "citation_precision": 1.0,
        "citation_recall": 1.0,
        "claim_precision": 1.0,
        "proven": 1.0,
        "rejected": 0.0,
        "unsupported": 0.0,
        "unknown_markers": 0.0,
    }
    figures = report["readers"]["model/m"]
    assert figures["scores"]["citation_recall"] == {"value": 1, "low": 1, "high": 1, "n": 3}
    assert figures["prompt"].startswith("answer/")
    assert figures["failed"] == {}
    assert figures["requests"] == figures["questions"] == 5
    assert figures["input_tokens"] > 1_000 > figures["output_tokens"] > 20
    assert 0 < figures["p50_ms"] <= figures["p95_ms"]
    assert figures["cost_usd"] is None
    other = report["readers"]["extractive/cross-encoder"]
    assert other["questions"] == 5
    assert other["requests"] == 0
    assert 0 < other["scores"]["citation_recall"]["value"] <= 1


def test_a_model_that_never_answers_is_right_where_there_is_no_answer(evaluate: Evaluate) -> None:
    """It matches nothing; what it does not cite is neither precise nor imprecise."""
    with ModelServer(silent) as server:
        found = values(evaluate(server))
    assert found["abstained_rightly"] == found["abstained_wrongly"] == 1.0
    assert found["answer_match"] == found["answer_words"] == found["citation_recall"] == 0.0
    assert not {"citation_precision", "claim_precision"} & set(found)


def test_a_model_that_cites_beside_the_point_earns_nothing(evaluate: Evaluate) -> None:
    """Its claims are proven by what they cite, and that is not the gold."""
    with ModelServer(beside) as server:
        found = values(evaluate(server))
    assert found["proven"] == 1.0
    assert found["citation_recall"] == found["citation_precision"] == found["claim_precision"] == 0
    assert found["answer_match"] == 0.0
    assert found["abstained_rightly"] == found["abstained_wrongly"] == 0.0


def test_half_right_is_counted_as_half(evaluate: Evaluate) -> None:
    """One right citation of two; one gold span where both are wanted; claims withheld counted."""
    with ModelServer(careless) as server:
        found = values(evaluate(server))
    assert found["citation_precision"] == found["claim_precision"] == 0.5
    assert found["citation_recall"] == pytest.approx(2 / 3, abs=1e-4)
    assert found["answer_match"] == pytest.approx(2 / 3, abs=1e-4)
    assert found["rejected"] == 2.0
    assert found["unsupported"] == found["unknown_markers"] == 1.0


def test_finished_questions_are_not_asked_again(evaluate: Evaluate, tmp_path: Path) -> None:
    """A run that was stopped goes on; another model, or other articles, are asked everything."""
    with ModelServer(perfect) as server:
        evaluate(server, "--sample", "2")
        first = len(server.requests)
        whole = evaluate(server)
        assert (first, len(server.requests)) == (2, 5)
        assert evaluate(server) == whole
        assert len(server.requests) == 5
        with (tmp_path / "finished.jsonl").open("a") as out:
            out.write('{"key": "cut off')
        evaluate(server, "--model", "another")
        assert len(server.requests) == 10
        evaluate(server)
        assert len(server.requests) == 10
        (tmp_path / "corpus" / NEAR).write_text(newsroom.FILES[NEAR] + "\nIt rained.\n")
        evaluate(server)
        assert len(server.requests) == 15


def test_a_dying_server_ends_it_with_one_line(
    evaluate: Evaluate, capsys: pytest.CaptureFixture[str]
) -> None:
    """After three failures in a row; what was finished is used when it is back."""

    def dying(request: Request) -> Reply:
        return perfect(request) if request.number <= 2 else Fault("unauthorized")

    with ModelServer(dying) as server, pytest.raises(SystemExit) as stopped:
        evaluate(server)
    said = str(stopped.value)
    assert said.startswith("stopped after 2 of 5 questions: ")
    assert "3 failures in a row" in said
    assert "\n" not in said
    assert capsys.readouterr().out == ""
    with ModelServer(perfect) as server:
        assert values(evaluate(server))["answer_match"] == 1.0
        assert len(server.requests) == 3


def test_one_failure_is_named_and_not_counted(evaluate: Evaluate) -> None:
    """The others go on; the next run asks it again."""

    def once(request: Request) -> Reply:
        return Fault("content_filter", "") if request.number == 2 else perfect(request)

    with ModelServer(once) as server:
        figures = evaluate(server)["readers"]["model/m"]
        assert list(figures["failed"]) == ["n2"]
        assert "content filter" in figures["failed"]["n2"]
        assert figures["questions"] == 4
        assert evaluate(server)["readers"]["model/m"]["questions"] == 5


def test_it_stops_at_the_spend_cap(
    evaluate: Evaluate, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With one line that names the setting; with prices, the report tells the cost."""
    monkeypatch.setenv("DATELINE_PRICE_IN", "1")
    monkeypatch.setenv("DATELINE_PRICE_OUT", "2")
    with ModelServer(perfect) as server:
        figures = evaluate(server)["readers"]["model/m"]
        cost = (figures["input_tokens"] + 2 * figures["output_tokens"]) / 1e6
        assert figures["cost_usd"] == pytest.approx(cost, abs=1e-6)
        (tmp_path / "finished.jsonl").unlink()
        monkeypatch.setenv("DATELINE_SPEND_CAP", "0.000001")
        with pytest.raises(SystemExit, match=r"stopped after 0 of 5 .*DATELINE_SPEND_CAP"):
            evaluate(server)


def test_without_a_model_there_is_one_line(evaluate: Evaluate) -> None:
    """What to set; the extractive reader needs nothing."""
    with pytest.raises(SystemExit, match="OPENAI_API_KEY"):
        evaluate(None)
    report = evaluate(None, "--reader", "extractive")
    assert list(report["readers"]) == ["extractive/cross-encoder"]
    assert report["readers"]["extractive/cross-encoder"]["scores"]["proven"]["value"] == 1.0


def test_the_report_is_written_only_if_asked_to(evaluate: Evaluate, tmp_path: Path) -> None:
    """As a page and as JSON, with the same figures in both."""
    written = tmp_path / "evals" / "answers.md"
    with ModelServer(careless) as server:
        evaluate(server)
        assert not written.exists()
        report = evaluate(server, "--write")
    page = written.read_text()
    assert json.loads(written.with_suffix(".json").read_text()) == report
    assert "| what | `model/m` | `extractive/cross-encoder` |" in page
    assert "50.0 % (50.0–50.0)" in page
    assert "| 2.00 (2.00–2.00) |" in page
    assert report["readers"]["model/m"]["prompt"] in page


def test_a_citation_is_right_from_the_first_character_in_common(
    shared_archive: Archive, id_of: Callable[[str], str]
) -> None:
    """Spans that only touch have none; nor has another article at the same offsets."""
    article = shared_archive.article(id_of(NEAR))
    gold = {"file": NEAR, "quote": "a crack in its second pier"}
    start = article.text.index(gold["quote"])
    end = start + len(gold["quote"])

    def right(first: int, last: int, ref: ArticleRef = article.ref) -> bool:
        cited = Citation(1, ref, first, last, article.text[first:last], True)
        return overlaps(cited, gold, shared_archive.article)

    assert right(start, end)
    assert right(0, start + 1)
    assert right(end - 1, end + 5)
    assert not right(0, start)
    assert not right(end, end + 5)
    assert not right(start, end, shared_archive.article(id_of("ferry-talks.md")).ref)


def test_words_of_an_answer_are_compared_by_stem() -> None:
    """Small words do not count, endings neither, and three is 3."""
    assert words("The three of them joined") == words("3, joining")
    assert words("No") == frozenset()
    assert words("2,600 seats") == {"2", "600", "seat"}


def test_intervals_are_of_the_questions_and_always_the_same() -> None:
    """Half of 100 questions right: about ±10 points, as 1.96·√(.25/100) has it."""
    scores = [{"citation_recall": float(at % 2)} for at in range(100)]
    one, again = (summarize([short_answer()] * 100, scores) for _ in range(2))
    assert one == again
    mean = one["scores"]["citation_recall"]
    assert mean["value"] == 0.5
    assert mean["low"] == pytest.approx(0.40, abs=0.02)
    assert mean["high"] == pytest.approx(0.60, abs=0.02)
