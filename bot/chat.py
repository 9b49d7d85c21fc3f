"""Step 12. The chat: one question after another, each understood with those before it.

A line is a question, or a command that begins with "/". The last answer stays at hand for
/sources, /open, /quote and /why. Nothing here needs a terminal: the lines come from an iterator.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

from bot.cli.streaming import stream_text
from bot.errors import UsageError
from bot.filters import describe_filters, parse_filters
from bot.render.article import render_article, render_span
from bot.render.citation import citation_pieces
from bot.render.layout import lay_out
from bot.render.sanitise import clean_line
from bot.render.text import render_abstention, render_citations
from bot.render.trace import render_trace
from bot.session import Session
from bot.types import Answer, Citation, Status
from retrieval.errors import DatelineError
from retrieval.types import Filters, Hit, Span

if TYPE_CHECKING:
    from bot.cli.terminal import Terminal
    from bot.engine import Bot

HELP = """\
Ask a question, or:
  /sources           the citations of the last answer
  /open N            the article of citation N, the quotation marked
  /quote N           the whole quotation of citation N, in its paragraph
  /why               what the last answer rests on: passages, scores, times
  /filter            show the filters; set them with since=2021-12-01 until=2021-12-31
                     source="Outlet"; /filter clear removes them
  /new               begin anew: no earlier questions, no filters
  /quit              leave, as does Ctrl-D; Ctrl-C stops an answer"""


class Chat:
    """One sitting: a conversation with a bot, the filters in force, and the last answer.

    With `go_on` it takes up the last chat that the archive keeps.
    """

    def __init__(
        self,
        bot: Bot,
        terminal: Terminal,
        *,
        filters: Filters | None = None,
        k: int = 8,
        go_on: bool = False,
    ) -> None:
        self._bot = bot
        self._terminal = terminal
        self._filters = filters or Filters()
        self._k = k
        found = Session.last(bot) if go_on else None
        self._session = found or Session(bot)
        self._last: Answer | None = self._session.answers[-1] if found and found.answers else None
        self._hits: Sequence[Hit] = ()  # what the last answer was read from
        self._warned = False
        if go_on and found is None:
            terminal.note("there is no earlier chat to go on with: this is a new one")

    def run(self, lines: Iterator[str]) -> None:
        """Take lines until they end or one is /quit."""
        if self._terminal.live:
            stats = self._bot.archive.stats()
            count = "1 article" if stats.articles == 1 else f"{stats.articles:,} articles"
            self._terminal.say(f"{count}. Ask a question; /help for more.")
            if self._last is not None:
                self._terminal.say(f"Going on after: {self._last.question}")
        for line in lines:
            text = clean_line(line)
            if text in {"/quit", "/exit"}:
                return
            if text:
                self._take(text)

    def _take(self, text: str) -> None:
        try:
            if text.startswith("/"):
                self._command(text)
            else:
                self._ask(text)
        except KeyboardInterrupt:
            self._terminal.show("")
            self._terminal.note("stopped")
        except DatelineError as error:
            self._terminal.note(str(error))
        self._terminal.show("")

    def _ask(self, question: str) -> None:
        events = self._session.stream(
            question,
            k=self._k,
            since=self._filters.since,
            until=self._filters.until,
            source=self._filters.sources,
        )
        with closing(events):
            last = stream_text(events, self._terminal)
        self._last, self._hits = last.answer, last.hits
        for notice in self._last.notices:
            self._terminal.note(notice)
        if self._session.trouble and not self._warned:
            self._terminal.note(self._session.trouble)
            self._warned = True

    # -- commands -------------------------------------------------------------------------------

    def _command(self, text: str) -> None:
        name, _, argument = text.partition(" ")
        match name:
            case "/sources":
                self._sources()
            case "/open":
                self._open(self._cited(argument))
            case "/quote":
                self._quote(self._cited(argument))
            case "/why":
                self._why()
            case "/filter":
                self._filter(argument.strip())
            case "/new":
                self._session, self._last, self._filters = Session(self._bot), None, Filters()
                self._terminal.say("A new chat begins, without filters.")
            case "/help":
                self._terminal.say(HELP)
            case _:
                raise UsageError(f"there is no command {name}: /help lists them")

    def _answer(self) -> Answer:
        if self._last is None:
            raise UsageError("there is no answer yet: ask a question first")
        return self._last

    def _cited(self, argument: str) -> Citation:
        answer = self._answer()
        for citation in answer.citations:
            if argument.strip() == str(citation.number):
                return citation
        count = len(answer.citations)
        held = f"citations 1 to {count}" if count else "no citations"
        wanted = f"no {argument.strip()}" if argument.strip() else "a number is needed"
        raise UsageError(f"{wanted}: the last answer has {held}")

    def _sources(self) -> None:
        answer, terminal = self._answer(), self._terminal
        render = render_abstention if answer.status is Status.ABSTAINED else render_citations
        terminal.show(render(answer, width=terminal.width, color=terminal.color))

    def _open(self, citation: Citation) -> None:
        article = self._bot.archive.article(citation.article.id, citation.article.revision)
        span = Span(citation.start, citation.end)
        width, color = self._terminal.width, self._terminal.color
        self._terminal.show(render_article(article, mark=span, width=width, color=color))

    def _quote(self, citation: Citation) -> None:
        article = self._bot.archive.article(citation.article.id, citation.article.revision)
        span = Span(citation.start, citation.end)
        terminal = self._terminal
        pieces = citation_pieces(citation, quotes="full")
        terminal.show(lay_out(pieces, width=terminal.width, indent="    ", color=terminal.color))
        span_text = render_span(article, span, width=terminal.width, color=terminal.color)
        terminal.show("\n" + span_text)

    def _why(self) -> None:
        answer = self._answer()
        self._terminal.say(answer.question)
        self._terminal.show(render_trace(answer, self._hits))

    def _filter(self, argument: str) -> None:
        if argument:
            self._filters = parse_filters(argument, self._filters)
        self._terminal.say(describe_filters(self._filters))
