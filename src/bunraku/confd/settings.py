"""What an operator may set: in confd.toml, in the environment as CONFD_NAME, by flags; the later wins.

`OPTIONS` is the one list of them. Keys of confd.toml may be written with `-` or `_`, as confd itself mixes them.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bunraku.system.options import Option, Options

BACKENDS = ("etcd", "etcdv3", "file", "env", "redis", "consul", "zookeeper", "vault")

ELSEWHERE = dict.fromkeys(("dynamodb", "ssm", "acm", "secretsmanager", "imds"), "needs a service of one cloud")
ELSEWHERE["rancher"] = "has no servers any more"
"""Back ends of confd and its forks that are not here, and why."""


class ConfigError(Exception):
    """A setting that cannot be used: what, where, and what to do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that was set. Times are in seconds."""

    backend: str = "etcd"
    nodes: tuple[str, ...] = ()
    scheme: str = "http"
    srv_domain: str = ""
    srv_record: str = ""
    prefix: str = ""
    confdir: str = "/etc/confd"
    config_file: str = "/etc/confd/confd.toml"
    # how to run
    onetime: bool = False
    watch: bool = False
    interval: float = 600
    noop: bool = False
    sync_only: bool = False
    keep_stage_file: bool = False
    # TLS and who we are
    client_cakeys: str = ""
    client_cert: str = ""
    client_key: str = ""
    client_insecure: bool = False
    basic_auth: bool = False
    username: str = ""
    password: str = ""
    auth_token: str = ""
    auth_type: str = ""
    app_id: str = ""
    user_id: str = ""
    role_id: str = ""
    secret_id: str = ""
    path: str = ""
    # one back end's own
    file: tuple[str, ...] = ()
    filter: str = "*"
    separator: str = ""
    table: str = ""
    secret_keyring: str = ""
    # how careful to be
    check_cmd_timeout: float = 30
    reload_cmd_timeout: float = 60
    render_timeout: float = 10
    debounce: float = 0
    min_reload_interval: float = 0
    rollback: bool = False
    on_drift: str = "repair"
    symlinks: str = "follow"
    # what is told
    log_level: str = "info"
    log_format: str = "text"
    statedir: str = ""
    socket: str = ""
    metrics_addr: str = ""

    def __repr__(self) -> str:
        # It may hold a password.
        return f"Settings(backend={self.backend!r}, confdir={self.confdir!r})"


def _group(group: str, *options: Option) -> list[Option]:
    return [option._replace(group=group) for option in options]


_OPTIONS = [
    *_group(
        "where the keys are",
        Option("backend", "the store", "text", choices=BACKENDS, refused=ELSEWHERE),
        Option("nodes", "address of a server of the store; may be repeated", "list", flag="node"),
        Option("prefix", "prefix of all keys, in place of the resources' own", "text"),
        Option("scheme", "scheme of the nodes that DNS names", "text", choices=("http", "https")),
        Option("srv_domain", "domain whose SRV records name the nodes", "text"),
        Option("srv_record", "SRV record that names the nodes: _etcd-client._tcp.example.com", "text"),
        Option("file", "file or folder with keys (backend file); may be repeated", "list"),
        Option("filter", "pattern of the file names in such a folder", "text"),
        Option("separator", "what stands for / in keys (backend redis)", "text"),
        Option("table", "accepted; it belongs to DynamoDB, which is not here", "text"),
        Option("secret_keyring", "armoured private key that decrypts values (cget, cgetv …)", "text"),
    ),
    *_group(
        "how to run",
        Option("confdir", "folder with conf.d and templates", "text"),
        Option("config_file", "the configuration file", "text"),
        Option("onetime", "render everything once and exit", "switch"),
        Option("watch", "render what a change of keys touches, at once", "switch"),
        Option("interval", "seconds between two looks at everything", "duration"),
        Option("noop", "show what would change, change nothing", "switch"),
        Option("sync_only", "write the files, run no check_cmd and no reload_cmd", "switch"),
        Option("keep_stage_file", "leave the rendered file beside its destination", "switch"),
    ),
    *_group(
        "who we are to the store",
        Option(
            "client_cakeys", "certificates of the authorities that signed the servers'", "text", flag="client-ca-keys"
        ),
        Option("client_cert", "our certificate", "text"),
        Option("client_key", "its key (backend redis: the password)", "text", secret=True),
        Option("client_insecure", "do not check the servers' certificates", "switch"),
        Option("basic_auth", "log in with username and password", "switch"),
        Option("username", "user name", "text"),
        Option("password", "password", "text", secret=True),
        Option("auth_token", "token", "text", secret=True),
        Option("auth_type", "how to log in to vault: token, app-role, userpass …", "text"),
        Option("app_id", "for vault's app-id", "text"),
        Option("user_id", "for vault's app-id", "text"),
        Option("role_id", "for vault's app-role and kubernetes", "text"),
        Option("secret_id", "for vault's app-role", "text", secret=True),
        Option("path", "where the way to log in is mounted in vault", "text"),
    ),
    *_group(
        "how careful to be",
        Option("check_cmd_timeout", "time that a check_cmd may take", "duration"),
        Option("reload_cmd_timeout", "time that a reload_cmd may take", "duration"),
        Option("render_timeout", "time that a template may take", "duration"),
        Option("debounce", "wait so long after a change for more of them", "duration"),
        Option("min_reload_interval", "least time between two runs of one reload_cmd", "duration"),
        Option("rollback", "put the old file back if the reload fails", "switch"),
        Option(
            "on_drift", "what to do about a destination changed by hand", "text", choices=("repair", "report", "ignore")
        ),
        Option(
            "symlinks",
            "a destination that is a link: write to its target, or replace it",
            "text",
            choices=("follow", "replace"),
        ),
    ),
    *_group(
        "what is told",
        Option(
            "log_level",
            "least level that is told",
            "text",
            choices=("debug", "info", "notice", "warn", "warning", "error", "fatal", "panic"),
        ),
        Option("log_format", "form of the log", "text", choices=("text", "json")),
        Option("statedir", "folder for what must outlive a restart", "text"),
        Option("socket", "socket that `confd status` asks", "text"),
        Option("metrics_addr", "HOST:PORT of /metrics and /health", "text"),
    ),
]
OPTIONS = Options(_OPTIONS, variables="CONFD_", error=ConfigError)

WITHOUT_EFFECT = {
    "template_cache": "templates are always compiled once",
    "stat_cache_ttl": "changes of files are told by the kernel",
    "failure_mode": "what works goes on, and any failure shows in the exit code",
    "batch_interval": "use debounce",
    "watchdog_interval": "it is taken from systemd",
    "systemd_notify": "systemd is told whenever it asks to be",
    "backend_timeout": "calls to the store have their own time limits",
    "shutdown_timeout": "a running command is ended by its own time limit",
    "dial_timeout": "calls to the store have their own time limits",
    "read_timeout": "calls to the store have their own time limits",
    "write_timeout": "calls to the store have their own time limits",
    "preflight_timeout": "calls to the store have their own time limits",
    "watch_error_backoff": "a lost watch is taken up again at once",
    "retry_max_attempts": "what failed is tried until it succeeds",
    "retry_base_delay": "what failed is tried until it succeeds",
    "retry_max_delay": "what failed is tried until it succeeds",
}
"""Settings of confd's forks that are understood and need nothing done, and why."""

