"""Step 4: conversations in the ledger, and what survives crashes, migration and other processes."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.archive import LEDGER_FILE, Archive
from retrieval.errors import ArchiveError
from retrieval.ledger import Conversations, Ledger, StoredTurn
from retrieval.ledger.conversations import KEPT_CONVERSATIONS, KEPT_TURNS
from retrieval.writer_lock import writer_lock
from tests import newsroom
from tests.volumes import remount

MOMENT = datetime(2023, 3, 6, 9, 30, tzinfo=UTC)

# Adds turns as fast as it can, and tells the ordinal of each once it is acknowledged.
_ADDER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from retrieval.ledger import Ledger
ledger = Ledger.open(Path(sys.argv[1]))
for number in range(int(sys.argv[3])):
    ordinal = ledger.add_turn(
        "chat:one", question=f"{sys.argv[2]} {number}", standalone="s", answer="x" * 5000,
        created=datetime.now(UTC),
    )
    print(ordinal, flush=True)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file of a new ledger, closed."""
    Ledger.open(tmp_path / LEDGER_FILE, create=True).close()
    return tmp_path / LEDGER_FILE


@pytest.fixture
def ledger(file: Path) -> Ledger:
    return Ledger.open(file)


def add(to: Conversations, conversation: str, question: str = "Why?") -> int:
    return to.add_turn(
        conversation, question=question, standalone=question, answer="{}", created=MOMENT
    )


def asked(turns: list[StoredTurn]) -> list[str]:
    return [turn.question for turn in turns]


def test_a_turn_is_read_as_it_was_added(ledger: Ledger) -> None:
    """Hand case: every field, the time in UTC whatever it was given in."""
    ordinal = ledger.add_turn(
        "slack:T1/C1/1700000.1",
        question="Why did they?",
        standalone="Why did Australia join the boycott?",
        answer='{"schema": "dateline-answer/1"}',
        created=MOMENT.astimezone(timezone(timedelta(hours=9))),
    )
    assert ordinal == 1
    (turn,) = ledger.turns("slack:T1/C1/1700000.1")
    assert turn == StoredTurn(
        conversation="slack:T1/C1/1700000.1",
        ordinal=1,
        question="Why did they?",
        standalone="Why did Australia join the boycott?",
        answer='{"schema": "dateline-answer/1"}',
        created=MOMENT,
    )
    assert turn.created.utcoffset() == timedelta(0)


def test_turns_come_oldest_first_and_only_the_last_ones(ledger: Ledger) -> None:
    """Ordinals count from 1; conversations are apart."""
    assert [add(ledger, "chat:a", f"Question {n}") for n in range(1, 6)] == [1, 2, 3, 4, 5]
    assert add(ledger, "chat:b") == 1
    assert asked(ledger.turns("chat:a", last=2)) == ["Question 4", "Question 5"]
    assert len(ledger.turns("chat:a")) == 5
    assert ledger.turns("chat:a", last=0) == ledger.turns("chat:a", last=-1) == []
    assert ledger.turns("chat:none") == []


def test_the_last_conversation_is_the_one_added_to_last(ledger: Ledger) -> None:
    """By order of adding, not by the clock; a prefix is a prefix, and no pattern."""
    assert ledger.last_conversation() is None
    for name in ("chat:a", "chat:b", "slack:x", "chat:a"):
        add(ledger, name)
    add(ledger, "slack_y")
    assert ledger.last_conversation() == "slack_y"
    assert ledger.last_conversation(prefix="chat:") == "chat:a"
    assert ledger.last_conversation(prefix="slack:") == "slack:x"
    assert ledger.last_conversation(prefix="s%") is None
    assert ledger.last_conversation(prefix="_") is None


def test_a_forgotten_conversation_is_gone(ledger: Ledger) -> None:
    """It begins anew at 1; forgetting what is not there is harmless."""
    add(ledger, "chat:a")
    add(ledger, "chat:b")
    ledger.forget_conversation("chat:b")
    ledger.forget_conversation("chat:b")
    assert ledger.turns("chat:b") == []
    assert ledger.last_conversation() == "chat:a"
    assert add(ledger, "chat:b") == 1
    assert ledger.last_conversation() == "chat:b"


def test_a_conversation_keeps_its_last_turns(ledger: Ledger) -> None:
    """Ordinals go on counting."""
    for number in range(1, KEPT_TURNS + 4):
        assert add(ledger, "chat:long", str(number)) == number
    kept = asked(ledger.turns("chat:long", last=1000))
    assert kept == [str(number) for number in range(4, KEPT_TURNS + 4)]


def test_of_each_kind_the_conversations_added_to_last_are_kept(ledger: Ledger) -> None:
    """A busy Slack workspace does not push out the chats of the terminal."""
    add(ledger, "chat:old")
    add(ledger, "5b2f")
    add(ledger, "slack:first")
    add(ledger, "slack:second")
    for number in range(KEPT_CONVERSATIONS - 2):
        add(ledger, f"slack:{number}")
    add(ledger, "slack:first")
    assert ledger.turns("slack:second")
    add(ledger, "slack:new")
    assert ledger.turns("slack:second") == []
    assert len(ledger.turns("slack:first")) == 2
    assert ledger.turns("chat:old")
    assert ledger.turns("5b2f")


