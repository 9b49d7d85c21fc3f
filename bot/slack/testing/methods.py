"""The methods of the Web API that an app of this kind calls, on the state of a workspace."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from bot.slack.testing.workspace import APP, BOT, BOT_USER, PERSON, TEAM, Message, Workspace

Payload = dict[str, Any]
OK: Payload = {"ok": True}

STREAM_SECONDS = 300.0  # Slack ends a stream after about five minutes, even while it is fed


class Methods:
    """Answers calls. `methods` maps a method's name to a function of its payload."""

    def __init__(self, workspace: Workspace) -> None:
        self._state = workspace
        self.stream_seconds = STREAM_SECONDS
        self.message_limit = 12_000
        self.socket_url = ""
        self.installed: dict[str, str] = {}  # tokens that were given to teams
        self.manifest: Payload = {}
        self.methods: dict[str, Callable[[Payload], Payload]] = {
            "auth.test": self._me,
            "oauth.v2.access": self._install,
            "apps.connections.open": lambda _: {**OK, "url": self.socket_url},
            "apps.manifest.export": lambda _: {**OK, "manifest": self.manifest},
            "bots.info": lambda _: {**OK, "bot": {"id": BOT, "app_id": APP}},
            "chat.postMessage": self._post,
            "chat.postEphemeral": self._post_ephemeral,
            "chat.update": self._update,
            "chat.delete": self._delete,
            "chat.startStream": self._start,
            "chat.appendStream": self._append,
            "chat.stopStream": self._stop,
            "views.open": self._open,
            "views.publish": self._publish,
            "agents.sessions.setStatus": self._session_status,
            "assistant.threads.setStatus": self._status,
        }

    def _install(self, call: Payload) -> Payload:
        team = call["code"].removeprefix("code-of-")  # the code of an installation in this team
        if team == call["code"]:
            return refused("invalid_code")
        token = f"xoxb-of-{team}"
        self.installed[token] = team
        bot = {"token_type": "bot", "scope": "chat:write", "bot_user_id": BOT_USER, "app_id": APP}
        where = {"team": {"id": team, "name": team}, "authed_user": {"id": PERSON}}
        return {**OK, "access_token": token, **bot, **where, "enterprise": None}

    def _me(self, call: Payload) -> Payload:
        team = self.installed.get(call["token"], TEAM)
        me = {"user_id": BOT_USER, "bot_id": BOT, "team_id": team}
        return {**OK, **me, "user": "dateline", "team": "Test", "url": "https://test.example/"}

    def _post(self, call: Payload) -> Payload:
        message = self._state.add(self._made(call))
        return {**OK, "ts": message.ts, "channel": message.channel}

    def _post_ephemeral(self, call: Payload) -> Payload:
        message = self._made(call)
        message.only_for = call["user"]
        self._state.add(message)
        return {**OK, "message_ts": message.ts}

    def _made(self, call: Payload) -> Message:
        return Message(
            channel=call["channel"],
            ts=self._state.new_ts(),
            user=BOT_USER,
            thread=call.get("thread_ts") or "",
            text=call.get("text") or "",
            blocks=call.get("blocks") or [],
            began=time.monotonic(),
        )

    def _update(self, call: Payload) -> Payload:
        message = self._state.find(call["channel"], call["ts"])
        if message is None:
            return refused("message_not_found")
        if message.streaming and not self._expired(message):
            return refused("streaming_state_conflict")
        message.text, message.blocks = call.get("text") or "", call.get("blocks") or []
        message.markdown = "" if message.blocks else message.markdown
        message.updates += 1
        self._state.touch()
        return {**OK, "ts": message.ts}

    def _delete(self, call: Payload) -> Payload:
        message = self._state.find(call["channel"], call["ts"])
        if message is None:
            return refused("message_not_found")
        self._state.delete(message)
        return OK

    # -- streams --------------------------------------------------------------------------------

    def _start(self, call: Payload) -> Payload:
        if not call.get("thread_ts"):
            return refused("missing_thread_ts")
        if call["channel"].startswith("C") and not call.get("recipient_user_id"):
            return refused("missing_recipient_user_id")
        message = self._made(call)
        message.streaming = True
        self._take(message, call)
        self._state.add(message)
        return {**OK, "ts": message.ts, "channel": message.channel}

    def _append(self, call: Payload) -> Payload:
        message = self._state.find(call["channel"], call["ts"])
        if message is None:
            return refused("message_not_found")
        if not message.streaming or self._expired(message):
            return refused("message_not_in_streaming_state")
        message.appends += 1
        return self._take(message, call)

    def _stop(self, call: Payload) -> Payload:
        message = self._state.find(call["channel"], call["ts"])
        if message is None:
            return refused("message_not_found")
        if not message.streaming or self._expired(message):
            return refused("message_not_in_streaming_state")
        taken = self._take(message, call)
        if taken["ok"]:
            message.streaming = False
            message.blocks = call.get("blocks") or []
            self._state.touch()
        return taken

    def _take(self, message: Message, call: Payload) -> Payload:
        said, tasks = call.get("markdown_text") or "", []
        for chunk in call.get("chunks") or []:
            if chunk["type"] == "markdown_text":
                said += chunk["text"]
            elif chunk["type"] == "task_update":
                tasks.append(chunk)
        if len(message.markdown) + len(said) > self.message_limit:
            return refused("msg_too_long")
        message.markdown += said
        message.tasks += tasks
        self._state.touch()
        return {**OK, "ts": message.ts}

    def _expired(self, message: Message) -> bool:
        if message.streaming and time.monotonic() - message.began > self.stream_seconds:
            message.streaming = False
            return True
        return not message.streaming

    # -- everything else ------------------------------------------------------------------------

    def _open(self, call: Payload) -> Payload:
        if not call.get("trigger_id"):
            return refused("invalid_trigger_id")
        view = {**call["view"], "id": f"V{len(self._state.views) + 1:04}"}
        self._state.views.append(view)
        self._state.touch()
        return {**OK, "view": view}

    def _publish(self, call: Payload) -> Payload:
        self._state.homes[call["user_id"]] = call["view"]
        self._state.touch()
        return OK

    def _session_status(self, call: Payload) -> Payload:
        if call["status"] not in {"active", "processing", "suspended", "closed"}:
            return refused("invalid_status")
        return self._status(call)

    def _status(self, call: Payload) -> Payload:
        self._state.statuses.append(call)
        self._state.touch()
        return OK


def refused(code: str) -> Payload:
    """The answer to a call that Slack does not do."""
    return {"ok": False, "error": code}
