"""`dateline ingest`: what was done is said, and what failed has a reason."""

import json
from pathlib import Path

from tests import newsroom
from tests.bot.command import dateline

COUNT = len(newsroom.FILES)


def summary(added: int = 0, changed: int = 0, unchanged: int = 0, removed: int = 0) -> list[str]:
    counts = {"added": added, "changed": changed, "unchanged": unchanged, "removed": removed}
    return [f"{name:<9} {count:>6}" for name, count in counts.items()]


def starts(lines: list[str], expected: list[str]) -> bool:
    return len(lines) >= len(expected) and all(map(str.startswith, lines, expected))


def test_articles_are_added_changed_kept_and_removed(tmp_path: Path, articles: Path) -> None:
    """The four things that can happen to an article, over three runs; the archive is made."""
    command = ["ingest", articles, "--archive", tmp_path / "archive"]
    first = dateline(*command)
    assert (first.code, first.err) == (0, "")
    assert first.out.splitlines() == [*summary(added=COUNT), "failed         0"]

    bridge = articles / "bridge.txt"
    bridge.write_text(bridge.read_text().replace("eleven weeks", "twelve weeks"))
    (articles / "snow.txt").unlink()
    second = dateline(*command)
    assert starts(second.out.splitlines(), summary(changed=1, unchanged=COUNT - 2))

    third = dateline(*command, "--prune")
    assert starts(third.out.splitlines(), summary(unchanged=COUNT - 1, removed=1))
    assert len(dateline("list", "--archive", tmp_path / "archive").out.splitlines()) == COUNT - 1


def test_a_failure_has_a_reason_and_the_rest_is_ingested(tmp_path: Path, articles: Path) -> None:
    (articles / "empty.txt").write_text("")
    ran = dateline("ingest", articles, tmp_path / "gone.txt", "--archive", tmp_path / "archive")
    assert ran.code == 1
    assert starts(ran.out.splitlines(), [*summary(added=COUNT), "failed         2"])
    reasons = ran.out.splitlines()[5:]
    assert len(reasons) == 2
    assert any("empty.txt: " in line for line in reasons)
    assert any("gone.txt: " in line for line in reasons)


def test_a_dry_run_leaves_nothing_behind(tmp_path: Path, articles: Path) -> None:
    ran = dateline("ingest", articles, "--dry-run", "--archive", tmp_path / "archive")
    assert ran.out.splitlines()[:2] == ["dry run: nothing was changed", summary(added=COUNT)[0]]
    assert not (tmp_path / "archive").exists()


def test_a_dry_run_on_an_archive_changes_nothing(archive_path: Path, articles: Path) -> None:
    (articles / "more.txt").write_text(
        "Title: More\n\nSome more news of the day arrived at noon.\n"
    )
    ran = dateline("ingest", articles, "--dry-run", "--json", "--archive", archive_path)
    report = json.loads(ran.out)
    assert report["dry_run"] is True
    assert report["added"]
    assert len(dateline("list", "--archive", archive_path).out.splitlines()) == COUNT


def test_json_reports_every_id(tmp_path: Path, articles: Path) -> None:
    ran = dateline("ingest", articles, "--json", "--archive", tmp_path / "archive")
    report = json.loads(ran.out)
    assert ran.code == 0
    assert len(set(report["added"])) == COUNT
    assert report["failed"] == []


def test_standard_input_is_read(tmp_path: Path) -> None:
    article = b"Title: Lock gate jams\n\nThe lock gate at Astbury jammed on Friday morning.\n"
    ran = dateline("ingest", "-", "--archive", tmp_path / "archive", stdin=article)
    assert ran.code == 0
    assert "Lock gate jams" in dateline("list", "--archive", tmp_path / "archive").out


def test_hostile_file_names_do_not_reach_the_terminal(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a\x1b[31m\u202eb.txt").write_text("")
    ran = dateline("ingest", folder, "--archive", tmp_path / "archive")
    assert ran.code == 1
    assert not set(ran.out + ran.err) & {"\x1b", "\u202e"}
