"""Nothing from an article or a model comes alive in Slack: no ping, no foreign link, no format."""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, datetime
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.slack import modals
from bot.slack.blocks import answer_blocks, answer_markdown, markdown_block, streamed
from bot.slack.fmt import as_said, link_target, markdown, mrkdwn, task_title
from bot.slack.home import home
from bot.slack.testing.rules import problems
from bot.slack.testing.workspace import objects
from bot.slack.thread import content
from bot.types import (
    Abstention,
    Answer,
    AskedFilters,
    Citation,
    Claim,
    Nearest,
    Reason,
    Rejected,
    Status,
)
from retrieval.types import ArchiveStats, Article, ArticleRef

HOSTILE = [
    "<!channel>", "<!here|x>", "<!everyone>", "<!subteam^S1>", "<@U0000ADA>", "<#C0000NEWS>",
    "&lt;!channel&gt;", "<https://evil.example|here>", "[here](https://evil.example)",
    "[x]: https://evil.example", "https://evil.example/a?b=(c)", "www.evil.example", "evil.com/x",
    "![i](https://evil.example/i.png)", "mailto:a@evil.example", "a@evil.example", "tel:+123456",
    "**bold**", "`code`", "```", "~x~", "_x_", "# head", "> quote", "- list", "1. list", "---",
    "| a | b |", "<b>", "\\", "\\\\<", "`https://evil.example`", "`[x](https://e.example)",
    "<<!channel>>", "<\u200b!channel>", "javascript:alert(1)", "slack://open", "ftp://evil.example",
    "HTTPS://EVIL.EXAMPLE", "//evil.example", "\u202e", "\U000e0041", "\x1b]8;;http://e.example\x07",
    "https:\u200b//evil.example", "@channel", "@here", ":bomb:", "\n\n", "\t", " ", "word",
]  # fmt: skip
text = st.lists(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=12)), max_size=8).map("".join)
urls = st.one_of(
    st.none(),
    text,
    st.sampled_from(
        ["https://news.example/a?b=1&c=2", "http://news.example/é (1)", "https://n.example/<!here>"]
    ),
    st.integers(2_900, 3_100).map(lambda n: "https://n.example/" + "a" * n),
)

_MENTION = re.compile(r"<[!@#][^>]*>|<(?:https?|mailto|tel)[^>]*>", re.IGNORECASE)
_BARE = re.compile(
    r"(?:\w[\w+.-]*:/|www\.)\S|\S@\w+\.\w|(?<!\w)(?:[\w-]+\.)+[a-z]{2,}(?=/|\b)", re.I
)


_BLOCKS = frozenset(
    {f"{kind}_open" for kind in "heading blockquote bullet_list ordered_list table".split()}
    | {"html_block", "fence", "code_block", "hr"}
)
_PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def _markdown_lives(said: str) -> list[str]:
    """What Slack would make of Markdown: its own references first, then CommonMark's."""
    found = _MENTION.findall(said)
    for token in _PARSER.parse(said):
        if token.type in _BLOCKS:
            found.append(token.type)
        for child in token.children or []:
            if child.type in {"link_open", "image", "html_inline", "em_open", "s_open"}:
                found.append(f"{child.type} {child.attrs}")
            elif child.type == "text":
                found += [m[0] for m in _BARE.finditer(child.content)]
    return found


def _lives(blocks: list[dict[str, Any]], allowed: set[str]) -> list[str]:
    """Everything in blocks that pings or leads somewhere it should not."""
    found = []
    for item in objects(blocks):
        match item.get("type"):
            case "mrkdwn":
                found += _MENTION.findall(item["text"])
            case "markdown":
                found += _markdown_lives(item["text"])
            case "link" if item["url"] not in allowed:
                found.append(item["url"])
            case "user" | "usergroup" | "channel" | "broadcast" | "image" | "emoji" as kind:
                found.append(kind)
            case _:
                pass
        if "url" in item and item.get("type") != "link":
            found.append(str(item))
    return found


refs = st.builds(
    ArticleRef,
    id=st.just("abcdef012345"),
    revision=st.just(1),
    title=text,
    source=st.one_of(st.none(), text),
    published=st.one_of(st.none(), st.just(datetime(2022, 3, 4, tzinfo=UTC))),
    url=urls,
    dateline=st.one_of(st.none(), text),
    carrier=st.one_of(st.none(), text),
)


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    """Any answer, with anything in its texts."""
    many = draw(st.sampled_from([0, 1, 2, 5, 60]))
    citations = tuple(
        Citation(number + 1, draw(refs), 0, 5, draw(text), verified=True)
        for number in range(min(many, 3))
    )
    citations += tuple(
        Citation(number + 1, citations[0].article, 0, 5, "quote", verified=False)
        for number in range(3, many)
    )
    claims = tuple(
        Claim(draw(text), (c.number,), short=draw(st.one_of(st.none(), text)), short_in=c.number,
              lead=draw(st.sampled_from([" ", "\n", "\n\n", "\n- "])))
        for c in citations[:4]
    )  # fmt: skip
    abstention = None if claims else Abstention(Reason.NO_MATCH, draw(text))
    return Answer(
        id="0123456789abcdef",
        question=draw(text),
        status=draw(st.sampled_from([Status.ANSWERED, Status.CONFLICTING])) if claims
        else Status.ABSTAINED,
        claims=claims,
        citations=citations,
        abstention=abstention,
        nearest=() if claims else tuple(Nearest(draw(refs), 0, 3) for _ in range(2)),
        rejected=(Rejected("x", "y"),) if many == 2 else (),
        filters=AskedFilters(),
        reader="any",
        created=datetime(2024, 1, 1, tzinfo=UTC),
        timings={},
        notices=tuple(draw(st.lists(text, max_size=5))),
    )  # fmt: skip


