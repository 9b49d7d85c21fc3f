"""Folders: what is read, in which order, what is passed over, and what is refused."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from retrieval.sources import Input, discover, read
from retrieval.types import ParsedArticle, SourceFailure


def write(folder: Path, *names: str) -> None:
    """Write a small article to each of these files."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"The ferry of {path.stem} sails.")


def found(folder: Path, *, format: str = "auto") -> list[str]:
    """The paths of the inputs in a folder, relative to it."""
    inputs = discover([folder], format=format)
    assert not [one for one in inputs if isinstance(one, SourceFailure)]
    return [os.path.relpath(one.origin, folder.resolve()) for one in inputs]


def test_order_and_formats(tmp_path: Path) -> None:
    """Files come in the order of their paths, each with the format of its ending."""
    write(tmp_path, "b.txt", "a/z.md", "a/b/c.HTML", "c.pdf", "d.docx", "e.rss", "f.jsonl.gz")
    inputs = [one for one in discover([tmp_path]) if isinstance(one, Input)]
    assert [one.format for one in inputs] == ["html", "md", "txt", "pdf", "docx", "feed", "jsonl"]
    assert found(tmp_path)[:3] == ["a/b/c.HTML", "a/z.md", "b.txt"]
    assert {one.root for one in inputs} == {str(tmp_path.resolve())}
    assert {one.kind for one in inputs} == {"file"}


def test_hidden_and_other_files_are_passed_over(tmp_path: Path) -> None:
    """Hidden files and folders silently; other endings with a word to the caller."""
    write(tmp_path, "a.txt", ".b.txt", ".git/c.txt", "d.png", "e.css", "f")
    skipped: list[str] = []
    inputs = discover([tmp_path], on_skip=skipped.append)
    assert [Path(one.origin).name for one in inputs] == ["a.txt"]
    assert [Path(path).name for path in skipped] == ["d.png", "e.css", "f"]


def test_a_named_file_is_always_tried(tmp_path: Path) -> None:
    """A file named itself is read, whatever its ending; its content tells its format."""
    write(tmp_path, ".hidden", "story.dat")
    (tmp_path / "rows").write_text('{"text": "A row."}\n')
    inputs = discover([tmp_path / ".hidden", tmp_path / "story.dat", tmp_path / "rows"])
    read_in = [list(read(one)) for one in inputs if isinstance(one, Input)]
    texts = [one.text for (one,) in read_in if isinstance(one, ParsedArticle)]
    assert texts == ["The ferry of .hidden sails.", "The ferry of story sails.", "A row."]


def test_ignore_files(tmp_path: Path) -> None:
    """Git's patterns, in any folder: an inner file may take back what an outer one leaves out."""
    write(tmp_path, "a.txt", "README.md", "old/b.txt", "x/draft.txt", "x/keep.txt", "x/y/draft.txt")
    (tmp_path / ".datelineignore").write_text("# comment\nREADME.md\n/old/\ndraft.*\n")
    (tmp_path / "x/y/.datelineignore").write_text("!draft.txt\n")
    assert found(tmp_path) == ["a.txt", "x/keep.txt", "x/y/draft.txt"]


def test_a_broken_ignore_file_is_reported(tmp_path: Path) -> None:
    """A folder whose patterns cannot be read is not read as if it had none."""
    write(tmp_path, "a.txt", "b/c.txt")
    (tmp_path / "b/.datelineignore").write_bytes(b"\xff\xfe\xff")
    one, other = discover([tmp_path])
    assert isinstance(one, Input)
    assert isinstance(other, SourceFailure)
    assert "patterns" in other.reason


def test_links(tmp_path: Path) -> None:
    """A link out of the folder is refused, a link inside it passed over, a circle is told."""
    write(tmp_path, "out/secret.txt", "in/a.txt")
    folder = tmp_path / "in"
    (folder / "b.txt").symlink_to(folder / "a.txt")
    (folder / "c.txt").symlink_to(tmp_path / "out/secret.txt")
    (folder / "d").symlink_to(folder)
    (folder / "e").symlink_to(tmp_path / "out")
    (folder / "f.txt").symlink_to(folder / "f.txt")
    (folder / "g.txt").symlink_to("nowhere")
    inputs = discover([folder])
    assert [Path(one.origin).name for one in inputs if isinstance(one, Input)] == ["a.txt"]
    told = {Path(one.origin).name: one.reason for one in inputs if isinstance(one, SourceFailure)}
    assert set(told) == {"c.txt", "e", "f.txt", "g.txt"}
    assert "out of the folder" in told["c.txt"]
    assert "out of the folder" in told["e"]
    assert "circle" in told["f.txt"]
    assert "nowhere" in told["g.txt"]


