"""mount and sysctl on this host: a file system of the tests' own; nothing of the host's is touched."""

import os
from pathlib import Path

import pytest

from .conftest import Apply, only, words

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount"),
]


def test_a_mount_from_nothing_to_gone(apply: Apply, tmp_path: Path) -> None:
    point, fstab = tmp_path / "with space", tmp_path / "fstab"
    point.mkdir()
    fstab.write_text("# kept\n")

    def declare(**parameters: object) -> tuple[str, str, dict[str, object]]:
        return ("mount", str(point), {"target": str(fstab), "device": "tmpfs", "fstype": "tmpfs", **parameters})

    escaped = str(point).replace(" ", "\\040")
    assert words(only(apply(declare(ensure="mounted", options="size=1m"), noop=True))) == ["mounted"]
    assert not os.path.ismount(point)
    try:
        assert words(only(apply(declare(ensure="mounted", options="size=1m")))) == ["mounted"]
        assert os.path.ismount(point)
        assert fstab.read_text() == f"# kept\ntmpfs\t{escaped}\ttmpfs\tsize=1m\t0\t0\n"
        assert words(only(apply(declare(ensure="mounted", options="size=1m")))) == []
        assert words(only(apply(declare(ensure="mounted", options="size=2m")))) == ["options size=1m → size=2m"]
        assert os.statvfs(point).f_blocks * os.statvfs(point).f_frsize == 2 << 20
        assert words(only(apply(declare(ensure="unmounted")))) == ["unmounted"]
        assert not os.path.ismount(point)
        assert words(only(apply(declare(ensure="defined")))) == []
        assert words(only(apply(declare(ensure="absent")))) == ["removed"]
        assert fstab.read_text() == "# kept\n"
        assert words(only(apply(declare(ensure="absent")))) == []
    finally:
        os.system(f"umount '{point}' 2>/dev/null")


def test_a_kernel_setting_that_there_is_not(apply: Apply, tmp_path: Path) -> None:
    declared = ("sysctl", "kernel.no_such_setting", {"value": 1, "target": str(tmp_path / "s.conf")})
    assert words(only(apply(declared))) == [
        "! The kernel has no setting kernel.no_such_setting (is a module not loaded?)"
    ]
