"""Questions that are asked in Slack, and the answers that people see."""

from __future__ import annotations

import pytest

from bot.slack.testing import SlackServer
from bot.slack.testing.workspace import BOT_USER, DIRECT, PERSON
from tests.bot.slack.conftest import Connect
from tests.bot.slack.readers import EverySentence, Waiting

MAYOR = "Who was elected mayor of Eastmarch?"


def test_a_mention_is_answered_in_its_thread_with_citations(
    slack: SlackServer, connect: Connect
) -> None:
    """The answer is a stream: signs of life first, then the claim, its sources and buttons."""
    connect()
    asked = slack.mention(MAYOR)
    answer = slack.wait_for_reply(asked.ts)
    assert answer.markdown.startswith("**Lena Oake** [1]")
    assert "52.3 percent of the vote. [1]" in answer.markdown
    assert "Eastmarch elects a new mayor" in answer.shown
    assert "Northgate Courier, 11 Oct 2022" in answer.shown
    assert answer.tasks[0]["status"] == "in_progress"
    assert answer.tasks[-1]["status"] == "complete"
    assert answer.value_of("passages")
    assert len(slack.workspace.replies(asked.ts)) == 1
    assert slack.workspace.statuses[0]["status"] == "processing"


def test_what_the_archive_does_not_say_is_not_said(slack: SlackServer, connect: Connect) -> None:
    """An abstention is an answer too: it says why, and what was nearest."""
    connect()
    asked = slack.mention("How old is Lena Oake?")
    answer = slack.wait_for_reply(asked.ts)
    assert "does not say" in answer.shown
    assert "Nearest in the archive" in answer.shown
    assert not [e for e in answer.elements("button") if e["action_id"] == "passages"]


def test_a_message_to_the_bot_alone_is_answered(slack: SlackServer, connect: Connect) -> None:
    """Without a mention, in a thread of its own."""
    connect()
    asked = slack.direct_message(MAYOR)
    assert "Lena Oake" in slack.wait_for_reply(asked.ts).shown
    assert slack.workspace.replies(asked.ts)[0].channel == DIRECT


def test_a_thread_remembers_what_the_bot_has_said(slack: SlackServer, connect: Connect) -> None:
    """A follow-up is understood with the answer before it; another thread knows nothing of it."""
    connect()
    first = slack.mention("Who was chosen as mediator in the ferry dispute?")
    assert "Oswin Hale" in slack.wait_for_reply(first.ts).shown
    follow_up = slack.mention("What had he settled before?", thread_ts=first.ts)
    assert follow_up.acknowledged.is_set()
    assert "dock strike of 2016" in slack.wait_for_reply(first.ts, count=2).shown
    elsewhere = slack.mention("Why did he?")
    slack.wait_until(lambda: _texts(slack, elsewhere.ts))
    assert "nothing was said before" in _texts(slack, elsewhere.ts).lower()


@pytest.mark.parametrize(
    "extra",
    [
        {"bot_id": "B0000OTHER"},
        {"bot_profile": {"id": "B0000OTHER"}},
        {"user": BOT_USER},
        {"subtype": "message_changed", "hidden": True},
        {"subtype": "message_deleted", "hidden": True},
        {"edited": {"user": PERSON, "ts": "1700000000.9"}},
        {"subtype": "channel_join"},
    ],
    ids=["other bot", "its profile", "itself", "changed", "deleted", "edited", "joined"],
)
def test_what_no_person_says_is_acknowledged_and_not_answered(
    slack: SlackServer, connect: Connect, extra: dict[str, object]
) -> None:
    """Bots would talk to each other for ever; an edit is no new question."""
    connect(EverySentence())
    for tell in (slack.mention, slack.direct_message):
        asked = tell(MAYOR, **extra)
        assert (asked.acknowledged.is_set(), asked.attempts) == (True, 1)
    real = slack.mention(MAYOR)
    slack.wait_for_reply(real.ts)
    assert {message.thread for message in slack.workspace.messages} == {real.ts}


def test_without_a_mention_only_threads_are_followed_where_the_channel_wants_it(
    slack: SlackServer, connect: Connect
) -> None:
    """Not before /news follow on, never outside the bot's threads, and never in others' threads."""
    connect()
    first = slack.mention("Who was chosen as mediator in the ferry dispute?")
    slack.wait_for_reply(first.ts)
    slack.message("What had he settled before?", thread_ts=first.ts)
    assert "no mention" in slack.command("follow on").answer["text"]
    slack.message(MAYOR)
    slack.message(MAYOR, thread_ts="1600000000.000001")
    slack.message("What had he settled before?", thread_ts=first.ts)
    assert "dock strike" in slack.wait_for_reply(first.ts, count=2).shown
    assert {message.thread for message in slack.workspace.messages} == {first.ts}


def test_stop_ends_an_answer(slack: SlackServer, connect: Connect) -> None:
    """What was said stays, and nothing more comes; the event names the thread."""
    reader = Waiting()
    connect(reader)
    asked = slack.mention("What happened to the ferries at Orrel Sound?")
    assert reader.began.acquire(timeout=20)
    reader.go.release()
    slack.wait_until(lambda: slack.workspace.replies(asked.ts)[0].markdown, "a part of the answer")
    slack.stop(asked)
    reader.go.release()
    slack.wait_until(lambda: "Stopped." in _texts(slack, asked.ts), "an end")
    assert _texts(slack, asked.ts).count("[1]") == 1
    slack.wait_until(lambda: slack.workspace.statuses[-1]["status"] == "active", "the status")


def test_the_word_stop_ends_an_answer_too(slack: SlackServer, connect: Connect) -> None:
    """Where Slack shows no button. Without an answer, only who wrote it is told."""
    reader = Waiting()
    connect(reader)
    asked = slack.mention("What happened to the ferries at Orrel Sound?")
    assert reader.began.acquire(timeout=20)
    slack.mention("stop", thread_ts=asked.ts)
    reader.go.release()
    slack.wait_until(lambda: "Stopped." in _texts(slack, asked.ts), "an end")
    slack.wait_until(lambda: slack.workspace.statuses[-1]["status"] == "active", "the status")
    slack.mention("stop", thread_ts=asked.ts)
    slack.wait_until(slack.workspace.asides, "a word about it")
    assert "no answer to stop" in slack.workspace.asides()[0].shown


def test_an_error_of_ours_is_told_in_one_line_with_a_reference(
    slack: SlackServer, connect: Connect
) -> None:
    """No question ends in silence, and none in a traceback."""

    class Broken(EverySentence):
        def read(self, *_: object, **__: object):  # type: ignore[no-untyped-def]
            raise KeyError("token xoxb-secret")

    connect(Broken())
    asked = slack.mention(MAYOR)
    slack.wait_until(lambda: "Reference" in _texts(slack, asked.ts), "an apology")
    assert "Something went wrong" in _texts(slack, asked.ts)
    assert "xoxb" not in _texts(slack, asked.ts)
    assert "Traceback" not in _texts(slack, asked.ts)


def _texts(slack: SlackServer, thread: str) -> str:
    return "\n".join(message.shown for message in slack.workspace.replies(thread))