@pytest.mark.parametrize("text", ["\ud800 lone", "a\0b", "", "\U0010ffff", "' OR 1=1 --"])
def test_hand_picked_texts_are_kept(ledger: Ledger, text: str) -> None:
    """Lone surrogates, which UTF-8 cannot hold, become question marks; all else is kept."""
    expected = text.replace("\ud800", "?")
    for ordinal in (1, 2):
        added = ledger.add_turn(text, question=text, standalone=text, answer=text, created=MOMENT)
        assert added == ordinal
    turn = ledger.turns(text)[0]
    assert (turn.conversation, turn.question, turn.standalone, turn.answer) == (expected,) * 4
    assert ledger.last_conversation(prefix=text) == expected
    ledger.forget_conversation(text)
    assert ledger.turns(text) == []


@given(st.lists(st.tuples(st.text(max_size=3), st.text()), max_size=12))
def test_turns_are_what_was_added(
    tmp_path_factory: pytest.TempPathFactory, turns: list[tuple[str, str]]
) -> None:
    """Any texts, in any order of conversations."""
    ledger = Ledger.open(tmp_path_factory.mktemp("any") / LEDGER_FILE, create=True)
    for conversation, question in turns:
        add(ledger, conversation, question)
    for name in {name for name, _ in turns}:
        assert asked(ledger.turns(name)) == [q for other, q in turns if other == name]
    assert ledger.last_conversation() == (turns[-1][0] if turns else None)
    ledger.close()


def test_turns_are_no_change_to_the_articles(archive: Archive) -> None:
    """The generation stays, and no writer lock is needed: somebody else may hold it."""
    before = archive.generation
    with writer_lock(archive.path):
        assert add(archive.conversations, "chat:a") == 1
        archive.conversations.forget_conversation("chat:a")
    assert archive.generation == before
    assert archive.doctor().ok


def test_two_processes_that_add_to_one_conversation_get_distinct_ordinals(file: Path) -> None:
    """Each acknowledged turn is there, under the ordinal that was told."""
    adders = [
        subprocess.Popen(
            [sys.executable, "-c", _ADDER, str(file), name, "60"], stdout=subprocess.PIPE, text=True
        )
        for name in ("left", "right")
    ]
    told = [adder.communicate(timeout=60)[0].split() for adder in adders]
    ordinals = [int(ordinal) for ordinal in told[0] + told[1]]
    assert sorted(ordinals) == list(range(1, 121))
    by_ordinal = {t.ordinal: t.question for t in Ledger.open(file).turns("chat:one", last=200)}
    assert [by_ordinal[int(o)] for o in told[0]] == [f"left {n}" for n in range(60)]
    assert [by_ordinal[int(o)] for o in told[1]] == [f"right {n}" for n in range(60)]


def test_a_turn_is_added_while_another_process_ingests(
    archive_path: Path, archive: Archive, tmp_path: Path
) -> None:
    """The other process holds the writer lock and commits article after article."""
    files = newsroom.write_many(tmp_path / "many", 60, sentences=3)
    writer = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.kill_harness", str(archive_path), str(files)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writer.stdout is not None
    added = 0
    for line in writer.stdout:
        if line.startswith("stored"):
            added += 1
            assert add(archive.conversations, "chat:a", str(added)) == added
    assert writer.wait() == 0
    assert added >= 50
    assert asked(archive.conversations.turns("chat:a", last=added)) == [
        str(number) for number in range(1, added + 1)
    ]


def test_a_kill_loses_nothing_that_was_acknowledged(file: Path) -> None:
    """kill -9 three times in the middle of adding: the turns told are there, and no gap."""
    acknowledged = 0
    for kill in range(1, 4):
        adder = subprocess.Popen(
            [sys.executable, "-c", _ADDER, str(file), str(kill), "100000"],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert adder.stdout is not None
        for _ in range(7 * kill):
            acknowledged = int(adder.stdout.readline())
        adder.send_signal(signal.SIGKILL)
        told = adder.communicate()[0].split()
        acknowledged = int(told[-1]) if told else acknowledged
        ledger = Ledger.open(file)
        ordinals = [turn.ordinal for turn in ledger.turns("chat:one", last=1000)]
        assert ordinals[-1] in {acknowledged, acknowledged + 1}
        assert ordinals == list(range(ordinals[0], ordinals[-1] + 1))
        assert ledger.check_file() == []
        ledger.close()


def test_a_read_only_archive_keeps_no_turn_and_says_so(volume: Path) -> None:
    """What was kept can be read; adding and forgetting are refused in one line."""
    ledger = Ledger.open(volume / LEDGER_FILE, create=True)
    add(ledger, "chat:a")
    ledger.close()
    remount(volume, "ro")
    ledger = Ledger.open(volume / LEDGER_FILE)
    with pytest.raises(ArchiveError, match="cannot write to the archive") as raised:
        add(ledger, "chat:a")
    assert "\n" not in str(raised.value)
    with pytest.raises(ArchiveError, match="cannot write to the archive"):
        ledger.forget_conversation("chat:a")
    assert asked(ledger.turns("chat:a")) == ["Why?"]
    ledger.close()
