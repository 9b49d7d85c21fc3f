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
        rows = chosen(run, {key for question in questions for key in question["articles"]})
    except MissingDataError as error:
        result.skipped.append(str(error))
        return result
    questions = data.sampled(questions, run.sample)
    ours, theirs = _ranked(run, questions, rows, result)
    for name, rankings in (("Dateline", ours), ("BM25, same articles", theirs)):
        pairs = list(zip(rankings, (set(row["articles"]) for row in questions), strict=True))
        for k in (1, 5, 10):
            hits = [metrics.hits_at(ranking, gold, k) for ranking, gold in pairs]
            result.figures[f"{name}, hit@{k}"] = metrics.bootstrap(hits)
        reciprocal = [metrics.reciprocal_rank(ranking, gold) for ranking, gold in pairs]
        result.figures[f"{name}, MRR@10"] = metrics.bootstrap(reciprocal)
        gains = [metrics.ndcg_at(ranking, gold) for ranking, gold in pairs]
        result.figures[f"{name}, nDCG@10"] = metrics.bootstrap(gains)
    every = "all" if run.articles is None else f"the gold ones and {run.articles:,} others"
    result.notes.append(
        f"{len(questions)} questions over {len(rows):,} articles ({every}). The published row and "
        "the reach are over all 26,776 articles; fewer make it easier, for both."
    )
    return result


def _ranked(
    run: Run, questions: list[Row], rows: list[Row], result: Result
) -> tuple[list[list[str]], list[list[str]]]:
    """The first articles of every question, ours and BM25's."""
    known = ids_by_url(rows)
    result.about["archive"] = fingerprint(run, rows)
    with built(run, rows) as archive:

        def ours(row: Row) -> Row:
            return {"articles": _articles(archive, known, row["question"])}

        name = f"retrieval {result.about['archive']}"
        found = run.finished.each(name, questions, ours)
    plain = WholeArticles(rows)
    theirs = [plain.search(row["question"], _ARTICLES) for row in questions]
    return [record["articles"] for record in found], theirs


def _articles(archive: Archive, known: dict[str, str], question: str) -> list[str]:
    ids: dict[str, None] = {}
    for hit in archive.search(question, limit=_PASSAGES):
        key = url_key(hit.article.ref.url or "") or ""
        ids[known.get(key, hit.article.id)] = None
    return list(ids)[:_ARTICLES]
