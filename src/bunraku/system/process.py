"""Running commands: an argument list, a deadline, and no process left behind.

Every command runs in a process group of its own; past its deadline, or when bunraku itself is ended, the whole group
is ended. What it writes goes to a file in memory, not to a pipe, so a daemon that a command leaves behind on purpose
neither holds bunraku up nor dies of a closed pipe. A shell is used only where the caller names one in `argv`.
"""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple

from bunraku.system import interrupt

if TYPE_CHECKING:
    import subprocess

LIMIT = 64 << 20
"""Bytes that a command may write before it is ended as runaway."""

GRACE = 2.0
"""Seconds between SIGTERM and SIGKILL for a command past its deadline."""

_LOOK = 0.025
"""Seconds between two looks at how much a running command has written."""


class Result(NamedTuple):
    """How a command ended.

    code: its exit code, or -N where signal N ended it. output: standard output; and standard error too, in the
    order written, unless it was kept apart in `errors`. seconds: how long it took.
    """

    code: int
    output: str
    errors: str
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether it exited 0."""
        return self.code == 0


class CommandError(Exception):
    """A command that could not be run, or was ended. `result` is what it had written by then, if it ran."""

    def __init__(self, message: str, result: Result | None = None) -> None:
        super().__init__(message)
        self.result = result


class CommandTimeout(CommandError):
    """A command past its deadline."""


def run(
    argv: Sequence[str],
    *,
    deadline: float,
    env: Mapping[str, str] | None = None,
    cwd: str | None = None,
    uid: int | None = None,
    gid: int | None = None,
    groups: Sequence[int] | None = None,
    umask: int | None = None,
    stdin: bytes | None = None,
    apart: bool = False,
    limit: int = LIMIT,
) -> Result:
    """Run `argv` to its end and return how it went, whatever its exit code.

    deadline: seconds. env: the whole environment (default: ours). uid, gid, groups: who it runs as. stdin: what it
    reads (default: nothing). apart: keep standard error apart from standard output.
    Raises CommandError (not found, not executable, wrote more than `limit` bytes), CommandTimeout.
    """
    started = time.monotonic()
    out = _Capture()
    err = _Capture() if apart else None
    source = None if stdin is None else _Capture(stdin)
    process = None
    try:
        try:
            # An interrupt between the start and the note of it would leave the command running.
            with interrupt.held():
                process = _start(argv, env, cwd, uid, gid, groups, umask, source, out, err)
            reason = _wait(process, started + deadline, out, err, limit)
        except BaseException:
            if process is not None:
                end_group(process.pid, grace=0.1, process=process)
                process.wait()
            raise
        if reason is not None:
            end_group(process.pid, grace=GRACE, process=process)
        result = Result(process.wait(), out.text(), err.text() if err else "", time.monotonic() - started)
    finally:
        for capture in (out, err, source):
            if capture is not None:
                capture.close()
    if reason == "deadline":
        raise CommandTimeout(f"'{argv[0]}' was ended: not done after {deadline:g} s", result)
    if reason == "flood":
        raise CommandError(f"'{argv[0]}' was ended: it wrote more than {limit} bytes", result)
    return result


@contextmanager
def running(
    argv: Sequence[str],
    *,
    log: str,
    env: Mapping[str, str] | None = None,
    uid: int | None = None,
    gid: int | None = None,
    grace: float = 10.0,
) -> Iterator[subprocess.Popen[bytes]]:
    """A program that runs for as long as the block does; then its group is ended (SIGTERM, after `grace` s SIGKILL).

    log: a file that gets what it writes, at its end. env: the whole environment (default: ours). uid, gid: who it runs
    as. Raises CommandError.
    """
    import subprocess

    with open(log, "ab") as output:
        try:
            process = subprocess.Popen(
                list(argv),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=None if env is None else dict(env),
                user=uid,
                group=gid,
                process_group=0,
            )
        except OSError as error:
            raise CommandError(f"'{argv[0]}' cannot be run: {(error.strerror or str(error)).lower()}") from error
    try:
        yield process
    finally:
        end_group(process.pid, grace=grace, process=process)
        process.wait()


class _Capture:
    """A file in memory that a command writes to, or reads from."""

    def __init__(self, content: bytes = b"") -> None:
        self.descriptor = os.memfd_create("bunraku")
        if content:
            os.write(self.descriptor, content)
            os.lseek(self.descriptor, 0, os.SEEK_SET)

    def size(self) -> int:
        return os.fstat(self.descriptor).st_size

    def text(self) -> str:
        size = min(self.size(), LIMIT)
        return os.pread(self.descriptor, size, 0).decode("utf-8", "replace") if size else ""

    def close(self) -> None:
        os.close(self.descriptor)


def _start(
    argv: Sequence[str],
    env: Mapping[str, str] | None,
    cwd: str | None,
    uid: int | None,
    gid: int | None,
    groups: Sequence[int] | None,
    umask: int | None,
    source: _Capture | None,
    out: _Capture,
    err: _Capture | None,
) -> subprocess.Popen[bytes]:
    import subprocess  # costs milliseconds that a run without commands need not pay

    try:
        return subprocess.Popen(
            list(argv),
            stdin=source.descriptor if source else subprocess.DEVNULL,
            stdout=out.descriptor,
            stderr=err.descriptor if err else subprocess.STDOUT,
            env=None if env is None else dict(env),
            cwd=cwd,
            user=uid,
            group=gid,
            extra_groups=groups,
            umask=-1 if umask is None else umask,
            process_group=0,
        )
    except FileNotFoundError as error:
        missing = cwd if cwd is not None and not os.path.isdir(cwd) else argv[0]
        raise CommandError(f"'{missing}' was not found") from error
    except (PermissionError, NotADirectoryError) as error:
        raise CommandError(f"'{argv[0]}' cannot be run: {(error.strerror or str(error)).lower()}") from error
    except OSError as error:
        raise CommandError(f"'{argv[0]}' cannot be run: {error.strerror}") from error


def _wait(process: subprocess.Popen[bytes], end: float, out: _Capture, err: _Capture | None, limit: int) -> str | None:
    """Wait until the command exits (None), its deadline passes ("deadline") or it writes too much ("flood")."""
    handle = os.pidfd_open(process.pid)
    try:
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        while True:
            left = end - time.monotonic()
            if poll.poll(max(0.0, min(left, _LOOK)) * 1000):
                return None
            interrupt.check()
            if left <= 0:
                return "deadline"
            if out.size() + (err.size() if err else 0) > limit:
                return "flood"
    finally:
        os.close(handle)


def _wait_for(process: subprocess.Popen[bytes], seconds: float) -> None:
    end = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < end:
        time.sleep(0.01)


def end_group(group: int, *, grace: float, process: subprocess.Popen[bytes] | None = None) -> None:
    """End a process group: SIGTERM, and after `grace` seconds, or as soon as `process` is gone, SIGKILL."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGTERM)
        if process is not None:
            _wait_for(process, grace)
        else:
            time.sleep(grace)
        os.killpg(group, signal.SIGKILL)
