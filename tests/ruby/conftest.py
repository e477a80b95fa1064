"""A calling scope, and a worker that speaks to the real Ruby."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruby_scope import Scope

from bunraku.ruby.worker import Worker


@pytest.fixture
def scope() -> Scope:
    return Scope()


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    if shutil.which("ruby") is None:
        pytest.skip("ruby is not installed: the worker has nothing to run in")
    made = Worker({"web": str(tmp_path / "web")}, deadline=20)
    yield made
    made.end()
