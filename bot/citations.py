"""Step 10. Draft claims -> verified claims and numbered citations. Pure but for reading articles.

A citation is made here and nowhere else: `[start, end)` of one stored revision, its quote cut from
the stored text by these offsets. A claim whose evidence does not hold is withheld, and so is one in
a reader's own words that the cited sentences do not carry (`bot.support`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.heading import heading
from bot.readers import DraftClaim, Evidence, Judge, Ruling
from bot.types import Answer, Citation, Claim, Flaw, Item, Rejected
from retrieval.errors import ArticleNotFoundError
from retrieval.types import Article, Span

_MOST_SENTENCES = 8  # of many more, some sentence has any name and any figure

GetArticle = Callable[[str, int], Article]


@dataclass(frozen=True, slots=True)
class CitationCheck:
    """Whether one citation of a saved answer still holds, and if not, why."""

    number: int
    ok: bool
    why: str = ""


@dataclass(slots=True)
class CitationMaker:
    """Makes the citations of one answer: numbered 1..n by first use, one number per span.

    `question` is what was searched for: claims may take names from it. `judge` is asked last about
    a claim in a reader's own words, if there is one.
    """

    get_article: GetArticle
    question: str = ""
    judge: Judge | None = None
    citations: list[Citation] = field(default_factory=list)
    rulings: list[Ruling] = field(default_factory=list)
    _numbers: dict[tuple[str, int, Span], int] = field(default_factory=dict)

    def claim(self, draft: DraftClaim) -> Claim | Rejected:
        """Verify a draft claim. Adjacent sentences of its evidence become one citation."""
        label = draft.text or "a quotation"
        if not draft.evidence:
            return Rejected(label, "no sentence was cited for it", Flaw.UNCITED)
        if draft.text is not None and (count := len(set(draft.evidence))) > _MOST_SENTENCES:
            why = f"it cites {count} sentences: no more than {_MOST_SENTENCES} can state one thing"
            return Rejected(label, why, Flaw.UNSUPPORTED)
        try:
            for evidence in draft.evidence:
                self._quote(evidence)  # before joining: a bad span must not hide inside a good one
            joined = self._join(draft.evidence)
            quotes = [self._quote(evidence) for evidence in joined]
        except (ArticleNotFoundError, ValueError) as error:
            return Rejected(label, str(error), Flaw.UNVERIFIABLE)
        if draft.text is not None and (rejected := self._unsupported(draft.text, joined, quotes)):
            return rejected
        short, short_in = self._short(draft.short, joined)
        numbers = [self._number(e, q) for e, q in zip(joined, quotes, strict=True)]
        return Claim(
            text=draft.text if draft.text is not None else " … ".join(quotes),
            citations=tuple(numbers),
            short=short,
            short_span=draft.short.span if short is not None and draft.short else None,
            short_in=numbers[short_in] if short is not None else None,
            score=draft.score,
            lead=draft.lead,
            also=self._items(draft, joined[short_in]) if short is not None else (),
        )

    def _unsupported(
        self, text: str, joined: Sequence[Evidence], quotes: Sequence[str]
    ) -> Rejected | None:
        """Why a claim in a reader's own words is withheld, if it is."""
        from bot.support import problems  # its word tables are for model answers only

        headings = [heading(evidence.article) for evidence in joined]
        found = problems(text, quotes, headings=headings, question=self.question)
        if found:
            return Rejected(text, "; ".join(p.message for p in found), Flaw.UNSUPPORTED)
        if self.judge is not None:
            headed = [f"({head}) {quote}" for head, quote in zip(headings, quotes, strict=True)]
            ruling = self.judge(text, headed)
            self.rulings.append(ruling)
            if not ruling.stands:
                return Rejected(text, ruling.why, Flaw.DOUBTED)
        return None

    def _join(self, evidence: Sequence[Evidence]) -> list[Evidence]:
        """Merge spans of one article that only white space separates, in the text's order."""
        joined: list[Evidence] = []
        for item in sorted(
            set(evidence),
            key=lambda e: (evidence[0].article.id != e.article.id, e.article.id, e.span),
        ):
            last = joined[-1] if joined else None
            if last is not None and last.article == item.article:
                text = self.get_article(item.article.id, item.article.revision).text
                if not text[last.span.end : item.span.start].strip():
                    end = max(last.span.end, item.span.end)
                    joined[-1] = Evidence(item.article, Span(last.span.start, end))
                    continue
            joined.append(item)
        return joined

    def _quote(self, evidence: Evidence) -> str:
        article = self.get_article(evidence.article.id, evidence.article.revision)
        start, end = evidence.span
        if not 0 <= start < end <= len(article.text):
            raise ValueError(f"[{start}, {end}) is outside article {article.id}")
        if article.ref != evidence.article:
            raise ValueError(f"article {article.id} is not the one that was read")
        quote = article.text[start:end]
        if quote != quote.strip():
            raise ValueError(f"[{start}, {end}) of article {article.id} is no whole sentence")
        return quote

    def _short(self, short: Evidence | None, joined: Sequence[Evidence]) -> tuple[str | None, int]:
        """The short answer's text and which evidence holds it; None if none does."""
        if short is not None:
            for index, item in enumerate(joined):
                inside = item.span.start <= short.span.start < short.span.end <= item.span.end
                if item.article == short.article and inside:
                    text = self.get_article(item.article.id, item.article.revision).text
                    return text[slice(*short.span)], index
        return None, 0

    def _items(self, draft: DraftClaim, within: Evidence) -> tuple[Item, ...]:
        """The further short answers that lie in the evidence that holds the first one."""
        text = self.get_article(within.article.id, within.article.revision).text
        return tuple(
            Item(text[slice(*span)], span)
            for span in draft.also
            if within.span.start <= span.start < span.end <= within.span.end
        )

    def _number(self, evidence: Evidence, quote: str) -> int:
        key = (evidence.article.id, evidence.article.revision, evidence.span)
        if key not in self._numbers:
            self._numbers[key] = len(self._numbers) + 1
            self.citations.append(
                Citation(
                    number=self._numbers[key],
                    article=evidence.article,
                    start=evidence.span.start,
                    end=evidence.span.end,
                    quote=quote,
                    verified=True,
                )
            )
        return self._numbers[key]


