import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from confd_world import Confdir, Program

sys.path.insert(0, str(Path(__file__).parent.parent / "etcd"))


@pytest.fixture
def confdir(tmp_path: Path) -> Confdir:
    return Confdir(tmp_path)


@pytest.fixture
def start(confdir: Confdir) -> Iterator[Callable[..., Program]]:
    running: list[Program] = []

    def begin(*flags: str, env: dict[str, str] | None = None) -> Program:
        running.append(Program(confdir, *flags, env=env))
        return running[-1]

    yield begin
    for program in running:
        program.end(signal.SIGKILL)


@pytest.fixture(scope="session")
def need_etcd() -> None:
    if not shutil.which("etcd"):
        pytest.skip("etcd is not installed (Debian: apt-get install etcd-server)")


@pytest.fixture(scope="session")
def etcd(need_etcd: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A real etcd of one member for all the tests that only need a place for keys."""
    from local import LocalCluster

    with LocalCluster(tmp_path_factory.mktemp("etcd")) as cluster:
        yield cluster
