"""Linux namespaces and mounts of this process (namespaces(7), mount(2)).

A process that gives itself mounts of its own (`own_mounts`) leaves nothing mounted on the host, however it ends.
All raise OSError; most need root.
"""

from __future__ import annotations

import ctypes
import os
import signal
from contextlib import suppress
from functools import cache
from typing import NoReturn

NEW = {"mount": 0x20000, "uts": 0x4000000, "ipc": 0x8000000, "net": 0x40000000}
"""The kinds of namespaces that a process can move to while it runs."""

_READ_ONLY, _REMOUNT, _BIND, _REC, _SLAVE = 1, 32, 4096, 16384, 1 << 19
_DETACH = 2
_PR_SET_PDEATHSIG = 1
_NEW_PID = 0x20000000


WAITING = ("/bin/sleep", "/usr/bin/sleep")
"""The program that does nothing but be there: `sleep infinity`."""


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)


def unshare(*kinds: str) -> None:
    """Give this process new namespaces of these `kinds` (the keys of `NEW`)."""
    flags = 0
    for kind in kinds:
        flags |= NEW[kind]
    _check(_libc().unshare(flags), f"new namespaces ({', '.join(kinds)})")


def first_process() -> int:
    """Start the first process of a new PID namespace and give its number; those that join the namespace end with it.

    All it does is to be there, and to reap what others leave behind. It ends when this process does, or is killed. It
    is a program of its own, so that those in the namespace see nothing of this one's command line and memory.
    This process, and what it starts, stays in its own namespace.
    """
    own = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    try:
        _check(_libc().unshare(_NEW_PID), "a new PID namespace")
        number = os.fork()
        if number == 0:
            _be_there()
        _check(_libc().setns(own, _NEW_PID), "back to the PID namespace")
    finally:
        os.close(own)
    return number


def _be_there() -> NoReturn:
    try:
        die_with_parent()
        for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)  # also after exec; with SIGCHLD ignored, the kernel reaps
        nothing = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(nothing, standard)
        for path in WAITING:
            with suppress(OSError):
                os.execve(path, ["sleep", "infinity"], {})
        while True:
            signal.pause()
    finally:
        os._exit(1)


def set_host_name(name: str) -> None:
    """Name the host, in the UTS namespace of this process."""
    with open("/proc/sys/kernel/hostname", "w") as file:
        file.write(name)


def own_mounts() -> None:
    """Give this process mounts of its own: the host's come in, none of ours goes out."""
    unshare("mount")
    _mount("none", "/", None, _REC | _SLAVE, None)


def bind(source: str, target: str, *, recursive: bool = True) -> None:
    """Make `source` appear at `target`, which exists and is a folder or a file as `source` is."""
    _mount(source, target, None, _BIND | (_REC if recursive else 0), None)


def make_read_only(target: str) -> None:
    """Forbid writing to what is mounted at `target`."""
    _mount("none", target, None, _BIND | _REMOUNT | _READ_ONLY, None)


def overlay(lower: str, upper: str, work: str, target: str) -> None:
    """Mount `upper` over `lower` at `target`: what is written goes to `upper`. work: an empty folder beside it."""
    for path in (lower, upper, work):
        if "," in path or ":" in path:
            raise OSError(22, "a path with , or : cannot be part of an overlay", path)
    _mount("overlay", target, "overlay", 0, f"lowerdir={lower},upperdir={upper},workdir={work}")


def unmount(target: str) -> None:
    """Take the mount at `target` away, as soon as nobody uses it."""
    _check(_libc().umount2(os.fsencode(target), _DETACH), target)


def _mount(source: str, target: str, kind: str | None, flags: int, options: str | None) -> None:
    encoded = [None if text is None else os.fsencode(text) for text in (source, target, kind, options)]
    _check(_libc().mount(*encoded[:3], ctypes.c_ulong(flags), encoded[3]), target)


def die_with_parent() -> None:
    """Have this process killed when the thread that started it ends (prctl(2), PR_SET_PDEATHSIG)."""
    _check(_libc().prctl(_PR_SET_PDEATHSIG, 9), "PR_SET_PDEATHSIG")
