"""What buttons and windows do. A window must be opened within three seconds of the press."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

from bot.engine import Bot
from bot.errors import AnswerFormatError
from bot.slack import home, modals
from bot.slack.blocks import answer_blocks, answer_markdown, markdown_block
from bot.slack.client import translated
from bot.slack.ephemeral import respond
from bot.slack.fmt import as_said, cut, markdown
from bot.slack.routing import Ask, team_of
from bot.slack.store import Claims
from bot.slack.workspaces import Workspaces
from bot.types import Answer
from retrieval.errors import DatelineError

log = logging.getLogger("dateline.slack")

_GONE = "This answer is no longer kept."


@dataclass(frozen=True, slots=True)
class Actions:
    """Does what people press. Everything that calls Slack runs on `quick`, apart from answers."""

    bot: Bot
    workspaces: Workspaces
    claims: Claims
    quick: Executor

    def passages(self, body: dict[str, Any]) -> None:
        """Open a window with the quoted sentences."""
        self._open(body, lambda answer: modals.passages(answer, self.bot.archive.article))

    def wrong_citation(self, body: dict[str, Any]) -> None:
        """Open a window that asks what is wrong."""
        self._open(body, modals.wrong_citation)

    def ask_about(self, body: dict[str, Any]) -> None:
        """Open a window that asks for a question about a message."""
        message, channel = body.get("message") or {}, (body.get("channel") or {}).get("id", "")
        thread = message.get("thread_ts") or message.get("ts") or body.get("message_ts", "")
        window = modals.ask_about(channel, thread, as_said(message.get("text") or ""))
        self._later(lambda: self._show(body, window))

    def rate(self, body: dict[str, Any]) -> None:
        """Keep a thumb up or down, in place of the one before."""
        answer, _, value = _value(body).partition(":")
        if value not in {"up", "down"}:
            return
        self.bot.archive.opinions.give_opinion(
            answer, person=_person(body), kind="rating", text=value
        )
        said = "Thank you: noted as a " + ("good" if value == "up" else "bad") + " answer."
        self._tell(body, f"{said} Press the other one to change it.")

    def report(self, body: dict[str, Any]) -> None:
        """Keep what was said about a wrong citation."""
        view = body["view"]
        about, said = json.loads(view["private_metadata"]), modals.values(view)
        self.bot.archive.opinions.give_opinion(
            about["id"],
            person=_person(body),
            kind=f"citation {said.get('citation', '')}",
            text=json.dumps({"reason": said.get("reason", ""), "note": said.get("note", "")}),
        )

    def question_about(self, body: dict[str, Any]) -> Ask:
        """The question that was asked about a message."""
        view = body["view"]
        about = json.loads(view["private_metadata"])
        return Ask(
            team=team_of(body),
            channel=about["channel"],
            user=str((body.get("user") or {}).get("id", "")),
            text=as_said(modals.values(view).get("question", "")),
            keys=(f"view:{view['id']}",),
            thread=about["thread"],
            direct=about["channel"].startswith("D"),
        )

    def share(self, body: dict[str, Any]) -> None:
        """Show everybody in the channel what one person was shown, once."""
        channel = (body.get("channel") or {}).get("id", "")
        answer = self._kept(_value(body))
        if answer is None:
            self._tell(body, _GONE)
        elif self.claims.once(f"share:{answer.id}:{channel}"):
            user = str((body.get("user") or {}).get("id", ""))
            said = f"**{markdown(answer.question)}**\n\n{answer_markdown(answer)}"
            self._later(
                lambda: respond(
                    body["response_url"],
                    text="Answer",
                    response_type="in_channel",
                    replace_original=False,
                    blocks=[markdown_block(cut(said, 10_000)), *answer_blocks(answer)],
                )
            )
            log.info("%s shared answer %s", user, answer.id)

    def publish_home(self, body: dict[str, Any]) -> None:
        """Show a person their Home tab."""
        event = body.get("event") or {}
        if event.get("tab") != "home":
            return

        def publish() -> None:
            archive = self.bot.archive
            view = home.home(archive.stats(), archive.articles()[:10])
            with translated():
                self.workspaces.client(team_of(body)).views_publish(
                    user_id=event["user"], view=view
                )

        self._later(publish)

    # -- plumbing -------------------------------------------------------------------------------

    def _open(self, body: dict[str, Any], make: Callable[[Answer], dict[str, Any]]) -> None:
        def open_it() -> None:
            answer = self._kept(_value(body))
            view = modals.notice(_GONE) if answer is None else make(answer)
            self._show(body, view)

        self._later(open_it)

    def _show(self, body: dict[str, Any], view: dict[str, Any]) -> None:
        with translated():
            self.workspaces.client(team_of(body)).views_open(
                trigger_id=body["trigger_id"], view=view
            )

    def _kept(self, answer_id: str) -> Answer | None:
        stored = self.bot.archive.opinions.kept_answer(answer_id)
        try:
            return Answer.from_json(stored) if stored else None
        except AnswerFormatError:  # kept by a newer version
            return None

    def _tell(self, body: dict[str, Any], said: str) -> None:
        """Tell the person who pressed something, and nobody else."""
        if url := body.get("response_url"):
            self._later(
                lambda: respond(url, text=said, response_type="ephemeral", replace_original=False)
            )

    def _later(self, do: Callable[[], None]) -> None:
        self.quick.submit(_logged, do)


def _logged(do: Callable[[], None]) -> None:
    try:
        do()
    except DatelineError as error:
        log.warning("%s", error)
    except Exception:
        log.exception("unexpected")


def _value(body: dict[str, Any]) -> str:
    actions = body.get("actions") or [{}]
    return str(actions[0].get("value") or "")


def _person(body: dict[str, Any]) -> str:
    return f"slack:{team_of(body)}:{(body.get('user') or {}).get('id', '')}"
