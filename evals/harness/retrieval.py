"""Article retrieval: is the article found that the quiz's editors linked?

An article ranks by its best passage. Plain BM25 over whole articles ranks the same articles.
"""

from __future__ import annotations

from evals.harness import data, metrics
from evals.harness.archive import built, chosen, fingerprint, ids_by_url
from evals.harness.bm25 import WholeArticles
from evals.harness.data import MissingDataError, Row
from evals.harness.run import Result, Run
from retrieval.archive import Archive
from retrieval.sources.identity import url_key

_PASSAGES = 100  # enough that ten articles are among them
_ARTICLES = 10


def measure(run: Run) -> Result:
    """Hits, MRR and nDCG of both."""
    result = Result()
    try:
        questions = list(data.rows(run.data, "link_questions.dev"))
        every = list(data.rows(run.data, "news_articles"))
    except MissingDataError as error:
        result.skipped.append(str(error))
        return result
    rows = chosen(run, every, {key for question in questions for key in question["articles"]})
    questions = data.sampled(questions, run.sample)
    # Another name where the articles are fewer: those figures are not what was set out to reach.
    ours = "Dateline" if len(rows) == len(every) else "Dateline, fewer articles"
    ranked = {
        ours: _ours(run, questions, rows, result),
        "BM25, same articles": _plain(questions, rows),
    }
    if len(rows) < len(every):
        ranked["BM25, all articles"] = _plain(questions, every)
    for name, rankings in ranked.items():
        pairs = list(zip(rankings, (set(row["articles"]) for row in questions), strict=True))
        for k in (1, 5, 10):
            hits = [metrics.hits_at(ranking, gold, k) for ranking, gold in pairs]
            result.figures[f"{name}, hit@{k}"] = metrics.bootstrap(hits)
        reciprocal = [metrics.reciprocal_rank(ranking, gold) for ranking, gold in pairs]
        result.figures[f"{name}, MRR@10"] = metrics.bootstrap(reciprocal)
        gains = [metrics.ndcg_at(ranking, gold) for ranking, gold in pairs]
        result.figures[f"{name}, nDCG@10"] = metrics.bootstrap(gains)
    which = "all" if run.articles is None else f"the gold ones and {run.articles:,} others"
    result.notes.append(
        f"{len(questions)} questions over {len(rows):,} articles ({which}), of {len(every):,}. The "
        "reach and the figures of others are over all; fewer make it easier, for both."
    )
    return result


def _ours(run: Run, questions: list[Row], rows: list[Row], result: Result) -> list[list[str]]:
    """The first articles of every question, as the archive ranks them."""
    known = ids_by_url(rows)
    result.about["archive"] = fingerprint(run, rows)
    with built(run, rows) as archive:

        def compute(row: Row) -> Row:
            return {"articles": _articles(archive, known, row["question"])}

        name = f"retrieval {result.about['archive']}"
        found = run.finished.each(name, questions, compute)
    return [record["articles"] for record in found]


def _plain(questions: list[Row], rows: list[Row]) -> list[list[str]]:
    index = WholeArticles(rows)
    return [index.search(row["question"], _ARTICLES) for row in questions]


def _articles(archive: Archive, known: dict[str, str], question: str) -> list[str]:
    ids: dict[str, None] = {}
    for hit in archive.search(question, limit=_PASSAGES):
        key = url_key(hit.article.ref.url or "") or ""
        ids[known.get(key, hit.article.id)] = None
    return list(ids)[:_ARTICLES]
