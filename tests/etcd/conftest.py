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
def converge(tmp_path: Path, one: LocalCluster) -> Callable[..., dict[str, Outcome]]:
    """Apply resources, given as title → parameters, of one type, against `one`; gives each title's outcome."""

    def run(type_name: str, declared: dict[str, dict[str, Any]], **options: Any) -> dict[str, Outcome]:
        catalog = Catalog("host")
        for title, parameters in declared.items():
            parameters = {"peers": one.endpoints, **parameters}  # peers => None: the type's own default
            sensitive = frozenset(name for name, value in parameters.items() if isinstance(value, Sensitive))
            bare = {name: value.value if name in sensitive else value for name, value in parameters.items()}
            catalog.add(Resource(type_name, title, bare, sensitive=sensitive))
        transaction = Transaction(catalog, Run(tmp_path), Options(**options))
        transaction.prepare()
        transaction.run()
        return {outcome.resource.title: outcome for outcome in transaction.outcomes.values()}

    return run
