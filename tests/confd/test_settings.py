"""Where settings come from, and which wins."""

import argparse
from pathlib import Path

import pytest

from bunraku.cli.go_flags import add_flags, given_flags
from bunraku.confd.settings import OPTIONS, ConfigError, Settings, settle
from bunraku.system.options import duration


def settled(tmp_path: Path, toml: str = "", environment: dict[str, str] | None = None, **flags: object) -> Settings:
    path = tmp_path / "confd.toml"
    path.write_text(toml)
    return settle({"config_file": str(path), **flags}, environment or {})


def test_the_order_is_defaults_file_environment_flags(tmp_path: Path) -> None:
    toml = 'interval = 1\nlog-level = "debug"\nsync-only = true\nclient_cakeys = "file"\nprefix = "/file"\n'
    settings = settled(tmp_path, toml, {"CONFD_CLIENT_CAKEYS": "env", "CONFD_PREFIX": "/env"}, prefix="/flag")
    assert (settings.interval, settings.log_level, settings.sync_only) == (1, "debug", True)
    assert (settings.client_cakeys, settings.prefix, settings.confdir) == ("env", "/flag", "/etc/confd")


@pytest.mark.parametrize(
    ("backend", "node"),
    [
        ("etcd", "127.0.0.1:2379"),
        ("redis", "127.0.0.1:6379"),
        ("consul", "127.0.0.1:8500"),
        ("zookeeper", "127.0.0.1:2181"),
    ],
)
def test_each_backend_has_its_usual_node(tmp_path: Path, backend: str, node: str) -> None:
    assert settled(tmp_path, f'backend = "{backend}"').nodes == (node,)


def test_etcdctl_peers_names_nodes(tmp_path: Path) -> None:
    assert settled(tmp_path, environment={"ETCDCTL_PEERS": "http://a:1,http://b:2"}).nodes == (
        "http://a:1",
        "http://b:2",
    )


def test_no_secret_is_shown(tmp_path: Path) -> None:
    assert "hunter2" not in repr(settled(tmp_path, 'password = "hunter2"'))
    with pytest.raises(ConfigError) as caught:
        settled(tmp_path, "password = 12345")
    assert "12345" not in str(caught.value)


def test_flags_are_taken_as_go_takes_them(tmp_path: Path) -> None:
    parser = argparse.ArgumentParser()
    add_flags(parser, OPTIONS)
    words = ["-watch", "--onetime=false", "-node", "a:1", "--node=b:2,c:3", "-noop=F", "check"]
    args, rest = parser.parse_known_args(words)
    assert given_flags(args, OPTIONS) == {
        "watch": "true",
        "onetime": "false",
        "nodes": ["a:1", "b:2,c:3"],
        "noop": "false",
    }
    assert rest == ["check"], "a switch does not take the next word"
    settings = settled(tmp_path, 'file = ["a,b.yaml"]', **given_flags(args, OPTIONS))
    assert (settings.watch, settings.nodes, settings.file) == (True, ("a:1", "b:2", "c:3"), ("a,b.yaml",))
    with pytest.raises(SystemExit):
        parser.parse_args(["-nosuch"])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"interval": "soon"}, "-interval must be a time such as 500ms, 2s or 1m30s, not 'soon'"),
        ({"log_level": "loud"}, "-log-level must be one of debug, .*, not 'loud'"),
        ({"backend": "ssm"}, "-backend must be one of .*vault: ssm needs a service of one cloud, not 'ssm'"),
    ],
)
def test_a_wrong_flag_is_named(tmp_path: Path, given: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        settled(tmp_path, **given)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("500ms", 0.5), ("2s", 2), ("1m30s", 90), ("1h", 3600), (600, 600), ("600", 600), ("1.5s", 1.5)],
)
def test_durations(text: object, seconds: float) -> None:
    assert duration(text) == seconds


@pytest.mark.parametrize("text", ["", "abc", "1x", "-1s", "1s2", -1, None, True])
def test_what_is_no_duration(text: object) -> None:
    with pytest.raises(ValueError):
        duration(text)
