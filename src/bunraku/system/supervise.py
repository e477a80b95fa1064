"""Programs run side by side until all have ended: what they write is kept, how they ended is noted.

SIGTERM and SIGINT to this process are passed on to the programs; those that are still there after a while are killed.
One that fails ends the others. A program that stays in our namespaces is killed should this process be.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from io import FileIO
from typing import NamedTuple

from bunraku.system.process import CommandError

LOG_SIZE = 16 << 20
"""Bytes of a log from which it is moved to NAME.1, in the place of the one before."""

LAST_WAIT = 5.0
"""Seconds that a program's own way to be killed may take."""

_CHUNK = 1 << 16


class Program(NamedTuple):
    """A program to be run.

    name: for its log's lines. log: the file that gets what it writes; None: it has our terminal. root: the folder
    that it takes for `/`. uid, gid, groups: who it runs as. kill: the command that ends it for sure, where a signal
    to the process does not.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    log: str | None = None
    root: str | None = None
    cwd: str = "/"
    uid: int | None = None
    gid: int | None = None
    groups: Sequence[int] = ()
    kill: Sequence[str] | None = None


def supervise(
    programs: Sequence[Program],
    *,
    started: Callable[[str, int], None],
    ended: Callable[[str, int], None],
    grace: float = 10.0,
) -> dict[str, int]:
    """Run `programs` to their end; each one's exit code by name, 128+N where signal N ended it.

    started, ended: called with a program's name and its process ID, and its exit code. grace: seconds between the
    request to end and the kill. Raises CommandError where one cannot be started; those that run are ended then.
    """
    watch = _Watch(programs, ended, grace)
    with watch:
        for program in programs:
            watch.start(program)
            started(program.name, watch.children[program.name].pid)
        watch.run()
    return watch.codes


class _Log:
    """A file of bounded length, and our own output."""

    def __init__(self, path: str, prefix: str) -> None:
        self.path = path
        self.prefix = prefix.encode()
        self.file = FileIO(path, "ab")
        self.fresh = True

    def write(self, data: bytes) -> None:
        if self.file.tell() > LOG_SIZE:
            self.file.close()
            os.rename(self.path, f"{self.path}.1")
            self.file = FileIO(self.path, "ab")
        self.file.write(data)
        if self.prefix:
            lines = data.splitlines(keepends=True)
            head = b"" if not self.fresh else self.prefix
            shown = head + self.prefix.join(lines)
            self.fresh = data.endswith(b"\n")
        else:
            shown = data
        with suppress(OSError):  # nobody may be there to read it; the log has it
            sys.stdout.buffer.write(shown)
            sys.stdout.buffer.flush()


class _Watch:
    def __init__(self, programs: Sequence[Program], ended: Callable[[str, int], None], grace: float) -> None:
        self.programs = {program.name: program for program in programs}
        self.ended = ended
        self.grace = grace
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.codes: dict[str, int] = {}
        self.kill_at: float | None = None
        self.killed = False
        self.selector = selectors.DefaultSelector()
        self.before: dict[int, object] = {}

    def __enter__(self) -> None:
        self.wake, wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self.selector.register(self.wake, selectors.EVENT_READ, ("signal", ""))
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            self.before[number] = signal.signal(number, lambda number, frame: None)

    def __exit__(self, *error: object) -> None:
        for name in self.children.keys() - self.codes.keys():
            self._kill(name)
            with suppress(subprocess.TimeoutExpired):
                self.children[name].wait(LAST_WAIT)
            self.children[name].kill()
            self.children[name].wait()
        for number, handler in self.before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        os.close(signal.set_wakeup_fd(-1))
        os.close(self.wake)
        self.selector.close()

    def start(self, program: Program) -> None:
        """Start one program. Raises CommandError."""
        terminal = program.log is None
        try:
            child = subprocess.Popen(
                list(program.argv),
                stdin=None if terminal else subprocess.DEVNULL,
                stdout=None if terminal else subprocess.PIPE,
                stderr=None if terminal else subprocess.STDOUT,
                env=dict(program.env),
                start_new_session=not terminal,
                preexec_fn=lambda: _enter(program),
            )
        except (OSError, subprocess.SubprocessError) as error:
            why = (getattr(error, "strerror", None) or str(error)).lower()
            raise CommandError(f"{program.name}: '{program.argv[0]}' cannot be run: {why}") from error
        self.children[program.name] = child
        self.selector.register(os.pidfd_open(child.pid), selectors.EVENT_READ, ("end", program.name))
        if child.stdout is not None and program.log is not None:
            log = _Log(program.log, f"{program.name}: " if len(self.programs) > 1 else "")
            self.selector.register(child.stdout, selectors.EVENT_READ, ("output", log))

    def run(self) -> None:
        """Until all have ended and all they wrote was read."""
        while len(self.codes) < len(self.children):
            left = None if self.kill_at is None else max(0.0, self.kill_at - time.monotonic())
            for key, _ in self.selector.select(left):
                kind, about = key.data
                if kind == "signal":
                    self._signalled()
                elif kind == "output":
                    self._output(key.fd, key.fileobj, about)
                else:
                    self.selector.unregister(key.fd)
                    os.close(key.fd)
                    self._ended(about)
            if self.kill_at is not None and time.monotonic() >= self.kill_at:
                self._kill_all()
        self._drain()

    def _output(self, descriptor: int, stream: object, log: _Log) -> bool:
        data = os.read(descriptor, _CHUNK)
        if data:
            log.write(data)
        else:
            self.selector.unregister(stream)  # type: ignore[arg-type]
        return bool(data)

    def _drain(self) -> None:
        """What was written before the end and not read yet; a process left behind does not hold us up."""
        for key in list(self.selector.get_map().values()):
            if key.data[0] == "output":
                os.set_blocking(key.fd, False)
                with suppress(BlockingIOError):
                    while self._output(key.fd, key.fileobj, key.data[1]):
                        pass

    def _signalled(self) -> None:
        os.read(self.wake, 64)
        self._end_all()

    def _end_all(self) -> None:
        for name in self.children.keys() - self.codes.keys():
            self.children[name].terminate()
        if self.kill_at is None:
            self.kill_at = time.monotonic() + self.grace

    def _ended(self, name: str) -> None:
        code = self.children[name].wait()
        self.codes[name] = code if code >= 0 else 128 - code
        self.ended(name, self.codes[name])
        if code != 0 and len(self.codes) < len(self.children):
            self._end_all()

    def _kill_all(self) -> None:
        """What is still there gets killed; what is there even then, without regard to what it leaves behind."""
        for name in self.children.keys() - self.codes.keys():
            if self.killed:
                self.children[name].kill()
            else:
                self._kill(name)
        self.killed = True
        self.kill_at = time.monotonic() + LAST_WAIT

    def _kill(self, name: str) -> None:
        command = self.programs[name].kill
        if command is None:
            self.children[name].kill()
            return
        with suppress(OSError, subprocess.SubprocessError):
            subprocess.run(command, capture_output=True, timeout=LAST_WAIT)


def _enter(program: Program) -> None:
    """In the new process: go where the program is to run."""
    from bunraku.system import namespaces

    namespaces.die_with_parent()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    if program.root is not None:
        os.chroot(program.root)
        os.chdir(program.cwd)
    if program.gid is not None:
        os.setgroups(list(program.groups))
        os.setgid(program.gid)
    if program.uid is not None:
        os.setuid(program.uid)
