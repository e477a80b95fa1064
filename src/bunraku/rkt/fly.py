"""The flavour `fly`: an app in a root folder of its own and otherwise on the host, as any of its processes."""

from __future__ import annotations

from collections.abc import Sequence

from bunraku.rkt.app import App, Mounting
from bunraku.system import namespaces
from bunraku.system.rooted import Rooted
from bunraku.system.supervise import Program

HOST = [Mounting(path, path, False) for path in ("/dev", "/proc", "/sys")]
"""What an app sees of the host."""


class Fly:
    """Programs that are chrooted. The network, processes and users are the host's."""

    own_namespaces: tuple[str, ...] = ()

    def furnish(self, app: App) -> None:
        """Mount what the app sees, in this process's own mounts. Raises OSError."""
        with Rooted(app.rootfs) as root:
            for mount in HOST + app.mounts:
                place = root.place(mount.target, folder=mount.folder)
                namespaces.bind(mount.source, place, recursive=mount.recursive)
        # Looked up anew: the places above are what the mounts now cover.
        with Rooted(app.rootfs) as root:
            for mount in app.mounts:
                if mount.read_only:
                    namespaces.make_read_only(root.place(mount.target, folder=mount.folder))
        if app.read_only:
            namespaces.bind(app.rootfs, app.rootfs)
            namespaces.make_read_only(app.rootfs)

    def program(self, app: App, words: Sequence[str], log: str | None, label: str = "") -> Program:
        """The program that runs `words` as the app; label: tells it from the app itself."""
        return Program(
            app.name + label,
            words,
            app.environment,
            log,
            root=app.rootfs,
            cwd=app.cwd,
            uid=app.identity.uid,
            gid=app.identity.gid,
            groups=app.identity.groups,
        )

    def complaint(self, name: str) -> str:
        """Nobody stands between: what cannot be run is noticed at once."""
        return ""