def test_a_named_link_is_followed(tmp_path: Path) -> None:
    """A link that the person names is theirs to follow; its origin is where it leads."""
    write(tmp_path, "a.txt")
    (tmp_path / "link").symlink_to(tmp_path / "a.txt")
    (one,) = discover([tmp_path / "link"])
    assert one.origin == str((tmp_path / "a.txt").resolve())


def test_special_files(tmp_path: Path) -> None:
    """A FIFO, socket or device is refused without ever waiting for it."""
    os.mkfifo(tmp_path / "a.txt")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "b.txt"))
        reasons = [one.reason for one in discover([tmp_path]) if isinstance(one, SourceFailure)]
    assert reasons == ["is a FIFO, not a regular file", "is a socket, not a regular file"]
    (device,) = discover(["/dev/null"])
    assert isinstance(device, SourceFailure)
    assert "device" in device.reason


def test_a_file_that_becomes_a_fifo_is_refused(tmp_path: Path) -> None:
    """What is opened is checked again: files may change between walking and reading."""
    write(tmp_path, "a.txt")
    (item,) = discover([tmp_path])
    (tmp_path / "a.txt").unlink()
    os.mkfifo(tmp_path / "a.txt")
    assert isinstance(item, Input)
    (outcome,) = read(item)
    assert isinstance(outcome, SourceFailure)
    assert outcome.reason == "is a FIFO, not a regular file"


@contextmanager
def as_nobody(folder: Path) -> Iterator[None]:
    """Root may read everything: be somebody else who owns `folder`, if we are root."""
    if os.geteuid() != 0:
        yield
        return
    for path in (folder, *folder.rglob("*")):
        os.chown(path, 65534, 65534)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_no_permission() -> None:
    """Unreadable files and folders are told apart from missing ones, and the rest is read."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, "a.txt", "b.txt", "c/d.txt")
        (folder / "a.txt").chmod(0)
        (folder / "c").chmod(0)
        with as_nobody(folder):
            inputs = discover([folder])
            outcomes = [o for one in inputs if isinstance(one, Input) for o in read(one)]
        (folder / "c").chmod(0o700)
    reasons = [o.reason for o in (*inputs, *outcomes) if isinstance(o, SourceFailure)]
    assert reasons == ["may not be read: no permission"] * 2
    assert sum(isinstance(o, ParsedArticle) for o in outcomes) == 1


def test_missing_inputs_and_wrong_addresses() -> None:
    """Each input that leads nowhere is a failure of its own."""
    inputs = discover(["/no/such/file", "ftp://x.example/a", "a\0b", "x" * 5_000])
    reasons = [one.reason for one in inputs if isinstance(one, SourceFailure)]
    assert reasons == [
        "does not exist",
        "is no http or https address",
        "has a name that no file can have",
        "has a name that is too long",
    ]


def test_urls_and_stdin() -> None:
    """Addresses and standard input are inputs as they stand, each once."""
    inputs = discover(["https://x.example/a", "-", "https://x.example/a"], format="html")
    assert inputs == [
        Input("https://x.example/a", "url", "html", "https://x.example/a"),
        Input("-", "stdin", "html", "-"),
    ]


def test_the_same_file_is_read_once(tmp_path: Path) -> None:
    """A file named twice, or named beside its folder, is one input."""
    write(tmp_path, "a.txt", "b.txt")
    inputs = discover([tmp_path / "b.txt", tmp_path, tmp_path / "." / "a.txt"])
    assert [Path(one.origin).name for one in inputs] == ["b.txt", "a.txt"]


def test_a_forced_format(tmp_path: Path) -> None:
    """In a folder a format selects its files and those without ending; `json` is JSON Lines."""
    write(tmp_path, "a.txt", "b.md", "c", "d.jsonl", "e.png")
    assert found(tmp_path, format="txt") == ["a.txt", "c"]
    assert found(tmp_path, format="json") == ["c", "d.jsonl"]
    with pytest.raises(ValueError, match="unknown format 'doc'"):
        discover([tmp_path], format="doc")


def test_a_deep_folder_ends(tmp_path: Path) -> None:
    """A tree deeper than any archive is refused where it gets too deep, not by a crash."""
    deep = tmp_path
    for _ in range(120):
        deep = deep / "d"
    deep.mkdir(parents=True)
    write(deep, "a.txt")
    (one,) = discover([tmp_path])
    assert isinstance(one, SourceFailure)
    assert "folders deep" in one.reason


def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    """A file name that is not UTF-8 cannot be stored as an origin, and is named in ASCII."""
    (tmp_path / os.fsdecode(b"\xff.txt")).write_text("The ferry sails.")
    (one,) = discover([tmp_path])
    assert isinstance(one, SourceFailure)
    assert one.origin.isascii()
    assert "rename it" in one.reason
