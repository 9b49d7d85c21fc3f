"""Every test of the harness, with the real bot on a few rows of invented news."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from evals import __main__ as command
from evals.harness import abstention, citations, conflict, metrics, reading, report, retrieval
from evals.harness.asking import Asker, fingerprints
from evals.harness.finished import Finished
from evals.harness.published import BESIDE
from evals.harness.run import Result, Run
from retrieval.embedding.bundled import BundledEmbedder
from tests.evals import tiny_data


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, embedder: BundledEmbedder) -> Run:
    """A run over the tiny data; its tests share what is finished."""
    folder = tmp_path_factory.mktemp("harness")
    asker = Asker(embedder=embedder)
    (folder / "cache").mkdir()
    finished = Finished(folder / "cache" / "finished.jsonl", fingerprints(asker))
    return Run(tiny_data.write(folder / "data"), folder / "cache", asker, finished)


def value(result: Result, name: str) -> float:
    """A figure's value."""
    return result.figures[name]["value"]


def test_retrieval_ranks_articles_by_their_best_passage(run: Run) -> None:
    """Both find the linked article first, and count the questions."""
    result = retrieval.measure(run)
    for who in ("Dateline", "BM25, same articles"):
        for what in ("hit@1", "hit@10", "MRR@10", "nDCG@10"):
            assert value(result, f"{who}, {what}") == 1.0
    assert result.figures["Dateline, hit@1"]["n"] == 2
    assert result.about["archive"]


def test_retrieval_takes_the_gold_articles_and_as_many_others_as_are_asked_for(run: Run) -> None:
    """Two gold ones and one other."""
    small = Run(run.data, run.cache, run.asker, run.finished, articles=1)
    result = retrieval.measure(small)
    assert "over 3 articles" in result.notes[0]
    assert value(result, "BM25, all articles, hit@1") == 1.0


def test_reading_scores_the_first_short_answer(run: Run) -> None:
    """The plain questions are answered; a question without articles is not asked."""
    result = reading.measure(run)
    assert value(result, "RealTimeQA 2022, EM") == 1.0
    assert value(result, "RealTimeQA 2023, F1") == 1.0
    assert result.figures["RealTimeQA 2023, F1"]["n"] == 1
    assert value(result, "RealTimeQA, a passage that was read states the answer") == 1.0
    assert value(result, "SQuAD 1.1 dev, EM") == 1.0
    assert value(result, "SQuAD 2.0 dev, F1 at the best threshold") == 1.0
    assert 0 < value(result, "MultiSpanQA valid, partial F1") <= 1.0


def test_lists_are_read_off_their_labels() -> None:
    """B begins, I goes on, and I after O begins too."""
    tokens = "a b c d e f".split()
    assert reading.gold_spans(tokens, ["B", "B", "I", "O", "I", "O"]) == ["a", "b c", "e"]


def test_abstention_compares_with_and_without_the_gold_articles(run: Run) -> None:
    """Only one question has an article left when the stating ones are gone."""
    result = abstention.measure(run)
    assert value(result, "RealTimeQA, answerable: right if always answered") == 1.0
    assert result.figures["RealTimeQA, abstained at the bot's threshold"]["n"] == 1
    assert value(result, "RealTimeQA, abstained at 15 % loss of right answers") == 1.0
    assert value(result, "CLAP-NQ, abstained at 15 % loss of right answers") == 1.0
    assert 0 <= value(result, "CLAP-NQ, AURC") <= 0.5


def test_citations_carry_the_answers(run: Run) -> None:
    """What is quoted holds the short answer; the gold sentence is cited."""
    result = citations.measure(run)
    assert value(result, "RealTimeQA, right answers whose shown span states it") == 1.0
    assert value(result, "CLAP-NQ, citation recall, always answered") > 0


def test_conflict_says_which_sides_are_shown(run: Run) -> None:
    """Every question has exactly one outcome; without poison its answer is not shown."""
    result = conflict.measure(run)
    sides = ("shows both sides", "shows the right side only", "shows the wrong side only")
    for name in ("RGB", "RAMDocs with misinformation", "RobustRAG, five poisoned"):
        shares = [value(result, f"{name}: {end}") for end in (*sides, "shows neither", "abstains")]
        assert sum(shares) == pytest.approx(1.0)
    assert value(result, "RobustRAG, clean: shows the right side only") == 1.0
    assert value(result, "RAMDocs, right answers shown where there are several") >= 0.5


