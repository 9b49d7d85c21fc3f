"""Questions that are asked in Slack, and the answers that people see."""

from __future__ import annotations

from bot.slack.testing import SlackServer
from tests.bot.slack.conftest import Connect


def test_a_mention_is_answered_in_its_thread_with_citations(
    slack: SlackServer, connect: Connect
) -> None:
    """The answer is a stream: signs of life first, then the claim, its sources and buttons."""
    connect()
    asked = slack.mention("Who was elected mayor of Eastmarch?")
    answer = slack.wait_for_reply(asked.ts)
    assert "**Lena Oake** [1]" in answer.markdown
    assert "52.3 percent of the vote. [1]" in answer.markdown
    assert "[1] " in answer.shown
    assert "Eastmarch elects a new mayor" in answer.shown
    assert "Northgate Courier, 11 Oct 2022" in answer.shown
    assert [task["status"] for task in answer.tasks][0] == "in_progress"
    assert [task["status"] for task in answer.tasks][-1] == "complete"
    assert answer.value_of("passages")
    assert len(slack.workspace.replies(asked.ts)) == 1
