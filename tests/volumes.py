"""File systems of a test's own, to be filled up or made read-only. Mounting needs root on Linux."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def mount(path: Path, *, size: str = "50%") -> bool:
    """Mount an empty file system of `size` at the folder `path`. False where not allowed."""
    if sys.platform != "linux" or os.geteuid():
        return False
    return _mounted(path, "-t", "tmpfs", "-o", f"size={size}", "tmpfs")


def remount(path: Path, options: str) -> None:
    """Change the options of the file system at `path`: `ro`, `rw` or `size=…`."""
    assert _mounted(path, "-o", f"remount,{options}")


def unmount(path: Path) -> None:
    """Take the file system away, also when files on it are still open."""
    subprocess.run(["umount", "-l", str(path)], check=True)


def _mounted(path: Path, *options: str) -> bool:
    done = subprocess.run(["mount", *options, str(path)], check=False, capture_output=True)
    return done.returncode == 0
