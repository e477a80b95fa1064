import errno
import os
import stat
import subprocess
from pathlib import Path

import pytest

from bunraku.system import files


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def test_a_new_file_gets_content_and_mode(tmp_path: Path) -> None:
    target = tmp_path / "a"
    files.replace(str(target), b"hello\n", mode=0o640)
    assert target.read_bytes() == b"hello\n"
    assert mode(target) == 0o640
    assert os.listdir(tmp_path) == ["a"]


def test_a_replaced_file_keeps_mode_and_owner(tmp_path: Path) -> None:
    target = tmp_path / "a"
    target.write_text("old")
    target.chmod(0o604)
    files.replace(str(target), [b"n", b"ew"])
    assert target.read_text() == "new"
    assert mode(target) == 0o604


def test_a_failed_check_leaves_the_old_file_and_no_litter(tmp_path: Path) -> None:
    target = tmp_path / "a"
    target.write_text("old")

    def refuse(path: str) -> None:
        assert Path(path).read_text() == "new"
        assert Path(path).parent == tmp_path
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        files.replace(str(target), b"new", check=refuse)
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["a"]


def test_it_is_never_readable_to_others_before_its_mode_is_set(tmp_path: Path) -> None:
    def content():
        (temporary,) = tmp_path.iterdir()
        assert mode(temporary) == 0o600
        yield b"secret"

    files.replace(str(tmp_path / "a"), content(), mode=0o644)
    assert mode(tmp_path / "a") == 0o644


def test_a_link_is_replaced_unless_it_is_to_be_followed(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    files.replace(str(tmp_path / "link"), b"new", follow=True)
    assert (tmp_path / "real").read_text() == "new"
    assert (tmp_path / "link").is_symlink()
    files.replace(str(tmp_path / "link"), b"newer")
    assert (tmp_path / "real").read_text() == "new"
    assert not (tmp_path / "link").is_symlink()


def test_the_mode_of_a_link_is_not_given_to_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("")
    (tmp_path / "real").chmod(0o600)
    (tmp_path / "link").symlink_to("real")
    files.set_attributes(str(tmp_path / "link"), mode=0o666)
    assert mode(tmp_path / "real") == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to mount")
def test_a_bind_mounted_file_is_written_in_place_only_when_asked(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_text("a much longer old content")
    target.write_text("")
    subprocess.run(["mount", "--bind", source, target], check=True)
    try:
        with pytest.raises(OSError) as error:
            files.replace(str(target), b"new")
        assert error.value.errno == errno.EBUSY
        files.replace(str(target), b"new", busy=lambda path, error: True)
        assert source.read_text() == "new"
    finally:
        subprocess.run(["umount", target], check=True)
    assert sorted(os.listdir(tmp_path)) == ["source", "target"]


def test_a_folder_in_the_way_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(IsADirectoryError):
        files.replace(str(tmp_path / "a"), b"new")


def test_sweep_removes_only_our_temporary_files(tmp_path: Path) -> None:
    (tmp_path / ".a.bunraku-12345678").write_text("torn")
    (tmp_path / ".keep").write_text("")
    assert files.sweep(str(tmp_path)) == []
    assert files.sweep(str(tmp_path), age=0) == [str(tmp_path / ".a.bunraku-12345678")]
    assert os.listdir(tmp_path) == [".keep"]


def test_links_are_made_and_replaced(tmp_path: Path) -> None:
    files.make_link(str(tmp_path / "l"), "one")
    files.make_link(str(tmp_path / "l"), "two")
    assert os.readlink(tmp_path / "l") == "two"


def test_the_umask_is_read_without_being_changed() -> None:
    old = os.umask(0o027)
    try:
        assert files.current_umask() == 0o027
    finally:
        assert os.umask(old) == 0o027
