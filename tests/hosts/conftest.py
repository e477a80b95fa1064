"""Hosts for the tests: new ones, and the reason where there are none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import packages
import pytest
from host import Boot, Host, NoHosts


@pytest.fixture(scope="session")
def impossible() -> list[str]:
    """Why no host can be booted, once that is known."""
    return []


@pytest.fixture(scope="module")
def boot(impossible: list[str]) -> Iterator[Boot]:
    """Boots a host by name; all are taken down at the module's end."""
    hosts: list[Host] = []

    def run(name: str) -> Host:
        if impossible:
            pytest.skip(impossible[0])
        try:
            host = Host(name)
        except NoHosts as reason:
            impossible.append(str(reason))
            pytest.skip(str(reason))
        hosts.append(host)
        return host

    yield run
    for host in hosts:
        host.end()


@pytest.fixture(scope="module")
def host(boot: Boot) -> Host:
    """A host for the tests of a module."""
    return boot("host")


@pytest.fixture(scope="session")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of Debian packages."""
    return packages.build(tmp_path_factory.mktemp("repository"))
