"""The Bolt app: which payload goes where.

Listeners only claim and queue, so they run before Slack is acknowledged: what was acknowledged is
on disk. Whatever is dropped is still acknowledged, or Slack would deliver it again.
"""

from __future__ import annotations

import logging
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, App, BoltContext, BoltResponse

from bot.engine import Bot
from bot.errors import UsageError
from bot.slack import routing
from bot.slack.actions import Actions
from bot.slack.channels import changed, settings_of
from bot.slack.client import best_effort
from bot.slack.fmt import mrkdwn
from bot.slack.limits import Rates
from bot.slack.routing import Ask, channel_key, team_of
from bot.slack.run import Answering
from bot.slack.store import HELD, Claims
from bot.slack.workspaces import Workspaces

_ANY = re.compile(".*", re.DOTALL)
_LEFT_OUT = "I do not answer in this channel."
_SEARCHING = "Searching the archive…"


@dataclass(frozen=True, slots=True)
class Options:
    """How the bot behaves. `channels` are the ids of those it answers in; empty for all."""

    channels: frozenset[str] = frozenset()
    workers: int = 4
    person_rate: int = 10  # questions a minute
    channel_rate: int = 30
    claim_seconds: float = HELD


class SlackBot:
    """A Bolt app that answers from one archive.

    Raises:
        ArchiveError: the archive is read-only: no question could be claimed.
    """

    def __init__(
        self,
        bot: Bot,
        workspaces: Workspaces,
        *,
        signing_secret: str | None = None,
        options: Options | None = None,
    ) -> None:
        self.options = options or Options()
        self._bot, self._workspaces = bot, workspaces
        self._claims = Claims(bot.archive.events, self.options.claim_seconds)
        self._claims.renew()
        self._quick = ThreadPoolExecutor(4, thread_name_prefix="quick")
        self.answering = Answering(
            bot,
            workspaces,
            self._claims,
            Rates(person=self.options.person_rate, channel=self.options.channel_rate),
            self.options.workers,
        )
        self._actions = Actions(bot, workspaces, self._claims, self._quick)
        self.app = App(
            name="dateline",
            logger=logging.getLogger("dateline.slack.bolt"),
            signing_secret=signing_secret or "",
            request_verification_enabled=signing_secret is not None,
            **workspaces.for_bolt(),
            process_before_response=True,
        )
        self._listen()

    def close(self) -> None:
        """Stop answering; what is not answered is left to another process."""
        self.answering.close()
        self._quick.shutdown(wait=True, cancel_futures=True)

    def _listen(self) -> None:
        app, actions = self.app, self._actions
        app.error(self._failed)
        if app.oauth_flow is not None:
            app.enable_token_revocation_listeners()
        app.event("app_mention")(self._on_mention)
        app.event({"type": "message", "subtype": (_ANY,)})(_ignored)
        app.event("message")(self._on_message)
        app.event("agent_session_stopped")(self._on_stop)
        app.event("app_home_opened")(actions.publish_home)
        app.event(_ANY)(_ignored)
        app.command("/news")(self._on_command)
        app.shortcut("ask_about")(_acknowledged(actions.ask_about))
        for name, do in (
            ("passages", actions.passages),
            ("wrong_citation", actions.wrong_citation),
            ("rating", actions.rate),
            ("share", actions.share),
        ):
            app.action(name)(_acknowledged(do))
        app.action(_ANY)(_acknowledged(lambda _body: None))
        app.view("wrong_citation")(_acknowledged(actions.report))
        app.view("ask_about")(_acknowledged(lambda body: self._take(actions.question_about(body))))

    # -- questions ------------------------------------------------------------------------------

    def _on_mention(self, context: BoltContext, body: dict[str, Any]) -> None:
        if ask := routing.mention(body, bot_user=context.bot_user_id or ""):
            self._take(ask)

    def _on_message(self, context: BoltContext, body: dict[str, Any]) -> None:
        ask = routing.message(body, bot_user=context.bot_user_id or "")
        if ask and (ask.direct or self._follows(ask, body)):
            self._take(ask)

    def _follows(self, ask: Ask, body: dict[str, Any]) -> bool:
        """Whether a message without a mention is for the bot: in its thread, where that is on."""
        archive = self._bot.archive
        return (
            routing.is_reply(ask, body)
            and settings_of(archive.opinions, ask.team, ask.channel).follow
            and bool(archive.conversations.turns(ask.conversation, last=1))
        )

    def _on_command(self, ack: Ack, context: BoltContext, body: dict[str, Any]) -> None:
        ask = routing.command(body, bot_user=context.bot_user_id or "")
        if not self._allowed(ask):
            ack(text=_LEFT_OUT)
            return
        opinions = self._bot.archive.opinions
        try:
            change = changed(settings_of(opinions, ask.team, ask.channel), ask.text)
        except UsageError as error:
            ack(text=mrkdwn(str(error)))
            return
        if change:
            opinions.set_channel(channel_key(ask.team, ask.channel), change[0].to_json())
            ack(text=mrkdwn(change[1]))
            return
        ack(text=mrkdwn(self.answering.ask(ask) or _SEARCHING))

    def _on_stop(self, body: dict[str, Any]) -> None:
        if conversation := routing.stopped(body):
            self.answering.stop(conversation)

    def _take(self, ask: Ask) -> None:
        said = self.answering.ask(ask) if self._allowed(ask) else _LEFT_OUT
        if said:
            self._quick.submit(self._tell, ask, said)

    def _tell(self, ask: Ask, said: str) -> None:
        with best_effort("telling somebody to wait"):
            self._workspaces.client(ask.team).chat_postEphemeral(
                channel=ask.channel, user=ask.user, thread_ts=ask.thread, text=mrkdwn(said)
            )

    def _allowed(self, ask: Ask) -> bool:
        channels = self.options.channels
        return ask.direct or not channels or ask.channel in channels

    def _failed(self, error: Exception, body: dict[str, Any]) -> BoltResponse:
        """A question that could not be claimed: Slack delivers it again."""
        self.app.logger.error("%s of %s: %s", body.get("type"), team_of(body), error)
        return BoltResponse(status=500, body="")


def _ignored() -> None:
    """Acknowledged, and nothing else."""


def _acknowledged(do: Any) -> Any:
    def listen(ack: Ack, body: dict[str, Any]) -> None:
        do(body)
        ack()

    return listen
