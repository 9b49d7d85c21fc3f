"""The chat, line by line, on a real archive. What needs a terminal is in test_cli_terminal.py."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from bot.chat import HELP, Chat
from bot.cli.terminal import Terminal
from bot.engine import Bot
from bot.errors import UsageError
from bot.filters import describe_filters, parse_filters
from bot.readers import DraftClaim, NoAnswer
from retrieval.archive import Archive
from retrieval.types import Filters, Hit
from tests.bot.command import dateline

QUESTION = "Who was elected mayor of Eastmarch?"


@pytest.fixture
def chat(archive_path: Path) -> Callable[..., tuple[str, str]]:
    """Runs a chat over these lines; returns what it wrote to stdout and stderr."""

    def run(*lines: str) -> tuple[str, str]:
        ran = dateline("chat", "--archive", archive_path, stdin="\n".join(lines).encode())
        assert ran.code == 0
        return ran.out, ran.err

    return run


def test_each_line_is_a_question(chat: Callable[..., tuple[str, str]]) -> None:
    out, err = chat(QUESTION, "", "When was the Merrowby road bridge closed?")
    first, _, second = out.partition("\n\n[1]")
    assert "Lena Oake" in first
    assert "The Merrowby road bridge was closed on Tuesday" in second
    assert err == ""
    assert "> " not in out  # no prompt where nobody sees one


def test_a_follow_up_is_understood_with_what_came_before(
    chat: Callable[..., tuple[str, str]],
) -> None:
    """What was searched for is told by /why."""
    out, err = chat(QUESTION, "What did she promise?", "/why")
    assert "reopen the library on Mill Lane" in out
    assert "searched for: What did Lena Oake promise?" in out
    assert err == ""


def test_a_follow_up_to_nothing_is_not_guessed_at(chat: Callable[..., tuple[str, str]]) -> None:
    out, err = chat("And who else?", QUESTION, "/new", "Why did she?")
    assert err == "dateline: nothing was said before: say whom or what this is about\n" * 2
    assert out.count("was elected mayor") == 1


def test_a_chat_can_be_gone_on_with(archive_path: Path) -> None:
    """In another process, too: the turns are in the archive."""
    dateline("chat", "--archive", archive_path, stdin=QUESTION.encode())
    lines = b"/sources\nWhat did she promise?"
    ran = dateline("chat", "--continue", "--archive", archive_path, stdin=lines)
    assert ran.out.startswith('[1] "Lena Oake was elected')
    assert "reopen the library" in ran.out
    assert ran.err == ""


def test_where_there_is_no_chat_to_go_on_with_a_new_one_begins(archive_path: Path) -> None:
    ran = dateline("chat", "--continue", "--archive", archive_path, stdin=QUESTION.encode())
    assert ran.err == "dateline: there is no earlier chat to go on with: this is a new one\n"
    assert "Lena Oake" in ran.out


def test_commands_about_the_last_answer(chat: Callable[..., tuple[str, str]]) -> None:
    out, err = chat(QUESTION, "/sources", "/open 1", "/quote 1", "/why")
    assert err == ""
    assert out.count('[1] "Lena Oake') >= 3  # the answer, /sources and /quote
    assert out.count(">>Lena Oake") == 2  # /open and /quote
    assert "Turnout was 61 percent" in out  # /open shows the whole article
    assert "reader extractive" in out
    assert "lexical  passage" in out


@pytest.mark.parametrize("command", ["/sources", "/open 1", "/quote 1", "/why"])
def test_commands_need_an_answer_first(command: str, chat: Callable[..., tuple[str, str]]) -> None:
    out, err = chat(command, QUESTION, "/new", command)
    assert err == "dateline: there is no answer yet: ask a question first\n" * 2
    assert "A new chat begins" in out


@pytest.mark.parametrize("number", ["", "0", "99", "x", "-1", "1 2", "\x1b[31m"])
def test_a_citation_that_is_not_there_is_refused(
    number: str, chat: Callable[..., tuple[str, str]]
) -> None:
    _, err = chat(QUESTION, f"/open {number}")
    assert "the last answer has citations 1 to" in err
    assert "\x1b" not in err


def test_sources_of_an_abstention_are_no_support(chat: Callable[..., tuple[str, str]]) -> None:
    out, err = chat("How many medals did the chess federation of Brazil award?", "/sources")
    assert not any(line.startswith("[1]") for line in out.splitlines())
    assert err == ""


def test_filters_hold_until_they_are_cleared(chat: Callable[..., tuple[str, str]]) -> None:
    out, err = chat(
        "/filter", "/filter since=2023-01-01", QUESTION, "/filter clear", QUESTION, "/filter x"
    )
    assert out.startswith("No filters: all articles.\n\nArticles since 1 Jan 2023\n\n")
    assert "filters" in out.splitlines()[4]
    assert "Lena Oake" in out
    assert "'x' is no filter" in err


def test_unknown_commands_help_and_quit(chat: Callable[..., tuple[str, str]]) -> None:
    out, err = chat("/nonsense", "/help", "/quit", QUESTION)
    assert err == "dateline: there is no command /nonsense: /help lists them\n"
    assert out.strip() == HELP


def test_bad_bytes_and_long_lines_do_not_end_the_chat(archive_path: Path) -> None:
    lines = b"\xff\xfe\n\x1b]0;x\x07\n" + b"bridge " * 50_000 + b"\n" + QUESTION.encode()
    ran = dateline("chat", "--archive", archive_path, stdin=lines)
    assert ran.code == 0
    assert "Lena Oake" in ran.out
    assert "the question has 349,999 characters" in ran.err
    assert "\x1b" not in ran.out + ran.err


class Interrupted:
    """A reader during which the person presses Ctrl-C."""

    name = "interrupted"

    def read(
        self, question: str, hits: Sequence[Hit], *, deadline: object = None
    ) -> Iterator[DraftClaim | NoAnswer]:
        raise KeyboardInterrupt


def test_ctrl_c_stops_the_answer_and_not_the_chat(
    shared_archive: Archive, capsys: pytest.CaptureFixture[str]
) -> None:
    chat = Chat(Bot(shared_archive, Interrupted()), Terminal())
    chat.run(iter([QUESTION, "/sources", "/help"]))
    shown = capsys.readouterr()
    assert "dateline: stopped\n" in shown.err
    assert "there is no answer yet" in shown.err
    assert HELP in shown.out


def test_filters_in_words() -> None:
    """Hand case: one key after another, then each taken away."""
    filters = parse_filters('since=2021-12-01 source="Harbour Wire" source=Echo', Filters())
    assert describe_filters(filters) == "Articles since 1 Dec 2021, from Harbour Wire or Echo"
    filters = parse_filters("until=2021-12-31 source=", filters)
    assert describe_filters(filters) == "Articles since 1 Dec 2021, until 31 Dec 2021"
    assert parse_filters("clear", filters) == Filters()
    assert describe_filters(Filters()) == "No filters: all articles."


@pytest.mark.parametrize(
    "text",
    ["since", "colour=red", 'source="open', "since=soon", "since=2022-02-02 until=2022-01-01"],
)
def test_filters_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_filters(text, Filters())


def test_the_chat_needs_no_line_editor_without_a_terminal(archive_path: Path) -> None:
    """Piped, it reads lines and never loads prompt_toolkit."""
    sys.modules.pop("prompt_toolkit", None)
    assert dateline("chat", "--archive", archive_path, stdin=b"/help\n").code == 0
    assert "prompt_toolkit" not in sys.modules
