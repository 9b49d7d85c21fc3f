"""`dateline search`, `list` and `show`."""

import json
from collections.abc import Callable
from pathlib import Path

from tests import newsroom
from tests.bot.command import dateline


def test_list_is_newest_first_with_id_day_outlet_and_title(
    archive_path: Path, id_of: Callable[[str], str]
) -> None:
    lines = dateline("list", "--archive", archive_path).out.splitlines()
    assert len(lines) == len(newsroom.FILES)
    newest = id_of("bridge-inquiry.md")
    assert lines[0] == f"{newest}  20 Jun 2023  Calder Echo  Inquiry into Merrowby bridge"
    assert any("no date" in line and "Brackwater Mercury" in line for line in lines)


def test_list_takes_filters_and_writes_json(archive_path: Path) -> None:
    narrow = ["--source", "calder echo", "--until", "2022-12-31"]
    ran = dateline("list", "--json", *narrow, "--archive", archive_path)
    titles = [ref["title"] for ref in json.loads(ran.out)]
    assert titles == ["Snow cuts off Upper Calder", "First light for the Fellside telescope"]
    none = dateline("list", "--source", "nobody", "--archive", archive_path)
    assert none == (0, "", "dateline: no article passes the filters\n")


def test_search_shows_the_nearest_passages(archive_path: Path, id_of: Callable[[str], str]) -> None:
    ran = dateline("search", "crack in the bridge", "-k", "2", "--archive", archive_path)
    lines = ran.out.splitlines()
    assert lines[0].startswith("1. ")
    assert f" · {id_of('bridge.txt')}:" in ran.out
    assert sum(line[:2] in {"1.", "2.", "3."} for line in lines) == 2


def test_search_in_json_gives_spans_and_ranks(archive_path: Path) -> None:
    ran = dateline("search", "telescope mirror", "--json", "-k", "1", "--archive", archive_path)
    (hit,) = json.loads(ran.out)
    assert hit["text"].startswith("The Fellside telescope")
    assert hit["end"] - hit["start"] == len(hit["text"])
    assert {"score", "similarity", "dense_rank", "lexical_rank", "article"} <= hit.keys()


def test_show_prints_the_whole_article(archive_path: Path, id_of: Callable[[str], str]) -> None:
    ran = dateline("show", id_of("snow.txt")[:6], "--archive", archive_path)
    assert ran.code == 0
    assert ran.out.splitlines()[:3] == [
        "Snow cuts off Upper Calder",
        "Calder Echo · 18 Dec 2022",
        ran.out.splitlines()[2],
    ]
    assert "Soldiers brought blankets and fuel by tractor." in ran.out


def test_show_marks_a_span_in_its_paragraph(
    archive_path: Path, id_of: Callable[[str], str]
) -> None:
    article = id_of("bridge.txt")
    held = json.loads(dateline("show", article, "--json", "--archive", archive_path).out)
    start = held["article"]["text"].index("1.5 metres")
    address = f"{article}:{start}-{start + len('1.5 metres')}"
    ran = dateline("show", address, "--archive", archive_path)
    assert "The crack is >>1.5 metres<< long." in ran.out
    assert "18,000" not in ran.out  # that is another paragraph
    cited = json.loads(dateline("show", address, "--json", "--archive", archive_path).out)
    assert cited["quote"] == "1.5 metres"


def test_show_refuses_what_is_not_there(archive_path: Path, id_of: Callable[[str], str]) -> None:
    article = id_of("bridge.txt")
    for span in ("5-5", "9-3", "0-999999999"):
        ran = dateline("show", f"{article}:{span}", "--archive", archive_path)
        assert ran.code == 2
        assert f"it has no span {span}" in ran.err
    for name in ("nosuch", f"{article}:x-y", "\x1b[31m", ""):
        ran = dateline("show", name, "--archive", archive_path)
        assert ran.code == 1
        assert "\x1b" not in ran.err
        assert ran.err.count("\n") == 1
