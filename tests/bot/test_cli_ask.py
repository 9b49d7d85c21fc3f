"""`dateline ask` on a real archive."""

import json
import re
from pathlib import Path

import pytest

from bot.answer_json import load_answer
from bot.types import Status
from tests.bot.command import dateline

QUESTION = "Who was elected mayor of Eastmarch?"
UNANSWERED = "How many medals did the chess federation of Brazil award?"
CITATION = re.compile(
    r'\[1\] ".*Lena Oake.*" — Northgate Courier, 11 Oct 2022 · ([0-9a-f]{12}):(\d+)-(\d+)'
)


def test_an_answer_ends_with_a_citation_of_the_exact_span(archive_path: Path) -> None:
    """The printed address leads, through `show`, to the printed quotation."""
    ran = dateline("ask", QUESTION, "--archive", archive_path, "--quotes", "full")
    assert (ran.code, ran.err) == (0, "")
    cited = next(filter(None, map(CITATION.fullmatch, ran.out.splitlines())))
    address = f"{cited[1]}:{cited[2]}-{cited[3]}"
    shown = json.loads(dateline("show", address, "--json", "--archive", archive_path).out)
    assert f'"{" ".join(shown["quote"].split())}"' in ran.out
    assert "\x1b" not in ran.out


def test_an_abstention_is_10(archive_path: Path) -> None:
    ran = dateline("ask", UNANSWERED, "--archive", archive_path)
    assert (ran.code, ran.err) == (10, "")
    assert '"' not in ran.out.splitlines()[0]


def test_json_is_a_saved_answer(archive_path: Path) -> None:
    ran = dateline("ask", QUESTION, "--archive", archive_path, "--format", "json")
    answer = load_answer(ran.out)
    assert answer.status is Status.ANSWERED
    assert ran.out.isascii()


def test_ndjson_is_an_event_a_line_and_ends_with_the_answer(archive_path: Path) -> None:
    ran = dateline("ask", QUESTION, "--archive", archive_path, "--format", "ndjson")
    events = [json.loads(line) for line in ran.out.splitlines()]
    names = [event["event"] for event in events]
    assert names[0] == "status"
    assert names[-1] == "final"
    assert names.index("citation") < names.index("text")
    answer = load_answer(json.dumps(events[-1]["answer"]))
    assert events[names.index("citation")]["citation"]["quote"] == answer.citations[0].quote


def test_markdown(archive_path: Path) -> None:
    ran = dateline("ask", QUESTION, "--archive", archive_path, "--format", "md")
    assert ran.code == 0
    assert re.search(r"^\[1\] \".* · `[0-9a-f]{12}:\d+-\d+`$", ran.out, re.MULTILINE)


def test_filters_narrow_the_question(archive_path: Path) -> None:
    ran = dateline("ask", QUESTION, "--archive", archive_path, "--since", "2023-01-01")
    assert ran.code == 10
    assert "filters" in ran.out
    narrow = ["--source", "northgate courier", "--until", "2022-12-31"]
    ran = dateline("ask", QUESTION, "--archive", archive_path, *narrow)
    assert ran.code == 0


@pytest.mark.parametrize(
    "options",
    [
        *[["--since", "yesterday"], ["--until", "2022-13-01"]],
        ["--since", "2023-01-01", "--until", "2022-01-01"],
    ],
)
def test_dates_that_make_no_sense_are_wrong_usage(options: list[str], archive_path: Path) -> None:
    ran = dateline("ask", QUESTION, "--archive", archive_path, *options)
    assert ran.code == 2
    assert ran.err.count("\n") == 1


def test_the_question_may_come_from_standard_input(archive_path: Path) -> None:
    asked = QUESTION.encode() + b"\n"
    ran = dateline("ask", "-", "--archive", archive_path, "--quotes", "none", stdin=asked)
    assert ran.code == 0
    assert "Lena Oake" in ran.out


@pytest.mark.parametrize(
    "asked",
    [
        f"\x1b]0;owned\x07{QUESTION}",
        QUESTION.replace(" ", "\x00 \u202e"),
        QUESTION + "\udcff\ud800",
        QUESTION.replace(" ", "\n"),
    ],
)
def test_what_a_question_carries_along_is_dropped(asked: str, archive_path: Path) -> None:
    ran = dateline("ask", asked, "--archive", archive_path, "--format", "json")
    assert ran.code in {0, 10}
    assert re.fullmatch(r"[ -~\n]*", ran.out)
    assert re.fullmatch(r"[ -~]*", json.loads(ran.out)["question"])


def test_bytes_that_are_no_text_are_survived(archive_path: Path) -> None:
    ran = dateline("ask", "-", "--archive", archive_path, stdin=b"\xff\xfe\x00who\xc3?")
    assert ran.code in {0, 10}


@pytest.mark.parametrize("size", [100_000, 3_000_000])
def test_a_question_that_is_too_long_is_refused(size: int, archive_path: Path) -> None:
    ran = dateline("ask", "-", "--archive", archive_path, stdin=b"why " * (size // 4))
    assert ran.code == 2
    assert re.fullmatch(r"dateline: the question has [\d,]+ characters: .*\n", ran.err)


def test_a_trace_goes_to_stderr(archive_path: Path) -> None:
    ran = dateline("ask", QUESTION, "--archive", archive_path, "--trace", "-k", "3")
    plain = dateline("ask", QUESTION, "--archive", archive_path, "-k", "3")
    assert ran.out == plain.out
    lines = ran.err.splitlines()
    assert lines[0].startswith("answered, reader extractive/")
    assert lines[1] == "read 3 passages"
    assert lines[2].split() == ["#", "score", "cosine", "dense", "lexical", "passage", "article"]
    assert re.match(
        r" 1  (?:0\.\d{4}|1\.0000) +\S+ +[\d-]+ +[\d-]+  [0-9a-f]{12}:\d+-\d+ +\S", lines[3]
    )
    assert len(lines) == 7
    assert lines[-1].startswith("milliseconds: ")
    assert "total" in lines[-1]


def test_an_empty_archive_says_so(tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    assert dateline("ingest", tmp_path / "nothing", "--archive", tmp_path / "archive").code in {
        0,
        1,
    }
    ran = dateline("ask", QUESTION, "--archive", tmp_path / "archive")
    assert ran.code == 10
    assert "the archive is empty; add articles with: dateline ingest FOLDER" in ran.err
