"""The error tree of `bot`. Its base is `retrieval.errors.DatelineError`.

DatelineError
├── (retrieval's errors)
├── NotConfiguredError         something the command needs was not set up
├── UsageError                 a value the caller gave makes no sense
├── AnswerFormatError          a saved answer could not be read back
├── PromptError                a prompt file is not in form
├── SlackError                 Slack did not do what it was asked
│   ├── SlackUnreachableError  no answer of Slack could be had
│   └── SlackApiRefusedError   Slack refused the call
└── ModelError                 the language model gave no usable reply
    ├── ModelUnreachableError  no answer from its server, or only that it failed
    ├── ModelRefusedError      its server refused: the key, the model's name, the quota, the size
    ├── ModelReplyError        its reply broke off or could not be read
    ├── DeadlineError          the time for one answer was over
    └── SpendCapError          the call could cost more than may still be spent
"""

from retrieval.errors import DatelineError


class NotConfiguredError(DatelineError):
    """Something that the command needs was not set up."""


class UsageError(DatelineError):
    """A value that the caller gave makes no sense."""


class AnswerFormatError(DatelineError):
    """A saved answer could not be read back."""


class PromptError(DatelineError):
    """A prompt file is not in form."""


class ModelError(DatelineError):
    """The language model gave no usable reply."""


class ModelUnreachableError(ModelError):
    """The model's server did not answer, or answered that it failed."""


class ModelRefusedError(ModelError):
    """The model's server refused the request; asking again would not help."""


class ModelReplyError(ModelError):
    """The reply broke off or could not be read."""


class DeadlineError(ModelError):
    """The time for one answer was over before the model had finished."""


class SpendCapError(ModelError):
    """The call could cost more than this process may still spend."""


class SlackError(DatelineError):
    """Slack did not do what it was asked."""


class SlackUnreachableError(SlackError):
    """No answer of Slack could be had."""


class SlackApiRefusedError(SlackError):
    """Slack refused the call. `code` is its name for why, such as "channel_not_found"."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code
