"""Step 4: the ledger, on a real SQLite file."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from retrieval.errors import ArchiveError, ArticleNotFoundError
from retrieval.ledger import Ledger
from retrieval.types import Filters
from tests.revisions import new_revision
from tests.volumes import remount

FIRST = "The bridge was closed. Nobody was hurt."
SECOND = "The bridge was closed on Tuesday. Two people were hurt. Repairs began."


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger.open(tmp_path / "ledger.sqlite3", create=True)
    yield opened
    opened.close()


def rows(ledger: Ledger, table: str) -> int:
    with sqlite3.connect(ledger.path) as db:
        count = db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
    db.close()
    return int(count)


def found(ledger: Ledger, word: str) -> list[str]:
    hits = ledger.match(f'"{word}"', Filters(), 10)
    passages = ledger.passages([i for i, _ in hits])
    return [passages[i].article_id for i, _ in hits]


def test_an_article_comes_back_as_it_was_stored(ledger: Ledger) -> None:
    """Text, title, outlet and date, with its own UTC offset, come back equal."""
    text = "Sie sagte: „Über’s Meer!“ 👩‍👩‍👧 e\u0301 \u202eabc\u202c\u2028\tend."
    when = datetime(2023, 5, 2, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
    new = new_revision("a", text, title="Ein Titel", source="Bote", published=when)
    ledger.put([new])
    article = ledger.article(new.id)
    assert article.text == text
    assert (article.ref.title, article.ref.source) == ("Ein Titel", "Bote")
    assert article.ref.published == when
    assert article.ref.published.utcoffset() == timedelta(hours=-5)
    assert (article.id, article.ref.revision) == (new.id, 1)


def test_earlier_revisions_stay_readable(ledger: Ledger) -> None:
    """A changed article has a new revision; citations of the old one still resolve."""
    ledger.put([new_revision("a", FIRST)])
    new = new_revision("a", SECOND, revision=2)
    ledger.put([new])
    assert ledger.article(new.id).text == SECOND
    assert ledger.article(new.id, 1).text == FIRST
    assert ledger.article(new.id, 2).text == SECOND
    assert [ref.revision for ref in ledger.articles()] == [2]


def test_only_the_current_revision_is_searched(ledger: Ledger) -> None:
    """Passages, vectors and lexical rows of an old revision go when the new one is stored."""
    ledger.put([new_revision("a", FIRST)])
    (old,) = ledger.passage_ids()
    new = new_revision("a", SECOND, revision=2)
    ledger.put([new])
    (current,) = ledger.passage_ids()
    assert current > old
    assert found(ledger, "nobody") == []
    assert found(ledger, "repairs") == [new.id]
    assert [i for i, _ in ledger.vector_rows()] == [current]
    assert ledger.dead_passages() == [old]
    assert rows(ledger, "vector") == rows(ledger, "passage") == ledger.lexical_rows() == 1


def test_passage_ids_are_never_used_again(ledger: Ledger) -> None:
    """Even when the newest passage is removed, the next gets a greater id."""
    ledger.put([new_revision("a", FIRST)])
    (first,) = ledger.passage_ids()
    ledger.remove(new_revision("a", FIRST).id)
    ledger.put([new_revision("b", FIRST)])
    assert ledger.passage_ids() > [first]


def test_removing_deletes_everything_of_an_article(ledger: Ledger) -> None:
    """No revision, passage, vector or lexical row is left, and another article is untouched."""
    kept, gone = new_revision("kept", FIRST), new_revision("gone", FIRST)
    ledger.put([kept, gone])
    ledger.put([new_revision("gone", SECOND, revision=2)])
    ledger.remove(gone.id)
    with pytest.raises(ArticleNotFoundError):
        ledger.article(gone.id)
    with pytest.raises(ArticleNotFoundError):
        ledger.article(gone.id, 1)
    assert found(ledger, "repairs") == []
    assert found(ledger, "nobody") == [kept.id]
    for table in ("article", "revision", "passage", "vector", "lexical_docsize"):
        assert rows(ledger, table) == 1, table
    assert SECOND.encode() not in b"".join(
        bytes(row[0], "utf-8") for row in ledger._all("SELECT text FROM revision")
    )


def test_the_generation_moves_with_every_change(ledger: Ledger) -> None:
    """Storing, replacing passages and removing each raise it; reading does not."""
    new = new_revision("a", FIRST)
    seen = [ledger.generation]
    ledger.put([new])
    seen.append(ledger.generation)
    ledger.articles()
    assert ledger.generation == seen[-1]
    ledger.replace_passages(ledger.article(new.id), new.passages, new.vectors)
    seen.append(ledger.generation)
    ledger.remove(new.id)
    seen.append(ledger.generation)
    assert seen == sorted(set(seen))


def test_a_batch_is_stored_whole_or_not_at_all(ledger: Ledger) -> None:
    """When one article of a batch cannot be stored, none is, and the ledger goes on working."""
    good = new_revision("good", FIRST)
    ledger.put([good])
    again = new_revision("good", SECOND)  # revision 1 is there: its key is taken
    with pytest.raises(ArchiveError):
        ledger.put([new_revision("other", SECOND), again])
    assert [ref.id for ref in ledger.articles()] == [good.id]
    assert ledger.article(good.id).text == FIRST
    assert found(ledger, "nobody") == [good.id]
    ledger.put([new_revision("third", SECOND)])
    assert ledger.counts() == (2, 2)


def test_foreign_keys_are_enforced(ledger: Ledger) -> None:
    """A passage of no revision and a vector of no passage cannot be stored."""
    with pytest.raises(ArchiveError), ledger._transaction() as db:
        db.execute("INSERT INTO passage VALUES (NULL, 'none', 1, 0, 0, 5, '[[0, 5]]')")
    with pytest.raises(ArchiveError), ledger._transaction() as db:
        db.execute("INSERT INTO vector VALUES (99, x'00')")
    assert ledger.counts() == (0, 0)


def on(day: int, hour: int = 12, offset: int = 0) -> datetime:
    return datetime(2023, 5, day, hour, tzinfo=timezone(timedelta(hours=offset)))


@pytest.fixture
def dated(ledger: Ledger) -> Ledger:
    """Articles `one` to `three` on 1 to 3 May, and an undated one."""
    ledger.put(
        [
            new_revision("one", FIRST, published=on(1), source="Harbour Wire"),
            new_revision("two", FIRST, published=on(2, 23, -5), source="Ärzte-Bote"),
            new_revision("three", FIRST, published=on(3), source="Calder Echo"),
            new_revision("undated", FIRST, source="Harbour Wire"),
        ]
    )
    return ledger


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(), {"one", "two", "three", "undated"}),
        (Filters(since=date(2023, 5, 2)), {"two", "three"}),
        (Filters(until=date(2023, 5, 2)), {"one", "two"}),
        (Filters(since=date(2023, 5, 2), until=date(2023, 5, 2)), {"two"}),
        (Filters(sources=("harbour wire",)), {"one", "undated"}),
        (Filters(sources=("HARBOUR WIRE", "Calder Echo")), {"one", "three", "undated"}),
        (Filters(sources=("ärzte-BOTE",)), {"two"}),
        (Filters(since=date(2023, 5, 2), sources=("Harbour Wire",)), set()),
        (Filters(sources=("' OR 1 = 1 --",)), set()),
        (Filters(sources=("\ud800", "\0")), set()),
    ],
)
def test_filters_select_articles_passages_vectors_and_matches(
    dated: Ledger, filters: Filters, expected: set[str]
) -> None:
    """Days are inclusive and the outlet's own; outlets are compared without case in any script."""
    names = {new_revision(name, FIRST).id: name for name in ("one", "two", "three", "undated")}

    def named(ids: list[int]) -> set[str]:
        return {names[passage.article_id] for passage in dated.passages(ids).values()}

    assert {names[ref.id] for ref in dated.articles(filters)} == expected
    assert named(dated.passage_ids(filters)) == expected
    assert named([i for i, _ in dated.vector_rows(filters)]) == expected
    assert named([i for i, _ in dated.match('"bridge"', filters, 10)]) == expected


