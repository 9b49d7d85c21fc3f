"""Opening one input: a regular file, or standard input."""

from __future__ import annotations

import errno
import os
import stat
from typing import BinaryIO

from retrieval.errors import SourceError

_REASONS = {
    errno.EACCES: "may not be read: no permission",
    errno.EPERM: "may not be read: no permission",
    errno.ENOENT: "does not exist",
    errno.ELOOP: "is a symbolic link that leads in a circle",
    errno.ENAMETOOLONG: "has a name that is too long",
    errno.EISDIR: "is a folder",
    errno.ENOTDIR: "does not exist: a part of its path is a file",
}
_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a FIFO"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISLNK, "a symbolic link"),
)


def open_regular(path: str) -> BinaryIO:
    """Open a regular file to read its bytes, without ever waiting for one.

    Raises:
        SourceError: it cannot be opened, or is a FIFO, device, socket or folder.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise SourceError(reason(error)) from error
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        raise SourceError(f"is {file_kind(mode)}, not a regular file")
    return os.fdopen(descriptor, "rb")


def file_kind(mode: int) -> str:
    """What a file of this mode is, with its article."""
    return next((name for test, name in _KINDS if test(mode)), "a file of an unknown kind")


def reason(error: OSError | ValueError) -> str:
    """Why a file could not be read, on one line."""
    if isinstance(error, OSError):
        return _REASONS.get(error.errno or 0, f"cannot be read: {error.strerror or error}")
    return "has a name that no file can have"
