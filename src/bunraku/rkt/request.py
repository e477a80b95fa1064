"""What is asked for: the images of a pod and how each is to run, in the words of rkt's flags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from bunraku.rkt.errors import PodError

FLAVOURS = ("container", "fly")
_ALIASES = {"coreos": "container", "src": "container", "host": "fly"}


_NOTHING: Mapping[str, str] = MappingProxyType({})


class AppRequest(NamedTuple):
    """An image and what is different for the app made of it; None and empty: as the image says.

    args: arguments after its command. memory, cpu: quantities. caps: retained or removed capabilities.
    """

    image: str
    name: str | None = None
    exec: str | None = None
    args: Sequence[str] = ()
    user: str | None = None
    group: str | None = None
    supplementary_gids: Sequence[int] | None = None
    working_dir: str | None = None
    environment: Mapping[str, str] = _NOTHING
    mounts: Sequence[Mapping[str, str]] = ()
    memory: str | None = None
    cpu: str | None = None
    caps_retain: Sequence[str] | None = None
    caps_remove: Sequence[str] | None = None
    seccomp: str | None = None
    oom_score: int | None = None
    readonly_rootfs: bool = False
    user_annotations: Mapping[str, str] = _NOTHING
    user_labels: Mapping[str, str] = _NOTHING
    signature: str = ""


class PodRequest(NamedTuple):
    """A pod. volumes and ports: as a pod manifest has them. net: host, none or default. flavour: one of FLAVOURS."""

    apps: Sequence[AppRequest]
    volumes: Sequence[dict[str, Any]] = ()
    ports: Sequence[dict[str, Any]] = ()
    environment: Mapping[str, str] = _NOTHING
    annotations: Mapping[str, str] = _NOTHING
    net: str = "default"
    flavour: str = "container"
    overlay: bool = True
    user_annotations: Mapping[str, str] = _NOTHING
    user_labels: Mapping[str, str] = _NOTHING


def flavour(name: str) -> str:
    """The flavour that a stage1's name means: fly, container, coreos.com/rkt/stage1-fly:1.30.0 … Raises PodError."""
    word = name.rpartition("/")[2].partition(":")[0].removeprefix("stage1-").removesuffix(".aci")
    word = _ALIASES.get(word, word)
    if word in ("vm", "kvm"):
        raise PodError(
            "isolation in a virtual machine is not there yet: it needs a kernel and a hypervisor to go with it"
        )
    if word not in FLAVOURS:
        raise PodError(f"'{name}' is no isolation: there are {' and '.join(FLAVOURS)}")
    return word


def network(name: str) -> str:
    """The network that --net means. Raises PodError."""
    word = name.partition(":")[0] or "default"
    if word not in ("default", "host", "none"):
        raise PodError(f"the network '{name}' is not there: there are default, host and none")
    return word


def volume(text: str) -> dict[str, Any]:
    """NAME,kind=host,source=/srv[,readOnly=true] or NAME,kind=empty[,mode=…,uid=…,gid=…]. Raises PodError."""
    name, fields = _fields(text, "kind", "source", "readOnly", "recursive", "mode", "uid", "gid")
    found: dict[str, Any] = {"name": name, "kind": fields.get("kind", "")}
    if found["kind"] == "host":
        found["source"] = fields.get("source", "")
    elif found["kind"] == "empty":
        found |= {
            "mode": fields.get("mode", "0755"),
            "uid": int(fields.get("uid", "0")),
            "gid": int(fields.get("gid", "0")),
        }
    for key in ("readOnly", "recursive"):
        if key in fields:
            found[key] = _boolean(fields[key])
    if found["kind"] not in ("host", "empty") or found.get("source") == "":
        raise PodError(f"--volume={text}: NAME,kind=host,source=/PATH or NAME,kind=empty is expected")
    return found


