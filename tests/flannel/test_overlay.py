"""The daemon on hosts of its own, with a real kernel and a real etcd: who reaches whom, and what stays when."""

import json
import shutil
import signal
import sys
import time

import pytest
from overlay_hosts import PREFIX, Host, Switch, until, vtep

from bunraku.etcd.txn import put


def three(switch: Switch, *flags: str) -> list[Host]:
    hosts = [switch.host() for _ in range(3)]
    for host in hosts:
        host.begin(*flags)
    for host in hosts:
        host.wait_ready()
    return hosts


@pytest.mark.parametrize("backend", [{"Type": "vxlan"}, {"Type": "host-gw"}, {"Type": "vxlan", "DirectRouting": True}])
def test_containers_of_three_hosts_reach_each_other(switch: Switch, backend: dict[str, object]) -> None:
    switch.configure(backend)
    hosts = three(switch)
    addresses = [host.run_pod() for host in hosts]
    for host in hosts:
        for address in addresses:
            until(lambda host=host, address=address: host.reaches(address))
    device = "flannel.1" in hosts[0].namespace.ip("route")
    assert device == (backend == {"Type": "vxlan"})


def test_fifty_leases_of_one_transaction_are_fifty_routes(switch: Switch) -> None:
    switch.configure({"Type": "vxlan"})
    host = switch.host()
    host.start()
    value = json.dumps({"PublicIP": "10.99.0.200", "PublicIPv6": None, "BackendType": "vxlan"} | vtep(9))
    names = [f"10.50.{n}.0-24" for n in range(100, 150) if f"10.50.{n}.0/24" != host.subnet]
    switch.client.txn().then(*(put(f"{PREFIX}/subnets/{name}", value) for name in names)).commit()
    until(lambda: host.routes() == {name.replace("-", "/") for name in names})
    for number, name in enumerate(names):
        switch.put_lease(name, f"10.99.0.{number + 100}", BackendType="vxlan", **vtep(number))
    until(lambda: {vtep_host for _, vtep_host in host.forwarding()} >= {f"10.99.0.{n + 100}" for n in range(49)})
    assert len(host.neighbours()) == len(host.routes()) == len(names)
    for name in names:
        switch.client.delete(f"{PREFIX}/subnets/{name}")
    until(lambda: not host.routes() and not host.neighbours() and not host.forwarding())


@pytest.mark.parametrize("backend", ["vxlan", "host-gw"])
def test_a_lease_that_went_while_the_daemon_was_down_leaves_nothing(switch: Switch, backend: str) -> None:
    switch.configure({"Type": backend})
    host = switch.host()
    for number in (7, 8):
        switch.put_lease(f"10.50.{number}.0-24", f"10.99.0.{number}", BackendType=backend, **vtep(number))
    host.start()
    subnet = host.subnet
    assert host.routes() == {"10.50.7.0/24", "10.50.8.0/24"}
    host.end(signal.SIGKILL)
    switch.client.delete(f"{PREFIX}/subnets/10.50.7.0-24")
    assert host.routes() == {"10.50.7.0/24", "10.50.8.0/24"}
    host.start()
    assert host.routes() == {"10.50.8.0/24"}
    assert {entry[1] for entry in host.forwarding()} <= {"10.99.0.8"}
    assert set(host.neighbours()) <= {"10.50.8.0"}
    assert host.subnet == subnet


def test_etcd_away_for_ten_seconds_changes_nothing(switch: Switch) -> None:
    switch.configure({"Type": "vxlan"})
    hosts = [switch.host(), switch.host()]
    for host in hosts:
        host.start()
    addresses = [host.run_pod() for host in hosts]
    until(lambda: hosts[0].reaches(addresses[1]))
    before = hosts[0].kernel()
    switch.etcd.send_signal(signal.SIGSTOP)
    try:
        end = time.monotonic() + 10
        while time.monotonic() < end:
            until(lambda: hosts[0].reaches(addresses[1]))
            assert hosts[0].kernel() == before
            time.sleep(0.5)
    finally:
        switch.etcd.send_signal(signal.SIGCONT)
    assert not any(host.ended() for host in hosts)
    until(lambda: switch.put_lease("10.50.99.0-24", "10.99.0.99", BackendType="vxlan", **vtep(9)) or True)
    until(lambda: "10.50.99.0/24" in hosts[0].routes() & hosts[1].routes())