def test_articles_are_listed_newest_first_and_undated_last(dated: Ledger) -> None:
    """The order of `list`."""
    ids = [new_revision(name, FIRST).id for name in ("three", "two", "one", "undated")]
    assert [ref.id for ref in dated.articles()] == ids


def test_coverage_is_the_days_and_outlets_held(dated: Ledger) -> None:
    """First and last day, and outlets by name; undated articles do not count as days."""
    first, last, sources = dated.coverage()
    assert (first, last) == (date(2023, 5, 1).toordinal(), date(2023, 5, 3).toordinal())
    assert sources == ["Calder Echo", "Harbour Wire", "Ärzte-Bote"]


def test_more_ids_can_be_asked_for_than_sqlite_takes_in_one_statement(ledger: Ledger) -> None:
    """A list of 3,000 ids is looked up in pieces."""
    new = new_revision("a", FIRST)
    ledger.put([new])
    assert list(ledger.passages(range(3000))) == ledger.passage_ids()
    assert list(ledger.vectors(range(3000))) == ledger.passage_ids()


def test_another_connection_sees_what_is_committed(ledger: Ledger) -> None:
    """A second connection reads the new generation at once."""
    other = Ledger.open(ledger.path)
    before = other.generation
    ledger.put([new_revision("a", FIRST)])
    assert other.generation > before
    assert len(other.articles()) == 1
    other.close()


