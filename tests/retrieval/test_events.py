"""Step 4: events that several processes share, given answers, opinions and channels' settings."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval.archive import LEDGER_FILE
from retrieval.errors import ArchiveError
from retrieval.ledger import Judged, Ledger
from retrieval.ledger import events as events_module
from retrieval.ledger import opinions as opinions_module
from tests.volumes import remount

HOUR = 3_600.0


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A fresh ledger."""
    opened = Ledger.open(tmp_path / LEDGER_FILE, create=True)
    yield opened
    opened.close()


def claim(ledger: Ledger, *keys: str, owner: str = "a", seconds: float = HOUR) -> int | None:
    event = ledger.claim_event(keys, payload="what", owner=owner, seconds=seconds)
    return event.id if event else None


def test_an_event_is_claimed_once_under_any_of_its_keys(ledger: Ledger) -> None:
    """One known key is enough, and then none of the others becomes known."""
    assert claim(ledger, "one", "two") is not None
    assert claim(ledger, "one") is None
    assert claim(ledger, "three", "two") is None
    assert claim(ledger, "three") is not None


def test_a_finished_event_is_not_claimed_or_taken_over_again(ledger: Ledger) -> None:
    """It is remembered, for whatever comes late."""
    event = claim(ledger, "one", seconds=-1)
    assert event is not None
    ledger.finish_event(event)
    assert claim(ledger, "one") is None
    assert ledger.take_over_events("b", seconds=HOUR) == []


def test_what_nobody_holds_is_taken_over_in_order_with_its_note(ledger: Ledger) -> None:
    """And by one process only; what is held, is not."""
    claim(ledger, "held")
    first, second = claim(ledger, "one", seconds=-1), claim(ledger, "two", seconds=-1)
    assert first is not None
    ledger.note_event(first, "half done")
    taken = ledger.take_over_events("b", seconds=HOUR)
    assert [(e.id, e.payload, e.note, e.tries) for e in taken] == [
        (first, "what", "half done", 2),
        (second, "what", "", 2),
    ]
    assert ledger.take_over_events("c", seconds=HOUR) == []


def test_an_owner_renews_and_releases_what_it_holds(ledger: Ledger) -> None:
    """Only its own, and only what is not finished."""
    mine, done = claim(ledger, "one", seconds=-1), claim(ledger, "two", seconds=-1)
    other = claim(ledger, "three", owner="b", seconds=-1)
    assert done is not None
    ledger.finish_event(done)
    ledger.renew_events("a", seconds=HOUR)
    assert [e.id for e in ledger.take_over_events("c", seconds=HOUR)] == [other]
    ledger.release_events("a")
    assert [e.id for e in ledger.take_over_events("c", seconds=HOUR)] == [mine]


def test_owners_are_those_of_unfinished_events(ledger: Ledger) -> None:
    """Each once."""
    done = claim(ledger, "one", owner="a")
    assert done is not None
    ledger.finish_event(done)
    for key in ("two", "three"):
        claim(ledger, key, owner="b")
    assert ledger.event_owners() == ["b"]


def test_many_processes_that_claim_one_event_at_once(tmp_path: Path) -> None:
    """One of them gets it."""
    file = tmp_path / LEDGER_FILE
    Ledger.open(file, create=True).close()
    ledgers = [Ledger.open(file) for _ in range(6)]
    got: list[int | None] = []
    start = threading.Barrier(len(ledgers))

    def run(own: Ledger) -> None:
        start.wait()
        got.extend(claim(own, f"key {n}", owner=str(id(own))) for n in range(20))

    threads = [threading.Thread(target=run, args=(own,)) for own in ledgers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for own in ledgers:
        own.close()
    assert len([event for event in got if event is not None]) == 20


def test_finished_events_are_forgotten_after_a_while(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After eight days their keys are free again; what is unfinished stays."""
    done, kept = claim(ledger, "one"), claim(ledger, "two", seconds=-1)
    assert done is not None
    ledger.finish_event(done)
    later = time.time() + 9 * 24 * HOUR
    monkeypatch.setattr(events_module.time, "time", lambda: later)
    claim(ledger, "three")
    assert claim(ledger, "one") is not None
    assert kept in [event.id for event in ledger.take_over_events("b", seconds=HOUR)]


def test_an_opinion_replaces_the_same_persons_earlier_one(ledger: Ledger) -> None:
    """Of one kind; other people's, and other kinds, stand beside it."""
    ledger.keep_answer("x", "{}", place="here")
    for person, kind, text in (
        ("ada", "rating", "up"),
        ("ben", "rating", "up"),
        ("ada", "citation 1", "wrong"),
        ("ada", "rating", "down"),
    ):
        ledger.give_opinion("x", person=person, kind=kind, text=text)
    (judged,) = ledger.judged()
    assert isinstance(judged, Judged)
    assert {(o.person, o.kind, o.text) for o in judged.opinions} == {
        ("ada", "rating", "down"),
        ("ben", "rating", "up"),
        ("ada", "citation 1", "wrong"),
    }


def test_answers_are_kept_in_bounds_and_judged_ones_for_good(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest go first."""
    monkeypatch.setattr(opinions_module, "KEPT_ANSWERS", 3)
    ledger.keep_answer("judged", "j", place="here")
    ledger.give_opinion("judged", person="ada", kind="rating", text="up")
    for number in range(5):
        time.sleep(0.002)
        ledger.keep_answer(str(number), f"answer {number}", place="here")
    assert [ledger.kept_answer(str(number)) for number in range(5)] == [
        None, None, "answer 2", "answer 3", "answer 4",
    ]  # fmt: skip
    assert ledger.kept_answer("judged") == "j"


def test_a_channel_has_one_setting(ledger: Ledger) -> None:
    """The last one that was set."""
    assert ledger.channel_setting("c") is None
    ledger.set_channel("c", "1")
    ledger.set_channel("c", "2 \ud800")
    assert ledger.channel_setting("c") == "2 ?"


def test_on_a_read_only_medium_nothing_can_be_claimed(volume: Path) -> None:
    """The archive can be read there; it has no opinions."""
    Ledger.open(volume / LEDGER_FILE, create=True).close()
    remount(volume, "ro")
    ledger = Ledger.open(volume / LEDGER_FILE)
    with pytest.raises(ArchiveError, match="cannot write to the archive"):
        claim(ledger, "one")
    assert ledger.judged() == []
    ledger.close()
