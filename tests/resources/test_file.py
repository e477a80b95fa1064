"""file: what needs more than a folder before and after: modules, web servers, the bucket, secrets, a hostile host."""

import http.server
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bunraku.resources._bucket import Bucket

from .conftest import Apply, only, words


def test_a_puppet_url_is_looked_up_in_the_modules(apply: Apply, tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "motd").write_text("welcome\n")
    found = {"puppet:///modules/site/motd": tmp_path / "files" / "motd"}
    target = tmp_path / "motd"
    declared = ("file", str(target), {"source": "puppet:///modules/site/motd"})
    assert words(only(apply(declared, source=found.get))) == ["created"]
    assert target.read_text() == "welcome\n"
    assert words(only(apply(declared, source=found.get))) == []


def test_a_source_s_permissions_are_taken_where_that_is_asked_for(apply: Apply, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_text("x")
    source.chmod(0o750)
    for name in "bc":
        (tmp_path / name).write_text("x")
        (tmp_path / name).chmod(0o600)
    asked: dict[str, dict[str, str]] = {
        "a": {"source_permissions": "use"},
        "b": {"source_permissions": "use"},
        "c": {"source_permissions": "use_when_creating"},
        "d": {"source_permissions": "use_when_creating"},
        "e": {"source_permissions": "use", "mode": "0640"},
        "f": {},
    }
    declared = [("file", f"{tmp_path}/{name}", {"source": str(source), **more}) for name, more in asked.items()]
    os.umask(0o022)
    apply(*declared)
    modes = {name: (tmp_path / name).stat().st_mode & 0o777 for name in asked}
    assert modes == {"a": 0o750, "b": 0o750, "c": 0o600, "d": 0o750, "e": 0o640, "f": 0o644}
    assert not any(words(outcome) for outcome in apply(*declared).values())


class Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def web(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    root = tmp_path / "web"
    root.mkdir()

    def handler(*args: object) -> Handler:
        return Handler(*args, directory=str(root))  # type: ignore[arg-type]

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", root
    server.shutdown()
    thread.join()


def test_a_file_from_the_web(apply: Apply, web: tuple[str, Path], tmp_path: Path) -> None:
    url, root = web
    (root / "f").write_text("one")
    target = tmp_path / "f"
    declared = ("file", str(target), {"source": f"{url}/f", "mode": "0600"})
    assert words(only(apply(declared))) == ["created  0600"]
    assert words(only(apply(declared))) == []
    (root / "f").write_text("two")
    outcome = only(apply(declared))
    assert words(outcome) == ["content"]
    assert outcome.events[0].diff == ["-one", "+two"]
    assert target.read_text() == "two"
    missing = ("file", str(target), {"source": f"{url}/no"})
    assert words(only(apply(missing))) == [f"! Could not retrieve information from source(s) {url}/no: it is not there"]
    nobody = ("file", str(target), {"source": "http://127.0.0.1:1/f"})
    (line,) = words(only(apply(nobody)))
    assert line.startswith("! Could not retrieve http://127.0.0.1:1/f: ")
    assert target.read_text() == "two"


def test_what_was_replaced_is_in_the_bucket(apply: Apply, tmp_path: Path) -> None:
    target = tmp_path / "a"
    target.write_text("precious")
    folder = tmp_path / "bucket"
    declared = [
        ("filebucket", "mine", {"path": str(folder)}),
        ("file", str(target), {"content": "new", "backup": "mine"}),
    ]
    apply(*declared)
    (kept,) = Bucket(folder)
    assert kept.paths == [str(target)]
    assert Bucket(folder).get(kept.digest[:8]).read() == b"precious"
    modes = [path.stat().st_mode & 0o077 for path in folder.rglob("*")]
    assert set(modes) == {0}
    apply(declared[0], ("file", str(target), {"ensure": "absent", "backup": "mine"}))
    assert len(list(Bucket(folder))) == 2


def test_a_secret_is_nowhere(apply: Apply, tmp_path: Path) -> None:
    target = tmp_path / "a"
    target.write_text("old-hunter2")
    outcome = only(apply(("file", str(target), {"content": "new-hunter2", "__sensitive": ["content"]})))
    (event,) = outcome.events
    assert event.words == "content changed [sensitive]"
    shown = f"{event.words}{event.message}{event.previous}{event.desired}{event.diff}{event.detail}"
    assert "hunter2" not in shown
    assert target.read_text() == "new-hunter2"


def test_a_diff_can_be_left_out_and_binary_is_not_shown(apply: Apply, tmp_path: Path) -> None:
    target = tmp_path / "a"
    target.write_text("old")
    assert only(apply(("file", str(target), {"content": "new", "show_diff": False}))).events[0].diff == []
    target.write_bytes(b"\xff\xfe\x00")
    assert only(apply(("file", str(target), {"content": "new"}))).events[0].diff == ["3 → 3 bytes: not text"]


def test_a_tree_does_not_follow_a_link_out_of_it(apply: Apply, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_text("")
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "link").symlink_to(outside)
    declared = ("file", str(tree), {"ensure": "directory", "recurse": True, "purge": True, "force": True})
    apply(declared)
    assert os.listdir(tree) == []
    assert (outside / "precious").exists()


def test_a_full_disk_or_a_read_only_folder_is_told_and_leaves_the_old_file(apply: Apply) -> None:
    (line,) = words(only(apply(("file", "/proc/version", {"content": "x", "backup": False}))))
    assert line.startswith("! ")
    (line,) = words(only(apply(("file", "/dev/full/x", {"content": "x"}))))
    assert line == "! Cannot create /dev/full/x; parent directory /dev/full does not exist"


def test_files_written_ahead_take_their_place_at_their_turn_and_the_rest_is_dropped(
    apply: Apply, tmp_path: Path
) -> None:
    many = [("file", f"{tmp_path}/f{n}", {"content": str(n)}) for n in range(600)]
    # In the middle of what is written ahead, a look at what can be seen: only what has had its turn.
    look = ("exec", "look", {"command": f"/bin/sh -c 'ls {tmp_path} | wc -l > {tmp_path}/../count'"})
    failing = ("file", f"{tmp_path}/late", {"content": "x", "require": "Exec[fail]"})
    fail = ("exec", "fail", {"command": "/bin/false", "require": f"File[{tmp_path}/f300]"})
    outcomes = apply(*many[:100], look, *many[100:], fail, failing)
    assert (tmp_path.parent / "count").read_text().strip() == "100"
    assert sum(outcome.changed for outcome in outcomes.values()) == 601
    assert {path.name for path in tmp_path.iterdir()} == {f"f{n}" for n in range(600)}
    assert [path.read_text() for path in (tmp_path / "f0", tmp_path / "f599")] == ["0", "599"]
    before = len(os.listdir("/proc/self/fd"))
    apply(*[(t, title, {"content": "new"}) for t, title, _ in many])
    assert len(os.listdir("/proc/self/fd")) == before
    assert {path.read_text() for path in tmp_path.iterdir()} == {"new"}