def test_closing_twice_is_harmless(ledger: Ledger) -> None:
    """As a context manager inside another does."""
    ledger.close()
    ledger.close()


def test_a_closed_ledger_says_so(ledger: Ledger) -> None:
    """Use after closing is an `ArchiveError`, not an error of sqlite3."""
    ledger.close()
    with pytest.raises(ArchiveError, match="closed"):
        ledger.articles()
    with pytest.raises(ArchiveError, match="closed"):
        ledger.set_meta(x="1")


def test_a_damaged_page_is_reported_not_read_as_nothing(ledger: Ledger) -> None:
    """Overwriting pages of the file gives an `ArchiveError` or a finding of the check."""
    ledger.put([new_revision(f"k{n}", f"{FIRST} {n}. " + "More text. " * 200) for n in range(30)])
    ledger.close()
    size = ledger.path.stat().st_size
    with ledger.path.open("r+b") as file:
        file.seek(size // 2)
        file.write(b"\xa5" * (size // 4))
    try:
        damaged = Ledger.open(ledger.path)
        assert damaged.check_file()
        damaged.close()
    except ArchiveError as error:
        assert "\n" not in str(error)


def test_on_a_read_only_mount_it_opens_read_only(volume: Path) -> None:
    """An archive on a read-only medium can be read; writing says in one line that it cannot."""
    ledger = Ledger.open(volume / "ledger.sqlite3", create=True)
    new = new_revision("a", FIRST)
    ledger.put([new])
    ledger.close()
    remount(volume, "ro")
    ledger = Ledger.open(volume / "ledger.sqlite3")
    assert ledger.article(new.id).text == FIRST
    assert found(ledger, "bridge") == [new.id]
    with pytest.raises(ArchiveError, match="cannot write to the archive"):
        ledger.put([new_revision("b", SECOND)])
    ledger.close()


def test_on_a_read_only_mount_a_left_wal_is_read(volume: Path) -> None:
    """What a killed process had committed is read though the medium is read-only by now."""
    file = volume / "ledger.sqlite3"
    script = (
        "import os, signal, sys; from pathlib import Path; from retrieval.ledger import Ledger\n"
        "from tests.revisions import new_revision\n"
        "ledger = Ledger.open(Path(sys.argv[1]), create=True)\n"
        f"ledger.put([new_revision('a', {FIRST!r})])\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", script, str(file)], check=False)
    assert Path(f"{file}-wal").stat().st_size
    remount(volume, "ro")
    ledger = Ledger.open(file)
    assert ledger.article(new_revision("a", FIRST).id).text == FIRST
    ledger.close()
    remount(volume, "rw")
    Path(f"{file}-shm").unlink()
    remount(volume, "ro")
    with pytest.raises(ArchiveError):  # without its index the WAL cannot be read: do not drop it
        Ledger.open(file)


def test_times_of_ingest_are_aware(ledger: Ledger) -> None:
    """When an article was ingested is a moment in UTC."""
    new = new_revision("a", FIRST)
    ledger.put([new])
    assert ledger.article(new.id).ingested.tzinfo is not None
    assert abs(ledger.article(new.id).ingested - datetime.now(UTC)) < timedelta(minutes=5)


def test_passages_around_a_span_share_text_with_it(ledger: Ledger) -> None:
    """Hand case: three passages; a span in one, over two, between two, and past the end."""
    text = "\n\n".join(f"{name} " * 140 + "ended." for name in ("Alpha", "Bravo", "Delta"))
    new = new_revision("a", text)
    ledger.put([new])
    stored = sorted(ledger.passages(ledger.passage_ids()).values(), key=lambda p: p.ordinal)
    first, second, third = stored
    assert ledger.passages_around(new.id, 1, second.start + 3, second.start + 9) == [second]
    assert ledger.passages_around(new.id, 1, first.end - 1, second.start + 1) == [first, second]
    assert ledger.passages_around(new.id, 1, first.end, second.start) == []
    assert ledger.passages_around(new.id, 1, third.end, third.end + 50) == []
    assert ledger.passages_around(new.id, 1, 0, len(text)) == stored


def test_there_are_no_passages_around_a_span_of_an_old_revision(ledger: Ledger) -> None:
    """Its text is kept, and its passages are not: nothing is to be quoted from it anew."""
    new = new_revision("a", FIRST)
    ledger.put([new])
    assert ledger.passages_around(new.id, 1, 0, 5)
    ledger.put([new_revision("a", SECOND, revision=2)])
    assert ledger.passages_around(new.id, 1, 0, 5) == []
    assert ledger.passages_around(new.id, 2, 0, 5)
    assert ledger.passages_around("unknown", 1, 0, 5) == []
