"""Every question is answered once: whatever Slack delivers twice, and whatever breaks."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

from bot.slack.pool import Pool
from bot.slack.routing import Ask
from bot.slack.store import Claims
from bot.slack.testing import Delivery, Fault, SlackServer, people
from bot.testing import ModelServer, Request, Says, sentences_in
from retrieval.archive import Archive
from tests.bot.command import ROOT, environment
from tests.bot.slack.conftest import Connect
from tests.bot.slack.readers import EverySentence, Waiting

MAYOR = "Who was elected mayor of Eastmarch?"
FERRIES = "What happened to the ferries at Orrel Sound?"


def _execute(file: Path, sql: str) -> None:
    db = sqlite3.connect(file)
    db.execute(sql)
    db.close()


def test_the_same_event_twice_is_answered_once(slack: SlackServer, connect: Connect) -> None:
    """Also while it is being answered, and long after."""
    reader = Waiting(most=1)
    connect(reader)
    asked = slack.mention(MAYOR)
    slack.redeliver(asked)
    reader.go.release()
    slack.wait_for_reply(asked.ts)
    slack.redeliver(asked)
    time.sleep(0.2)
    assert len(slack.workspace.replies(asked.ts)) == len(reader.asked) == 1


def test_a_storm_of_redeliveries_gets_one_reply_and_all_are_acknowledged(
    slack: SlackServer, connect: Connect
) -> None:
    """Thirty at once, from several threads."""
    reader = EverySentence(most=1)
    connect(reader)
    asked = slack.mention(MAYOR)
    again = [Delivery("events_api", asked.payload, asked.ts) for _ in range(30)]
    threads = [threading.Thread(target=slack.sockets.send, args=(each, 1)) for each in again]
    for thread in threads:
        thread.start()
    assert all(each.acknowledged.wait(10) for each in again)
    slack.wait_for_reply(asked.ts)
    time.sleep(0.2)
    assert len(slack.workspace.replies(asked.ts)) == 1


def test_a_message_that_comes_as_two_events_is_answered_once(
    slack: SlackServer, connect: Connect
) -> None:
    """In a thread of the bot a mention arrives as app_mention and as message, with other ids."""
    connect(EverySentence(most=1))
    first = slack.mention(MAYOR)
    slack.wait_for_reply(first.ts)
    slack.command("follow on")
    mention = slack.mention(MAYOR, thread_ts=first.ts)
    text = mention.payload["event"]["text"]
    slack.deliver(people.message(text, mention.ts, thread_ts=first.ts))
    slack.deliver(people.message("the same, without the mention", mention.ts, thread_ts=first.ts))
    slack.wait_for_reply(first.ts, count=2)
    time.sleep(0.2)
    assert len(slack.workspace.replies(first.ts)) == 2


def test_a_question_is_on_disk_before_it_is_acknowledged(
    slack: SlackServer, connect: Connect, archive: Archive
) -> None:
    """What cannot be claimed is not acknowledged, and is answered when Slack delivers it again."""
    slack.sockets.ack_seconds = 0.5
    connect(EverySentence(most=1))
    asked = Delivery("events_api", people.mention(MAYOR, slack.workspace.new_ts()))
    file = archive.path / "ledger.sqlite3"
    _execute(file, "ALTER TABLE claimed_key RENAME TO away")
    slack.sockets.send(asked)
    assert not asked.acknowledged.wait(0.5)
    _execute(file, "ALTER TABLE away RENAME TO claimed_key")
    ts = asked.payload["event"]["ts"]
    slack.sockets.deliver(asked)
    assert asked.acknowledged.is_set()
    slack.wait_for_reply(ts)
    assert len(slack.workspace.replies(ts)) == 1


def test_seven_slow_answers_hold_up_no_acknowledgement(
    slack: SlackServer, connect: Connect
) -> None:
    """A command is acknowledged within a second; the eighth question is told how long it waits."""
    reader = Waiting(most=1)
    connect(reader, workers=7)
    asked = [slack.mention(FERRIES) for _ in range(7)]
    assert all(reader.began.acquire(timeout=20) for _ in asked)
    command = slack.command(MAYOR)
    assert command.acknowledged.is_set()
    assert command.seconds is not None
    assert command.seconds < 1
    assert "1 question is answered before it" in command.answer["text"]
    eighth = slack.mention(MAYOR)
    slack.wait_until(slack.workspace.asides, "a word about the queue")
    assert "2 questions are answered before it" in slack.workspace.asides()[0].shown
    assert slack.press("passages", "none").seconds < 1  # type: ignore[operator]
    reader.go.release(20)
    for each in (*asked, eighth):
        slack.wait_for_reply(each.ts)


def test_a_lost_connection_is_made_again(slack: SlackServer, connect: Connect) -> None:
    """After Slack's own request, and after a connection that broke off."""
    connect(EverySentence(most=1))
    slack.wait_for_reply(slack.mention(MAYOR).ts)
    slack.sockets.refresh()
    assert slack.sockets.wait_opened(2)
    slack.wait_for_reply(slack.mention(MAYOR).ts)
    slack.sockets.ack_seconds = 0.5
    slack.sockets.cut()
    assert slack.sockets.wait_opened(3, seconds=20)
    slack.wait_for_reply(slack.mention(MAYOR).ts)


