"""A reply that is written while it is made, on a Slack that goes wrong."""

from __future__ import annotations

import time

import pytest

from bot.slack import limits
from bot.slack.blocks import rating
from bot.slack.client import make_client
from bot.slack.routing import Ask
from bot.slack.stream import ThreadReply
from bot.slack.testing import Fault, Message, SlackServer
from bot.slack.testing.workspace import CHANNEL, PERSON, TEAM
from bot.slack.thread import Thread
from retrieval.archive import Archive
from tests.bot.slack.conftest import Connect
from tests.bot.slack.readers import EverySentence, Waiting

MAYOR = "Who was elected mayor of Eastmarch?"
FERRIES = "What happened to the ferries at Orrel Sound?"


@pytest.fixture
def reply(slack: SlackServer) -> ThreadReply:
    """A reply in a thread of its own, with nothing written."""
    ask = Ask(TEAM, CHANNEL, PERSON, "?", keys=("k",), thread="1.0")
    return ThreadReply(Thread(make_client(slack.bot_token, url=slack.url), ask))


def only(slack: SlackServer) -> Message:
    (message,) = slack.workspace.replies("1.0")
    return message


def test_what_is_written_shows_within_a_second(slack: SlackServer, reply: ThreadReply) -> None:
    """Though nothing else is written, and in one call for all that was."""
    reply.stage("Searching")
    reply.write("One. ")
    reply.write("Two. ")
    slack.wait_until(lambda: only(slack).markdown == "One. Two. ")
    assert only(slack).appends == 1
    assert only(slack).streaming
    reply.finish([rating("a")])
    assert (only(slack).markdown, only(slack).streaming) == ("One. Two. ", False)


def test_an_expired_stream_goes_on_by_updates(slack: SlackServer, reply: ThreadReply) -> None:
    """The same message ends with all of the text and its blocks."""
    reply.write("One. ")
    slack.wait_until(lambda: only(slack).markdown)
    slack.end_streams()
    reply.write("Two. ")
    slack.wait_until(lambda: only(slack).updates)
    assert only(slack).shown == "One. Two. "
    reply.write("Three.")
    reply.finish([rating("a")])
    assert only(slack).shown.startswith("One. Two. Three.")
    assert only(slack).elements("feedback_buttons")


def test_a_stream_that_expires_before_its_end_is_ended_by_an_update(
    slack: SlackServer, reply: ThreadReply
) -> None:
    """Nothing was pending then."""
    reply.write("One. ")
    slack.wait_until(lambda: only(slack).markdown)
    slack.end_streams()
    reply.finish([rating("a")])
    assert only(slack).shown.startswith("One. ")
    assert only(slack).elements("feedback_buttons")


@pytest.mark.parametrize("error", ["unknown_method", "missing_scope", "channel_type_not_supported"])
def test_without_streams_a_message_is_updated(
    slack: SlackServer, reply: ThreadReply, error: str
) -> None:
    """In a workspace or a channel that takes none."""
    slack.fail("chat.startStream", Fault(error=error, times=9))
    reply.stage("Searching")
    assert only(slack).shown == "Searching"
    reply.write("One & <two>. ")
    reply.finish([rating("a")])
    assert only(slack).shown.startswith("One & <two>. ")


def test_429_is_waited_for_and_nothing_is_lost_or_doubled(
    slack: SlackServer, reply: ThreadReply
) -> None:
    """As long as Retry-After says."""
    reply.stage("Searching")
    for method in ("chat.appendStream", "chat.stopStream"):
        slack.fail(method, Fault(status=429, retry_after=1, times=1))
    began = time.monotonic()
    reply.write("One. ")
    slack.wait_until(lambda: only(slack).markdown)
    reply.finish([rating("a")])
    assert time.monotonic() - began > 2
    assert only(slack).markdown == "One. "


def test_a_server_error_and_a_lost_connection_are_tried_again(
    slack: SlackServer, reply: ThreadReply
) -> None:
    """The first call of each kind fails."""
    slack.fail("chat.startStream", Fault(status=503))
    slack.fail("chat.stopStream", Fault(hang_up=True))
    reply.write("One. ")
    reply.finish([rating("a")])
    assert only(slack).markdown == "One. "


def test_a_message_that_was_deleted_meanwhile_is_written_anew(
    slack: SlackServer, reply: ThreadReply
) -> None:
    """Rather than end in silence."""
    reply.write("One. ")
    slack.wait_until(lambda: only(slack).markdown)
    slack.workspace.delete(only(slack))
    reply.finish([rating("a")])
    assert only(slack).shown.startswith("One. ")


def test_an_answer_of_29_kilobytes_comes_whole_in_several_messages(
    slack: SlackServer, connect: Connect
) -> None:
    """Each below the limit, divided between claims, in order; sources and buttons at the end."""
    connect(EverySentence(times=15))
    asked = slack.mention(FERRIES)
    slack.wait_for_reply(asked.ts)
    replies = slack.workspace.replies(asked.ts)
    said = "\n\n".join(message.markdown for message in replies if message.markdown)
    assert len(said) > 29_000
    assert len(replies) >= 3
    assert max(len(message.markdown) for message in replies) <= limits.MESSAGE
    claims = said.split("\n\n")
    assert all(claim.endswith("]") for claim in claims)
    assert claims == claims[: len(claims) // 15] * 15
    assert [bool(message.elements("feedback_buttons")) for message in replies].count(True) == 1
    assert not any(message.streaming for message in replies)


def test_short_answers_come_first_if_nothing_is_shown_yet_and_below_if_something_is(
    slack: SlackServer, reply: ThreadReply
) -> None:
    """Text that people have seen is never moved."""
    reply.write("Long. ")
    assert reply.rewrite("**Short** Long. ")
    reply.write("More. ")
    slack.wait_until(lambda: only(slack).markdown)
    assert not reply.rewrite("something else")
    reply.finish()
    assert only(slack).markdown == "**Short** Long. More. "


def test_a_stream_that_dies_under_a_slow_answer(slack: SlackServer, connect: Connect) -> None:
    """As after five minutes: the person sees all of it in one message."""
    reader = Waiting()
    connect(reader)
    asked = slack.mention(FERRIES)
    assert reader.began.acquire(timeout=20)
    slack.methods.stream_seconds = 0.0
    reader.go.release(9)
    answer = slack.wait_for_reply(asked.ts)
    assert answer.updates
    assert answer.shown.count(" [1]") == 1
    assert " [3]" in answer.shown
    assert slack.workspace.replies(asked.ts) == [answer]


def test_a_long_word_is_divided(slack: SlackServer, reply: ThreadReply, archive: Archive) -> None:
    """Even a text without a space fits."""
    reply.write("x" * 25_000)
    reply.finish([rating("a")])
    texts = [message.markdown for message in slack.workspace.replies("1.0")]
    assert "".join(texts) == "x" * 25_000
