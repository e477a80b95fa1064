"""etcd and confd as services of systemd, brought up by the modules that ship: what an operator does on a first day."""

from __future__ import annotations

import pytest
from host import Host, wait_until

pytestmark = pytest.mark.root
CODE = """
class { 'etcd':
  manage_package     => false,
  etcd_name          => 'one',
  heartbeat_interval => %(heartbeat)d,
}
-> etcd_key { '/site/greeting': value => '%(greeting)s' }
class { 'confd':
  nodes     => ['http://127.0.0.1:2379'],
  backend   => 'etcdv3',
  watch     => true,
  log_level => '%(log_level)s',
}
confd::resource { 'motd':
  dest    => '/etc/motd',
  keys    => ['/site'],
  content => "{{ getv \\"/site/greeting\\" }}\\n",
}
"""
FIRST = {"heartbeat": 100, "greeting": "hello", "log_level": "info"}


def main_pid(host: Host, unit: str) -> str:
    return host.output("systemctl", "show", "--property=MainPID", "--value", unit)


def shows(host: Host, text: str) -> bool:
    return (host.root / "etc/motd").exists() and host.read("/etc/motd") == f"{text}\n"


def test_one_day_of_a_host(host: Host) -> None:
    did = host.apply(CODE % FIRST)
    assert did.failures == []
    assert host.output("systemctl", "is-active", "etcd", "confd").split() == ["active", "active"]
    assert host.output("systemctl", "is-enabled", "etcd", "confd").split() == ["enabled", "enabled"]
    assert host.output("systemctl", "show", "--property=Type", "--value", "etcd") == "notify"
    wait_until(lambda: shows(host, "hello"), "the first key is rendered")
    assert host.apply(CODE % FIRST).events == set(), "a second run has nothing to do"

    # A key that the code changes reaches the file through the running daemon.
    did = host.apply(CODE % {**FIRST, "greeting": "good evening"})
    assert did.events == {("Etcd_key[/site/greeting]", "value")}
    wait_until(lambda: shows(host, "good evening"), "a changed key is rendered")

    # Another setting of etcd restarts it, and nothing else; the daemon finds it again.
    etcd, confd = main_pid(host, "etcd"), main_pid(host, "confd")
    evening = {**FIRST, "greeting": "good evening", "heartbeat": 150}
    did = host.apply(CODE % evening)
    assert did.failures == []
    assert main_pid(host, "etcd") != etcd
    assert main_pid(host, "confd") == confd
    host.run("etcdctl", "put", "/site/greeting", "good night")
    wait_until(lambda: shows(host, "good night"), "the daemon watches again")
    host.run("etcdctl", "put", "/site/greeting", "good evening")

    # Another setting of the daemon makes it read its settings again, as the same process.
    assert host.apply(CODE % {**evening, "log_level": "debug"}).failures == []
    assert main_pid(host, "confd") == confd
    assert host.apply(CODE % {**evening, "log_level": "debug"}).events == set()

    # A daemon that dies is started again, and so is one that hangs: it misses its sign of life.
    host.run("systemctl", "kill", "--signal=KILL", "confd")
    wait_until(lambda: main_pid(host, "confd") not in ("0", confd), "systemd starts it again")
    host.write("/etc/systemd/system/confd.service.d/soon.conf", "[Service]\nWatchdogSec=2\n")
    host.run("systemctl", "daemon-reload")
    host.run("systemctl", "restart", "confd")
    hung = main_pid(host, "confd")
    host.run("kill", "-STOP", hung)
    wait_until(lambda: main_pid(host, "confd") not in ("0", hung), "systemd's watchdog ends it", limit=60)
    host.run("etcdctl", "put", "/site/greeting", "good morning")
    wait_until(lambda: shows(host, "good morning"), "the new one renders")
