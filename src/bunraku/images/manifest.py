"""The manifests of the App Container spec 0.8.11: what an image, and a pod, say of themselves.

A manifest is the JSON object itself, a dict; `image_manifest` and `pod_manifest` check one by the rules that `actool
validate` goes by. What the spec does not know is let through, as actool does.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from bunraku.images.errors import ImageError

AC_VERSION = "0.8.11"

Manifest = dict[str, Any]

ARCHITECTURES = {
    "linux": ["amd64", "i386", "aarch64", "aarch64_be", "armv6l", "armv7l", "armv7b", "ppc64", "ppc64le", "s390x"],
    "freebsd": ["amd64", "i386", "arm"],
    "darwin": ["x86_64", "i386"],
}
"""What the labels `os` and `arch` may be together."""

_MACHINE = os.uname().machine
OWN_ARCH = {"x86_64": "amd64", "i686": "i386", "arm64": "aarch64"}.get(_MACHINE, _MACHINE)
"""This machine's architecture, in the spec's word."""

ISOLATORS = {
    "resource/block-bandwidth",
    "resource/block-iops",
    "resource/cpu",
    "resource/memory",
    "resource/network-bandwidth",
    "os/linux/capabilities-remove-set",
    "os/linux/capabilities-retain-set",
    "os/linux/cpu-shares",
    "os/linux/no-new-privileges",
    "os/linux/oom-score-adj",
    "os/linux/seccomp-remove-set",
    "os/linux/seccomp-retain-set",
    "os/linux/selinux-context",
    "os/unix/sysctl",
}

HANDLERS = ("pre-start", "post-stop")

_identifier = re.compile(r"[a-z0-9]+([-._~/]+[a-z0-9]+)*", re.ASCII).fullmatch
_name = re.compile(r"[a-z0-9]+(-+[a-z0-9]+)*", re.ASCII).fullmatch
_version = re.compile(r"\d+\.\d+\.\d+([-+].*)?", re.ASCII).fullmatch
_variable = re.compile(r"[A-Za-z_][A-Za-z_0-9.-]*", re.ASCII).fullmatch
_quantity = re.compile(r"([+-]?[0-9]+(?:\.[0-9]*)?)([numkMGTPE]?|[KMGTPE]i|[eE][+-]?[0-9]+)", re.ASCII).fullmatch
_SCALES = {"n": 1e-9, "u": 1e-6, "m": 1e-3, "": 1.0, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18}
_BINARY = {f"{letter}i": 1024.0 ** (power + 1) for power, letter in enumerate("KMGTPE")}


def blank(name: str) -> Manifest:
    """The manifest of an image for this machine with nothing in it."""
    labels = [{"name": "arch", "value": OWN_ARCH}, {"name": "os", "value": "linux"}]
    return {"acKind": "ImageManifest", "acVersion": AC_VERSION, "name": name, "labels": labels}


def dump(manifest: Manifest) -> bytes:
    """The manifest as JSON, always the same for the same content."""
    return json.dumps(manifest, separators=(",", ":"), ensure_ascii=False).encode()


def get(items: Iterable[Mapping[str, Any]] | None, name: str) -> Any:
    """The value of the item called `name` in a list of names and values (labels, annotations …), or None."""
    return next((item["value"] for item in items or () if item["name"] == name), None)


def parse_name(text: str) -> tuple[str, dict[str, str]]:
    """NAME[:VERSION][,LABEL=VALUE…] as a name and labels (appc spec, "App Container Image Discovery")."""
    first, *pairs = text.split(",")
    name, _, version = first.partition(":")
    return name, ({"version": version} if version else {}) | dict(pair.partition("=")[::2] for pair in pairs)


def shown_name(manifest: Manifest) -> str:
    """An image's name as people see it: `name:version`, where it has that label."""
    version = get(manifest.get("labels"), "version")
    return f"{manifest['name']}:{version}" if version else str(manifest["name"])


