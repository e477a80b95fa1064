import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bunraku.etcd import Client

sys.path.insert(0, str(Path(__file__).parent))
from local import LocalCluster


@pytest.fixture(scope="session")
def need_etcd() -> None:
    if not (shutil.which("etcd") and shutil.which("etcdctl")):
        pytest.skip("etcd and etcdctl are not installed (Debian: apt-get install etcd-server etcd-client)")


@pytest.fixture(scope="session")
def one(need_etcd: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    """One member for all the tests that only need a place for keys; each takes a prefix of its own."""
    with LocalCluster(tmp_path_factory.mktemp("etcd")) as cluster:
        yield cluster


@pytest.fixture
def client(one: LocalCluster) -> Iterator[Client]:
    with one.client() as client:
        yield client


@pytest.fixture
def three(need_etcd: None, tmp_path: Path) -> Iterator[LocalCluster]:
    """Three members of the test's own, to be harmed."""
    with LocalCluster(tmp_path, 3) as cluster:
        yield cluster
