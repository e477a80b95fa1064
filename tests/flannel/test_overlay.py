"""The daemon on hosts of its own, with a real kernel and a real etcd: who reaches whom, and what stays when."""

import pytest
from hosts import Host, Switch, until


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
