"""The quality harness: real news and public question sets, asked of the bot as it is.

Read in this order: `data` (files -> questions), `asking` (a bot over given articles), `finished`
(what is done is kept), `metrics`; then the data sets that several tests share (`realtime`,
`clapnq`), the tests (`retrieval`, `reading`, `abstention`, `citations`, `conflict`), and
`published` and `report`. `evals/__main__.py` runs them.
"""