def test_what_was_made_goes_at_the_end_and_stays_where_that_is_asked_for(switch: Switch) -> None:
    switch.configure({"Type": "vxlan"})
    switch.put_lease("10.50.7.0-24", "10.99.0.7", BackendType="vxlan", **vtep(7))
    host = switch.host()
    before = host.kernel()
    host.start("-ip-masq")
    assert "FLANNEL-POSTRTG" in host.rules() and "FLANNEL-FWD" in host.rules()
    subnet = host.subnet
    assert host.end() == 0
    assert host.kernel() == before
    assert "FLANNEL" not in host.rules()
    host.start("-ip-masq", "-keep-network")
    made = host.kernel()
    assert host.end(signal.SIGINT) == 0
    assert host.kernel() == made and "FLANNEL-POSTRTG" in host.rules()
    assert host.subnet == subnet and subnet.replace("/", "-") in switch.leases()


def test_a_lease_that_is_deleted_is_taken_again(switch: Switch) -> None:
    switch.configure({"Type": "vxlan"})
    host = switch.host()
    host.start()
    key = f"{PREFIX}/subnets/{host.subnet.replace('/', '-')}"
    value = switch.client.get(key).value
    switch.client.delete(key)
    until(lambda: switch.client.get(key).value == value)
    assert not host.ended()


def test_a_lease_that_another_host_took_is_left_to_it(switch: Switch) -> None:
    switch.configure({"Type": "vxlan"})
    host = switch.host()
    host.start()
    lost = host.subnet
    name = lost.replace("/", "-")
    switch.put_lease(name, "10.99.0.77", BackendType="vxlan", **vtep(7))
    until(lambda: host.subnet != lost and lost in host.routes())
    assert switch.leases()[name]["PublicIP"] == "10.99.0.77"
    assert switch.leases()[host.subnet.replace("/", "-")]["PublicIP"] == host.address


def test_a_reservation_stays_one(switch: Switch) -> None:
    switch.configure({"Type": "host-gw"})
    host = switch.host()
    switch.put_lease("10.50.42.0-24", host.address)
    host.start()
    assert host.subnet == "10.50.42.0/24"
    kept = switch.client.get(f"{PREFIX}/subnets/10.50.42.0-24")
    assert kept.lease == 0
    assert json.loads(kept.value)["BackendType"] == "host-gw"


def test_the_wire_and_the_file_are_flannels(switch: Switch) -> None:
    switch.configure({"Type": "vxlan"})
    host = switch.host()
    host.start()
    kv = switch.client.get(f"{PREFIX}/subnets/{host.subnet.replace('/', '-')}")
    mac = json.loads(host.namespace.exec("ip", "-j", "link", "show", "flannel.1"))[0]["address"]
    data = f'{{"VNI":1,"VtepMAC":"{mac}"}}'
    value = f'{{"PublicIP":"{host.address}","PublicIPv6":null,"BackendType":"vxlan","BackendData":{data}}}'
    assert kv.value.decode() == value
    assert switch.client.leases.state(kv.lease).granted == 86400
    first = host.subnet.replace(".0/", ".1/")
    assert host.subnet_file.read_text() == (
        f"FLANNEL_NETWORK=10.50.0.0/16\nFLANNEL_SUBNET={first}\nFLANNEL_MTU=1450\nFLANNEL_IPMASQ=false\n"
    )


