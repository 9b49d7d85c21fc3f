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
    └── EmbedderError              the embedder's weights are missing or damaged

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
    """The embedder's weights are missing, damaged or not usable."""
