"""A stand-in for Slack to test against: a real Web API and a real Socket Mode on loopback.

It keeps state like Slack, refuses what Slack refuses, measures how long an app takes to
acknowledge, delivers again what was not, ends streams, and fails in the ways it is told to:

    from bot.slack.testing import SlackServer

    with SlackServer() as slack:
        my_app.connect(base_url=slack.url, token=slack.bot_token, app_token=slack.app_token)
        slack.wait_for_socket()
        asked = slack.mention("Who was elected mayor?")
        answer = slack.wait_for_reply(asked.ts)
        assert "Lena Oake" in answer.shown

In reading order: workspace, rules, methods, web, delivery, socket, signing, people, server.
"""

from bot.slack.testing.delivery import Delivery
from bot.slack.testing.server import SlackServer
from bot.slack.testing.signing import sign, signed_headers
from bot.slack.testing.web import Call, Fault
from bot.slack.testing.workspace import Message, Workspace

__all__ = [
    "Call",
    "Delivery",
    "Fault",
    "Message",
    "SlackServer",
    "Workspace",
    "sign",
    "signed_headers",
]
