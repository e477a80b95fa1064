"""`bunraku etcd …` as operators type it, on real members."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from local import LocalCluster

from bunraku.cli.main import main
from bunraku.etcd import Client


@pytest.fixture
def bunraku(one: LocalCluster, capsys: pytest.CaptureFixture[str]):
    def run(*words: str) -> tuple[int, str, str]:
        code = main(["etcd", words[0], "--endpoints", ",".join(one.endpoints), *words[1:]])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def test_status_members_and_health_are_tables_for_people_and_json_for_programs(bunraku, one: LocalCluster) -> None:
    code, out, _ = bunraku("status")
    assert code == 0 and out.splitlines()[0].split()[:4] == ["endpoint", "id", "version", "role"]
    assert "3.4" in out and "leader" in out
    (member,) = json.loads(bunraku("members", "--format", "json")[1])
    assert member["name"] == "m1" and member["id"] in one.etcdctl("member", "list")
    code, out, _ = bunraku("health", "--format", "json")
    assert code == 0 and json.loads(out)["healthy"]


def test_a_member_that_does_not_answer_makes_status_and_health_fail(bunraku, one: LocalCluster) -> None:
    both = f"{one.endpoints[0]},http://127.0.0.1:1"
    for action in ("status", "health"):
        code, out, _ = bunraku(action, "--endpoints", both, "--timeout", "1")
        assert code == 1 and "✗ etcd at 127.0.0.1:1: connection refused" in out


def test_history_is_compacted_and_space_given_back(bunraku, client: Client) -> None:
    client.put("/cli/a", "1")
    assert f"compacted at revision {client.revision()}" in bunraku("compact")[1]
    assert "→" in bunraku("defrag")[1]
    assert bunraku("alarms") == (0, "", "") and json.loads(bunraku("alarms", "--format", "json")[1]) == []
    assert bunraku("compact")[0] == 0, "once more is no mistake"
    assert "there is no revision 999999: the store is at" in bunraku("compact", "999999")[2]
    (given,) = json.loads(bunraku("defrag", "--format", "json")[1])
    assert given["before"] >= given["after"] > 0


def test_a_snapshot_restores_every_key(bunraku, client: Client, tmp_path: Path) -> None:
    client.put("/cli/kept", "x")
    file = tmp_path / "backup.db"
    assert bunraku("snapshot", str(file))[0] == 0
    code = main(["etcd", "restore", str(file), "--data-dir", str(tmp_path / "new")])
    assert code == 0 and (tmp_path / "new" / "member" / "wal").is_dir()
    file.write_bytes(file.read_bytes()[:-1])
    assert main(["etcd", "restore", str(file), "--data-dir", str(tmp_path / "other")]) == 1
    assert not (tmp_path / "other").exists()
    assert main(["etcd", "restore", str(file), "--data-dir", str(tmp_path / "new")]) == 1


def test_snapshots_in_a_folder_are_rotated(bunraku, tmp_path: Path) -> None:
    for stamp in ("20200101T000000Z", "20210101T000000Z"):
        (tmp_path / f"etcd-{stamp}.db").write_text("old")
    (tmp_path / "other.db").write_text("not ours")
    code, out, _ = bunraku("snapshot", str(tmp_path), "--keep", "2")
    left = sorted(path.name for path in tmp_path.glob("*.db"))
    assert code == 0 and len(left) == 3 and left[0] == "etcd-20210101T000000Z.db" and left[2] == "other.db"
    assert "etcd-20200101T000000Z.db  removed" in out
    pytest.raises(SystemExit, bunraku, "snapshot", str(tmp_path), "--keep", "0")


def test_a_lone_member_is_restarted_by_a_command_and_waited_for(bunraku, one: LocalCluster) -> None:
    code, out, _ = bunraku("rolling", "--member", one.endpoints[0], "--", "echo", "restarting")
    assert code == 0 and out == f"restarting\n{one.endpoints[0]} is back\n"
    assert bunraku("rolling", "--member", one.endpoints[0], "--", "false")[0] == 1
    assert "connection refused" in bunraku("rolling", "--member", "http://127.0.0.1:1", "--", "true")[2]


def test_a_tree_goes_out_and_comes_back(bunraku, client: Client, tmp_path: Path) -> None:
    values = {"/tree/a/x": "1", "/tree/a": "both", "/tree/b": "two\nlines", "/tree/raw": b"\xff"}
    for key, value in values.items():
        client.put(key, value)
    code, out, _ = bunraku("export", "/tree/")
    assert code == 0 and yaml.safe_load(out)["/tree"]["a/"] == {"x": "1"}
    file = tmp_path / "tree.yaml"
    file.write_text(out)
    before = client.snapshot(["/tree/"])[1]
    client.delete_prefix("/tree/")
    client.put("/tree/stray", "?")
    client.put("/tree/b", "old")
    code, out, _ = bunraku("import", str(file), "--purge", "/tree/", "--noop")
    assert out.splitlines()[-1] == "0 in sync · 5 would change" and "- /tree/stray" in out and "~ /tree/b" in out
    assert client.count("/tree/") == 2
    assert bunraku("import", str(file), "--purge", "/tree/")[1].endswith("0 in sync · 5 changed\n")
    assert client.snapshot(["/tree/"])[1] == before
    assert bunraku("import", str(file), "--purge", "/tree/")[1] == "4 in sync · 0 changed\n"


def test_more_than_fits_into_one_transaction_is_imported(bunraku, client: Client, tmp_path: Path) -> None:
    file = tmp_path / "large.yaml"
    values = {**{f"/large/{n}": "x" * 400_000 for n in range(6)}, **{f"/large/few/{n}": "y" for n in range(200)}}
    file.write_text(yaml.safe_dump(values))
    assert bunraku("import", str(file))[1].endswith("0 in sync · 206 changed\n")
    assert bunraku("import", str(file))[1] == "206 in sync · 0 changed\n"
    client.delete_prefix("/large/")


@pytest.mark.parametrize("content", ["- 1\n", "a: [1]\n", "a: {", "a:\n"])
def test_a_file_that_is_no_tree_is_refused(bunraku, tmp_path: Path, content: str) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(content)
    code, out, err = bunraku("import", str(file))
    assert code == 1 and out == "" and err.startswith("Error: ") and err.count("\n") == 1 and str(file) in err


def test_what_cannot_be_reached_or_read_is_said_in_one_line(bunraku) -> None:
    code, _, err = bunraku("members", "--endpoints", "http://127.0.0.1:1", "--timeout", "1")
    assert code == 1 and err.count("\n") == 1 and "connection refused" in err
    assert bunraku("import", "/no/such/file")[2] == "Error: /no/such/file: No such file or directory\n"
    assert "cannot read /no/ca" in bunraku("members", "--endpoints", "https://127.0.0.1:1", "--cacert", "/no/ca")[2]


def test_dev_runs_a_member_that_goes_with_it(need_etcd: None, tmp_path: Path) -> None:
    tree = tmp_path / "tree.yaml"
    tree.write_text("/dev:\n  port: 80\n")
    command = [sys.executable, "-m", "bunraku.cli.main", "etcd", "dev", "--import", str(tree)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[3].rstrip(";")
        with Client(url) as client:
            found = client.get("/dev/port")
            assert found is not None and found.value == b"80"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
    with Client(url, deadline=1) as client, pytest.raises(Exception, match="refused"):
        client.get("/dev/port")