def mount(text: str) -> dict[str, str]:
    """volume=NAME,target=/PATH. Raises PodError."""
    _, fields = _fields(f",{text}", "volume", "target", "readOnly")
    if not fields.get("volume") or not fields.get("target", "").startswith("/"):
        raise PodError(f"--mount {text}: volume=NAME,target=/PATH is expected")
    return {"volume": fields["volume"], "path": fields["target"]}


def port(text: str) -> dict[str, Any]:
    """NAME:[HOSTIP:]HOSTPORT. Raises PodError."""
    name, _, rest = text.partition(":")
    address, _, number = rest.rpartition(":")
    if not name or not number.isdigit() or not 0 < int(number) < 65536:
        raise PodError(f"--port={text}: NAME:[HOSTIP:]HOSTPORT is expected")
    found: dict[str, Any] = {"name": name, "hostPort": int(number)}
    if address:
        import ipaddress

        try:
            found["hostIP"] = str(ipaddress.ip_address(address.strip("[]")))
        except ValueError:
            raise PodError(f"--port={text}: '{address}' is no address") from None
    return found


def variable(text: str) -> tuple[str, str]:
    """NAME=VALUE. Raises PodError."""
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise PodError(f"'{text}': NAME=VALUE is expected")
    return name, value


def variables(path: str) -> dict[str, str]:
    """A file of NAME=VALUE lines; those that begin with # or ; are comments. Raises PodError, OSError."""
    with open(path) as file:
        lines = [line.strip() for line in file]
    return dict(variable(line) for line in lines if line and line[0] not in "#;")


def _fields(text: str, *known: str) -> tuple[str, dict[str, str]]:
    name, *pairs = text.split(",")
    fields = dict(pair.partition("=")[::2] for pair in pairs)
    unknown = fields.keys() - set(known)
    if unknown:
        raise PodError(f"'{text}': '{sorted(unknown)[0]}' is none of {', '.join(known)}")
    for number in ("uid", "gid"):
        if not fields.get(number, "0").isdigit():
            raise PodError(f"'{text}': {number} is a number")
    return name, fields


def _boolean(text: str) -> bool:
    if text.lower() not in ("true", "false", "1", "0"):
        raise PodError(f"'{text}' is neither true nor false")
    return text.lower() in ("true", "1")


def isolators(app: AppRequest, given: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The isolators of an app: its image's, with those of the request in the place of theirs. Raises PodError."""
    found = {item["name"]: item["value"] for item in given}
    if app.memory:
        found["resource/memory"] = {"limit": app.memory}
    if app.cpu:
        found["resource/cpu"] = {"limit": app.cpu}
    if app.caps_retain is not None and app.caps_remove is not None:
        raise PodError("capabilities are either retained or removed, not both")
    for key, caps in (("retain", app.caps_retain), ("remove", app.caps_remove)):
        if caps is not None:
            found = {name: value for name, value in found.items() if not name.startswith("os/linux/capabilities-")}
            found[f"os/linux/capabilities-{key}-set"] = {"set": caps}
    if app.oom_score is not None:
        if not -1000 <= app.oom_score <= 1000:
            raise PodError(f"--oom-score-adjust {app.oom_score}: a number from -1000 to 1000 is expected")
        found["os/linux/oom-score-adj"] = app.oom_score
    if app.seccomp:
        found = {name: value for name, value in found.items() if not name.startswith("os/linux/seccomp-")}
        name, value = _seccomp(app.seccomp)
        found[name] = value
    return [{"name": name, "value": value} for name, value in found.items()]


def _seccomp(text: str) -> tuple[str, dict[str, Any]]:
    """mode=retain|remove[,errno=EPERM],CALL,…"""
    mode, errno, calls = "", "", []
    for word in text.split(","):
        key, equals, value = word.partition("=")
        if equals and key == "mode":
            mode = value
        elif equals and key == "errno":
            errno = value
        else:
            calls.append(word)
    if mode not in ("retain", "remove") or not calls:
        raise PodError(f"--seccomp {text}: mode=retain|remove[,errno=…],CALL,… is expected")
    return f"os/linux/seccomp-{mode}-set", {"set": calls} | ({"errno": errno} if errno else {})
