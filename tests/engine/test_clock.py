"""A wall clock that jumps by days, to and fro: deadlines go by another one, and what is remembered stays sensible."""

import itertools
import json
import time
from pathlib import Path

import pytest

from bunraku.cli.main import main

DAY = 86_400.0


@pytest.fixture
def jumping(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every look at the clock finds another day."""
    real, jumps = time.time, itertools.cycle([0, 30 * DAY, -30 * DAY, DAY])
    monkeypatch.setattr(time, "time", lambda: real() + next(jumps))


def apply(state: Path, code: str) -> int:
    flags = ["--detailed-exitcodes", "--statedir", str(state), "--deadline", "600", "--wait", "60"]
    return main(["apply", *flags, "-e", code])


def test_nothing_is_ended_early_and_all_is_reported(jumping: None, tmp_path: Path) -> None:
    code = f"""
        exec {{ '/bin/sleep 0.2': timeout => 60, unless => '/usr/bin/test -e {tmp_path}/last' }}
        -> file {{ '{tmp_path}/last': content => 'x', schedule => 'hourly' }}
    """
    assert apply(tmp_path / "state", code) == 2
    assert apply(tmp_path / "state", code) == 0
    reports = sorted((tmp_path / "state/reports").glob("*.json"))
    assert reports
    for report in reports:
        assert json.loads(report.read_text())["transaction_completed"] is True


def test_what_never_ends_is_ended_all_the_same(
    jumping: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert apply(tmp_path / "state", "exec { '/bin/sleep 3600': timeout => 1 }") == 4
    assert "Command exceeded timeout of 1 s" in capsys.readouterr().out