Warn = Callable[[str], object]
"""Told of what has no effect."""


def settle(flags: Mapping[str, Any], environment: Mapping[str, str], warn: Warn = lambda message: None) -> Settings:
    """The settings: defaults, then the configuration file, then the environment, then `flags` (only those given).

    Raises ConfigError.
    """
    given = OPTIONS.from_environment(environment) | OPTIONS.from_flags(flags)
    path = str(given.get("config_file", Settings().config_file))
    settings = from_table(read_toml(path), path, Settings(), warn)
    return _completed(replace(settings, **given), environment)


def read_toml(path: str) -> dict[str, Any]:
    """The table in a TOML file; empty if there is no file. ConfigError if it cannot be read."""
    try:
        with open(path, "rb") as file:
            return tomllib.load(file)
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: is not TOML: {error}") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None


def from_table(table: Mapping[str, Any], path: str, base: Settings, warn: Warn) -> Settings:
    """`base` with what a TOML table says. Keys that nobody knows are warned of. ConfigError for a wrong value."""
    known = {}
    for key, value in table.items():
        name = key.replace("-", "_")
        option = OPTIONS.named(name)
        if option is not None:
            known[option.name] = OPTIONS.value(option, value, f"{path}: {key}")
        elif name in WITHOUT_EFFECT:
            warn(f"{path}: '{key}' has no effect: {WITHOUT_EFFECT[name]}")
        else:
            warn(f"{path}: unknown setting '{key}'{nearest(name, OPTIONS.names)}")
    return replace(base, **known)


