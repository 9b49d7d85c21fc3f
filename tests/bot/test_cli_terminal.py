"""The command line in a real terminal, as a person sees it."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.testing import ModelServer, Reply, Request, Says, sentences_in
from tests.bot.command import TMUX, Screen, dateline, screen

pytestmark = pytest.mark.skipif(TMUX is None, reason="tmux is not installed")

QUESTION = "Who was elected mayor of Eastmarch?"


@pytest.fixture
def terminal(tmp_path: Path, archive_path: Path) -> Iterator[Screen]:
    with screen(tmp_path, DATELINE_ARCHIVE=str(archive_path), HOME=str(tmp_path)) as opened:
        yield opened


def test_ask_is_styled_and_wrapped(terminal: Screen) -> None:
    terminal.type(f'dateline ask "{QUESTION}"; echo code $?', "Enter")
    seen = terminal.shows("code 0")
    assert "\x1b[1m[1]" in seen  # bold
    assert "\x1b[2mNorthgate" in seen  # dim
    assert all(len(line) <= 100 for line in _plain(seen).splitlines()[1:])


def test_no_color_is_honoured(terminal: Screen) -> None:
    terminal.type(f'NO_COLOR=1 dateline ask "{QUESTION}"; echo code $?', "Enter")
    seen = terminal.shows("code 0")
    assert "Lena Oake" in seen
    assert "\x1b[1m" not in seen
    assert "\x1b[2m" not in seen


def test_the_progress_bar_leaves_no_trace(terminal: Screen, articles: Path, tmp_path: Path) -> None:
    terminal.type(f"dateline ingest '{articles}' --archive '{tmp_path}/new'; echo code $?", "Enter")
    seen = _plain(terminal.shows("code 0"))
    assert "added          9" in seen
    assert "ingesting [" not in seen


def test_a_chat(terminal: Screen, tmp_path: Path) -> None:
    """Ask, look at the source, recall the question from the history, leave."""
    terminal.type("dateline chat; echo code $?", "Enter")
    terminal.shows("9 articles. Ask a question; /help for more.")
    terminal.shows("\n>")
    terminal.type(QUESTION, "Enter")
    terminal.shows("11 Oct 2022")
    terminal.type("/open 1", "Enter")
    seen = terminal.shows("Turnout")
    assert "\x1b[7mLena Oake" in seen  # the cited span in reverse
    asked_once = seen.count("11 Oct 2022")
    terminal.type("Up", "Up", "Enter")
    terminal.shows("11 Oct 2022", times=asked_once + 1)
    terminal.type("half a question")
    terminal.shows("> half a question")  # at the prompt: the answer is done
    terminal.type("C-c")
    terminal.shows("Ctrl-D or /quit leaves the chat")
    terminal.type("C-d")
    seen = terminal.shows("code 0")
    assert seen.count(f"> {QUESTION}") == 2
    history = next(tmp_path.rglob("chat-history"))
    assert QUESTION in history.read_text()
    assert history.stat().st_mode & 0o077 == 0


SLOW_CHAT = """
import time
from pathlib import Path
from bot.chat import Chat
from bot.cli.lines import read_lines
from bot.cli.terminal import Terminal
from bot.engine import Bot
from bot.readers import NoAnswer
from bot.types import Reason

class Slow:
    name = "slow"
    def read(self, question, hits, *, deadline=None):
        print("reading slowly", flush=True)
        time.sleep(600)
        yield NoAnswer(Reason.NO_MATCH)

with Bot.open({archive!r}, reader=Slow()) as bot:
    Chat(bot, Terminal()).run(read_lines(Terminal(), Path({state!r})))
