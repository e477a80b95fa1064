"""rkt_pod: a pod of containers, launched and kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from bunraku.resources.base import (
    Changes,
    Ensure,
    Param,
    Property,
    ResourceError,
    ResourceType,
    Run,
    State,
    absolute_path,
    text,
)

if TYPE_CHECKING:
    from bunraku.rkt.launch import Declared
    from bunraku.rkt.pods import Pod

DECLARED = ("apps", "volumes", "ports", "net", "isolation")
"""The properties that make a pod what it is: it is launched anew where one has changed."""


def _hash(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("a hash is expected")
    return {str(key): item for key, item in value.items()}


def _app(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict) or not isinstance(value.get("image"), str):
        raise ValueError("each app is a hash with an image")
    return dict(value)


def _isolation(value: Any) -> str:
    from bunraku.rkt.errors import PodError
    from bunraku.rkt.request import flavour

    try:
        return flavour(str(value))
    except PodError as error:
        raise ValueError(str(error)) from None


def _name(value: Any) -> str:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", str(value)):
        raise ValueError(f"'{value}' is no name of a pod: lower case and digits, and dashes between them")
    return str(value)


class RktPod(ResourceType):
    """A pod: containers that share a network, run by `bunraku rkt` without a daemon.

    Where systemd runs the host, a unit `rkt-NAME.service` keeps it running; elsewhere every apply does. A change of
    what is declared launches it anew, and so does a notification, such as from the file of its image.
    """

    unprinted = frozenset(DECLARED)  # an app's variables may be secrets

    name = Param("The pod's name; or a UUID, or the first eight characters of one.", namevar=True, munge=_name)
    ensure = Ensure("What is to become of it.", values=("running", "stopped", "absent"), default=None)
    app = Property("The names of its apps; read only.")
    image_name = Property("The names of their images; read only.")
    image = Param("The image of a pod with one app: a file, a name in the store, docker://HOST/NAME:TAG.", munge=text)
    apps = Property(
        "Its apps, each a hash of image and, where wanted, name, exec, args, user, group, environment, mounts (volume "
        "→ path), memory, cpu, seccomp, caps_retain, caps_remove, readonly_rootfs.",
        many=True,
        munge=lambda value: [_app(app) for app in value],
    )
    volumes = Property("Volumes by name: a path of the host, or a hash of source, kind and read_only.", munge=_hash)
    ports = Property(
        "Ports of the host that lead to the apps' ports of these names: PORT or ADDRESS:PORT.", munge=_hash
    )
    net = Property("Its network: default (a cable to the host), host or none.", values=("default", "host", "none"))
    isolation = Property("container (namespaces, limits) or fly (a root folder only).", munge=_isolation)
    restart = Param("When systemd starts it again.", values=("always", "on-failure", "no"), default="always")
    insecure_options = Param("What is not insisted on, as rkt's flag: image takes unsigned ones.", many=True)
    dir = Param("Where images and pods are kept.", default="/var/lib/rkt", munge=absolute_path)

    def validate(self) -> None:
        """One app may be declared by its image alone; how it runs has defaults."""
        if self.image is not None:
            if self.apps is not None:
                raise ValueError("either image or apps")
            self.values["apps"] = [{"image": self.image}]
        for name in ("app", "image_name"):
            if self.values.get(name) is not None:
                raise ValueError(f"{name} is read only")
        if self.ensure == "running" and self.apps is None:
            raise ValueError("a pod that is to run needs an image, or apps")
        if self.apps is not None:
            for name, value in (("net", "default"), ("isolation", "container"), ("volumes", {}), ("ports", {})):
                self.values.setdefault(name, value)
            if self.isolation == "fly":
                self.values["net"] = "host"

    @classmethod
    def instances(cls, run: Run) -> Iterable[str]:
        """The pods by the first eight characters of their UUIDs."""
        from bunraku.rkt.pods import Pods

        folder = cls.parameters["dir"].default
        return [pod.uuid[:8] for pod in Pods(folder).all()]

    def read(self) -> State:
        """What the newest pod of that name is."""
        from bunraku.rkt.launch import declaration_of
        from bunraku.rkt.pods import readable

        found = self._declared().find()
        if not found:
            return {"ensure": "absent"}
        running = [pod for pod in found if pod.state() == "running"]
        pod = (running or found)[0]
        ((_, apps),) = readable([pod])
        declaration = declaration_of(pod)
        return {
            "ensure": pod.state(),
            "app": ",".join(app["name"] for app in apps),
            "image_name": ",".join(_short(pod, app["name"]) for app in apps),
            **{name: declaration.get(name) for name in DECLARED if declaration},
        }

    def in_sync(self, name: str, current: Any, desired: Any) -> bool:
        """A pod that ended, or is not there, is stopped."""
        if name == "ensure" and desired == "stopped":
            return bool(current != "running")
        return bool(current == desired)

    def change(self, changes: Changes) -> None:
        """Launch, stop, remove. Raises ResourceError."""
        if self.ensure == "absent":
            self._do(self._declared().remove)
        elif self.ensure == "stopped":
            self._do(self._declared().end)
        else:
            self._launch()

    def refresh(self) -> str:
        """Launch it anew, if it is to run."""
        if self.ensure != "running":
            return ""
        self._launch()
        return "relaunched"

    def _do(self, action: Callable[[], None]) -> None:
        from bunraku.rkt.errors import ImageError, PodError

        try:
            action()
        except (PodError, ImageError) as error:
            raise ResourceError(f"pod {self.name}: {error}") from None

    def absorbs_refresh(self, changes: Changes) -> bool:
        """A pod that was just launched needs no other launch."""
        return bool(changes)

    def _launch(self) -> None:
        declaration = {name: self.values[name] for name in DECLARED}
        self._do(lambda: self._declared().launch(declaration, self.restart))

    def _declared(self) -> Declared:
        from bunraku.rkt.launch import Declared

        return Declared(self.name, self.dir, frozenset(self.insecure_options or ()))

    def describe(self, name: str, current: Any, desired: Any) -> str:
        """A launch says that it is one."""
        if name == "ensure":
            return {"running": "launched", "stopped": "stopped", "absent": "removed"}[desired]
        return f"launched anew: its {name} changed"

    def autorequire(self) -> Iterable[tuple[str, str]]:
        """The images' files, the volumes' folders, and the runtime."""
        for app in self.apps or ():
            yield "file", app["image"]
        for volume in (self.volumes or {}).values():
            source = volume.get("source") if isinstance(volume, dict) else volume
            if isinstance(source, str):
                yield "file", source
        yield "package", "runc"


def _short(pod: Pod, app: str) -> str:
    """The last part of the name of an app's image."""
    from bunraku.rkt.errors import PodError

    try:
        return str(pod.image_manifest(app)["name"]).rpartition("/")[2]
    except PodError:
        return "-"
