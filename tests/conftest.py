"""What all tests share.

A cache folder of their own, so that no parse of an older parser is found in the user's; and no clock in hypothesis'
judgement: how long an example takes tells of the machine's load, not of the code.
"""

import os
import tempfile
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


@pytest.fixture(scope="session", autouse=True)
def own_cache_folder() -> Iterator[None]:
    with tempfile.TemporaryDirectory(prefix="bunraku-cache-") as folder:
        before = os.environ.get("XDG_CACHE_HOME")
        os.environ["XDG_CACHE_HOME"] = folder
        yield
        if before is None:
            del os.environ["XDG_CACHE_HOME"]
        else:
            os.environ["XDG_CACHE_HOME"] = before
