import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from overlay_hosts import Switch, why_not


@pytest.fixture(scope="session")
def one_switch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Switch]:
    reason = why_not()
    if reason:
        pytest.skip(reason)
    switch = Switch(tmp_path_factory.mktemp("flannel"))
    yield switch
    switch.remove()


@pytest.fixture
def switch(one_switch: Switch) -> Iterator[Switch]:
    """A switch with a real etcd, without hosts and keys."""
    yield one_switch
    one_switch.forget()
