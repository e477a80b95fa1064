"""How soon a run is over after SIGTERM while a command of its is at work, beside `puppet apply`."""

import os
import signal
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from pair import BUNRAKU, PUPPET, need

RUNS = 5
COMMAND = 4
"""Seconds that the command takes, if it is let."""


def main() -> None:
    puppet = need(PUPPET, "puppet-agent")
    with tempfile.TemporaryDirectory(prefix="bunraku-bench-") as name:
        mark = Path(name) / "mark"
        code = f"exec {{ '/bin/sh -c \"touch {mark}; exec sleep {COMMAND}\"': }} -> notify {{ 'never': }}"
        home = [f"--{kind}dir={name}/puppet/{kind}" for kind in ("conf", "var")]
        commands = {
            "bunraku": [BUNRAKU, "apply", "--statedir", f"{name}/state", "-e", code],
            "Puppet": [puppet, "apply", *home, "-e", code],
        }
        took: dict[str, list[float]] = {who: [] for who in commands}
        for _ in range(RUNS):
            for who, command in commands.items():
                took[who].append(interrupted(command, mark))
        ours, theirs = (statistics.median(found) for found in took.values())
        print(
            f"SIGTERM to the end   bunraku {ours * 1e3:.0f} ms   Puppet {theirs * 1e3:.0f} ms   {theirs / ours:.1f} x"
        )


def interrupted(command: list[str], mark: Path) -> float:
    """Seconds from the signal to the end of the run."""
    mark.unlink(missing_ok=True)
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        end = time.monotonic() + 60
        while not mark.exists():
            if run.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"the command was never reached by {command[0]}")
            time.sleep(0.005)
        started = time.monotonic()
        os.kill(run.pid, signal.SIGTERM)
        run.wait(timeout=60)
        return time.monotonic() - started


if __name__ == "__main__":
    main()