@given(text)
@settings(max_examples=700)
@example("<!channel> [a](https://evil.example)")
@example("//evil.example- list ..evil.example")
@example("a+:/b")  # a scheme may end in what is no letter
@example("Awww.1")
@example("-.@here.5")
@example("x-.co")  # a label of a host in a hyphen
def test_no_text_comes_alive_in_markdown(said: str) -> None:
    """Whatever an article or a model says: no reference of Slack's, no link, no block."""
    assert _markdown_lives(markdown(said)) == []
    assert _markdown_lives(streamed(f"\n- {said} [1][2]").removeprefix("\n- ")) == []


@given(text)
@settings(max_examples=500)
def test_no_text_comes_alive_in_mrkdwn_or_a_title(said: str) -> None:
    """Angle brackets are all that Slack's own markup has."""
    assert not _MENTION.search(mrkdwn(said))
    assert not set("<>") & set(task_title(said))


@given(text)
@settings(max_examples=300)
def test_markdown_reads_as_the_text_it_was_made_of(said: str) -> None:
    """Escaping changes nothing of what is read: rendered, it is the text on one line."""
    from bot.render.sanitise import clean_line

    parsed = MarkdownIt("commonmark").parseInline(markdown(said))
    read = "".join(child.content for token in parsed for child in token.children or [])
    assert read == clean_line(said)


@given(answers())
@settings(max_examples=70)
def test_an_answer_is_valid_and_harmless_wherever_it_is_shown(answer: Answer) -> None:
    """Message, shared message, window and report: within every limit; links are the articles'."""
    allowed = {link_target(c.article.url) or "" for c in answer.citations}
    allowed |= {link_target(near.article.url) or "" for near in answer.nearest}
    said = answer_markdown(answer)
    for shared in (True, False):
        blocks = [markdown_block(said or "x"), *answer_blocks(answer, shared=shared)]
        message = {"channel": "C", "text": "Answer", "blocks": blocks}
        assert problems("chat.postMessage", message) == []
        assert _lives(blocks[1:], allowed) == []
        assert _MENTION.findall(said) == []
    updated = content(said, answer_blocks(answer))
    assert problems("chat.update", updated) == []
    assert not _MENTION.search(updated["text"])
    for view in (modals.passages(answer, _article), modals.wrong_citation(answer)):
        if answer.citations:
            assert problems("views.open", {"view": view}) == []
        assert _lives(view["blocks"], allowed) == []


def _article(article_id: str, revision: int) -> Article:
    ref = ArticleRef(article_id, revision, "T", None, None, None, None, None)
    body = "<!channel> \x07 [x](https://evil.example)\n\n" * 100
    return Article(ref, body, (), "file:///x", datetime(2024, 1, 1, tzinfo=UTC))


@given(refs, st.lists(text, max_size=20), text)
@settings(max_examples=60)
def test_home_and_the_shortcut_are_valid_and_harmless(
    ref: ArticleRef, outlets: list[str], said: str
) -> None:
    """With anything in the archive, and anything in the message that is asked about."""
    view = home(ArchiveStats(1, 1, tuple(outlets), None, None), [ref] * 10)
    assert problems("views.publish", {"view": view}) == []
    assert _lives(view["blocks"], {link_target(ref.url) or ""}) == []
    window = modals.ask_about("C1", "1.0", as_said(said * 400))
    assert problems("views.open", {"view": window}) == []
    assert len(json.loads(window["private_metadata"])["channel"]) == 2


@given(urls)
@settings(max_examples=500)
def test_only_http_addresses_become_links(url: str | None) -> None:
    """And none that Slack would refuse or read otherwise."""
    target = link_target(url)
    if target is not None:
        assert re.fullmatch(r"https?://[!-;=?-~]+", target, re.IGNORECASE)
        assert len(target) <= 3_000


def test_escaping_takes_linear_time() -> None:
    """A hostile sentence of 200,000 characters takes a moment, whatever it is made of."""
    began = time.process_time()
    for piece in (
        "a",
        "a.",
        "a-",
        "(@",
        "(",
        "a@",
        "x:",
        "<",
        "&",
        "\u00e9",
        "a.b@",
        "`",
        "//",
        "\\",
    ):
        hostile = piece * (200_000 // len(piece))
        as_said(hostile)
        assert markdown(hostile)
        assert mrkdwn(hostile)
    assert time.process_time() - began < 10


def test_what_people_write_reads_as_it_looks() -> None:
    """Slack's references and entities, turned back; the bot's own mention is left out."""
    said = (
        "<@UBOT> did <@U1|ida> read <https://a.example/x|this> &amp; <#C1|news> &lt;b&gt; <!here>?"
    )
    assert as_said(said, bot_user="UBOT") == "did @ida read this & #news <b> @here?"
    assert as_said("<https://a.example/x> &amp;lt;") == "https://a.example/x &lt;"
