"""The error tree of `bot`. Its base is `retrieval.errors.DatelineError`.

DatelineError
├── (retrieval's errors)
├── NotConfiguredError    something the command needs was not set up
├── UsageError            a value the caller gave makes no sense
└── AnswerFormatError     a saved answer could not be read back
"""

from retrieval.errors import DatelineError


class NotConfiguredError(DatelineError):
    """Something that the command needs was not set up."""


class UsageError(DatelineError):
    """A value that the caller gave makes no sense."""


class AnswerFormatError(DatelineError):
    """A saved answer could not be read back."""
