"""The error tree of `retrieval`.

    DatelineError                  base; its text is one line a person can act on
    ├── SourceError                an input could not be read as an article
    ├── ArchiveError               the archive cannot be opened or written
    │   ├── ArchiveNotFoundError   there is no archive at that place
    │   ├── ArchiveLockedError     another process is writing
    │   ├── SchemaError            the archive was made by a newer Dateline
    │   └── EmbedderMismatchError  the archive was built with another embedder
    ├── ArticleNotFoundError       no article has that id
    ├── DenseIndexError            the dense index failed; the ledger is unharmed
    └── EmbedderError              the embedder cannot embed: its weights or its server fail
        ├── UnknownEmbedderError   no embedder has that name
        └── MissingKeyError        its server demands a key, and there is none

Errors of libraries are translated once, at the adapter that calls the library.
"""


class DatelineError(Exception):
    """Base of every error that Dateline raises on purpose."""


class SourceError(DatelineError):
    """An input could not be read as an article."""


class ArchiveError(DatelineError):
    """The archive cannot be opened, read or written."""


class ArchiveNotFoundError(ArchiveError):
    """There is no archive at the given place."""


class ArchiveLockedError(ArchiveError):
    """Another process is writing to the archive."""


class SchemaError(ArchiveError):
    """The archive's schema is newer than this version of Dateline."""


class EmbedderMismatchError(ArchiveError):
    """The archive was built with another embedder or passage splitter."""


class ArticleNotFoundError(DatelineError):
    """No article in the archive has the given id."""


class DenseIndexError(DatelineError):
    """The dense index failed. The ledger, which it is derived from, is unharmed."""


class EmbedderError(DatelineError):
    """The embedder cannot embed: its weights are missing or damaged, or its server fails."""


class UnknownEmbedderError(EmbedderError):
    """No embedder has the given name."""


class MissingKeyError(EmbedderError):
    """The embedder's server demands a key, and none was given."""