"""


def test_ctrl_c_stops_an_answer_and_the_chat_goes_on(
    terminal: Screen, tmp_path: Path, archive_path: Path
) -> None:
    """A reader that would take ten minutes is stopped; the next command is taken at once."""
    script = tmp_path / "slow.py"
    script.write_text(SLOW_CHAT.format(archive=str(archive_path), state=str(tmp_path / "state")))
    terminal.type(f"PYTHONPATH=. '{sys.executable}' '{script}'; echo code $?", "Enter")
    terminal.shows("Ask a question")
    terminal.type(QUESTION, "Enter")
    terminal.shows("reading slowly")
    terminal.type("C-c")
    terminal.shows("dateline: stopped")
    terminal.type("/filter", "Enter")
    terminal.shows("No filters: all articles.")
    terminal.type("/quit", "Enter")
    assert "Traceback" not in terminal.shows("code 0")


def test_ctrl_c_ends_ask_in_one_line(terminal: Screen) -> None:
    terminal.type("dateline ask -; echo code $?", "Enter")
    terminal.shows("type the question")
    terminal.type("half a question", "Enter")
    terminal.type("C-c")
    seen = terminal.shows("code 130")
    assert "dateline: interrupted" in seen
    assert "Traceback" not in seen


def test_hostile_titles_do_not_steer_the_terminal(terminal: Screen, tmp_path: Path) -> None:
    """A title that would clear the screen and set the window's name is shown as text."""
    evil = tmp_path / "evil.json"
    evil.write_text(
        '{"title": "Calm\\u001b[2J\\u001b]0;owned\\u0007 day", "text": "Nothing happened in '
        'Astbury on Sunday, the \\u009b31mcouncil\\u202e said."}'
    )
    assert dateline("ingest", evil, "--archive", tmp_path / "evil").code == 0
    terminal.type(f"echo before; dateline list --archive '{tmp_path}/evil'; echo after", "Enter")
    seen = terminal.shows("\nafter")
    assert "before" in seen
    assert "Calm" in seen
    assert "owned" in seen


def scripted(request: Request) -> Reply:
    """A model that says two things, one of them false, and then is silent for a long while.

    What comes after the silence settles where the sentences before it end.
    """
    told = sentences_in(request)
    if "Asked next:" in request.last("user"):
        return Says("What did Lena Oake promise?")
    if "promise" in request.last("user").rpartition("Question:")[2]:
        number = next(n for n, said in told.items() if "library" in said)
        return Says(f"Ms Oake promised to reopen the library on Mill Lane. [{number}]")
    number = next(n for n, said in told.items() if "elected mayor" in said)
    begun = (
        f"Lena Oake was elected mayor of Eastmarch with 52.3 percent of the vote. [{number}] "
        f"She beat Astor Wren by nine votes. [{number}] "
    )
    rest = f"The vote was on Monday, and nobody has asked for it to be counted again. [{number}]"
    padding = "She was elected on Monday, in Eastmarch, as mayor, with 52.3 percent of the vote. "
    pieces = [begun, padding * 2, f"[{number}] {rest}"]
    return Says("".join(pieces), chunks=pieces, delay=3)


def test_an_answer_of_a_model_appears_claim_by_claim(terminal: Screen) -> None:
    """A proven claim while the model still writes; a false one never, not for a moment."""
    with ModelServer(scripted) as server:
        terminal.type(
            f"dateline ask '{QUESTION}' --base-url {server.base_url} --trace; echo code $?", "Enter"
        )
        early = _plain(terminal.shows("52.3 percent of the vote. [1]"))
        assert "code 0" not in early
        assert "Astor Wren" not in early
        seen = _plain(terminal.shows("code 0"))
    answer, _, trace = seen.partition("partial, reader model/")
    assert "Astor Wren" not in answer
    assert "withheld: not borne out" in answer
    assert "withheld (unsupported): She beat Astor Wren by nine votes." in trace


def test_a_chat_with_a_model(terminal: Screen) -> None:
    """Ctrl-C drops the model's connection; a follow-up is understood."""
    with ModelServer(scripted) as server:
        terminal.type(f"dateline chat --base-url {server.base_url}; echo code $?", "Enter")
        terminal.shows("Ask a question")
        terminal.type(QUESTION, "Enter")
        terminal.shows("52.3 percent of the vote. [1]")
        terminal.type("C-c")
        terminal.shows("dateline: stopped")
        assert server.wait_until_dropped()
        terminal.type(QUESTION, "Enter")
        terminal.shows("11 Oct 2022")
        terminal.type("and what did she promise?", "Enter")
        terminal.shows('library on Mill Lane."')
        terminal.type("/why", "Enter")
        terminal.shows("searched for: What did Lena Oake promise?")
        terminal.type("/quit", "Enter")
        assert "Traceback" not in terminal.shows("code 0")


def _plain(seen: str) -> str:
    return re.sub(r"\x1b\[[\d;]*m", "", seen)
