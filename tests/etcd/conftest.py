import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bunraku.catalog.catalog import Catalog, Resource
from bunraku.catalog.values import Sensitive
from bunraku.engine.outcome import Outcome
from bunraku.engine.transaction import Options, Transaction
from bunraku.etcd import Client
from bunraku.resources.base import Run

sys.path.insert(0, str(Path(__file__).parent))
from cluster_hosts import Host, Hosts
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


@pytest.fixture
def hosts(need_etcd: None, tmp_path: Path) -> Iterator[Hosts]:
    """Three hosts on which nothing runs yet."""
    found = Hosts(Host(tmp_path, f"n{n}") for n in (1, 2, 3))
    yield found
    for host in found:
        host.stop()


@pytest.fixture
def converge(tmp_path: Path, one: LocalCluster) -> Callable[..., dict[str, Outcome]]:
    """Apply resources against `one`; gives each title's outcome.

    They are given as title → parameters where all are of one type, else (type None) as title → (type, parameters).
    """

    def run(type_name: str | None, declared: dict[str, Any], **options: Any) -> dict[str, Outcome]:
        catalog = Catalog("host")
        for title, given in declared.items():
            kind, parameters = given if type_name is None else (type_name, given)
            parameters = {"peers": one.endpoints, **parameters}  # peers => None: the type's own default
            sensitive = frozenset(name for name, value in parameters.items() if isinstance(value, Sensitive))
            bare = {name: value.value if name in sensitive else value for name, value in parameters.items()}
            catalog.add(Resource(kind, title, bare, sensitive=sensitive))
        transaction = Transaction(catalog, Run(tmp_path), Options(**options))
        transaction.prepare()
        transaction.run()
        return {outcome.resource.title: outcome for outcome in transaction.outcomes.values()}

    return run