def as_identifier(text: str) -> str:
    """A name made of any text: lower case, what is not allowed as `-` (as docker2aci does). Raises ImageError."""
    found = re.sub(r"[^a-z0-9\-._~/]", "-", text.lower())
    found = re.sub(r"([-._~/])[-._~/]+", r"\1", found).strip("-._~/")
    if not found:
        raise ImageError(f"no name can be made of '{text}'")
    return found


def as_name(text: str) -> str:
    """An app's name made of an image's: its last part. Raises ImageError."""
    return as_identifier(re.sub(r"[._~]", "-", text.rpartition("/")[2]))


def quantity(text: object) -> float:
    """A number with a scale: 500m is 0.5, 16Mi is 16777216. Raises ImageError."""
    match = _quantity(str(text))
    if match is None:
        raise ImageError(f"'{text}' is no quantity: a number with one of m, k, M, G, Ki, Mi, Gi … is expected")
    number, scale = match.groups()
    if scale[:1] in ("e", "E") and len(scale) > 1 and not scale.endswith("i"):
        return float(number + scale)
    return float(number) * (_SCALES | _BINARY)[scale]


def image_manifest(text: bytes, what: str = "the manifest") -> Manifest:
    """The image manifest that `text` holds. what: its place, for errors. Raises ImageError."""
    return _parsed(text, what, _Check.image)


def pod_manifest(text: bytes, what: str = "the pod manifest") -> Manifest:
    """The pod manifest that `text` holds. what: its place, for errors. Raises ImageError."""
    return _parsed(text, what, _Check.pod)


def _parsed(text: bytes, what: str, check: Callable[[_Check, Any], None]) -> Manifest:
    try:
        manifest = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ImageError(f"{what} is not JSON: {error}") from None
    check(_Check(what), manifest)
    found: Manifest = manifest
    return found