def test_another_configuration_is_followed(switch: Switch) -> None:
    switch.configure({"Type": "vxlan"})
    host = switch.host()
    switch.put_lease("10.60.7.0-24", "10.99.0.7", BackendType="host-gw")
    host.start()
    made = host.kernel()
    for wrong in ("{}", '{"Network": "10.50.0.0/16"}', '{"Network": "10.99.0.0/25", "Backend": {"Type": "vxlan"}}'):
        before = host.said().count("the network stays as it was")
        switch.client.put(f"{PREFIX}/config", wrong)
        until(lambda before=before: host.said().count("the network stays as it was") == before + 1)
    assert host.kernel() == made
    switch.configure({"Type": "host-gw"}, network="10.60.0.0/16")
    until(lambda: host.said().count(" we have ") == 2)
    assert host.subnet.startswith("10.60.")
    assert host.routes() == {"10.60.7.0/24"}
    assert "flannel.1" not in host.namespace.ip("link")
    assert [lease["PublicIP"] for lease in switch.leases().values()].count(host.address) == 1


def test_what_others_did_to_the_device_and_the_rules_is_mended(switch: Switch) -> None:
    switch.configure({"Type": "vxlan"})
    switch.put_lease("10.50.7.0-24", "10.99.0.7", BackendType="vxlan", **vtep(7))
    host = switch.host()
    host.start("-iptables-resync", "1")
    made, rules = host.kernel(), host.rules()
    host.namespace.ip("link", "del", "flannel.1")
    host.namespace.exec("iptables", "-F", "FORWARD")
    until(lambda: host.rules() == rules)
    until(lambda: host.kernel() == made)


def test_masquerade_lets_containers_out(switch: Switch) -> None:
    switch.configure({"Type": "host-gw"})
    host = switch.host()
    host.start("-ip-masq")
    host.run_pod()
    until(lambda: host.reaches("10.99.0.1"))  # which knows no way back to the container


def test_hosts_that_cannot_be_used_are_told_of_and_left_out(switch: Switch) -> None:
    switch.configure({"Type": "host-gw"})
    switch.put_lease("10.50.7.0-24", "192.0.2.7", BackendType="host-gw")
    switch.put_lease("10.50.8.0-24", "10.99.0.8", BackendType="vxlan", **vtep(8))
    switch.put_lease("10.99.0.0-24", "10.99.0.9", BackendType="host-gw")
    switch.client.put(f"{PREFIX}/subnets/10.50.10.0-24", b"\xff{")
    switch.client.put(f"{PREFIX}/subnets/what", "{}")
    switch.put_lease("10.50.11.0-24", "10.99.0.12", BackendType="host-gw")
    host = switch.host()
    host.start()
    assert host.routes() == {"10.50.11.0/24"}
    for words in (
        "route to 10.50.7.0/24 via 192.0.2.7: the gateway is not on this device's network",
        "lease 10.50.8.0-24 is left out: 10.99.0.8 uses backend vxlan",
        "lease what is left out: its name is not a subnet",
        'lease 10.50.10.0-24 is left out: its value is not JSON with a "PublicIP"',
    ):
        assert host.said().count(words) == 1, host.said()


@pytest.mark.parametrize(
    ("config", "flags", "words"),
    [
        ({"Backend": {"Type": "udp"}}, [], "Backend Type 'udp' is not supported: use one of vxlan, host-gw, alloc"),
        ({}, [], "Backend Type 'udp' (which no Backend means)"),
        ({"Network": "10.99.0.0/26", "Backend": {"Type": "vxlan"}}, [], "lies in 10.99.0.0/24, the network of eth0"),
        ({"Backend": {"Type": "vxlan", "VNI": -1}}, [], "Backend VNI -1 is not a number"),
        ({"Backend": {"Type": "host-gw"}}, ["-public-ip", "192.0.2.1"], "host-gw needs the public address 192.0.2.1"),
        ({"Backend": {"Type": "vxlan"}}, ["-iface", "eth7"], "no interface is eth7: there are lo, eth0"),
        (
            {"Network": "10.50.0.0/28", "Backend": {"Type": "vxlan"}},
            [],
            "no subnet from 10.50.0.4 to 10.50.0.12 is free",
        ),
    ],
)
def test_what_cannot_work_ends_with_a_line(
    switch: Switch, config: dict[str, object], flags: list[str], words: str
) -> None:
    switch.client.put(f"{PREFIX}/config", json.dumps({"Network": "10.50.0.0/16"} | config))
    for number in range(3):
        switch.put_lease(f"10.50.0.{4 + 4 * number}-30", f"10.99.0.{100 + number}")
    host = switch.host()
    before = host.kernel()
    host.begin(*flags)
    assert host.daemon.wait(30) == 1
    assert words in host.said().splitlines()[-1]
    assert "Traceback" not in host.said()
    assert host.kernel() == before
    assert not host.subnet_file.exists()


