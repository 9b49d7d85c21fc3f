"""What people press: buttons, windows, the shortcut, the command and the Home tab."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from bot.slack.testing import Message, SlackServer
from bot.slack.testing.workspace import CHANNEL, PERSON
from retrieval.archive import Archive
from tests.bot.command import dateline
from tests.bot.slack.conftest import Connect
from tests.bot.slack.readers import EverySentence

MAYOR = "Who was elected mayor of Eastmarch?"


def _answered(slack: SlackServer, question: str = MAYOR) -> Message:
    return slack.wait_for_reply(slack.mention(question).ts)


def _chosen(value: str) -> dict[str, Any]:
    return {"type": "static_select", "selected_option": {"value": value}}


def _cases(archive: Archive) -> list[dict[str, Any]]:
    ran = dateline("feedback", "export", "--archive", archive.path)
    assert ran.code == 0, ran.err
    return [json.loads(line) for line in ran.out.splitlines()]


def test_the_window_shows_each_quotation_in_its_paragraph(
    slack: SlackServer, connect: Connect, archive: Archive
) -> None:
    """The quotation is bold and exact; what stands around it is the article's own."""
    connect()
    answer = _answered(slack)
    slack.press("passages", answer.value_of("passages"))
    slack.wait_until(lambda: slack.workspace.views)
    (view,) = slack.workspace.views
    quote = view["blocks"][0]["elements"][1]
    bold = [e["text"] for e in quote["elements"] if e.get("style") == {"bold": True}]
    ref = next(ref for ref in archive.articles() if ref.title == "Eastmarch elects a new mayor")
    text = archive.article(ref.id).text
    assert bold == [
        "Lena Oake was elected mayor of Eastmarch on Monday with 52.3 percent of the vote."
    ]
    paragraph = "".join(e["text"] for e in quote["elements"])
    assert paragraph == " ".join(text.split("\n\n")[0].split())


def test_an_answer_that_is_no_longer_kept_says_so(slack: SlackServer, connect: Connect) -> None:
    """Instead of nothing."""
    connect()
    slack.press("passages", "none")
    slack.wait_until(lambda: slack.workspace.views)
    assert "no longer kept" in json.dumps(slack.workspace.views)


def test_thumbs_are_kept_per_person_and_can_be_changed(
    slack: SlackServer, connect: Connect, archive: Archive
) -> None:
    """The last one counts; another person's is another's; the export counts people."""
    connect()
    answer = _answered(slack)
    value = answer.elements("feedback_buttons")[0]
    up, down = value["positive_button"]["value"], value["negative_button"]["value"]
    slack.press("rating", up)
    assert [(c["good"], c["bad"]) for c in _cases(archive)] == [(1, 0)]
    slack.press("rating", down)
    assert [(c["good"], c["bad"]) for c in _cases(archive)] == [(0, 1)]
    slack.press("rating", down, user={"id": "U0000BEN"})
    (case,) = _cases(archive)
    assert (case["good"], case["bad"]) == (0, 2)
    assert case["question"] == MAYOR
    assert case["answer"] == ["Lena Oake"]
    (citation,) = case["citations"]
    text = archive.article(citation["article"], citation["revision"]).text
    assert text[citation["start"] : citation["end"]] == citation["quote"]
    assert PERSON not in json.dumps(case)
    slack.wait_until(lambda: len(slack.workspace.asides()) == 3)
    assert "noted as a bad answer" in slack.workspace.asides()[-1].shown


def test_a_wrong_citation_is_reported_with_its_reason(
    slack: SlackServer, connect: Connect, archive: Archive
) -> None:
    """The window lists the citations; what is sent is in the export."""
    connect(EverySentence(most=3))
    answer = _answered(slack)
    slack.press("wrong_citation", answer.value_of("wrong_citation"))
    slack.wait_until(lambda: slack.workspace.views)
    (view,) = slack.workspace.views
    options = view["blocks"][0]["element"]["options"]
    assert [option["value"] for option in options] == ["1", "2", "3"]
    note = {"type": "plain_text_input", "value": "It says the opposite."}
    sent = slack.submit(view, citation=_chosen("2"), reason=_chosen("not_said"), note=note)
    assert sent.acknowledged.is_set()
    (case,) = _cases(archive)
    assert case["wrong_citations"] == [
        {"number": 2, "reason": "not_said", "note": "It says the opposite."}
    ]


def test_the_command_answers_one_person_and_is_shared_once(
    slack: SlackServer, connect: Connect
) -> None:
    """Nobody else sees it until Share is pressed; pressing twice shares once."""
    connect()
    asked = slack.command(MAYOR)
    assert asked.answer["text"] == "Searching the archive…"
    slack.wait_until(slack.workspace.asides)
    (aside,) = slack.workspace.asides()
    assert (aside.only_for, "Lena Oake" in aside.shown) == (PERSON, True)
    for _ in range(2):
        slack.press("share", aside.value_of("share"))
    slack.wait_until(lambda: [m for m in slack.workspace.messages if not m.only_for])
    (shared,) = [m for m in slack.workspace.messages if not m.only_for]
    assert shared.channel == CHANNEL
    assert MAYOR.rstrip("?") in shared.shown
    assert "Lena Oake" in shared.shown
    assert [e["action_id"] for e in shared.elements("button")] == ["passages", "wrong_citation"]


