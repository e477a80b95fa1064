"""A member's configuration: read as etcd reads it, and what in it could not work, told before etcd is started with it.

It is YAML (.yml, .yaml) or a file of environment variables; settings go by the names of etcd's flags.
"""

from __future__ import annotations

import ipaddress
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bunraku.etcd.errors import BadSettings

Settings = Mapping[str, Any]

SECTIONS = {"client-transport-security": "", "peer-transport-security": "peer-"}
"""The sections of the YAML format, and what their settings' flags begin with."""
HEARTBEAT, ELECTION = 100, 1000
"""etcd's defaults, in milliseconds."""


def settings_of(config: Path) -> dict[str, Any]:
    """A configuration's settings, sections and all; {} where there is no file."""
    return read_settings(config.read_text(), config) if config.exists() else {}


def read_settings(text: str, config: Path) -> dict[str, Any]:
    """The settings in the `text` of a file called `config`. Raises `BadSettings` where it cannot be read as such."""
    if not is_yaml(config):
        prefix = "ETCD_"
        found = variables(text).items()
        return {n.removeprefix(prefix).lower().replace("_", "-"): value for n, value in found if n.startswith(prefix)}
    import yaml

    try:
        settings = yaml.safe_load(text) or {}
    except yaml.YAMLError as problem:
        raise BadSettings(f"{config} is not YAML: {' '.join(str(problem).split())}") from None
    if not isinstance(settings, dict):
        raise BadSettings(f"{config} has no settings, but {type(settings).__name__}", remedy="write NAME: VALUE lines")
    return settings


def is_yaml(config: Path) -> bool:
    """Whether the file is YAML, by its name."""
    return config.suffix in (".yml", ".yaml")


def variables(text: str) -> dict[str, str]:
    """The variables that a file such as /etc/default/etcd sets: NAME=VALUE a line, quoted as a shell has it.

    Raises `BadSettings`.
    """
    found: dict[str, str] = {}
    for line in text.splitlines():
        try:
            words = shlex.split(line, comments=True)
        except ValueError as problem:
            raise BadSettings(f"'{line}' is no setting: {problem}") from None
        if words and "=" in words[0]:
            name, _, value = words[0].partition("=")
            found[name] = value
    return found


def by_flag(settings: Settings) -> dict[str, Any]:
    """The settings without sections: each by its flag."""
    flat = {name: value for name, value in settings.items() if name not in SECTIONS}
    for section, begins in SECTIONS.items():
        flat |= {begins + name: value for name, value in (settings.get(section) or {}).items()}
    return flat


def certificate_files(settings: Settings) -> list[str]:
    """The files of certificates, keys and authorities that the settings (by flag) name."""
    names = (begins + name for begins in SECTIONS.values() for name in ("cert-file", "key-file", "trusted-ca-file"))
    return list(dict.fromkeys(str(settings[name]) for name in names if settings.get(name)))


def check_settings(settings: Settings, *, with_files: bool = True) -> Iterator[str]:
    """Raise `BadSettings` for settings (by flag) that etcd would not start with; gives warnings.

    with_files: whether the certificates are looked at; they may be still to come.
    """
    _check_times(settings)
    if not (Path(str(settings.get("data-dir", ""))) / "member").is_dir():  # else etcd does not look at it any more
        _check_initial_cluster(settings)
    if with_files:
        yield from _check_client_tls(settings)
        _check_peer_tls(settings)


def _check_times(settings: Settings) -> None:
    try:
        heartbeat = int(settings.get("heartbeat-interval", HEARTBEAT))
        election = int(settings.get("election-timeout", ELECTION))
    except ValueError:
        raise BadSettings("heartbeat-interval and election-timeout are whole numbers of milliseconds") from None
    if not 5 * heartbeat <= election <= 50_000:
        raise BadSettings(
            f"an election-timeout of {election} ms does not go with a heartbeat-interval of {heartbeat} ms",
            remedy="it must be 5 times as long at least, and 50000 at most",
        )


def _check_initial_cluster(settings: Settings) -> None:
    """Raise `BadSettings` for what is no list of members, two of them at one address, or our own at another address."""
    urls: dict[str, set[str]] = {}
    owner: dict[str, str] = {}
    for word in str(settings.get("initial-cluster") or "").split(","):
        name, equals, url = word.strip().partition("=")
        if not word.strip():
            continue
        if not equals or "://" not in url:
            raise BadSettings(f"'{word}' in initial-cluster is no member", remedy="a member is NAME=URL")
        if owner.setdefault(url, name) != name:
            raise BadSettings(f"{owner[url]} and {name} have the same address, {url}", remedy="give each its own")
        urls.setdefault(name, set()).add(url)
    own = set(str(settings.get("initial-advertise-peer-urls") or "").split(","))
    listed = urls.get(str(settings.get("name")), own)
    if own != listed and all(map(_is_literal, own | listed)):
        raise BadSettings(
            f"initial-cluster has {settings['name']} at {', '.join(sorted(listed))}, but it is to be found at "
            f"{', '.join(sorted(own))}",
            remedy="write the same in initial_cluster and in initial_advertise_peer_urls",
        )


def _is_literal(url: str) -> bool:
    """Whether the URL has an address and a port in it, so that no name has to be looked up to compare it."""
    parts = urlsplit(url)
    try:
        ipaddress.ip_address(parts.hostname or "")
        return parts.port is not None
    except ValueError:
        return False


def _urls(settings: Settings, name: str) -> list[str]:
    return [url for url in str(settings.get(name) or "").split(",") if url]


def _check_client_tls(settings: Settings) -> Iterator[str]:
    cert, key = _pair(settings, "")
    if not cert:
        return
    from bunraku.etcd import tls

    tls.check(cert, key)
    hosts = _hosts(settings, "advertise-client-urls")
    if hosts and not any(tls.is_for(cert, host) for host in hosts):
        yield f"{cert} is not for {' or '.join(hosts)}, where clients are told to come: they will not trust it"


def _check_peer_tls(settings: Settings) -> None:
    cert, key = _pair(settings, "peer-")
    if not cert:
        return
    from bunraku.etcd import tls

    alone = "," not in str(settings.get("initial-cluster") or "")  # nobody will come
    hosts = [] if alone else _hosts(settings, "initial-advertise-peer-urls")
    tls.check(cert, key, str(settings.get("peer-trusted-ca-file") or ""), hosts)


def _pair(settings: Settings, begins: str) -> tuple[str, str]:
    """The files of the certificate and its key; empty where there are none, and none are needed.

    begins: "" for clients, "peer-" for other members.
    """
    cert, key = (str(settings.get(f"{begins}{file}") or "") for file in ("cert-file", "key-file"))
    if bool(cert) != bool(key):
        raise BadSettings(f"{begins}cert-file and {begins}key-file go together: only one of them is given")
    listens = f"listen-{begins.strip('-') or 'client'}-urls"
    own = str(settings.get(f"{begins}auto-tls")).lower() == "true"
    if not cert and not own and any(url.startswith("https:") for url in _urls(settings, listens)):
        names = [f"{begins}{name}".replace("-", "_") for name in ("cert_file", "key_file", "auto_tls")]
        raise BadSettings(
            f"{listens} has https, but there is no certificate",
            remedy=f"give {names[0]} and {names[1]}, or {names[2]}",
        )
    return cert, key


def _hosts(settings: Settings, name: str) -> list[str]:
    """The hosts of the URLs with TLS."""
    return [urlsplit(url).hostname or "" for url in _urls(settings, name) if url.startswith("https:")]
