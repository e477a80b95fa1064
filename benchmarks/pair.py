"""Two commands timed in turn, as whole processes, and their medians set against each other.

Machines are shared and noisy: a figure means something only beside a peer's from the same run, so the two are run
alternately (A B A B …) after one warm-up each, and what counts is the ratio of the medians.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
BUNRAKU = str(ROOT / ".venv/bin/bunraku")
PUPPET = shutil.which("puppet")


class Figure(NamedTuple):
    """What the runs of one command took: median seconds, and the largest peak memory in MiB."""

    seconds: float
    mebibytes: float


def run(command: Sequence[str], env: Mapping[str, str] | None = None) -> Figure:
    """One run of a command, its output thrown away. Raises RuntimeError if it fails (exit codes 0 and 2 are good)."""
    null = os.open(os.devnull, os.O_RDWR)
    actions = [(os.POSIX_SPAWN_DUP2, null, fd) for fd in (0, 1, 2)]
    start = time.perf_counter()
    pid = os.posix_spawnp(command[0], list(command), dict(env or os.environ), file_actions=actions)
    _, status, usage = os.wait4(pid, 0)
    seconds = time.perf_counter() - start
    os.close(null)
    if os.waitstatus_to_exitcode(status) not in (0, 2):
        raise RuntimeError(f"exit code {os.waitstatus_to_exitcode(status)} of {' '.join(command)}")
    return Figure(seconds, usage.ru_maxrss / 1024)


def compare(
    what: str,
    ours: Sequence[str],
    theirs: Sequence[str],
    *,
    runs: int = 7,
    before: Callable[[], None] = lambda: None,
    env: Mapping[str, str] | None = None,
) -> float:
    """Time two commands alternately and print a row: medians, peak memory, and how many times quicker ours is.

    before: called before every run of either (to undo what the last one did). Returns the ratio of the medians.
    """
    figures: tuple[list[Figure], list[Figure]] = ([], [])
    for turn in range(runs + 1):
        for command, found in zip((ours, theirs), figures, strict=True):
            before()
            figure = run(command, env)
            if turn:
                found.append(figure)
    a, b = (Figure(statistics.median(f.seconds for f in fs), max(f.mebibytes for f in fs)) for fs in figures)
    ratio = b.seconds / a.seconds
    print(
        f"{what:<44} {a.seconds:8.3f} s {a.mebibytes:6.0f} MiB   beside {b.seconds:8.3f} s {b.mebibytes:6.0f} MiB"
        f"   {ratio:6.1f}x quicker",
        flush=True,
    )
    return ratio


def need(program: str | None, package: str) -> str:
    """The program's path; ends the benchmark with a word on how to get it where it is not installed."""
    if program is None:
        print(f"benchmark left out: its peer is not installed (Debian package {package})", file=sys.stderr)
        sys.exit(0)
    return program
