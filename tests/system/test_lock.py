import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bunraku.system.lock import Lock, Locked

HOLD = """
import sys, time
from bunraku.system.lock import Lock
with Lock(sys.argv[1]):
    print("held", flush=True)
    time.sleep(60)
"""


def test_one_at_a_time_and_the_owner_is_named(tmp_path: Path) -> None:
    path = str(tmp_path / "lock")
    with Lock(path), pytest.raises(Locked, match=f"process {os.getpid()}"), Lock(path):
        pytest.fail("two held it")
    with Lock(path):
        pass


def test_a_killed_owner_holds_it_no_longer(tmp_path: Path) -> None:
    path = str(tmp_path / "lock")
    owner = subprocess.Popen([sys.executable, "-c", HOLD, path], stdout=subprocess.PIPE)
    assert owner.stdout.readline() == b"held\n"
    with pytest.raises(Locked) as held, Lock(path):
        pytest.fail("two held it")
    assert held.value.pid == owner.pid
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    with Lock(path):
        pass
