"""Step 4a. The ledger's schema: SQL, its version, and how an older archive is brought up to it.

`PRAGMA user_version` holds the version. `MIGRATIONS[n]` brings version n to n + 1; each runs in
one transaction, so that an interrupted migration leaves the archive as it was.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from retrieval.errors import SchemaError

_VERSION_1 = """
CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE article (
    id       TEXT PRIMARY KEY,
    key      TEXT NOT NULL UNIQUE,      -- canonical URL, stated id or file URI
    origin   TEXT NOT NULL,             -- where it was last read from
    revision INTEGER NOT NULL           -- the current one
) WITHOUT ROWID;
CREATE INDEX article_origin ON article(origin);

CREATE TABLE revision (
    article_id    TEXT NOT NULL REFERENCES article(id) ON DELETE CASCADE,
    revision      INTEGER NOT NULL,
    title         TEXT NOT NULL,
    text          TEXT NOT NULL,        -- canonical; never updated
    content_hash  TEXT NOT NULL,        -- sha256 over text and metadata
    source        TEXT,
    published     TEXT,                 -- ISO 8601 with the offset it was written with
    published_raw TEXT,
    published_day INTEGER,              -- the day on the outlet's calendar, as date.toordinal()
    authors       TEXT NOT NULL,        -- JSON list
    url           TEXT,
    dateline      TEXT,
    carrier       TEXT,
    ingested      TEXT NOT NULL,        -- ISO 8601, UTC
    PRIMARY KEY (article_id, revision)
);
CREATE INDEX revision_day ON revision(published_day);

-- Passages of current revisions only. Ids are never used again.
CREATE TABLE passage (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    article_id TEXT NOT NULL,
    revision   INTEGER NOT NULL,
    ordinal    INTEGER NOT NULL,
    start      INTEGER NOT NULL,
    "end"      INTEGER NOT NULL,
    sentences  TEXT NOT NULL,           -- JSON: [[start, end], ...]
    FOREIGN KEY (article_id, revision) REFERENCES revision(article_id, revision)
);
CREATE INDEX passage_article ON passage(article_id, ordinal);

CREATE TABLE vector (
    passage_id INTEGER PRIMARY KEY REFERENCES passage(id) ON DELETE CASCADE,
    data       BLOB NOT NULL            -- float16, little-endian, unit length
);

CREATE VIEW passage_text AS
    SELECT p.id AS id, r.title AS title, substr(r.text, p.start + 1, p."end" - p.start) AS body
    FROM passage p JOIN revision r ON r.article_id = p.article_id AND r.revision = p.revision;

CREATE VIRTUAL TABLE lexical USING fts5(
    title, body, content='passage_text', content_rowid='id',
    tokenize='porter unicode61 remove_diacritics 2'
);

-- Passages that are gone from the ledger and still in the dense index.
CREATE TABLE dense_dead (passage_id INTEGER PRIMARY KEY);
"""

_VERSION_2 = """
CREATE TABLE turn (
    id           INTEGER PRIMARY KEY,   -- grows with every turn that is added
    conversation TEXT NOT NULL,         -- its caller's name for it: "chat:5b2f…"
    ordinal      INTEGER NOT NULL,      -- counts from 1 within the conversation
    question     TEXT NOT NULL,         -- as it was asked
    standalone   TEXT NOT NULL,         -- what was searched for
    answer       TEXT NOT NULL,         -- JSON, of which the ledger knows nothing
    created      TEXT NOT NULL,         -- ISO 8601, UTC
    UNIQUE (conversation, ordinal)
);
"""

_VERSION_3 = """
-- Work that came from outside and must be done once, by whichever process claims it first.
CREATE TABLE claimed_event (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    payload  TEXT NOT NULL,             -- what it takes to do it; the ledger knows nothing of it
    note     TEXT NOT NULL,             -- how far it is, likewise
    owner    TEXT NOT NULL,             -- the process that does it
    until    REAL NOT NULL,             -- Unix time; later, another process may take it over
    tries    INTEGER NOT NULL,          -- how often it was begun
    finished REAL                       -- Unix time; NULL while it is not done
);
CREATE TABLE claimed_key (
    key   TEXT PRIMARY KEY,             -- a name that the event came under; it may have several
    event INTEGER NOT NULL REFERENCES claimed_event(id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX claimed_key_event ON claimed_key(event);

CREATE TABLE kept_answer (
    id      TEXT PRIMARY KEY,
    answer  TEXT NOT NULL,              -- JSON, of which the ledger knows nothing
    place   TEXT NOT NULL,              -- where it was given: "slack:T1:C1:1700000000.1"
    created REAL NOT NULL               -- Unix time
) WITHOUT ROWID;
CREATE INDEX kept_answer_created ON kept_answer(created);

CREATE TABLE opinion (
    answer  TEXT NOT NULL,              -- the id of an answer
    person  TEXT NOT NULL,
    kind    TEXT NOT NULL,              -- what it is about: "rating"
    text    TEXT NOT NULL,
    created REAL NOT NULL,              -- Unix time
    PRIMARY KEY (answer, person, kind)
) WITHOUT ROWID;

CREATE TABLE channel_setting (
    channel TEXT PRIMARY KEY,           -- its caller's name for it: "slack:T1:C1"
    value   TEXT NOT NULL               -- JSON, of which the ledger knows nothing
) WITHOUT ROWID;
"""

# MIGRATIONS[n] is SQL that brings version n to n + 1.
MIGRATIONS: tuple[str, ...] = (_VERSION_1, _VERSION_2, _VERSION_3)
SCHEMA_VERSION = len(MIGRATIONS)
_OLDEST_READABLE = 1  # its articles can be read without being migrated


def migrate(connection: sqlite3.Connection, *, name: str) -> None:
    """Bring the ledger to `SCHEMA_VERSION`. `name` is the archive's path, for messages.

    Raises:
        SchemaError: the ledger was written by a newer version of Dateline.
    """
    found = version(connection)
    if found > SCHEMA_VERSION:
        raise SchemaError(
            f"the archive at {name} has schema {found}, and this version of dateline knows up to "
            f"{SCHEMA_VERSION}: upgrade dateline"
        )
    while (step := version(connection)) < SCHEMA_VERSION:
        connection.execute("BEGIN IMMEDIATE")
        try:
            if version(connection) == step:  # else another process has migrated it meanwhile
                for statement in _statements(MIGRATIONS[step]):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {step + 1}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def _statements(script: str) -> Iterator[str]:
    """The statements of a script, one at a time: `executescript` would commit before the first."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def version(connection: sqlite3.Connection) -> int:
    """The schema version that the ledger states; 0 for an empty file."""
    row = connection.execute("PRAGMA user_version").fetchone()
    return int(row[0])


def readable(connection: sqlite3.Connection) -> bool:
    """Whether the articles can be read as they are, on a medium that cannot be migrated."""
    return _OLDEST_READABLE <= version(connection) <= SCHEMA_VERSION
