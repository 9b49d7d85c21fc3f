"""`dateline remove`, `verify`, `doctor` and `reindex`: keeping an archive right."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import exits
from bot.cli.opening import open_archive, open_bot
from bot.cli.options import ArchiveOption, JsonOption
from bot.cli.progress import ProgressBar
from bot.cli.terminal import Terminal
from bot.render.data import to_json
from retrieval.errors import ArticleNotFoundError, DatelineError

_LARGEST_SAVED = 64 * 2**20  # bytes read of a saved answer before it is refused


def remove(
    articles: Annotated[
        list[str],
        typer.Argument(metavar="ARTICLE...", help="Ids of articles, or their beginnings."),
    ],
    archive: ArchiveOption = None,
) -> int:
    """Remove articles from the archive. Saved answers that cite them stop verifying."""
    terminal = Terminal()
    code = exits.DONE
    with open_archive(archive) as opened:
        for name in articles:
            try:
                ref = opened.remove(name)
            except ArticleNotFoundError as error:
                terminal.note(str(error))
                code = exits.FAILED
            else:
                terminal.say(f"removed {ref.id}  {ref.title}")
    return code


def verify(
    answer: Annotated[
        str,
        typer.Argument(metavar="ANSWER.json|-", help="A saved answer; - reads standard input."),
    ],
    json: JsonOption = False,
    archive: ArchiveOption = None,
) -> int:
    """Prove every citation of a saved answer again.

    Save an answer with: dateline ask "..." --format json > answer.json
    """
    from bot.answer_json import load_answer
    from bot.render.citation import address, provenance

    terminal = Terminal()
    saved = load_answer(_read_saved(answer))
    with open_bot(archive) as bot:
        checks = bot.verify(saved)
    failed = [check for check in checks if not check.ok]
    if json:
        terminal.show(to_json({"id": saved.id, "ok": not failed, "checks": checks}))
        return exits.NOT_VERIFIED if failed else exits.DONE
    cited = {citation.number: citation for citation in saved.citations}
    for check in checks:
        citation = cited.get(check.number)
        where = (
            f"{provenance(citation.article)} · "
            f"{address(citation.article, citation.start, citation.end)}"
            if citation
            else ""
        )
        verdict = "holds" if check.ok else f"DOES NOT HOLD: {check.why}"
        terminal.say(f"[{check.number}] {verdict}" + (f"  {where}" if where else ""))
    if failed:
        terminal.note(f"{len(failed)} of {len(checks)} checks failed")
        return exits.NOT_VERIFIED
    if not checks:
        terminal.note("the saved answer cites nothing: there is nothing to prove")
    return exits.DONE


def _read_saved(name: str) -> bytes:
    try:
        if name == "-":
            return sys.stdin.buffer.read(_LARGEST_SAVED)
        with Path(name).open("rb") as file:
            return file.read(_LARGEST_SAVED)
    except OSError as error:
        raise DatelineError(f"cannot read {name}: {error.strerror}") from error


def doctor(
    repair: Annotated[
        bool, typer.Option("--repair", help="Rebuild what is wrong from the stored articles.")
    ] = False,
    json: JsonOption = False,
    archive: ArchiveOption = None,
) -> int:
    """Compare the stored articles with their indexes.

    The lexical and the dense index are compared with the articles both ways.
    """
    terminal = Terminal()
    with open_archive(archive) as opened:
        report = opened.doctor(repair=repair)
    if json:
        terminal.show(to_json(report))
        return exits.DONE if report.ok else exits.FAILED
    dense = "unreadable" if report.dense_rows is None else report.dense_rows
    terminal.say(
        f"articles {report.articles}, passages {report.passages}, "
        f"rows in the lexical index {report.lexical_rows}, in the dense index {dense}"
    )
    for problem in report.problems:
        terminal.say(f"problem   {problem}")
    for mended in report.repaired:
        terminal.say(f"repaired  {mended}")
    if report.ok:
        terminal.say("all is well" if not report.problems else "all is well again")
        return exits.DONE
    terminal.note(
        "problems remain" + ("" if repair else "; mend them with: dateline doctor --repair")
    )
    return exits.FAILED


def reindex(
    embedder: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Change to this embedder: minilm-l6-v2 (in the package), or openai:MODEL.",
            show_default=False,
        ),
    ] = None,
    archive: ArchiveOption = None,
) -> int:
    """Split and embed every stored article again.

    Needed once after an update that brings another embedder, and to change the embedder; see exit
    code 12. A run that is cut short goes on where it was.
    """
    terminal = Terminal()
    with (
        open_archive(archive, embedder=embedder) as opened,
        ProgressBar(terminal.err, "indexing") as bar,
    ):
        count = opened.reindex(on_progress=bar.update)
    terminal.say(f"reindexed {count} {'article' if count == 1 else 'articles'}")
    return exits.DONE