def nearest(name: str, names: Iterable[str]) -> str:
    """`, did you mean 'x'?` if something that is known is near."""
    from difflib import get_close_matches

    near = get_close_matches(name, list(names), 1)
    return f", did you mean '{near[0]}'?" if near else ""


_OF_BACKEND: tuple[str, ...] = (
    *("nodes", "scheme", "srv_domain", "srv_record", "file", "filter", "separator"),
    *("client_cakeys", "client_cert", "client_key", "client_insecure", "basic_auth", "username", "password"),
    *("auth_token", "auth_type", "app_id", "user_id", "role_id", "secret_id", "path"),
)


def with_backend(settings: Settings, table: Mapping[str, Any], path: str, warn: Warn) -> Settings:
    """`settings` with a back end of its own, as a resource's [backend] table describes it. Raises ConfigError."""
    fresh = Settings()
    blank = replace(settings, **{name: getattr(fresh, name) for name in _OF_BACKEND})
    return _with_nodes(from_table(table, path, blank, warn), {})


def backend_identity(settings: Settings) -> tuple[Any, ...]:
    """What tells one back end from another: resources for which this is equal share one connection."""
    return (settings.backend, *(getattr(settings, name) for name in _OF_BACKEND))


_DEFAULT_NODES = {
    "etcd": "127.0.0.1:2379",
    "etcdv3": "127.0.0.1:2379",
    "consul": "127.0.0.1:8500",
    "redis": "127.0.0.1:6379",
    "vault": "http://127.0.0.1:8200",
    "zookeeper": "127.0.0.1:2181",
}


def _completed(settings: Settings, environment: Mapping[str, str]) -> Settings:
    """The settings with what follows from others: nodes, folders."""
    settings = _with_nodes(settings, environment)
    statedir = settings.statedir or _default_statedir(environment)
    return replace(settings, statedir=statedir, socket=settings.socket or f"{statedir}/status.sock")


def _with_nodes(settings: Settings, environment: Mapping[str, str]) -> Settings:
    if settings.srv_domain or settings.srv_record:
        return replace(settings, nodes=_nodes_from_dns(settings))
    if settings.nodes or settings.backend not in _DEFAULT_NODES:
        return settings
    peers = environment.get("ETCDCTL_PEERS") if settings.backend in ("etcd", "etcdv3") else None
    return replace(settings, nodes=tuple((peers or _DEFAULT_NODES[settings.backend]).split(",")))


def _nodes_from_dns(settings: Settings) -> tuple[str, ...]:
    from bunraku.confd.dns import DnsError, lookup_srv

    record = settings.srv_record or f"_{settings.backend}._tcp.{settings.srv_domain}."
    try:
        found = lookup_srv(record)
    except DnsError as error:
        raise ConfigError(f"cannot find nodes by the SRV record {record}: {error}") from None
    scheme = f"{settings.scheme}://" if settings.backend in ("etcd", "etcdv3") else ""
    return tuple(f"{scheme}{service.Target.rstrip('.')}:{service.Port}" for service in found)


def _default_statedir(environment: Mapping[str, str]) -> str:
    """Beside the states of other daemons for root; in the user's own folder else."""
    if state := environment.get("XDG_STATE_HOME"):
        return f"{state}/bunraku/confd"
    if os.geteuid() == 0:
        return "/var/lib/bunraku/confd"
    return f"{environment.get('HOME', '/tmp')}/.local/state/bunraku/confd"
