"""Measures commands as the operating system accounts for them: CPU, wall clock, peak memory.

Every command is a fresh process. CPU is user plus system time of it and of the processes that it
waited for; on a busy machine it says more than the wall clock.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATELINE = (sys.executable, "-m", "bot")


@dataclass(frozen=True, slots=True)
class Usage:
    """What one command took, and what it said."""

    cpu: float  # seconds
    wall: float  # seconds
    peak_mb: float  # resident memory, the largest of its processes
    code: int
    output: str


def measure(command: Sequence[str]) -> Usage:
    """Run a command from the root of the checkout and account for it."""
    environment = dict(os.environ)
    # Without compiled modules every start would compile the package again.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryFile() as out:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, cwd=ROOT, env=environment
        )
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read().decode()
    unit = 2**20 if sys.platform == "darwin" else 2**10  # bytes there, KiB elsewhere
    return Usage(
        used.ru_utime + used.ru_stime, wall, used.ru_maxrss / unit, process.returncode, text
    )


def middle(commands: Sequence[Sequence[str]], *, runs: int) -> Usage:
    """The run of median CPU, over `runs` rounds of all commands, after one round unmeasured."""
    for command in commands:
        measure(command)
    usages = sorted(
        (measure(command) for _ in range(runs) for command in commands), key=lambda u: u.cpu
    )
    return usages[len(usages) // 2]


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile: 95 of 1..100 for .95."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered)) - 1))]


def spread(seconds: Sequence[float]) -> dict[str, float]:
    """Median and 95th percentile, in milliseconds."""
    return {
        "p50_ms": round(statistics.median(seconds) * 1000, 1),
        "p95_ms": round(percentile(seconds, 0.95) * 1000, 1),
    }


def machine() -> dict[str, str | int | float]:
    """The machine, so that figures can be compared."""
    return {
        "cpu": _cpu_name(),
        "cores": os.cpu_count() or 1,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 1),
    }


def _cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown"
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown"
