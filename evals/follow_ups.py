"""How well follow-up questions are understood without a language model.

    python -m evals.follow_ups [--conversations FILE] [--corpus FOLDER] [--misses] [--json]

Holds each conversation with the extractive reader on a temporary archive of the corpus. For every
follow-up it asks, with the question as typed and as rewritten by `bot.question`: is a passage with
a gold quotation among the 8 retrieved, and is a gold quotation cited? Where a conversation changes
its subject, the question must stay as it is. Answers of earlier turns are the bot's own, so that
a wrong one may mislead the turns after it, as in life.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.engine import Bot
from bot.question import Turn, standalone_by_rule
from bot.types import Answer, Citation
from retrieval.types import Hit

ROOT = Path(__file__).resolve().parent.parent
CONVERSATIONS = ROOT / "tests" / "bot" / "conversations.json"
READ = 8  # passages

Gold = list[list[str]]  # [file, quotation]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One follow-up: as it was typed, as it was searched for, and what either found."""

    conversation: str
    typed: str
    standalone: str
    must_stay: bool
    found_typed: bool
    found: bool
    cited_typed: bool
    cited: bool

    @property
    def stayed(self) -> bool:
        """Whether the question was left as it was typed."""
        return self.typed == self.standalone


def main() -> None:
    """Hold the conversations, judge, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--conversations", type=Path, default=CONVERSATIONS)
    parser.add_argument("--corpus", type=Path, default=ROOT / "corpus")
    parser.add_argument("--misses", action="store_true", help="print every follow-up not cited")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    options = parser.parse_args()
    conversations = json.loads(options.conversations.read_text("utf-8"))
    with tempfile.TemporaryDirectory() as folder, Bot.open(folder) as bot:
        bot.ingest([options.corpus])
        outcomes = [outcome for talk in conversations for outcome in hold(bot, talk)]
    if options.misses:
        for outcome in outcomes:
            if not (outcome.found and outcome.cited):
                print(_miss(outcome))
    summary = summarize(outcomes)
    print(json.dumps(summary, indent=2) if options.json else _table(summary))


def hold(bot: Bot, talk: dict[str, Any], *, cite: bool = True) -> Iterator[Outcome]:
    """Ask the turns of one conversation in order; judge all but the first.

    Without `cite`, typed questions are only searched for, which is quicker.
    """
    turns: list[Turn] = []
    for asked in talk["turns"]:
        question = asked["question"]
        made = standalone_by_rule(question, turns)
        standalone = made.text if made else question
        answer = bot.ask(standalone)
        turns.append(Turn(question, standalone, answered(answer)))
        if "gold" in asked:
            gold = asked["gold"]
            yield Outcome(
                conversation=talk["id"],
                typed=question,
                standalone=standalone,
                must_stay=asked.get("alone", False),
                found_typed=_found(bot.archive.search(question, limit=READ), gold),
                found=_found(bot.archive.search(standalone, limit=READ), gold),
                cited_typed=cite and _cited(bot, bot.ask(question), gold),
                cited=_cited(bot, answer, gold),
            )


def answered(answer: Answer) -> str:
    """The text of an answer that later questions lean on: its short answers, or else its claims."""
    short = [short for claim in answer.claims for short in claim.shorts]
    return ", ".join(dict.fromkeys(short)) or " ".join(claim.text for claim in answer.claims)


def _found(hits: list[Hit], gold: Gold) -> bool:
    """Whether a passage holds a gold quotation, in an article of its file."""
    return any(
        file in hit.article.origin and quote in hit.text for hit in hits for file, quote in gold
    )


def _cited(bot: Bot, answer: Answer, gold: Gold) -> bool:
    return any(_covers(bot, citation, *pair) for citation in answer.citations for pair in gold)


def _covers(bot: Bot, citation: Citation, file: str, quote: str) -> bool:
    article = bot.archive.article(citation.article.id, citation.article.revision)
    return file in article.origin and quote in citation.quote


def summarize(outcomes: list[Outcome]) -> dict[str, Any]:
    """Shares over all follow-ups, and the questions that had to stay as they were."""
    follow_ups = [outcome for outcome in outcomes if not outcome.must_stay]
    alone = [outcome for outcome in outcomes if outcome.must_stay]
    return {
        "follow_ups": len(follow_ups),
        "rewritten": _share([not o.stayed for o in follow_ups]),
        "passage_found_as_typed": _share([o.found_typed for o in follow_ups]),
        "passage_found": _share([o.found for o in follow_ups]),
        "cited_as_typed": _share([o.cited_typed for o in follow_ups]),
        "cited": _share([o.cited for o in follow_ups]),
        "changes_of_subject": len(alone),
        "left_alone": _share([o.stayed for o in alone]),
    }


def _share(values: list[bool]) -> float:
    return round(sum(values) / len(values), 4) if values else 0.0


def _table(summary: dict[str, Any]) -> str:
    return "\n".join(f"{name:24} {value}" for name, value in summary.items())


def _miss(outcome: Outcome) -> str:
    state = "not cited" if outcome.found else "not found"
    return f"{outcome.conversation}: {state}: {outcome.typed!r} -> {outcome.standalone!r}"


if __name__ == "__main__":
    main()
