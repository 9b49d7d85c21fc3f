"""The exit codes, and which error ends in which."""

from __future__ import annotations

from bot.errors import NotConfiguredError, UsageError
from retrieval.errors import ArchiveNotFoundError, DatelineError, EmbedderMismatchError

DONE = 0
FAILED = 1
USAGE = 2
NOT_CONFIGURED = 3
ABSTAINED = 10
NOT_VERIFIED = 11
OTHER_EMBEDDER = 12
INTERRUPTED = 130  # 128 + SIGINT, as shells report it
BROKEN_PIPE = 141  # 128 + SIGPIPE

HELP = """\b
Exit codes:
   0  answered, or done
   1  error, also of a model; for ingest and remove: some failed
   2  wrong usage
   3  not configured: no archive yet, or a model without key, address or package
  10  abstained: the archive does not say
  11  verification failed: a citation does not hold
  12  the archive was indexed with another embedder
 130  interrupted

\b
Environment:
  DATELINE_ARCHIVE   the archive's folder, unless --archive names one
  OPENAI_API_KEY     lets a language model write the answers; so does DATELINE_BASE_URL
  DATELINE_…         every setting has a variable: dateline config show
  DATELINE_DEBUG=1   show the traceback of an unexpected error
  NO_COLOR=1         no styles on a terminal
"""


def exit_code(error: DatelineError) -> int:
    """The exit code that an error ends in."""
    match error:
        case UsageError():
            return USAGE
        case NotConfiguredError() | ArchiveNotFoundError():
            return NOT_CONFIGURED
        case EmbedderMismatchError():
            return OTHER_EMBEDDER
        case _:
            return FAILED
