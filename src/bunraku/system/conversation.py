"""A child process to talk with: a line out, a line in, each answer under a deadline."""

from __future__ import annotations

import os
import select
import subprocess
import time
from collections.abc import Sequence

from bunraku.system.process import CommandError, CommandTimeout, end_group

LONGEST = 256 << 20
"""Bytes of a line before the child counts as gone wild."""


class Conversation:
    """Starts `argv` with its standard input and output as the two ends of a conversation; what it writes to standard
    error is ours. It runs in a process group of its own, which ends with the conversation.

    Raises CommandError where the program cannot be started.
    """

    def __init__(self, argv: Sequence[str]) -> None:
        self.name = argv[0]
        try:
            self._child = subprocess.Popen(
                list(argv), stdin=subprocess.PIPE, stdout=subprocess.PIPE, process_group=0, bufsize=0
            )
        except FileNotFoundError as error:
            raise CommandError(f"'{self.name}' was not found") from error
        except OSError as error:
            raise CommandError(f"'{self.name}' cannot be run: {error.strerror}") from error
        assert self._child.stdin is not None and self._child.stdout is not None
        self._to = self._child.stdin.fileno()
        self._from = self._child.stdout.fileno()
        os.set_blocking(self._to, False)
        os.set_blocking(self._from, False)
        self._buffer = bytearray()
        self._polls: dict[int, select.poll] = {}
        for descriptor, event in ((self._to, select.POLLOUT), (self._from, select.POLLIN)):
            self._polls[descriptor] = select.poll()
            self._polls[descriptor].register(descriptor, event)

    def say(self, line: bytes, *, deadline: float) -> None:
        """Send `line`, which holds no line break. deadline: as `time.monotonic` counts.

        Raises CommandError where the child has gone, CommandTimeout.
        """
        rest = memoryview(line + b"\n")
        while rest:
            try:
                rest = rest[os.write(self._to, rest) :]
            except BlockingIOError:
                self._wait(self._to, deadline)
            except OSError as error:
                raise CommandError(f"'{self.name}' has ended: {self._how_it_ended()}") from error

    def hear(self, *, deadline: float) -> bytes:
        """The next line that the child writes, without its line break.

        Raises CommandError where the child has gone or writes without end, CommandTimeout.
        """
        start = 0
        while (end := self._buffer.find(b"\n", start)) < 0:
            start = len(self._buffer)
            if start > LONGEST:
                self.end()
                raise CommandError(f"'{self.name}' was ended: it wrote more than {LONGEST} bytes in one answer")
            self._wait(self._from, deadline)
            data = os.read(self._from, 1 << 20)
            if not data:
                raise CommandError(f"'{self.name}' has ended: {self._how_it_ended()}")
            self._buffer += data
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line

    def end(self) -> None:
        """End the child and its group."""
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None and not pipe.closed:
                pipe.close()
        # Between two answers the child has nothing to bring to an end.
        end_group(self._child.pid, grace=0.0, process=self._child)
        self._child.wait()

    def _wait(self, descriptor: int, deadline: float) -> None:
        """Wait until the descriptor can be read from, or written to, as it is for."""
        while not self._polls[descriptor].poll(max(0.0, deadline - time.monotonic()) * 1000):
            if time.monotonic() >= deadline:
                self.end()
                raise CommandTimeout(f"'{self.name}' was ended: it did not answer in time")

    def _how_it_ended(self) -> str:
        try:
            code = self._child.wait(1)
        except subprocess.TimeoutExpired:
            return "it closed the conversation"
        return f"signal {-code}" if code < 0 else f"exit code {code}"