def verify_answer(answer: Answer, get_article: GetArticle) -> list[CitationCheck]:
    """Re-prove each citation of a saved answer against the stored articles."""
    checks: list[CitationCheck] = []
    for citation in answer.citations:
        try:
            article = get_article(citation.article.id, citation.article.revision)
        except ArticleNotFoundError as error:
            checks.append(CitationCheck(citation.number, False, str(error)))
            continue
        checks.append(_check(citation, article))
    return checks + _check_claims(answer)


def _check(citation: Citation, article: Article) -> CitationCheck:
    where = f"{article.id}:{citation.start}-{citation.end}"
    inside = 0 <= citation.start < citation.end <= len(article.text)
    if not inside or article.text[citation.start : citation.end] != citation.quote:
        return CitationCheck(citation.number, False, f"the quote is not what {where} says")
    if article.ref != citation.article:
        return CitationCheck(
            citation.number, False, f"{where} is there; its title, outlet or date is another"
        )
    return CitationCheck(citation.number, True)


def _check_claims(answer: Answer) -> list[CitationCheck]:
    """A claim must rest on citations that the answer has, and be them or be carried by them."""
    cited = {citation.number: citation for citation in answer.citations}
    failed: list[CitationCheck] = []
    for claim in answer.claims:
        missing = [number for number in claim.citations if number not in cited]
        if missing or not claim.citations:
            number = missing[0] if missing else 0
            failed.append(CitationCheck(number, False, "a claim cites what the answer lacks"))
        elif why := _claim_fails(claim, [cited[number] for number in claim.citations], answer):
            failed.append(CitationCheck(claim.citations[0], False, why))
    return failed


def _claim_fails(claim: Claim, cited: Sequence[Citation], answer: Answer) -> str:
    """Why a claim does not follow from what it cites; empty if it does."""
    if not _short_holds(claim, {citation.number: citation for citation in cited}):
        return "the short answer is not in the quote"
    quotes = [citation.quote for citation in cited]
    if claim.text == " … ".join(quotes):
        return ""
    if answer.reader.startswith("extractive"):
        return "the claim is not what it quotes"
    from bot.support import problems

    found = problems(
        claim.text,
        quotes,
        headings=[heading(citation.article) for citation in cited],
        question=answer.standalone or answer.question,
    )
    return "; ".join(problem.message for problem in found)


def _short_holds(claim: Claim, cited: Mapping[int, Citation]) -> bool:
    """Whether the short answers, if there are any, are what their spans say, inside a citation."""
    if claim.short is None and claim.short_span is None and claim.short_in is None:
        return not claim.also
    if not claim.items or claim.short_in not in claim.citations:
        return False
    citation = cited[claim.short_in]
    return all(
        citation.start <= start < end <= citation.end
        and citation.quote[start - citation.start : end - citation.start] == text
        for text, (start, end) in ((item.text, item.span) for item in claim.items)
    )
