"""What is set for a channel: which articles its questions use, and whether threads are followed."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from bot.asked import make_filters
from bot.filters import describe_filters, parse_filters
from bot.slack.routing import channel_key
from retrieval.ledger import Opinions
from retrieval.types import Filters

HELP = """\
/news QUESTION – only you see the answer, until you share it
/news filter since=2021-12-01 until=2021-12-31 source="Outlet" – for all questions in this channel
/news filter clear – all articles again
/news follow on – follow-ups in my threads need no mention; /news follow off
/news settings – what is set here
In a thread, or in a message to me, just ask. Press Stop, or write “stop”, to end an answer."""


@dataclass(frozen=True, slots=True)
class Channel:
    """The settings of one channel. `follow`: questions in the bot's threads need no mention."""

    filters: Filters = field(default_factory=Filters)
    follow: bool = False

    def to_json(self) -> str:
        """As text, for the ledger."""
        since, until = self.filters.since, self.filters.until
        return json.dumps(
            {
                "since": since and since.isoformat(),
                "until": until and until.isoformat(),
                "sources": self.filters.sources,
                "follow": self.follow,
            }
        )


def settings_of(opinions: Opinions, team: str, channel: str) -> Channel:
    """What is set for a channel; nothing unless somebody set it."""
    stored = opinions.channel_setting(channel_key(team, channel))
    if stored is None:
        return Channel()
    value = json.loads(stored)
    filters = make_filters(since=value["since"], until=value["until"], source=value["sources"])
    return Channel(filters, bool(value["follow"]))


def changed(current: Channel, text: str) -> tuple[Channel, str] | None:
    """The settings after a command about them, and what to say; None if it is a question.

    Raises:
        UsageError: it is a command, and makes no sense.
    """
    name, _, argument = text.partition(" ")
    argument = argument.strip()
    if name == "filter" and (not argument or argument == "clear" or "=" in argument):
        straight = argument.translate(dict.fromkeys(map(ord, "“”„«»"), '"'))  # as phones write them
        filters = parse_filters(straight, current.filters) if argument else current.filters
        new = Channel(filters, current.follow)
    elif name == "follow" and argument in {"on", "off"}:
        new = Channel(current.filters, argument == "on")
    elif text in {"settings", "follow"}:
        new = current
    elif text in {"", "help"}:
        return current, HELP
    else:
        return None
    return new, describe(new)


def describe(channel: Channel) -> str:
    """The settings in words."""
    follow = "need no mention" if channel.follow else "need a mention"
    return f"{describe_filters(channel.filters)} Follow-ups in threads {follow}."
