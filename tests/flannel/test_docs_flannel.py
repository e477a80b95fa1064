"""The session that docs/flannel.md shows, on a host of the tests': with its addresses, else as it stands there."""

import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from overlay_hosts import Switch, until

from tests.shown import ENVIRONMENT, blocks, commands

OURS = {"http://10.0.0.1:2379": "http://10.99.0.1:2379", "eth1": "eth0"}


def test_the_session_that_is_shown(switch: Switch) -> None:
    if not shutil.which("etcdctl"):
        pytest.skip("etcdctl is not installed (Debian: etcd-client)")
    host = switch.host()
    put, daemon, show = commands("flannel.md")
    assert show == "cat /run/flannel/subnet.env"
    for theirs, ours in OURS.items():
        daemon = daemon.replace(theirs, ours)
    environment = ENVIRONMENT | {"ETCDCTL_API": "3", "ETCDCTL_ENDPOINTS": "http://10.99.0.1:2379"}
    subprocess.run(host.namespace.command("sh", "-ec", put), env=environment, check=True, timeout=30)
    # `ip netns exec` gives mounts of our own: the machine's /run/flannel is not touched.
    run = host.namespace.command("sh", "-ec", f"mount -t tmpfs none /run; mkdir /run/lock; exec {daemon}")
    with host.log.open("ab") as log:
        host.daemon = subprocess.Popen(run, env=environment, stdout=log, stderr=log, process_group=0)
    host.wait_ready()
    subnet = Path("/proc", str(host.daemon.pid), "root", "run/flannel/subnet.env")
    until(subnet.exists)
    told = subnet.read_text()
    shown = "\n".join(blocks("flannel.md"))
    assert subnetless(told) in subnetless(shown), "the file is as it is shown"
    assert subnetless("we have 10.5.54.0/24 of 10.5.0.0/16 by vxlan over eth0") in subnetless(host.said())
    assert host.end(signal.SIGTERM) == 0


def subnetless(text: str) -> str:
    """A text with every host's subnet of 10.5.0.0/16 the same."""
    return re.sub(r"10\.5\.\d+\.([01])/24", r"10.5.X.\1/24", text)