class _Check:
    """The rules. `what` is the manifest's place; each rule's `at` is where in it."""

    def __init__(self, what: str) -> None:
        self.what = what

    def fail(self, at: str, problem: str) -> ImageError:
        return ImageError(f"{self.what}: {at}: {problem}")

    def image(self, given: Any) -> None:
        manifest = self.mapping(given, "it")
        self.kind(manifest, "ImageManifest")
        self.identifier(manifest.get("name"), "name")
        self.labels(manifest.get("labels"), "labels")
        self.annotations(manifest.get("annotations"), "annotations")
        if manifest.get("app") is not None:
            self.app(manifest["app"], "app")
        for at, dependency in self.items(manifest.get("dependencies"), "dependencies"):
            self.identifier(dependency.get("imageName"), f"{at}.imageName")
            self.labels(dependency.get("labels"), f"{at}.labels")
            self.image_id(dependency.get("imageID"), f"{at}.imageID")
        self.texts(manifest.get("pathWhitelist"), "pathWhitelist")

    def pod(self, given: Any) -> None:
        manifest = self.mapping(given, "it")
        self.kind(manifest, "PodManifest")
        self.unique((self.pod_app(app, at) for at, app in self.items(manifest.get("apps"), "apps")), "apps")
        self.unique((self.volume(v, at) for at, v in self.items(manifest.get("volumes"), "volumes")), "volumes")
        self.isolators(manifest.get("isolators"), "isolators")
        self.annotations(manifest.get("annotations"), "annotations")
        for at, port in self.items(manifest.get("ports"), "ports"):
            self.name(port.get("name"), f"{at}.name")
            self.port_number(port.get("hostPort"), f"{at}.hostPort")

    def pod_app(self, app: Manifest, at: str) -> str:
        self.name(app.get("name"), f"{at}.name")
        image = self.mapping(app.get("image"), f"{at}.image")
        self.image_id(image.get("id") or "", f"{at}.image.id")
        if app.get("app") is not None:
            self.app(app["app"], f"{at}.app")
        for inside, mount in self.items(app.get("mounts"), f"{at}.mounts"):
            self.name(mount.get("volume"), f"{inside}.volume")
            self.text(mount.get("path"), f"{inside}.path")
        return str(app["name"])

    def volume(self, volume: Manifest, at: str) -> str:
        self.name(volume.get("name"), f"{at}.name")
        kind, source = volume.get("kind"), volume.get("source")
        if kind not in ("host", "empty"):
            raise self.fail(f"{at}.kind", f"'{kind}' is neither host nor empty")
        if kind == "host" and not (isinstance(source, str) and source.startswith("/")):
            raise self.fail(f"{at}.source", "a volume of kind host needs an absolute path")
        if kind == "empty" and source:
            raise self.fail(f"{at}.source", "a volume of kind empty has none")
        return str(volume["name"])

    def app(self, given: Any, at: str) -> None:
        app = self.mapping(given, at)
        self.texts(app.get("exec"), f"{at}.exec")
        for name in ("user", "group"):
            if not self.text(app.get(name), f"{at}.{name}"):
                raise self.fail(f"{at}.{name}", "is needed")
        folder = app.get("workingDirectory") or ""
        if folder and not self.text(folder, f"{at}.workingDirectory").startswith("/"):
            raise self.fail(f"{at}.workingDirectory", f"'{folder}' is not an absolute path")
        self.unique((self.handler(h, a) for a, h in self.items(app.get("eventHandlers"), f"{at}.eventHandlers")), at)
        self.unique((self.variable(v, a) for a, v in self.items(app.get("environment"), f"{at}.environment")), at)
        for inside, point in self.items(app.get("mountPoints"), f"{at}.mountPoints"):
            self.name(point.get("name"), f"{inside}.name")
            if not self.text(point.get("path"), f"{inside}.path"):
                raise self.fail(f"{inside}.path", "is needed")
        for inside, port in self.items(app.get("ports"), f"{at}.ports"):
            self.port(port, inside)
        self.isolators(app.get("isolators"), f"{at}.isolators")

    def handler(self, handler: Manifest, at: str) -> str:
        name = str(handler.get("name"))
        if name not in HANDLERS:
            raise self.fail(f"{at}.name", f"'{name}' is neither pre-start nor post-stop")
        self.texts(handler.get("exec"), f"{at}.exec")
        return name

    def variable(self, variable: Manifest, at: str) -> str:
        name = self.text(variable.get("name"), f"{at}.name")
        if not _variable(name):
            raise self.fail(f"{at}.name", f"'{name}' is no name of a variable")
        self.text(variable.get("value"), f"{at}.value")
        return name

    def port(self, port: Manifest, at: str) -> None:
        self.name(port.get("name"), f"{at}.name")
        if not self.text(port.get("protocol"), f"{at}.protocol"):
            raise self.fail(f"{at}.protocol", "is needed")
        self.port_number(port.get("port"), f"{at}.port")
        count = port.get("count", 1)
        if not isinstance(count, int) or count < 0 or port["port"] + max(1, count) - 1 > 65535:
            raise self.fail(f"{at}.count", f"{count} ports from {port['port']} on go beyond 65535")

    def port_number(self, port: Any, at: str) -> None:
        if not isinstance(port, int) or isinstance(port, bool) or not 1 <= port <= 65535:
            raise self.fail(at, f"{port} is not between 1 and 65535")

    def isolators(self, given: Any, at: str) -> None:
        for inside, isolator in self.items(given, at):
            name = self.identifier(isolator.get("name"), f"{inside}.name")
            if name not in ISOLATORS:
                raise self.fail(f"{inside}.name", f"'{name}' is none of the spec's isolators")
            if name in ("resource/memory", "resource/cpu"):
                value = self.mapping(isolator.get("value"), f"{inside}.value")
                for key in ("limit", "request"):
                    if key in value:
                        try:
                            quantity(value[key])
                        except ImageError as error:
                            raise self.fail(f"{inside}.value.{key}", str(error)) from None

    def labels(self, given: Any, at: str) -> None:
        found: dict[str, str] = {}
        self.unique((self.pair(label, inside) for inside, label in self.items(given, at)), at)
        for label in given or ():
            found[label["name"]] = label["value"]
        if "name" in found:
            raise self.fail(at, "no label may be called 'name'")
        system, arch = found.get("os"), found.get("arch")
        if system is not None and system not in ARCHITECTURES:
            raise self.fail(at, f"the os '{system}' is none of {', '.join(ARCHITECTURES)}")
        if system is not None and arch is not None and arch not in ARCHITECTURES[system]:
            raise self.fail(at, f"the arch '{arch}' is none of {system}'s: {', '.join(ARCHITECTURES[system])}")

    def annotations(self, given: Any, at: str) -> None:
        self.unique((self.pair(annotation, inside) for inside, annotation in self.items(given, at)), at)
        created = get(given, "created")
        if created is not None and not _is_date(created):
            raise self.fail(f"{at}.created", f"'{created}' is no date as RFC 3339 has it, like 2026-11-22T07:41:03Z")
        for name in ("homepage", "documentation"):
            link = get(given, name)
            if link is not None and not re.match(r"https?://", link):
                raise self.fail(f"{at}.{name}", f"'{link}' is neither an http nor an https URL")

    def pair(self, item: Manifest, at: str) -> str:
        name = self.identifier(item.get("name"), f"{at}.name")
        self.text(item.get("value"), f"{at}.value")
        return name

    def kind(self, manifest: Manifest, kind: str) -> None:
        if manifest.get("acKind") != kind:
            raise self.fail("acKind", f"'{manifest.get('acKind')}' is not {kind}")
        if not _version(str(manifest.get("acVersion"))):
            raise self.fail("acVersion", f"'{manifest.get('acVersion')}' is no version")

    def image_id(self, given: Any, at: str) -> None:
        if given is not None and not re.fullmatch(r"sha512-[0-9a-f]{1,128}", str(given)):
            raise self.fail(at, f"'{given}' is no image ID (sha512-…)")

    def identifier(self, given: Any, at: str) -> str:
        if not isinstance(given, str) or not _identifier(given):
            raise self.fail(at, f"'{given}' is no name: lower case and digits, and - . _ ~ / between them")
        return given

    def name(self, given: Any, at: str) -> str:
        if not isinstance(given, str) or not _name(given):
            raise self.fail(at, f"'{given}' is no name: lower case and digits, and dashes between them")
        return given

    def mapping(self, given: Any, at: str) -> Manifest:
        if not isinstance(given, dict):
            raise self.fail(at, "an object is expected")
        return given

    def text(self, given: Any, at: str) -> str:
        if not isinstance(given, str) or "\0" in given:
            raise self.fail(at, "a string is expected")
        return given

    def texts(self, given: Any, at: str) -> None:
        if not isinstance(given, (list, type(None))):
            raise self.fail(at, "a list is expected")
        for number, text in enumerate(given or ()):
            self.text(text, f"{at}[{number}]")

    def items(self, given: Any, at: str) -> Sequence[tuple[str, Manifest]]:
        """The objects of a list, each with its place."""
        if not isinstance(given, (list, type(None))):
            raise self.fail(at, "a list is expected")
        return [(f"{at}[{n}]", self.mapping(item, f"{at}[{n}]")) for n, item in enumerate(given or ())]

    def unique(self, names: Iterable[str], at: str) -> None:
        seen = set()
        for name in names:
            if name in seen:
                raise self.fail(at, f"there are two called '{name}'")
            seen.add(name)


def _is_date(text: str) -> bool:
    from datetime import datetime

    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00")).tzinfo is not None and "T" in text
    except ValueError:
        return False