def test_the_command_twice_with_one_trigger_is_answered_once(
    slack: SlackServer, connect: Connect
) -> None:
    """A command has no event id; its trigger is one."""
    connect(EverySentence(most=1))
    asked = slack.command(MAYOR)
    slack.redeliver(asked)
    slack.wait_until(slack.workspace.asides)
    assert len(slack.workspace.asides()) == 1


def test_a_channel_has_filters_of_its_own(slack: SlackServer, connect: Connect) -> None:
    """They hold for every question there, and not elsewhere; what makes no sense is explained."""
    connect()
    said = slack.command("filter since=2023-01-01 source=“Northgate Courier”").answer["text"]
    assert "since 1 Jan 2023, from Northgate Courier" in said
    assert "filters leave out" in _answered(slack).shown
    direct = slack.direct_message(MAYOR)
    assert "Lena Oake" in slack.wait_for_reply(direct.ts).shown
    assert "write a date as" in slack.command("filter since=yesterday").answer["text"]
    assert "No filters" in slack.command("filter clear").answer["text"]
    assert "Lena Oake" in _answered(slack).shown
    assert "/news QUESTION" in slack.command("").answer["text"]


def test_only_listed_channels_are_answered(slack: SlackServer, connect: Connect) -> None:
    """Elsewhere who asked is told so, and nobody else; messages to the bot alone are answered."""
    connect(EverySentence(most=1), channels=frozenset({"C0000OTHER"}))
    refused = slack.mention(MAYOR)
    slack.wait_until(slack.workspace.asides)
    assert "do not answer in this channel" in slack.workspace.asides()[0].shown
    assert "do not answer in this channel" in slack.command(MAYOR).answer["text"]
    slack.wait_for_reply(slack.mention(MAYOR, channel="C0000OTHER").ts)
    slack.wait_for_reply(slack.direct_message(MAYOR).ts)
    assert slack.workspace.replies(refused.ts) == []


def test_who_asks_too_much_is_told_when_to_ask_again(slack: SlackServer, connect: Connect) -> None:
    """By person and by channel; only the person sees it."""
    connect(EverySentence(most=1), person_rate=2, channel_rate=3)
    for _ in range(2):
        _answered(slack)
    third = slack.mention(MAYOR)
    slack.wait_until(slack.workspace.asides)
    assert "Ask again in" in slack.workspace.asides()[0].shown
    slack.wait_for_reply(slack.mention(MAYOR, user="U0000BEN").ts)
    slack.mention(MAYOR, user="U0000CAT")
    slack.wait_until(lambda: len(slack.workspace.asides()) == 2)
    assert slack.workspace.replies(third.ts) == []


def test_the_shortcut_asks_about_a_message_in_its_thread(
    slack: SlackServer, connect: Connect
) -> None:
    """The window holds the message, as it reads; the answer is public."""
    connect()
    ts = slack.workspace.new_ts()
    slack.shortcut("Who was elected mayor of <https://e.example|Eastmarch> &amp; when?", ts)
    slack.wait_until(lambda: slack.workspace.views)
    (view,) = slack.workspace.views
    field = view["blocks"][1]["element"]
    assert field["initial_value"] == "Who was elected mayor of Eastmarch & when?"
    for _ in range(2):
        slack.submit(view, question={"type": "plain_text_input", "value": MAYOR})
    assert "Lena Oake" in slack.wait_for_reply(ts).shown
    assert len(slack.workspace.replies(ts)) == 1


def test_home_tells_what_the_archive_covers(slack: SlackServer, connect: Connect) -> None:
    """The period, the outlets, the newest articles and how to ask; only for the Home tab."""
    connect()
    opened: Callable[[str], dict[str, str]] = lambda tab: {  # noqa: E731
        "type": "app_home_opened", "user": PERSON, "channel": "D1", "tab": tab,
    }  # fmt: skip
    slack.event(opened("messages"))
    slack.event(opened("home"))
    slack.wait_until(lambda: slack.workspace.homes)
    shown = json.dumps(slack.workspace.homes[PERSON], ensure_ascii=False)
    for words in ("9 articles", "11 Oct 2022", "20 Jun 2023", "Calder Echo", "Inquiry into"):
        assert words in shown, words
    assert len(slack.called("views.publish")) == 1


def test_unknown_buttons_and_events_are_acknowledged(slack: SlackServer, connect: Connect) -> None:
    """Else Slack shows a warning, or delivers them again."""
    connect()
    assert slack.press("of_an_older_version", "x").attempts == 1
    assert slack.event({"type": "team_join", "user": {"id": "U9"}}).attempts == 1