def test_a_restart_in_the_middle_of_an_answer(slack: SlackServer, connect: Connect) -> None:
    """The half answer goes, and the question is answered whole, once, by whoever comes next."""
    reader = Waiting()
    first = connect(reader, claim_seconds=0.6)
    asked = slack.mention(FERRIES)
    assert reader.began.acquire(timeout=20)
    reader.go.release()
    slack.wait_until(lambda: slack.workspace.replies(asked.ts)[0].markdown, "a part")
    half = slack.workspace.replies(asked.ts)[0]
    first.answering._closing.set()  # its process would be dead: nothing is renewed
    slack.fail("chat.appendStream", Fault(error="dead", times=99))
    slack.fail("chat.stopStream", Fault(error="dead", times=1))
    connect(EverySentence(most=2), claim_seconds=1.2)
    whole = slack.wait_for_reply(asked.ts)
    assert half in slack.workspace.deleted
    assert slack.workspace.replies(asked.ts) == [whole]
    reader.go.release(9)


def test_a_process_that_is_killed_in_the_middle_of_an_answer(
    slack: SlackServer, archive_path: Path, tmp_path: Path
) -> None:
    """kill -9 while a model's answer streams: the next process removes it and answers, at once."""

    def slow_at_first(request: Request) -> Says:
        said = sentences_in(request)
        text = "\n\n".join([f"{said[1]} [1]", f"{said[2]} [2]"] * 4)
        return Says(text, delay=0.05 if request.number == 1 else 0.0)

    with ModelServer(slow_at_first) as model:
        variables = environment(
            HOME=str(tmp_path),
            SLACK_BOT_TOKEN=slack.bot_token,
            SLACK_APP_TOKEN=slack.app_token,
            DATELINE_SLACK_URL=slack.url,
            DATELINE_BASE_URL=model.base_url,
            DATELINE_READER="model",
        )
        command = [sys.executable, "-m", "bot", "slack", "run", "--archive", str(archive_path)]
        first = subprocess.Popen(command, env=variables, cwd=ROOT, stderr=subprocess.DEVNULL)
        assert slack.sockets.wait(1, seconds=60)
        asked = slack.mention(MAYOR)
        try:
            slack.wait_until(lambda: _shown(slack, asked.ts), "a part of the answer")
        finally:
            first.kill()
            first.wait()
        (half,) = slack.workspace.replies(asked.ts)
        assert half.streaming
        second = subprocess.Popen(command, env=variables, cwd=ROOT, stderr=subprocess.DEVNULL)
        try:
            whole = slack.wait_for_reply(asked.ts)
        finally:
            second.terminate()
            assert second.wait(20) == 0
    assert slack.workspace.replies(asked.ts) == [whole]
    assert half in slack.workspace.deleted
    assert whole.shown.count("Lena Oake") >= 2


def _shown(slack: SlackServer, thread: str) -> list[str]:
    return [m.markdown for m in slack.workspace.replies(thread) if m.markdown]


def test_a_question_that_kills_its_process_each_time_is_given_up(archive: Archive) -> None:
    """The fourth time it is taken up, it is told that it failed."""
    ask = Ask("T", "C", "U", MAYOR, keys=("event:1",), thread="1.0")
    claims = Claims(archive.events, seconds=0.0)
    assert claims.claim(ask)
    assert claims.claim(ask) is None
    taken = [claims.take_over()[0] for _ in range(3)]
    assert [claim.last_try for claim in taken] == [False, False, True]
    assert taken[0].ask == ask
    claims.finish(taken[-1])
    assert claims.take_over() == []


def test_two_processes_on_one_archive_answer_each_question_once(
    slack: SlackServer, archive_path: Path, tmp_path: Path
) -> None:
    """Slack delivers to either, and again to the other; killing one loses nothing."""
    variables = environment(
        HOME=str(tmp_path),
        SLACK_BOT_TOKEN=slack.bot_token,
        SLACK_APP_TOKEN=slack.app_token,
        DATELINE_SLACK_URL=slack.url.rstrip("/"),
        DATELINE_SLACK_CHANNEL_RATE="1000",
        DATELINE_SLACK_PERSON_RATE="1000",
    )
    command = [sys.executable, "-m", "bot", "slack", "run", "--archive", str(archive_path)]
    both = [
        subprocess.Popen(command, env=variables, cwd=ROOT, stderr=subprocess.PIPE) for _ in range(2)
    ]
    try:
        assert slack.sockets.wait(2, seconds=60)
        asked = [slack.mention(MAYOR) for _ in range(12)]
        for each in asked:
            slack.redeliver(each, times=2)
        for each in asked:
            slack.wait_for_reply(each.ts)
        os.kill(both[0].pid, signal.SIGTERM)
        assert both[0].wait(20) == 0
        slack.sockets.ack_seconds = 0.5
        last = slack.mention(MAYOR)
        slack.wait_for_reply(last.ts)
        replies = [len(slack.workspace.replies(each.ts)) for each in (*asked, last)]
        assert replies == [1] * 13
    finally:
        for process in both:
            process.kill()
            errors = process.stderr.read().decode() if process.stderr else ""
            process.wait()
            assert "Traceback" not in errors, errors
            assert "xoxb" not in errors


def test_a_queue_keeps_the_order_of_a_conversation() -> None:
    """Jobs of one turn run one after another, others side by side; `put` tells the place."""
    done: list[str] = []
    begun, go = threading.Semaphore(0), threading.Semaphore(0)

    def work(job: str) -> None:
        begun.release()
        assert go.acquire(timeout=10)
        done.append(job)

    pool = Pool(work, turn=lambda job: job[0], workers=2)
    assert pool.put("a1") == 0
    assert begun.acquire(timeout=5)
    assert pool.put("a2") == 1
    assert pool.put("b1") == 0
    assert begun.acquire(timeout=5)
    assert pool.put("c1") == 2
    go.release(4)
    assert all(begun.acquire(timeout=5) for _ in range(2))
    assert pool.close()
    assert done.index("a1") < done.index("a2")
    assert sorted(done) == ["a1", "a2", "b1", "c1"]
