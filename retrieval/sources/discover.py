"""What a person named -> inputs: files, addresses, standard input, and folders walked in order.

Inside a folder these are left out: hidden files and folders, what a `.datelineignore` in it or
above it names (in git's pattern language), and files whose ending is no article format, which are
reported to `on_skip`. A file that is named itself is always tried. Nothing outside the folder is
read: a symbolic link that leads out is refused, one that leads to another place inside is passed
over, since that place is visited anyway.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from retrieval.errors import SourceError
from retrieval.sources import files, sniff
from retrieval.sources.inputs import FORMATS, STDIN, Input
from retrieval.types import SourceFailure

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

IGNORE_FILE = ".datelineignore"
_IGNORE_LIMIT = 100_000  # bytes
_MAX_DEPTH = 100

Found = Input | SourceFailure
Rules = tuple[tuple[str, "GitIgnoreSpec"], ...]  # folder and its patterns, outermost first


def discover(
    inputs: Sequence[str | Path],
    *,
    format: str = "auto",
    on_skip: Callable[[str], None] | None = None,
) -> list[Input | SourceFailure]:
    """The inputs that `inputs` stand for, each once, in the order named and then by path.

    Args:
        inputs: paths of files and folders, http(s) URLs, or `-` for standard input.
        format: one of `FORMATS`. Other than `auto`, it is what every named file, URL and stream
            is read as; in a folder it selects the files with its endings or with none.
        on_skip: called with the path of each file in a folder that is no article by its ending.

    Raises:
        ValueError: `format` is none of `FORMATS`.
    """
    if format == "json":
        format = "jsonl"
    if format not in FORMATS:
        raise ValueError(f"unknown format {format!r}: use one of {', '.join(FORMATS)}")
    skip = on_skip or _pass_over
    found: list[Found] = []
    seen: set[str] = set()
    for named in inputs:
        for one in _named(str(named), format, skip):
            if isinstance(one, SourceFailure) or one.origin not in seen:
                found.append(one)
                seen.add(one.origin)
    return found


def _pass_over(_: str) -> None:
    """What is done with a skipped file when nobody asked to be told."""


def _named(named: str, format: str, skip: Callable[[str], None]) -> Iterator[Found]:
    if named == STDIN:
        yield Input(STDIN, "stdin", format, STDIN)
        return
    if "://" in named:
        if named.lower().startswith(("http://", "https://")):
            yield Input(named, "url", format, named)
        else:
            yield SourceFailure(named, "is no http or https address")
        return
    try:
        path = os.path.realpath(os.path.expanduser(named), strict=True)
        mode = os.stat(path).st_mode
    except (OSError, ValueError) as error:
        yield SourceFailure(named, files.reason(error))
        return
    if stat.S_ISDIR(mode):
        yield from _folder(path, path, (), format, skip)
    elif stat.S_ISREG(mode):
        yield Input(path, "file", format, path)
    else:
        yield SourceFailure(path, f"is {files.file_kind(mode)}, not a regular file")


def _folder(
    folder: str, root: str, rules: Rules, format: str, skip: Callable[[str], None]
) -> Iterator[Found]:
    if folder.count(os.sep) - root.count(os.sep) > _MAX_DEPTH:
        yield SourceFailure(folder, f"is more than {_MAX_DEPTH} folders deep: it is not read")
        return
    try:
        with os.scandir(folder) as entries:
            names = sorted(entries, key=lambda entry: entry.name)
        rules = (*rules, *_rules(folder))
    except OSError as error:
        yield SourceFailure(folder, files.reason(error))
        return
    except SourceError as error:
        yield SourceFailure(os.path.join(folder, IGNORE_FILE), str(error))
        return
    for entry in names:
        if not entry.name.startswith("."):
            yield from _entry(entry, root, rules, format, skip)


def _entry(
    entry: os.DirEntry[str], root: str, rules: Rules, format: str, skip: Callable[[str], None]
) -> Iterator[Found]:
    try:
        mode = entry.stat(follow_symlinks=False).st_mode
    except OSError as error:
        yield SourceFailure(entry.path, files.reason(error))
        return
    if _ignored(entry.path, rules, is_folder=stat.S_ISDIR(mode)):
        return
    if stat.S_ISDIR(mode):
        yield from _folder(entry.path, root, rules, format, skip)
        return
    chosen = _chosen(entry.name, format)
    if stat.S_ISLNK(mode):
        yield from _link(entry, root, wanted=chosen is not None)
    elif chosen is None:
        skip(entry.path)
    elif not stat.S_ISREG(mode):
        yield SourceFailure(entry.path, f"is {files.file_kind(mode)}, not a regular file")
    elif not entry.name.isprintable() and _unencodable(entry.path):
        yield SourceFailure(ascii(entry.path)[1:-1], "has a name that is not UTF-8: rename it")
    else:
        yield Input(entry.path, "file", chosen, root)


def _link(entry: os.DirEntry[str], root: str, *, wanted: bool) -> Iterator[SourceFailure]:
    try:
        target = os.path.realpath(entry.path, strict=True)
    except OSError as error:
        if wanted or error.errno not in (None, 2):
            yield SourceFailure(entry.path, f"is a symbolic link that {_led(error)}")
        return
    inside = os.path.commonpath([target, root]) == root
    if not inside and (wanted or os.path.isdir(target)):
        yield SourceFailure(entry.path, "is a symbolic link out of the folder: it is not followed")


def _led(error: OSError) -> str:
    import errno

    return "leads in a circle" if error.errno == errno.ELOOP else "leads nowhere"


def _chosen(name: str, format: str) -> str | None:
    """The format to read a file of a folder as, or None to pass it over."""
    kind = sniff.by_name(name)
    if format in ("auto", kind):
        return kind
    return format if kind is None and "." not in name else None


def _rules(folder: str) -> Rules:
    path = os.path.join(folder, IGNORE_FILE)
    if not os.path.lexists(path):
        return ()
    from pathspec import GitIgnoreSpec

    with files.open_regular(path) as stream:
        content = stream.read(_IGNORE_LIMIT + 1)
    if len(content) > _IGNORE_LIMIT:
        raise SourceError("is too long for a list of patterns: its folder is not read")
    try:
        return ((folder, GitIgnoreSpec.from_lines(content.decode().splitlines())),)
    except ValueError as error:  # no UTF-8, or a pattern that git refuses too
        raise SourceError(f"is no list of patterns, its folder is not read: {error}") from error


def _ignored(path: str, rules: Rules, *, is_folder: bool) -> bool:
    """Whether the innermost rule that speaks of `path` leaves it out, as git decides."""
    for folder, spec in reversed(rules):
        relative = os.path.relpath(path, folder) + ("/" if is_folder else "")
        include = spec.check_file(relative).include
        if include is not None:
            return include
    return False


def _unencodable(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return True
    return False
