"""Which links on the way to a file are followed: the rules of `bunraku.system.paths`, one by one, and in a race."""

import os
import time
from collections import Counter
from pathlib import Path

import pytest

from bunraku.system import files, paths
from bunraku.system.paths import UnsafeLink
from tests.swapper import NOBODY, swapping

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to give files to others")


def reached(path: Path, *, follow: bool = False, no_links: tuple[str, ...] = ()) -> str:
    """Where work at `path` would be done."""
    with paths.located(str(path), follow=follow, no_links=no_links) as (folder, name):
        return os.path.join(paths.path_of(folder), name)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """`of_root` and `of_nobody`, folders of these two."""
    root = tmp_path.resolve()
    for owner in ("of_root", "of_nobody"):
        (root / owner).mkdir()
    if os.geteuid() == 0:
        os.chown(root / "of_nobody", NOBODY, NOBODY)
    return root


def link(path: Path, target: Path | str, owner: int) -> Path:
    path.symlink_to(target)
    os.chown(path, owner, -1, follow_symlinks=False)
    return path


def test_a_path_without_links_is_taken_as_it_is(root: Path) -> None:
    assert reached(root / "of_root/file") == f"{root}/of_root/file"
    assert reached(Path(f"{root}/of_root/../of_nobody/./file")) == f"{root}/of_nobody/file"


@pytest.mark.parametrize("target", ["{root}/of_root", "of_root", "./of_nobody/../of_root/", "second"])
def test_our_own_link_is_followed_however_it_is_written(root: Path, target: str) -> None:
    (root / "second").symlink_to(root / "of_root")
    (root / "first").symlink_to(target.format(root=root))
    assert reached(root / "first/file") == f"{root}/of_root/file"


def test_relative_paths_and_a_last_link(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    (root / "last").symlink_to("of_root/file")
    assert reached(Path("last")) == f"{root}/last"
    assert reached(Path("last"), follow=True) == f"{root}/of_root/file"
    assert reached(root / "last", follow=True) == f"{root}/of_root/file"


def test_links_in_a_circle_are_an_error(root: Path) -> None:
    (root / "a").symlink_to("b")
    (root / "b").symlink_to("a")
    for path, follow in ((root / "a/file", False), (root / "a", True)):
        with pytest.raises(OSError, match="Too many levels of symbolic links") as error:
            reached(path, follow=follow)
        assert not isinstance(error.value, UnsafeLink)


@needs_root
def test_a_link_of_anothers_leads_only_to_his_own(root: Path) -> None:
    link(root / "home", root / "of_nobody", NOBODY)
    link(root / "escape", root / "of_root", NOBODY)
    assert reached(root / "home/file") == f"{root}/of_nobody/file"
    with pytest.raises(UnsafeLink, match="a link that nobody can change leads to a folder of root") as error:
        reached(root / "escape/file")
    assert error.value.filename == f"{root}/escape"
    with pytest.raises(UnsafeLink):
        reached(link(root / "last", root / "of_root/file", NOBODY), follow=True)
    # Over a link of his to one of root's: the first one leads there.
    link(root / "detour", root / "ours", NOBODY)
    link(root / "ours", root / "of_root", 0)
    assert reached(root / "ours/file") == f"{root}/of_root/file"
    with pytest.raises(UnsafeLink):
        reached(root / "detour/file")


@needs_root
def test_a_link_of_roots_belongs_to_him_who_can_rename_it(root: Path) -> None:
    link(root / "of_nobody/logs", root / "of_root", 0)
    with pytest.raises(UnsafeLink, match="nobody can change"):
        reached(root / "of_nobody/logs/file")
    shared = root / "shared"
    shared.mkdir()
    link(shared / "out", root / "of_root", 0)
    for mode, safe in ((0o755, True), (0o1777, True), (0o777, False)):
        shared.chmod(mode)
        if safe:
            assert reached(shared / "out/file") == f"{root}/of_root/file"
        else:
            with pytest.raises(UnsafeLink, match="anybody can change"):
                reached(shared / "out/file")


def test_a_folder_that_was_seen_must_not_become_a_link(root: Path) -> None:
    (root / "swapped").symlink_to("of_root")
    seen = (f"{root}/swapped",)
    with pytest.raises(UnsafeLink, match="in the place of a managed folder"):
        reached(root / "swapped/file", no_links=seen)
    assert reached(root / "swapped", no_links=seen) == f"{root}/swapped"


def test_the_system_s_own_links_are_followed() -> None:
    for path in ("/var/run/x", "/bin/x", "/proc/self/fd"):
        if os.path.isdir(os.path.dirname(path)):
            assert reached(Path(path))


@pytest.mark.parametrize("swapper", [pytest.param("another", marks=needs_root), "ourselves"])
def test_nothing_is_done_elsewhere_while_a_folder_is_swapped_for_a_link(root: Path, swapper: str) -> None:
    """Another's link is told by its owner; one of our own only where the folder was seen before."""
    elsewhere = root / "of_root"
    swapped = root / "of_nobody" / "sub"
    swapped.mkdir()
    (elsewhere / "file").write_text("precious")
    (elsewhere / "file").chmod(0o600)
    uid, seen = os.geteuid(), (str(swapped),)
    if swapper == "another":
        uid, seen = NOBODY, ()
        os.chown(swapped, uid, -1)
    path = f"{swapped}/file"
    acts = (
        lambda: files.replace(path, b"new", mode=0o666, durable=False, no_links=seen),
        lambda: files.set_attributes(path, mode=0o666, no_links=seen),
        lambda: files.make_link(f"{path}.link", "/", no_links=seen),
        lambda: files.make_folder(f"{path}.folder", no_links=seen),
        lambda: files.remove(path, no_links=seen),
        lambda: files.remove_tree(f"{path}.folder", no_links=seen),
    )
    outcomes: Counter[str] = Counter()
    limit = time.monotonic() + 120
    with swapping(swapped, elsewhere, uid):
        while outcomes.total() < 500 or not (outcomes["done"] and outcomes["UnsafeLink"]):
            assert time.monotonic() < limit, outcomes
            for act in acts:
                try:
                    act()
                    outcomes["done"] += 1
                except OSError as error:
                    outcomes[type(error).__name__] += 1
    assert os.listdir(elsewhere) == ["file"]
    assert (elsewhere / "file").read_text() == "precious"
    assert (elsewhere / "file").stat().st_mode & 0o777 == 0o600