def test_missing_files_are_left_out_and_named(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The other parts are measured."""
    data = tmp_path / "data"
    data.mkdir()
    shutil.copy(run.data / "ramdocs_test.jsonl.gz", data)
    arguments = ["conflict", "--data", str(data), "--cache", str(tmp_path / "cache"), "--json"]
    assert command.main(arguments) == 0
    shown = capsys.readouterr()
    found = json.loads(shown.out)["conflict"]
    missing = [f"{name}.jsonl.gz" for name in ("rgb_en_fact", "robustrag_realtimeqa")]
    assert found["skipped"] == [f"{name} is not in the data folder" for name in missing]
    assert all(name in shown.err for name in missing)
    assert found["figures"]
    for test in ("retrieval", "reading", "abstention", "citations"):
        options = ["--data", str(tmp_path / "none"), "--cache", str(tmp_path / "cache")]
        assert command.main([test, *options]) == 0


def test_the_report_names_the_weights_and_how_far_a_figure_is_from_its_reach() -> None:
    """Beside the figure stand others' and the aim; tests come in their order."""
    figure = {"value": 0.5, "low": 0.4, "high": 0.6, "n": 10}
    one = {
        "figures": {"Dateline, hit@1": figure, "Dateline, MRR@10": figure},
        "notes": ["Ten questions."],
        "skipped": ["x is not in the data folder"],
        "about": {"archive": "feed" * 16},
        "made_with": {"reader": "beef" * 16, "embedder": "e 1", "code": "c0de", "threshold": ".3"},
        "machine": {"cores": 2, "cpu": "a CPU", "system": "Linux", "python": "3"},
        "sample": 10,
        "seed": 0,
        "seconds": 5,
        "date": "2026-01-01",
    }
    page = report.markdown({"retrieval": one})
    assert "| 50.0 (40.0–60.0) | 10 | BM25 over whole articles, all 26,776: 41 % |" in page
    assert "| 58.0: **missed by 8.0** |" in page
    assert "Not measured: x is not in the data folder." in page
    assert "beefbeefbeef" in page
    assert "feedfeedfeed" in page


def test_saving_keeps_the_tests_that_were_not_run(tmp_path: Path, run: Run) -> None:
    """And orders them."""
    figures = {"figures": {}, "notes": [], "skipped": [], "about": {}, "sample": None, "seed": 0}
    made = {"reader": "r", "embedder": "e", "code": "c", "threshold": "0"}
    machine = {"cores": 2, "cpu": "a CPU", "system": "Linux", "python": "3"}
    whole = {**figures, "made_with": made, "machine": machine, "seconds": 1, "date": "2026-01-01"}
    report.save({"conflict": whole}, tmp_path)
    report.save({"retrieval": whole}, tmp_path)
    assert list(report.load(tmp_path / "quality.json")) == ["retrieval", "conflict"]
    page = (tmp_path / "quality.md").read_text()
    assert page.index("## Article retrieval") < page.index("## Disagreement and poison")


def test_every_aim_is_beside_a_figure_that_is_made(run: Run) -> None:
    """No name of a published figure is misspelt."""
    small = Run(run.data, run.cache, run.asker, run.finished, articles=1)
    made = set(retrieval.measure(small).figures)
    for test in (retrieval, reading, abstention, citations):
        made |= set(test.measure(run).figures)
    assert set(BESIDE) <= made


def test_the_scorer_without_a_threshold_scores_as_the_bot_does(run: Run) -> None:
    """Confidence over the bot's threshold is what the bot would have answered from."""
    with run.asker.over(tiny_data.ARTICLES) as bot:
        sure = run.asker.ask(bot, "How many ferries did Ostmark order?")
        unsure = run.asker.ask(bot, "What is the anthem of the Lindow fire brigade?")
    assert sure["confidence"] > run.asker.threshold > unsure["confidence"]
    assert metrics.states(sure["claims"][0]["short"], ["seven"])