def test_a_network_that_is_not_described_yet_is_waited_for(switch: Switch) -> None:
    host = switch.host()
    host.begin("-healthz-port", "8471")
    until(lambda: "waiting: /coreos.com/network/config is not in etcd" in host.said())
    ask = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:8471/healthz', timeout=5).status)"
    assert host.namespace.exec(sys.executable, "-c", ask).strip() == "200"
    switch.configure({"Type": "alloc"})
    host.wait_ready()
    assert host.environment["FLANNEL_MTU"] == "1500"
    assert switch.leases()[host.subnet.replace("/", "-")] == {"PublicIP": host.address, "PublicIPv6": None}


def test_a_host_whose_address_changes_keeps_its_subnet(switch: Switch) -> None:
    switch.configure({"Type": "vxlan"})
    hosts = [switch.host(), switch.host()]
    for host in hosts:
        host.start()
    addresses = [host.run_pod() for host in hosts]
    subnet, moved = hosts[0].subnet, hosts[0]
    moved.namespace.exec("sysctl", "-qw", "net.ipv4.conf.all.promote_secondaries=1")
    moved.namespace.ip("addr", "add", "10.99.0.51/24", "dev", "eth0")
    moved.namespace.ip("addr", "del", f"{moved.address}/24", "dev", "eth0")
    moved.namespace.ip("route", "replace", "default", "via", "10.99.0.1")
    until(lambda: switch.leases()[subnet.replace("/", "-")]["PublicIP"] == "10.99.0.51")
    until(lambda: hosts[1].reaches(addresses[0]) and hosts[0].reaches(addresses[1]))
    assert moved.subnet == subnet


def test_without_the_right_to_change_the_network_it_ends_with_a_line(switch: Switch) -> None:
    if not shutil.which("setpriv"):
        pytest.skip("setpriv is not installed (Debian: util-linux)")
    switch.configure({"Type": "vxlan"})
    host = switch.host()
    host.begin(run_by=["setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin"])
    assert host.daemon.wait(30) == 1
    assert host.said().splitlines()[-1].endswith("device flannel.1: not permitted: this needs root, or CAP_NET_ADMIN")


ANOTHER_KIND = """
import sys
from bunraku.cli.main import main
from bunraku.system import network
network._new_vxlan = lambda wanted: {"ifname": wanted.name, "kind": "vxlan-of-another-kernel"}
sys.exit(main(sys.argv[2:]))
"""
"""The daemon as it would be on a kernel without vxlan: it asks for a kind of device that this kernel does not have."""


def test_on_a_kernel_without_vxlan_it_ends_with_a_line(switch: Switch) -> None:
    switch.configure({"Type": "vxlan"})
    host = switch.host()
    before = host.kernel()
    host.begin(run_by=[sys.executable, "-c", ANOTHER_KIND])
    assert host.daemon.wait(30) == 1
    told = host.said().splitlines()[-1]
    assert told.endswith("device flannel.1: this kernel does not have it (a module that is missing?)")
    assert host.kernel() == before
    assert not host.subnet_file.exists() and not switch.leases()


def test_a_device_that_somebody_else_made_is_in_the_way(switch: Switch) -> None:
    switch.configure({"Type": "vxlan"})
    host = switch.host()
    host.namespace.ip("link", "add", "other", "type", "vxlan", "id", "1", "dstport", "8472", "dev", "eth0")
    host.begin()
    assert host.daemon.wait(30) == 1
    assert host.said().splitlines()[-1].endswith("device flannel.1: something of that kind is there already")
    assert "other" in host.namespace.ip("link")
