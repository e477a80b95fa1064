import time
from pathlib import Path

import pytest

from bunraku.system.process import CommandError, CommandTimeout, run


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


def test_output_code_and_environment() -> None:
    result = run(["/bin/sh", "-c", "echo $X; echo err >&2; exit 3"], deadline=10, env={"X": "1"})
    assert (result.code, result.output) == (3, "1\nerr\n")


def test_errors_can_be_kept_apart_and_input_given() -> None:
    result = run(["/bin/sh", "-c", "cat; echo err >&2"], deadline=10, stdin=b"in\n", apart=True)
    assert (result.output, result.errors, result.ok) == ("in\n", "err\n", True)


def test_the_whole_group_is_ended_at_the_deadline() -> None:
    with pytest.raises(CommandTimeout) as error:
        run(["/bin/sh", "-c", "sleep 300 & echo $!; sleep 300"], deadline=0.3)
    assert "0.3 s" in str(error.value)
    child = int(error.value.result.output)
    for _ in range(100):
        if not running(child):
            break
        time.sleep(0.02)
    else:
        pytest.fail("a grandchild outlived the deadline")


def test_a_flood_is_ended() -> None:
    with pytest.raises(CommandError, match="wrote more than 1000000 bytes"):
        run(["/bin/sh", "-c", "yes"], deadline=30, limit=1_000_000)


def test_a_daemon_left_behind_holds_nobody_up() -> None:
    assert run(["/bin/sh", "-c", "sleep 60 & echo done"], deadline=30).output == "done\n"


def test_what_is_missing_is_named() -> None:
    with pytest.raises(CommandError, match="'/no/such' was not found"):
        run(["/no/such"], deadline=1)
    with pytest.raises(CommandError, match="'/no/folder' was not found"):
        run(["/bin/true"], deadline=1, cwd="/no/folder")
    with pytest.raises(CommandError, match="'/etc/passwd' cannot be run: permission denied"):
        run(["/etc/passwd"], deadline=1)


def test_a_signal_shows_as_a_negative_code() -> None:
    assert run(["/bin/sh", "-c", "kill -9 $$"], deadline=5).code == -9
