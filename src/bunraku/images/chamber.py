"""A command run inside an image that is being built, and nothing of how it was run left in the image."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress

from bunraku.images.errors import ImageError
from bunraku.system import namespaces
from bunraku.system.supervise import Program, supervise

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def run_inside(rootfs: str, words: Sequence[str], folder: str) -> int:
    """Run `words` with `rootfs` as `/`, in `folder`; its exit code. Raises ImageError, CommandError, OSError."""
    if os.geteuid() != 0:
        raise ImageError("acbuild run needs root: it gives the command a root folder and namespaces of its own")
    namespaces.own_mounts()
    with ExitStack() as places:
        for name in ("proc", "sys", "dev"):
            place = places.enter_context(_place(rootfs, name, folder=True))
            if name != "proc":
                namespaces.bind(f"/{name}", place)
                places.callback(namespaces.unmount, place)
        if os.path.exists("/etc/resolv.conf") and not os.path.islink(f"{rootfs}/etc/resolv.conf"):
            servers = places.enter_context(_place(rootfs, "etc/resolv.conf", folder=False))
            namespaces.bind(os.path.realpath("/etc/resolv.conf"), servers)
            namespaces.make_read_only(servers)
            places.callback(namespaces.unmount, servers)
        # The command is the first process of its own PID namespace: whatever it leaves running ends with it.
        inside = ["unshare", "--pid", "--ipc", "--uts", "--fork", "--kill-child"]
        inside += ["--mount-proc=/proc", f"--root={rootfs}", f"--wd={folder}", "--", *words]
        program = Program(
            "acbuild run", inside, {"PATH": PATH, "HOME": "/root", "TERM": os.environ.get("TERM", "dumb")}
        )
        codes = supervise([program], started=lambda name, pid: None, ended=lambda name, code: None)
    return codes[program.name]


@contextmanager
def _place(rootfs: str, path: str, *, folder: bool) -> Iterator[str]:
    """A place in the image to mount something at; what had to be made for it is removed afterwards."""
    made = []
    at = rootfs
    parts = path.split("/")
    for number, part in enumerate(parts):
        at = os.path.join(at, part)
        if os.path.islink(at):
            raise ImageError(f"/{path} is a link in the image: nothing can be mounted there")
        if os.path.lexists(at):
            continue
        made.append(at)
        if folder or number < len(parts) - 1:
            os.mkdir(at, 0o755)
        else:
            with open(at, "xb"):
                pass
    try:
        yield at
    finally:
        for each in reversed(made):
            with suppress(OSError):
                os.rmdir(each) if os.path.isdir(each) else os.unlink(each)
